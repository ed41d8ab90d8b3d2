import { describe, expect, test } from 'vitest';
import { migrate } from '#platform/migrate';
import { cloneDatabase, testDatabase } from './database.ts';

const { client, url } = await testDatabase();

describe('the database of a test file', () => {
	test('is migrated already, and migrating again changes nothing', async () => {
		expect(await migrate(url)).toBe(0);
	});

	test('sorts byte by byte and knows the letters of every language', async () => {
		const rows = await client`select x from unnest(array['b', 'B', 'a', 'ж']) as x order by x`;
		expect(rows.map((row) => row.x)).toEqual(['B', 'a', 'b', 'ж']);
		const [row] = await client`select lower('ЖÉ') as lower, 'ж' ~ '^\\w$' as letter`;
		expect(row).toEqual({ lower: 'жé', letter: true });
	});

	test('is nobody else’s', async () => {
		const other = await cloneDatabase();
		try {
			await other.client`create table only_here (id int)`;
			expect((await client`select to_regclass('only_here') as found`)[0]?.found).toBeNull();
		} finally {
			await other.end();
		}
		await expect(cloneDatabase().then((again) => again.end())).resolves.toBeUndefined();
	});

	test('waits for another migrator instead of breaking it', async () => {
		const fresh = await cloneDatabase();
		try {
			expect(await Promise.all([migrate(fresh.url), migrate(fresh.url), migrate(fresh.url)])).toEqual([0, 0, 0]);
		} finally {
			await fresh.end();
		}
	});
});
