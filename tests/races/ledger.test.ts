import { describe, expect, test } from 'vitest';
import { newId } from '#core/ids';
import { moneyOf, openBook, pointsOf } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { testDatabase } from '../support/database.ts';

const { db } = await testDatabase({ max: 40 });
const now = new Date('2026-03-01T10:00:00.000Z');

describe('many at once', () => {
	test('two hundred first purchases of one new member are all counted', async () => {
		const ownerId = newId('member', now);
		await Promise.all(
			Array.from({ length: 200 }, (_, i) =>
				inTransaction(db, async (tx) => {
					const book = await openBook(tx, [ownerId], now, { lock: true });
					book.earn({
						ownerId,
						points: i + 1,
						potDays: null,
						endsAt: null,
						maturesAt: null,
						reason: 'earned',
						ref: `r${i}`
					});
					await book.write(tx);
				})
			)
		);
		expect((await pointsOf(db, [ownerId], now)).get(ownerId)?.spendable).toBe(20_100);
	});

	test('two hundred charges never overdraw a gift card, and every cent that fits is charged', async () => {
		const ownerId = newId('giftCard', now);
		const post = { ownerId, name: 'money', unit: 'EUR', reason: 'charged', ref: null, counterName: 'giftcards' };
		await inTransaction(db, async (tx) => {
			const book = await openBook(tx, [ownerId], now, { lock: true });
			book.openAccount(post);
			book.credit({ ...post, amount: 5_000 });
			await book.write(tx);
		});
		const answers = await Promise.all(
			Array.from({ length: 200 }, () =>
				inTransaction(db, async (tx) => {
					const book = await openBook(tx, [ownerId], now, { lock: true });
					const answer = book.debit({ ...post, amount: 100 });
					await book.write(tx);
					return answer.ok;
				})
			)
		);
		expect(answers.filter(Boolean)).toHaveLength(50);
		expect((await moneyOf(db, [ownerId], now)).get(ownerId)).toMatchObject({ balance: 0 });
	});
});
