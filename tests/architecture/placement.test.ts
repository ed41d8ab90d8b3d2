import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sqlOf } from '#platform/db';
import { testDatabase } from '../support/database.ts';
import { project } from './code.ts';
import { placements, schemaFaults } from './placement.ts';

const { db } = await testDatabase();
const sql = sqlOf(db);

const placeOf = new Map<string, { place: string; by: string | null }>();
for (const { place, tables } of placements)
	for (const name of tables) {
		const [table = '', by = null] = name.split('.');
		if (placeOf.has(table)) throw new Error(`${table} lies in two places`);
		placeOf.set(table, { place, by });
	}

const isDistributed = (table: string): boolean => placeOf.get(table)?.place === 'distributed';
const columnOf = (table: string): string | null => placeOf.get(table)?.by ?? null;

test('every table of the database has a place, and only those that are there', async () => {
	const rows = await sql<{ name: string }[]>`
		select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`;
	expect([...placeOf.keys()].sort()).toEqual(rows.map(({ name }) => name).sort());
	for (const [table, { place, by }] of placeOf) expect(by !== null, table).toBe(place === 'distributed');
	for (const { place, by } of placements) expect(by !== undefined).toBe(place === 'distributed');
});

test('a distributed table lies by a column that every row has', async () => {
	const rows = await sql<{ name: string }[]>`
		select attrelid::regclass || '.' || attname as name from pg_attribute join pg_class c on c.oid = attrelid
		where relnamespace = 'public'::regnamespace and attnum > 0 and attnotnull and atttypid = 'text'::regtype`;
	const named = placements.flatMap(({ place, tables }) => (place === 'distributed' ? tables : []));
	expect(named.filter((name) => !rows.some((row) => row.name === name))).toEqual([]);
});

/** Keys and unique indexes whose uniqueness more than one machine would have to agree on. */
async function keyFaults(): Promise<string[]> {
	const rows = await sql<{ table: string; index: string; isKey: boolean; columns: string }[]>`
		select c.relname as table, i.relname as index, x.indisprimary as "isKey", (
			select string_agg(coalesce(a.attname, ''), ' ' order by k.place)
			from unnest(x.indkey::int2[]) with ordinality k(number, place)
			left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number and k.number > 0
		) as columns
		from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
		where c.relnamespace = 'public'::regnamespace and x.indisunique`;
	const faults = rows.flatMap(({ table, index, isKey, columns }) => {
		const by = columnOf(table);
		if (by === null) return [];
		const names = columns.split(' ');
		if (isKey) return names[0] === by ? [] : [`${table}: its key does not begin with ${by}`];
		return names.includes(by) ? [] : [`${table}: ${index} is unique without ${by}`];
	});
	const keyed = new Set(rows.filter(({ isKey }) => isKey).map(({ table }) => table));
	return [
		...faults,
		...[...placeOf.keys()].filter((table) => !keyed.has(table)).map((table) => `${table}: has no key`)
	];
}

/** References that cannot be checked where the row lies. Anything may refer to a reference table. */
async function referenceFaults(): Promise<string[]> {
	const rows = await sql<{ table: string; column: string; to: string; toColumn: string }[]>`
		select f.relname as table, t.relname as to,
			(select string_agg(attname, ' ' order by attnum) from pg_attribute where attrelid = f.oid and attnum = any(k.conkey)) as column,
			(select string_agg(attname, ' ' order by attnum) from pg_attribute where attrelid = t.oid and attnum = any(k.confkey))
				as "toColumn"
		from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
		where k.contype = 'f' and k.connamespace = 'public'::regnamespace`;
	return rows.flatMap(({ table, column, to, toColumn }) => {
		if (placeOf.get(to)?.place === 'reference') return [];
		if (!isDistributed(table) && !isDistributed(to)) return [];
		if (isDistributed(table) && column === columnOf(table) && toColumn === columnOf(to)) return [];
		return [`${table}: ${column} refers to ${to}, which lies elsewhere`];
	});
}

/** What no table may have that lies on more than one machine. */
async function otherFaults(): Promise<string[]> {
	const rows = await sql<{ table: string; fault: string }[]>`
		select tgrelid::regclass::text as table, 'has the trigger ' || tgname as fault from pg_trigger where not tgisinternal
		union all
		select conrelid::regclass::text, 'has the exclusion ' || conname from pg_constraint where contype = 'x'
		union all
		select attrelid::regclass::text, attname || ' numbers or makes itself' from pg_attribute
			where attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
				and (attidentity <> '' or attgenerated <> '')
		union all
		select adrelid::regclass::text, 'a default is made by ' || pg_get_expr(adbin, adrelid) from pg_attrdef
			where adrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
				and pg_get_expr(adbin, adrelid) ~ '[a-z_]\\('
		union all
		select 'sequences', relname from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace
		union all
		select inhrelid::regclass::text, 'inherits' from pg_inherits join pg_class c on c.oid = inhrelid
			where c.relnamespace = 'public'::regnamespace and c.relkind <> 'i'
		union all
		select tablename, 'has the rule ' || rulename from pg_rules where schemaname = 'public'`;
	return rows.flatMap(({ table, fault }) => (placeOf.get(table)?.place === 'local' ? [] : [`${table}: ${fault}`]));
}

test('what a distributed Postgres would refuse of the schema is known, all of it, and nothing else', async () => {
	const found = [...(await keyFaults()), ...(await referenceFaults()), ...(await otherFaults())];
	expect(found.sort()).toEqual(Object.keys(schemaFaults).sort());
	for (const [fault, takes] of Object.entries(schemaFaults)) expect(takes.length, fault).toBeGreaterThan(20);
});

/** The table as the README prints it. */
const printed = (): string =>
	[
		'| tables | place | why |',
		'|---|---|---|',
		...placements.map(({ place, by: lies, why, tables }) => {
			const names = tables.map((name) => {
				const [table, by] = name.split('.');
				return by ? `\`${table}\` (\`${by}\`)` : `\`${table}\``;
			});
			return `| ${names.join(', ')} | ${place}${lies ? ` by ${lies}` : ''} | ${why} |`;
		})
	].join('\n');

test('the README tells where each table would lie', () => {
	const readme = readFileSync(join(project, 'README.md'), 'utf8');
	expect(readme).toContain(printed());
});
