import { expect, it } from 'vitest';
import { issue } from '#giftcards/server';
import { inTransaction } from '#platform/db';
import { testDatabase } from '../../../tests/support/database.ts';
import { aKey, aMember, anAsk, aSale, line, openShop, testSettings } from '../../../tests/support/shop.ts';
import { openCounter } from './server.ts';

const { db, url } = await testDatabase();
const now = new Date('2026-03-10T10:00:00Z');

it('a sale and its return tell whoever looks at the member, at the card or at the store', async () => {
	testSettings(url);
	const shop = await openShop(db, now);
	const memberId = await aMember(db, now);
	const command = { cents: 2000, currency: 'EUR', memberId, active: true, expiresAt: null };
	const [card] = await inTransaction(db, (tx) => issue(tx, [command], now));
	if (!card?.ok) throw new Error('was not issued');
	const told: string[][] = [];
	const desk = openCounter(db, (ids) => told.push(ids));

	const ask = anAsk(memberId, [line('a', 500)], { giftCards: [{ id: card.id, cents: 300 }] });
	const sale = await aSale(db, shop, ask, now);
	const sold = await desk.sell(sale, now);
	if (!sold.ok) throw new Error(sold.refusal.code);
	expect(told).toHaveLength(1);
	expect(told[0]?.sort()).toEqual([memberId, card.id, shop.storeId].sort());

	// The same sale again changes nothing, so that nobody is told.
	await desk.sell(sale, now);
	expect(told).toHaveLength(1);

	const { receipt } = sold;
	const { caller, storeId, deviceId, staffId } = sale;
	const back = {
		caller,
		storeId,
		deviceId,
		staffId,
		key: aKey(),
		receiptId: receipt.id,
		lines: 'everything' as const,
		reason: null
	};
	const given = await desk.takeBack(back, now);
	if (!given.ok) throw new Error(given.refusal.code);
	expect(told).toHaveLength(2);
	expect(told[1]?.sort()).toEqual([memberId, card.id, shop.storeId].sort());
});
