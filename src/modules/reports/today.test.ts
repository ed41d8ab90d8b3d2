import { beforeAll, describe, expect, it } from 'vitest';
import { undoSales } from '#checkout/server';
import type { ReceiptView } from '#purchases';
import { day, later } from '#core/time';
import { issue } from '#giftcards/server';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
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
