import { expect, test } from 'vitest';
import { testDatabase } from '../../tests/support/database.ts';
import { insertRows } from './bulk.server.ts';
import { inTransaction, sqlOf } from './db.server.ts';
import { onceKeys, outbox } from './once.tables.server.ts';

const { db } = await testDatabase();
const now = new Date('2026-03-01T10:00:00.123Z');

test('rows arrive as what they are: dates, nulls, nested JSON, and texts of any kind', async () => {
	const odd = 'null NULL "quoted" \\ {a,b} \u{1F600} زرین\n';
	await inTransaction(db, (tx) =>
		insertRows(sqlOf(tx), outbox, [
			{
				id: 'evt_1',
				topic: odd,
				subjectId: 'NULL',
				payload: { list: [1, null, { deep: odd }] },
				at: now,
				deliveredAt: null
			},
			{ id: 'evt_2', topic: 'x', subjectId: 'y', payload: {}, at: now, deliveredAt: now }
		])
	);
	const rows = await db.select().from(outbox).orderBy(outbox.id);
	expect(rows).toEqual([
		{
			id: 'evt_1',
			topic: odd,
			subjectId: 'NULL',
			payload: { list: [1, null, { deep: odd }] },
			at: now,
			deliveredAt: null
		},
		{ id: 'evt_2', topic: 'x', subjectId: 'y', payload: {}, at: now, deliveredAt: now }
	]);
});

test('no rows are no statement, and what was kept is told by returning', async () => {
	const row = { caller: 'a', key: 'b', inputHash: 'c', answer: null, at: now };
	const sql = sqlOf(db);
	expect(await insertRows(sql, onceKeys, [])).toEqual([]);
	expect(await insertRows(sql, onceKeys, [row], 'on conflict do nothing returning key')).toEqual([{ key: 'b' }]);
	expect(await insertRows(sql, onceKeys, [row], 'on conflict do nothing returning key')).toEqual([]);
});
