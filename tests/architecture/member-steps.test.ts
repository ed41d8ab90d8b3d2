import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getTableColumns, getTableName, is, Table } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { memberSteps } from '#wiring/member-steps.server';
import { project } from './code.ts';

/** Columns that name a member, whatever the table: by their name, since facts have no foreign key. */
const naming = /^(member|.*Member|owner|.*Owner|subject)Id$/;

const files = readdirSync(join(project, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
	path.endsWith('tables.server.ts')
);
const all = (
	await Promise.all(files.map((path) => import(join(project, 'src', path)) as Promise<Record<string, unknown>>))
)
	.flatMap((module) => Object.values(module))
	.filter((value): value is PgTable => is(value, PgTable));

const referencesMembers = (table: PgTable): boolean =>
	getTableName(table) === 'members' ||
	Object.keys(getTableColumns(table)).some((name) => naming.test(name)) ||
	getTableConfig(table).foreignKeys.some((key) => getTableName(key.reference().foreignTable) === 'members');

const nameOf = (table: Table): string => getTableName(table);

describe('tables that name members', () => {
	it('are found: the walk sees every table', () => {
		expect(all.length).toBeGreaterThan(40);
		expect(all.filter(referencesMembers).map(nameOf)).toEqual(
			expect.arrayContaining([
				'members',
				'consents',
				'gift_cards',
				'voucher_codes',
				'receipts',
				'accounts',
				'point_acts'
			])
		);
	});

	it('each have somebody who merges, erases and exports what is in them', () => {
		const answered = new Set(memberSteps.flatMap(({ moves, stays }) => [...moves, ...stays]).map(nameOf));
		const forgotten = all.filter((table) => referencesMembers(table) && !answered.has(nameOf(table)));
		expect(forgotten.map(nameOf), 'add them to the member steps of their module').toEqual([]);
	});

	it('are answered for once', () => {
		const names = memberSteps.flatMap(({ moves, stays }) => [...moves, ...stays]).map(nameOf);
		expect(names).toEqual([...new Set(names)]);
	});
});
