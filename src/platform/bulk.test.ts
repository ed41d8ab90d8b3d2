import { bigint, pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { testDatabase } from '../../tests/support/database.ts';
import { later } from '#core/time';
import { insertRows, Writes } from './bulk.server.ts';
import { inTransaction, sqlOf } from './db.server.ts';
import { isKeyTaken } from './once.server.ts';
import { onceKeys, outbox } from './once.tables.server.ts';

const { db } = await testDatabase();
const now = new Date('2026-03-01T10:00:00.123Z');

const shelf = pgTable('shelf', { cents: bigint({ mode: 'number' }), labels: text().array() });
await db.execute('create table shelf (cents bigint, labels text[])');

test('rows arrive as what they are: dates, nulls, nested JSON, and texts of any kind', async () => {
	const odd = 'null NULL "quoted" \\ {a,b} \u{1F600} زرین\n';
	await inTransaction(db, (tx) =>
		insertRows(sqlOf(tx), outbox, [
			{
				id: 'evt_1',
				topic: odd,
				subjectId: 'NULL',
				payload: { list: [1, null, { deep: odd }] },
				at: now
			},
			{ id: 'evt_2', topic: 'x', subjectId: 'y', payload: {}, at: now }
		])
	);
	const rows = await db.select().from(outbox).orderBy(outbox.id);
	expect(rows).toEqual([
		{
			id: 'evt_1',
			topic: odd,
			subjectId: 'NULL',
			payload: { list: [1, null, { deep: odd }] },
			at: now
		},
		{ id: 'evt_2', topic: 'x', subjectId: 'y', payload: {}, at: now }
	]);
});

test('a JSON column keeps JSON of every kind, and what is missing is null', async () => {
	const answers = ['a "text"', 'null', 7, true, [1, null], { a: null }, null, undefined];
	const rows = answers.map((answer, n) => ({ caller: 'json', key: String(n), inputHash: '', answer, at: now }));
	await insertRows(sqlOf(db), onceKeys, rows);
	// As text: drizzle parses what it reads once more, and would take the text "null" for nothing.
	const kept = await sqlOf(db)<{ text: string | null }[]>`
		select answer::text as text from once_keys where caller = 'json' order by key`;
	expect(kept.map(({ text }) => (text === null ? null : JSON.parse(text)))).toEqual([...answers.slice(0, -1), null]);
});

test('a number that the column cannot hold is refused, never rounded or forgotten', async () => {
	await expect(insertRows(sqlOf(db), shelf, [{ cents: NaN }])).rejects.toThrow(/NaN/);
	await expect(insertRows(sqlOf(db), shelf, [{ cents: 0.5 }])).rejects.toThrow(/0\.5/);
});

test('a list of lists is not taken', async () => {
	await expect(insertRows(sqlOf(db), shelf, [{ labels: ['a', 'b'] }])).rejects.toThrow(/list of lists/);
});

test('no rows are no statement, and what was kept is told by returning', async () => {
	const row = { caller: 'a', key: 'b', inputHash: 'c', answer: null, at: now };
	const sql = sqlOf(db);
	expect(await insertRows(sql, onceKeys, [])).toEqual([]);
	expect(await insertRows(sql, onceKeys, [row], 'on conflict do nothing returning key')).toEqual([{ key: 'b' }]);
	expect(await insertRows(sql, onceKeys, [row], 'on conflict do nothing returning key')).toEqual([]);
});

const event = (id: string) => ({ id, topic: 'x', subjectId: 'y', payload: {}, at: now });
const key = (name: string, at = now) => ({ caller: 'till', key: name, inputHash: 'h', answer: null, at });

test('writes of several kinds leave together', async () => {
	await inTransaction(db, async (tx) => {
		const writes = new Writes();
		writes.insert(outbox, [event('evt_10'), event('evt_11')]);
		writes.insert(onceKeys, [key('key-0001'), key('key-0002')]);
		writes.insert(outbox, []);
		await writes.send(sqlOf(tx));
	});
	await inTransaction(db, async (tx) => {
		const writes = new Writes();
		writes.insert(onceKeys, [key('key-0002'), key('key-0003')], { suffix: 'on conflict do nothing' });
		writes.add(`delete from outbox where id = any($1::text[]) and topic = $2 returning id`, ['{evt_10,evt_11}', 'x'], {
			name: 'gone'
		});
		writes.add(`update once_keys set input_hash = $1 where caller = $2 and exists (select from gone)`, ['new', 'till']);
		await writes.send(sqlOf(tx));
	});
	expect(await db.select().from(outbox)).not.toContainEqual(expect.objectContaining({ id: 'evt_10' }));
	const kept = (await db.select().from(onceKeys)).filter(({ caller }) => caller === 'till');
	// What one part writes, another does not see.
	expect(Object.fromEntries(kept.map((row) => [row.key, row.inputHash]))).toEqual({
		'key-0001': 'new',
		'key-0002': 'new',
		'key-0003': 'h'
	});
});

test('what one table refuses undoes all of them', async () => {
	const undone = inTransaction(db, async (tx) => {
		const writes = new Writes();
		writes.insert(outbox, [event('evt_20')]);
		writes.insert(onceKeys, [key('key-0020'), key('key-0020')]);
		await writes.send(sqlOf(tx));
	});
	await expect(undone).rejects.toSatisfy(isKeyTaken);
	expect(await db.select().from(outbox)).not.toContainEqual(expect.objectContaining({ id: 'evt_20' }));
});

test('a value that all rows share travels once, be it an instant, a text or nothing; one that they do not share is refused', async () => {
	const of = async (rows: object[], same: ('at' | 'caller' | 'answer')[]) => {
		const writes = new Writes();
		writes.insert(onceKeys, rows as ReturnType<typeof key>[], { same });
		await writes.send(sqlOf(db));
	};
	await of([key('key-0030'), key('key-0031', new Date(now))], ['at', 'caller', 'answer']);
	const rows = (await db.select().from(onceKeys)).filter(({ key: name }) => name.startsWith('key-003'));
	expect(rows).toEqual([key('key-0030'), key('key-0031')]);
	await expect(of([key('key-0032'), key('key-0033', later(now, 1))], ['at'])).rejects.toThrow('rows share a value');
	await expect(of([key('key-0034'), { ...key('key-0035'), answer: {} }], ['answer'])).rejects.toThrow('share a value');
});

test('nothing to write asks the database nothing', async () => {
	await expect(new Writes().send(undefined as never)).resolves.toBeUndefined();
});
