import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { undoSales } from '#checkout/server';
import { newCode } from '#core/codes';
import { newId } from '#core/ids';
import type { ReceiptView, ReturnReason } from '#purchases';
import { blindReturns, returns } from '#purchases/tables';
import { day, later } from '#core/time';
import { cardRules, issue, saveCardRules } from '#giftcards/server';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { createStore } from '#stores/server';
import { assign, createVoucher } from '#vouchers/server';
import { testDatabase } from '../../../tests/support/database.ts';
import {
	aDefinition,
	aKey,
	aMember,
	anAsk,
	aSale,
	line,
	openShop,
	sell,
	type Shop,
	testSettings
} from '../../../tests/support/shop.ts';
import { countMiss, missesUntilAlarm } from '../giftcards/code-tries.server.ts';
import { lastCodesTried } from './alarms.server.ts';
import { listReceipts, todayOf, totalReceipts } from './server.ts';

const { db, url } = await testDatabase();
const now = new Date('2026-06-16T13:00:00Z');
const nextDay = later(now, day);
const everything = { storeId: null, fromDay: null, toDay: null, memberId: null, number: null };
const figures = async (at: Date) => (await todayOf(db, { storeId: null, days: 14 }, at)).today;

let shop: Shop;
let kept: ReceiptView;
let returned: ReceiptView;

async function sale(memberId: string, cents: number, wish = {}): Promise<ReceiptView> {
	const result = await sell(db, await aSale(db, shop, anAsk(memberId, [line('a', cents)], wish), now), now);
	if (!result.ok) throw new Error(result.refusal.code);
	return result.receipt;
}

async function takeBack(receiptId: string, quantity: number, at: Date) {
	const command = { caller: 'dev_test', key: aKey(), storeId: shop.storeId, deviceId: null, staffId: null };
	const lines = [{ position: 0, quantity }];
	const [answer] = await inTransaction(db, (tx) => undoSales(tx, [{ ...command, receiptId, lines, reason: null }], at));
	if (!answer?.result.ok) throw new Error('was not returned');
}

beforeAll(async () => {
	testSettings(url);
	shop = await openShop(db, later(now, -day));
	const ann = await aMember(db, later(now, -day));
	let codeId = '';
	let cardId = '';
	await inTransaction(db, async (tx) => {
		const definition = aDefinition({ holding: 'assigned' });
		const { id } = await createVoucher(
			tx,
			{ definition, currency: 'EUR', sharedCode: null },
			byHouse,
			later(now, -day)
		);
		const [given] = await assign(tx, { voucherId: id, memberIds: [ann] }, byHouse, later(now, -day));
		codeId = given && 'codeId' in given ? given.codeId : '';
		const card = { cents: 2000, currency: 'EUR', memberId: ann, active: true, expiresAt: null };
		const [made] = await issue(tx, [card], later(now, -day));
		cardId = made?.ok ? made.id : '';
	});
	kept = await sale(ann, 5000);
	returned = await sale(ann, 3000, { rightIds: [codeId], giftCards: [{ id: cardId, cents: 1000 }] });
});

describe('a day with a return', () => {
	it('counts everything before goods come back', async () => {
		expect(await figures(now)).toMatchObject({
			salesCents: 5000 + 2700,
			returnsCents: 0,
			receipts: 2,
			averageCents: 3850,
			pointsEarned: kept.pointsEarned + returned.pointsEarned,
			vouchersRedeemed: 1,
			voucherCents: 300,
			giftCardsChargedCents: 1000
		});
		expect(await totalReceipts(db, everything)).toMatchObject({ totalCents: 7700, returnedCents: 0 });
	});

	it('counts nothing of a sale that came back whole, save that it was made', async () => {
		expect(returned.pointsEarned).toBeGreaterThan(0);
		await takeBack(returned.id, 1000, now);
		expect(await figures(now)).toEqual({
			salesCents: 5000,
			returnsCents: 2700,
			receipts: 2,
			averageCents: 2500,
			pointsEarned: kept.pointsEarned,
			pointsSpent: 0,
			vouchersRedeemed: 0,
			voucherCents: 0,
			giftCardsIssued: 0,
			giftCardsIssuedCents: 0,
			giftCardsChargedCents: 0,
			membersJoined: 0
		});
	});

	it('has an average basket that is its sales by its receipts, and the list of receipts the same sum', async () => {
		const { salesCents, receipts, averageCents } = await figures(now);
		expect(averageCents).toBe(salesCents / receipts);
		const totals = await totalReceipts(db, everything);
		expect(totals).toMatchObject({ receipts, totalCents: salesCents, returnedCents: 2700 });
		const rows = (await listReceipts(db, { filter: everything })).items;
		expect(rows.reduce((sum, row) => sum + row.totalCents - row.returnedCents, 0)).toBe(totals.totalCents);
	});

	it('bears the returns of goods that were bought earlier, and leaves the earlier day’s sales as they were', async () => {
		await takeBack(kept.id, 500, nextDay);
		expect(await figures(nextDay)).toMatchObject({
			salesCents: -2500,
			returnsCents: 2500,
			receipts: 0,
			averageCents: null
		});
		const { days } = await todayOf(db, { storeId: null, days: 14 }, nextDay);
		expect(days.at(-2)).toMatchObject({ salesCents: 5000, receipts: 2 });
		// The list asks for receipts, not for days: there the return belongs to its receipt.
		expect(await totalReceipts(db, everything)).toMatchObject({ totalCents: 2500, returnedCents: 5200 });
	});
});

describe('figures of one who sees a part of the house', () => {
	it('leave out what is outstanding in all of it', async () => {
		const of = async (within: string[] | null) =>
			(await todayOf(db, { storeId: null, within, days: 14 }, now)).outstanding;
		expect(await of([shop.storeId])).toBeNull();
		expect(await of(null)).toMatchObject({ giftCards: 1 });
	});
});

describe('gift cards sold at the till', () => {
	it('are no turnover in any currency: not of the day, and not in the total of the list', async () => {
		const swiss = await inTransaction(db, (tx) =>
			createStore(tx, { name: 'Alp', city: 'Basel', timeZone: 'Europe/Zurich', currency: 'CHF' }, later(now, -day))
		);
		const at = later(now, 3 * day);
		const limits = { leastCents: 500, mostCents: 20_000, amounts: [], highestCents: null, pinFromCents: null };
		const terms = (currency: string) => ({ currency, ...limits });
		await inTransaction(db, async (tx) => {
			const { rules, version } = await cardRules(tx);
			await saveCardRules(tx, { rules: { ...rules, terms: [terms('EUR'), terms('CHF')] }, version }, byHouse, at);
		});
		const before = await totalReceipts(db, everything);
		for (const [currency, storeId] of [
			['EUR', shop.storeId],
			['CHF', swiss.id]
		] as const) {
			const wish = { cents: 0, currency, memberId: null, active: false, expiresAt: null };
			const [card] = await inTransaction(db, (tx) => issue(tx, [wish], at));
			const giftCard = { deed: 'activated' as const, id: card?.ok ? card.id : '' };
			const lines = [line('a', 400), { ...line('card', 2500), giftCard }];
			const ask = anAsk(null, lines, { basket: { currency, lines } });
			const sold = await sell(db, await aSale(db, shop, ask, at, { storeId }), at);
			if (!sold.ok) throw new Error(`${currency}: ${sold.refusal.code}`);
			expect(sold.receipt).toMatchObject({ totalCents: 2900, cardsSoldCents: 2500 });
		}
		const { today, otherCurrencies } = await todayOf(db, { storeId: null, days: 14 }, at);
		expect(today).toMatchObject({ salesCents: 400, receipts: 1 });
		expect(otherCurrencies).toEqual([{ currency: 'CHF', receipts: 1, salesCents: 400 }]);
		expect((await totalReceipts(db, everything)).totalCents).toBe(before.totalCents + 400);
	});
});

describe('codes of gift cards that somebody tries', () => {
	it('stand on the first page for a day, with how often the alarm was raised', async () => {
		const at = later(now, 5 * day);
		expect(await lastCodesTried(db, at)).toBeNull();
		for (let i = 0; i <= missesUntilAlarm.perAddress; i++) await countMiss({ db, ip: '203.0.113.9' }, at);
		for (let i = 0; i <= missesUntilAlarm.perAddress; i++)
			await countMiss({ db, ip: '203.0.113.8' }, later(at, 60_000));
		expect(await lastCodesTried(db, later(at, 90_000))).toEqual({ at: later(at, 60_000), times: 2 });
		expect(await lastCodesTried(db, later(at, 2 * day))).toBeNull();
	});
});

describe('what came back', () => {
	it('is told by reason, with and without receipts, in the days and the stores that are asked for', async () => {
		const blind = (reasonKind: ReturnReason, totalCents: number, storeId: string, happenedAt: Date) => ({
			...{ id: newId('blindReturn'), number: newCode('receipt'), storeId, currency: 'EUR', reasonKind, happenedAt },
			...{ totalCents, refundCents: totalCents, giftCardCents: 0 }
		});
		const third = later(nextDay, day);
		await db
			.insert(blindReturns)
			.values([
				blind('faulty', 700, shop.storeId, third),
				blind('faulty', 300, shop.otherStoreId, third),
				blind('unwanted', 400, shop.storeId, later(third, -20 * day))
			]);
		await db.update(returns).set({ reasonKind: 'faulty' }).where(eq(returns.receiptId, kept.id));
		const told = async (storeId: string | null, days: number) =>
			(await todayOf(db, { storeId, days }, third)).returned.map((row) => Object.values(row));
		expect(await told(null, 14)).toEqual([
			['faulty', 3, 3500, 2, 1000],
			[null, 1, 2700, 0, 0]
		]);
		expect(await told(shop.otherStoreId, 14)).toEqual([['faulty', 1, 300, 1, 300]]);
		expect((await told(null, 30)).map(([reason]) => reason)).toEqual(['faulty', null, 'unwanted']);
		expect(await told(null, 1)).toEqual([['faulty', 2, 1000, 2, 1000]]);
		expect(await figures(third)).toMatchObject({ salesCents: -1000, returnsCents: 1000 });
	});
});
