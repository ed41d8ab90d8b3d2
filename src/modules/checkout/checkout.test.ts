import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { day, later } from '#core/time';
import { issue } from '#giftcards/server';
import { audit, moneyOf, pointsOf } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { onceKeys } from '../../platform/once.tables.server.ts';
import { memberFigures, receipts } from '#purchases/tables';
import { voucherCodes } from '#vouchers/tables';
import { createVoucher, findByCode } from '#vouchers/server';
import { testDatabase } from '../../../tests/support/database.ts';
import {
	aDefinition,
	aKey,
	aMember,
	anAsk,
	aSale,
	line,
	openShop,
	percent,
	sell,
	testSettings
} from '../../../tests/support/shop.ts';
import type { ReceiptView } from '#purchases';
import { commitSales, previewReturn, undoSales, type ReturnCommand, type SaleCommand } from './server.ts';
import type { ReturnResult, SaleResult } from './index.ts';

const { db, url } = await testDatabase();
testSettings(url);
const now = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, now);
const { coffee, tea, bread, cheese, deposit } = shop.products;

const sold = (result: SaleResult): ReceiptView => {
	if (!result.ok) throw new Error(`refused: ${result.refusal.code} ${JSON.stringify(result.refusal.details)}`);
	return result.receipt;
};
const refusedWith = (result: SaleResult | ReturnResult): string => (result.ok ? 'no refusal' : result.refusal.code);
const buy = async (ask: Parameters<typeof aSale>[2], at = now) =>
	sold(await sell(db, await aSale(db, shop, ask, at), at));
const points = async (memberId: string, at = now) => (await pointsOf(db, [memberId], at)).get(memberId);
const giveBack = async (receiptId: string, lines: ReturnCommand['lines'], at = now, key = aKey()) => {
	const command = {
		caller: 'dev_test',
		key,
		storeId: shop.storeId,
		deviceId: 'dev_test',
		staffId: null,
		receiptId,
		lines,
		reason: null
	};
	const [answer] = await inTransaction(db, (tx) => undoSales(tx, [command], at));
	return (answer as { result: ReturnResult }).result;
};
const given = (result: ReturnResult) => {
	if (!result.ok) throw new Error(`refused: ${result.refusal.code}`);
	return result.given;
};

async function aVoucher(effect = percent(10), wish: Partial<{ usesPerCode: number; usesPerMember: number }> = {}) {
	return inTransaction(db, async (tx) => {
		const definition = aDefinition({
			title: 'Test voucher',
			effect,
			codeKind: 'shared',
			usesPerMember: wish.usesPerMember ?? null,
			usesPerCode: wish.usesPerCode ?? null
		});
		const made = await createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, now);
		const found = await findByCode(tx, made.sharedCode as string);
		return found?.code.id as string;
	});
}

async function aCard(cents: number): Promise<string> {
	const command = { cents, currency: 'EUR', memberId: null, active: true, expiresAt: null };
	const [card] = await inTransaction(db, (tx) => issue(tx, [command], now));
	if (!card?.ok) throw new Error('no card');
	return card.id;
}
const money = async (cardId: string) => (await moneyOf(db, [cardId], now)).get(cardId)?.available;

describe('a sale', () => {
	test('earns points on what was paid, by line, and leaves out what does not earn', async () => {
		const member = await aMember(db, now);
		const receipt = await buy(anAsk(member, [line('a', coffee), line('b', cheese, 250), line('c', deposit, 4000)]));
		expect(receipt).toMatchObject({ listCents: 350 + 623 + 100, totalCents: 1073, toPayCents: 1073, pointsEarned: 9 });
		expect(receipt.lines.map((one) => one.pointsEarned).reduce((a, b) => a + b)).toBe(9);
		expect(receipt.lines[2]?.pointsEarned).toBe(0);
		expect(await points(member)).toMatchObject({ spendable: 9, pending: 0, debt: 0 });
	});

	test('takes points, a voucher and a part from a gift card in one go, and what is left is to pay', async () => {
		const member = await aMember(db, now);
		await buy(anAsk(member, [line('a', 50_000)]));
		const [codeId, cardId] = [await aVoucher(percent(20), { usesPerCode: 1 }), await aCard(500)];
		const receipt = await buy(
			anAsk(member, [line('a', bread, 3000)], {
				rightIds: [codeId],
				points: 200,
				giftCards: [{ id: cardId, cents: null }]
			})
		);
		expect(receipt).toMatchObject({
			listCents: 1560,
			discountCents: 312,
			totalCents: 1248,
			pointsSpent: 200,
			pointsPaidCents: 200,
			giftCardCents: 500,
			toPayCents: 548
		});
		expect(await money(cardId)).toBe(0);
		expect(await points(member)).toMatchObject({ spendable: 500 - 200 + receipt.pointsEarned });
		const [code] = await db.select().from(voucherCodes).where(eq(voucherCodes.id, codeId));
		expect(code?.usesLeft).toBe(0);
	});

	test('reads back exactly as it was answered', async () => {
		const member = await aMember(db, now);
		const command = await aSale(db, shop, anAsk(member, [line('a', coffee), line('b', tea, 2000)]), now);
		const first = sold(await sell(db, command, now));
		const again = await sell(db, command, later(now, day));
		expect(again).toEqual({ ok: true, receipt: first, replayed: true });
	});

	test('of a guest belongs to an anonymous member made for it', async () => {
		const receipt = await buy(anAsk(null, [line('a', coffee)]));
		expect(receipt.memberJoined).toBe(false);
		expect(await points(receipt.memberId)).toMatchObject({ spendable: 3 });
	});

	test('adds to the figures of its member', async () => {
		const member = await aMember(db, now);
		await buy(anAsk(member, [line('a', 1000)]));
		await buy(anAsk(member, [line('a', 500)]), later(now, day));
		const [figures] = await db.select().from(memberFigures).where(eq(memberFigures.memberId, member));
		expect(figures).toMatchObject({ visits: 2, spentCents: 1500, firstAt: now, lastAt: later(now, day) });
	});
});

describe('a refusal changes nothing', () => {
	test('when the key comes with another basket', async () => {
		const member = await aMember(db, now);
		const command = await aSale(db, shop, anAsk(member, [line('a', coffee)]), now);
		await sell(db, command, now);
		const other = await aSale(db, shop, anAsk(member, [line('a', tea)]), now, { key: command.key });
		expect(refusedWith(await sell(db, other, now))).toBe('key.reused');
		expect(await points(member)).toMatchObject({ spendable: 3 });
	});

	test('when facts changed since the preview, and the new quote comes along', async () => {
		const member = await aMember(db, now);
		const codeId = await aVoucher(percent(50), { usesPerCode: 1 });
		const stale = await aSale(db, shop, anAsk(member, [line('a', coffee)], { rightIds: [codeId] }), now);
		await sell(db, await aSale(db, shop, anAsk(null, [line('a', coffee)], { rightIds: [codeId] }), now), now);
		const answer = await sell(db, stale, now);
		expect(answer).toMatchObject({
			ok: false,
			refusal: { code: 'voucher.already_used' },
			now: { quote: { totalCents: 350 } }
		});
		const priced = await aSale(db, shop, anAsk(member, [line('a', coffee)]), now);
		const repriced = await sell(db, { ...priced, ask: anAsk(member, [line('a', tea)]) }, now);
		expect(repriced).toMatchObject({
			ok: false,
			refusal: { code: 'quote.stale' },
			now: { quote: { totalCents: 290 } }
		});
		expect(await points(member)).toMatchObject({ spendable: 0 });
	});

	test.each([
		['an unknown member', () => anAsk('mem_0000000000000000000000', [line('a', coffee)]), 'member.unknown'],
		['an empty basket', () => anAsk(null, []), 'basket.empty'],
		['an amount below zero', () => anAsk(null, [line('a', -500)]), 'basket.amount_invalid'],
		[
			'an unknown product',
			() => anAsk(null, [line('a', { id: 'prd_0000000000000000000000', cents: 1 })]),
			'basket.product_unknown'
		],
		['points of nobody', () => anAsk(null, [line('a', coffee)], { points: 100 }), 'points.no_member'],
		[
			'an unknown card',
			() => anAsk(null, [line('a', coffee)], { giftCards: [{ id: 'gft_0', cents: null }] }),
			'gift_card.unknown'
		]
	])('%s', async (_, ask, code) => {
		const before = await db.select({ n: sql<number>`count(*)::int` }).from(receipts);
		expect(refusedWith(await sell(db, await aSale(db, shop, ask(), now), now))).toBe(code);
		expect(await db.select({ n: sql<number>`count(*)::int` }).from(receipts)).toEqual(before);
	});

	test('and keeps no key, so that the same try may succeed later', async () => {
		const cardId = await aCard(100);
		const ask = anAsk(null, [line('a', coffee)], { giftCards: [{ id: cardId, cents: 300 }] });
		const command = await aSale(db, shop, ask, now);
		expect(refusedWith(await sell(db, command, now))).toBe('gift_card.too_little');
		expect(await db.select().from(onceKeys).where(eq(onceKeys.key, command.key))).toEqual([]);
	});
});

describe('a batch', () => {
	test('answers each as if it stood alone: later ones see what earlier ones took', async () => {
		const [codeId, cardId] = [await aVoucher(percent(10), { usesPerCode: 2 }), await aCard(500)];
		const commands = await Promise.all(
			Array.from({ length: 4 }, async (): Promise<SaleCommand> => {
				const ask = anAsk(null, [line('a', coffee)], { rightIds: [codeId], giftCards: [{ id: cardId, cents: 200 }] });
				return aSale(db, shop, ask, now);
			})
		);
		const results = await inTransaction(db, (tx) => commitSales(tx, commands, now));
		expect(results.map(refusedWith)).toEqual([
			'no refusal',
			'no refusal',
			'gift_card.too_little',
			'gift_card.too_little'
		]);
		expect(await money(cardId)).toBe(100);
	});

	test('gives the same key twice one receipt', async () => {
		const command = await aSale(db, shop, anAsk(null, [line('a', coffee)]), now);
		const [first, second] = await inTransaction(db, (tx) => commitSales(tx, [command, command], now));
		expect(second).toEqual({ ...first, replayed: true });
	});

	test('holds a limit per member inside itself', async () => {
		const member = await aMember(db, now);
		const codeId = await aVoucher(percent(10), { usesPerMember: 1 });
		const ask = anAsk(member, [line('a', coffee)], { rightIds: [codeId] });
		const commands = [await aSale(db, shop, ask, now), await aSale(db, shop, ask, now)];
		const results = await inTransaction(db, (tx) => commitSales(tx, commands, now));
		expect(results.map(refusedWith)).toEqual(['no refusal', 'voucher.used_by_member']);
	});
});

describe('a return', () => {
	test('of everything puts everybody where they were', async () => {
		const member = await aMember(db, now);
		await buy(anAsk(member, [line('a', 30_000)]));
		const [codeId, cardId] = [await aVoucher(percent(10), { usesPerCode: 1 }), await aCard(800)];
		const before = await points(member);
		const receipt = await buy(
			anAsk(member, [line('a', bread, 2000), line('b', coffee)], {
				rightIds: [codeId],
				points: 100,
				giftCards: [{ id: cardId, cents: null }]
			})
		);
		const shown = given(
			await inTransaction(db, (tx) => previewReturn(tx, { ...returnOf(receipt.id), key: 'preview-1' }, now))
		);
		const back = given(await giveBack(receipt.id, 'everything'));
		expect(back).toMatchObject({
			totalCents: receipt.totalCents,
			refundCents: receipt.toPayCents,
			giftCardCents: receipt.giftCardCents,
			pointsGivenBack: 100,
			pointsTakenBack: receipt.pointsEarned,
			pointsOwed: 0
		});
		// A preview draws names that are never used.
		expect({ ...shown, id: back.id, number: back.number }).toEqual(back);
		expect(await money(cardId)).toBe(800);
		expect(await points(member)).toMatchObject({ spendable: before?.spendable, debt: 0 });
		const [code] = await db.select().from(voucherCodes).where(eq(voucherCodes.id, codeId));
		expect(code?.usesLeft).toBe(1);
	});

	const returnOf = (receiptId: string) => ({
		caller: 'dev_test',
		storeId: shop.storeId,
		deviceId: null,
		staffId: null,
		receiptId,
		lines: 'everything' as const,
		reason: null
	});

	test('by line and in portions adds up to the receipt, and never more than was sold comes back', async () => {
		const member = await aMember(db, now);
		const receipt = await buy(anAsk(member, [line('a', bread, 3000), line('b', cheese, 333)]));
		const portions = [
			given(await giveBack(receipt.id, [{ position: 0, quantity: 1000 }])),
			given(
				await giveBack(receipt.id, [
					{ position: 0, quantity: 1000 },
					{ position: 1, quantity: 100 }
				])
			),
			given(await giveBack(receipt.id, 'everything'))
		];
		const total = (figure: 'totalCents' | 'refundCents' | 'pointsTakenBack') =>
			portions.reduce((sum, portion) => sum + portion[figure], 0);
		expect([total('totalCents'), total('refundCents'), total('pointsTakenBack')]).toEqual([
			receipt.totalCents,
			receipt.toPayCents,
			receipt.pointsEarned
		]);
		expect(refusedWith(await giveBack(receipt.id, 'everything'))).toBe('return.nothing_left');
		expect(refusedWith(await giveBack(receipt.id, [{ position: 0, quantity: 1 }]))).toBe('return.nothing_left');
	});

	test('of points that were spent already leaves a visible debt, which later points pay first', async () => {
		const member = await aMember(db, now);
		const big = await buy(anAsk(member, [line('a', 30_000)]));
		await buy(anAsk(member, [line('a', 25_000)], { points: 300 }));
		const owned = (await points(member))?.spendable ?? 0;
		const back = given(await giveBack(big.id, 'everything'));
		expect(back.pointsOwed).toBe(300 - owned);
		expect(await points(member)).toMatchObject({ spendable: 0, debt: 300 - owned });
		await buy(anAsk(member, [line('a', 10_000)]));
		expect(await points(member)).toMatchObject({ debt: 0, spendable: 100 - (300 - owned) });
	});

	test('gives spent points back with their first end', async () => {
		const member = await aMember(db, now);
		await buy(anAsk(member, [line('a', 10_000)]));
		const first = (await points(member))?.lots;
		const spent = await buy(anAsk(member, [line('a', 500)], { points: 100 }), later(now, 30 * day));
		given(await giveBack(spent.id, 'everything', later(now, 60 * day)));
		expect((await points(member, later(now, 60 * day)))?.lots).toEqual(first);
	});

	test('is done once per key', async () => {
		const receipt = await buy(anAsk(null, [line('a', coffee, 2000)]));
		const key = aKey();
		const first = given(await giveBack(receipt.id, [{ position: 0, quantity: 1000 }], now, key));
		const again = await giveBack(receipt.id, [{ position: 0, quantity: 1000 }], now, key);
		expect(again).toEqual({ ok: true, given: first, replayed: true });
		expect(refusedWith(await giveBack(receipt.id, 'everything', now, key))).toBe('key.reused');
	});

	test('of an unknown receipt is refused', async () => {
		expect(refusedWith(await giveBack('rcp_0000000000000000000000', 'everything'))).toBe('receipt.unknown');
	});
});

test('after all this the ledger is clean', async () => {
	expect((await audit(db)).findings).toEqual([]);
});
