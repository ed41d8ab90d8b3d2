import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, inject } from 'vitest';
import { connect, type Connection } from '#platform/db';
import { closeAll } from '#platform/lifecycle';

/** As in tests/support/postgres.ts, which must not be loaded into the tests themselves. */
const templateName = 'pareto_template';

export interface TestDatabase extends Connection {
	url: string;
}

/**
 * A migrated, empty database for this test file alone; it is dropped when the file is done. Call it once, at the top
 * of the file: `const { db } = await testDatabase();`
 * @param max connections in its pool
 */
export async function testDatabase(options: { max?: number } = {}): Promise<TestDatabase> {
	const database = await cloneDatabase(options);
	afterAll(async () => {
		// The next file runs in this process: it opens the app's own connections anew, to its own database.
		await closeAll('draining');
		await closeAll('drained');
		await database.end();
	});
	return database;
}

/** The same without the clearing up: whoever takes it calls `end`, which drops it. */
export async function cloneDatabase(options: { max?: number } = {}): Promise<TestDatabase> {
	const server = inject('postgres');
	const name = `test_${process.pid}_${randomBytes(5).toString('hex')}`;
	await onServer(server, `create database "${name}" template "${templateName}"`);
	const url = new URL(server);
	url.pathname = `/${name}`;
	const connection = connect(url.href, { max: options.max ?? 8, name: 'pareto-test' });
	let ended: Promise<void> | undefined;
	const end = () =>
		(ended ??= connection.end().then(() => onServer(server, `drop database if exists "${name}" with (force)`)));
	return { ...connection, url: url.href, end };
}

async function onServer(url: string, statement: string): Promise<void> {
	const sql = postgres(url, { max: 1, onnotice: () => {} });
	try {
		await sql.unsafe(statement);
	} finally {
		await sql.end({ timeout: 5 });
	}
}
