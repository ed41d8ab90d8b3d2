import { expect, test } from 'vitest';
import { connect, inTransaction, sqlOf } from '#platform/db';
import { testDatabase } from '../support/database.ts';

const { db, url } = await testDatabase();

test('a connection that is cut inside a transaction undoes it, and neither the process nor the pool suffers', async () => {
	await sqlOf(db)`create table notes (text text not null)`;
	const connection = connect(url, { max: 1, name: 'pareto-cut' });
	try {
		for (let attempt = 1; attempt <= 5; attempt++) {
			const cut = inTransaction(connection.db, async (tx) => {
				const sql = sqlOf(tx);
				await sql`insert into notes values ('undone')`;
				// From outside as a failing machine does, or by its own hand, with other statements on the way or without.
				const end = attempt % 2 ? sqlOf(db) : sql;
				const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
				await Promise.all([
					end`select pg_terminate_backend(${row?.pid as number})`,
					...(attempt > 2 ? [sql`select pg_sleep(5)`, sql`select 1`] : [])
				]);
				await sql`select 1`;
			});
			await expect(cut).rejects.toMatchObject({
				code: expect.stringMatching(/^(57P01|CONNECTION_CLOSED|ECONNRESET|EPIPE)$/)
			});
			await inTransaction(connection.db, (tx) => sqlOf(tx)`insert into notes values ('kept')`);
		}
		const rows = await sqlOf(connection.db)<{ text: string; n: number }[]>`
			select text, count(*)::int as n from notes group by text`;
		expect(rows).toEqual([{ text: 'kept', n: 5 }]);
	} finally {
		await connection.end();
	}
});
