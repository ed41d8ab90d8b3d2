import { expect, test } from 'vitest';
import { isRefusal } from '#core/refusal';
import { testDatabase } from '../../tests/support/database.ts';
import { inTransaction } from './db.server.ts';
import { hashOf, once } from './once.server.ts';

const { db } = await testDatabase({ max: 20 });
const now = new Date('2026-03-01T10:00:00Z');

const run = (key: string, input: unknown, work: () => Promise<unknown>, caller = 'dev_1') =>
	inTransaction(db, (tx) => once(tx, { caller, key, input, now }, work));

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
	try {
		await promise;
		return 'no refusal';
	} catch (error) {
		return isRefusal(error) ? error.code : String(error);
	}
};

test('the same command twice is done once and answered twice', async () => {
	let done = 0;
	const work = async () => ({ number: ++done, nothing: null });
	expect(await run('key-00001', { a: 1 }, work)).toEqual({ answer: { number: 1, nothing: null }, replayed: false });
	expect(await run('key-00001', { a: 1 }, work)).toEqual({ answer: { number: 1, nothing: null }, replayed: true });
	expect(done).toBe(1);
});

test('thirty at the same time are done once', async () => {
	let done = 0;
	const answers = await Promise.all(
		Array.from({ length: 30 }, () => run('key-00002', {}, async () => ({ number: ++done })))
	);
	expect(done).toBe(1);
	expect(answers.filter((one) => !one.replayed)).toHaveLength(1);
	for (const { answer } of answers) expect(answer).toEqual({ number: 1 });
});

test('a key with other input is refused, and belongs to its caller alone', async () => {
	await run('key-00003', { amount: 1 }, async () => 'first');
	expect(await codeOf(run('key-00003', { amount: 2 }, async () => 'second'))).toBe('key.reused');
	expect(await run('key-00003', { amount: 2 }, async () => 'of another', 'dev_2')).toMatchObject({ replayed: false });
});

test('a command that failed keeps no key', async () => {
	const failing = run('key-00004', {}, async () => {
		throw new Error('no');
	});
	await expect(failing).rejects.toThrow('no');
	expect(await run('key-00004', { other: true }, async () => 'later')).toEqual({ answer: 'later', replayed: false });
});

test.each(['', 'short', 'a'.repeat(65), 'with blank 1', 'läuft-nicht', 'key;drop-table'])(
	'the key “%s” is malformed',
	async (key) => {
		expect(await codeOf(run(key, {}, async () => null))).toBe('key.malformed');
	}
);

test('the order of an input’s fields does not make it another input', () => {
	expect(hashOf({ a: 1, b: { c: [1, 2], d: undefined } })).toBe(hashOf({ b: { c: [1, 2] }, a: 1 }));
	expect(hashOf({ a: [1, 2] })).not.toBe(hashOf({ a: [2, 1] }));
});
