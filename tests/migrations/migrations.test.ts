import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { migrate } from '#platform/migrate';

/**
 * Every migration is walked in its turn on one database. Where data moves, `NNNN.before.sql` puts rows there as the version
 * before kept them, and `NNNN.after.sql` is a query that returns what came out wrong.
 */
const drizzle = join(import.meta.dirname, '..', '..', 'drizzle');
interface Journal {
	entries: { tag: string }[];
}
const journal = JSON.parse(readFileSync(join(drizzle, 'meta', '_journal.json'), 'utf8')) as Journal;

let folder: string;
let url: string;
let sql: postgres.Sql;
const name = `walked_${process.pid}_${randomBytes(5).toString('hex')}`;
const admin = postgres(inject('postgres'), { max: 1, onnotice: () => {} });

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'pareto-migrations-'));
	cpSync(drizzle, folder, { recursive: true });
	await admin.unsafe(`create database "${name}"`);
	const address = new URL(inject('postgres'));
	address.pathname = `/${name}`;
	url = address.href;
	sql = postgres(url, { max: 1, onnotice: () => {} });
});

afterAll(async () => {
	await sql.end();
	await admin.unsafe(`drop database "${name}" with (force)`);
	await admin.end();
	await rm(folder, { recursive: true, force: true });
});

test.each(journal.entries.map(({ tag }, place) => [tag, place] as const))(
	'%s brings what was there along',
	async (tag, place) => {
		const proof = (part: string): string | null => {
			const file = join(drizzle, `${tag.slice(0, 4)}.${part}.sql`);
			return existsSync(file) ? readFileSync(file, 'utf8') : null;
		};
		const [before, after] = [proof('before'), proof('after')];
		expect(before === null, 'a proof has two halves').toBe(after === null);
		if (before) await sql.unsafe(before);
		const walked = { ...journal, entries: journal.entries.slice(0, place + 1) };
		writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify(walked));
		expect(await migrate(url, folder)).toBe(1);
		if (after) expect([...(await sql.unsafe(after))]).toEqual([]);
	}
);
