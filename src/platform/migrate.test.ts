import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, afterEach, beforeEach, expect, inject, test } from 'vitest';
import { testFolder } from '../../tests/support/folders.ts';
import { migrate, MigrationFault } from './migrate.server.ts';

const { folder, clear } = await testFolder('migrations');
const admin = postgres(inject('postgres'), { max: 1, onnotice: () => {} });
const name = `migrate_${process.pid}`;
const url = new URL(inject('postgres'));
url.pathname = `/${name}`;

beforeEach(async () => void (await admin.unsafe(`create database ${name}`)));
afterEach(async () => {
	await admin.unsafe(`drop database ${name} with (force)`);
	await rm(join(folder, 'meta'), { recursive: true, force: true });
});
afterAll(async () => {
	await admin.end();
	await clear();
});

/** Lays down a folder of migrations: name, when it was made, its statement. */
async function lay(migrations: [string, number, string][]): Promise<void> {
	await mkdir(join(folder, 'meta'), { recursive: true });
	const entries = migrations.map(([tag, when], idx) => ({ idx, version: '7', when, tag, breakpoints: true }));
	await writeFile(
		join(folder, 'meta', '_journal.json'),
		JSON.stringify({ version: '7', dialect: 'postgresql', entries })
	);
	for (const [tag, , statement] of migrations) await writeFile(join(folder, `${tag}.sql`), statement);
}

const first: [string, number, string] = ['0000_one', 1000, 'create table one (id int)'];
const second: [string, number, string] = ['0001_two', 2000, 'create table two (id int)'];

test('what is new is applied once', async () => {
	await lay([first]);
	expect(await migrate(url.href, folder)).toBe(1);
	await lay([first, second]);
	expect(await migrate(url.href, folder)).toBe(1);
	expect(await migrate(url.href, folder)).toBe(0);
});

test('several servers that start at once migrate one after the other', async () => {
	await lay([first, second]);
	const counts = await Promise.all([1, 2, 3, 4].map(() => migrate(url.href, folder)));
	expect(counts.sort()).toEqual([0, 0, 0, 2]);
});

test('a migration that fails leaves nothing of itself behind', async () => {
	await lay([first, ['0001_bad', 2000, 'create table half (id int);--> statement-breakpoint\nselect 1/0']]);
	await expect(migrate(url.href, folder)).rejects.toThrow();
	await lay([first]);
	expect(await migrate(url.href, folder)).toBe(1);
});

test('a migration that slipped in before the newest one is told, not skipped in silence', async () => {
	await lay([first, second]);
	await migrate(url.href, folder);
	await lay([first, ['0001_late', 1500, 'create table late (id int)'], second]);
	await expect(migrate(url.href, folder)).rejects.toThrow(MigrationFault);
});

test('a database of a newer version is left alone', async () => {
	await lay([first, second]);
	await migrate(url.href, folder);
	await lay([first]);
	await expect(migrate(url.href, folder)).rejects.toThrow(/does not know/);
});
