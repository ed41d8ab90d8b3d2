import { afterAll, expect, test } from 'vitest';
import { testDatabase } from '../../tests/support/database.ts';
import { findPgbouncer, startPooler } from '../../tests/support/pooler.ts';
import { connect, inTransaction, sqlOf } from './db.server.ts';

const { url } = await testDatabase();
const pgbouncer = findPgbouncer();
const pooler = pgbouncer ? await startPooler(pgbouncer, url) : null;
afterAll(() => pooler?.end());

const numbers = Array.from({ length: 200 }, (_, n) => n);

test.skipIf(!pooler)(
	'through pgbouncer in transaction mode, where the machine has one, every one of many questions at once is answered',
	async () => {
		const { db, end } = connect(pooler?.url ?? '', { max: 16, prepare: false });
		const sql = sqlOf(db);
		try {
			// Statements without values are sent in one go, and would be sent ahead of the last answer.
			const plain = await Promise.all(numbers.map((n) => sql.unsafe<{ n: number }[]>(`select ${n} as n`)));
			expect(plain.map(([row]) => row?.n)).toEqual(numbers);
			const raw = await Promise.all(numbers.map((n) => sql.unsafe(`select $1::int as n`, [n], { prepare: true })));
			expect(raw.map(([row]) => row?.n)).toEqual(numbers);
			const built = await Promise.all(numbers.map(() => db.execute('select 1 as one')));
			expect(built).toHaveLength(numbers.length);
			const within = await Promise.all(
				numbers.map((n) =>
					inTransaction(db, async (tx) => {
						const [[one], [two]] = await Promise.all([
							sqlOf(tx)<{ n: number }[]>`select ${n}::int as n`,
							sqlOf(tx).unsafe<{ n: number }[]>('select 1 as n')
						]);
						return (one?.n ?? NaN) + (two?.n ?? NaN);
					})
				)
			);
			expect(within).toEqual(numbers.map((n) => n + 1));
			const broken = await Promise.allSettled(numbers.map((n) => sql.unsafe(n % 2 ? 'select 1/0' : 'select 1')));
			expect(broken.filter(({ status }) => status === 'rejected')).toHaveLength(100);
		} finally {
			await end();
		}
	}
);
