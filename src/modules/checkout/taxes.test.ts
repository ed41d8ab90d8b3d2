import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { audit } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { taxesBack, type ReceiptView } from '#purchases';
import { getReceipt, purchaseChecks } from '#purchases/server';
import { createTaxClass } from '#stores/server';
import { products, stores, taxClasses } from '#stores/tables';
import { testDatabase } from '../../../tests/support/database.ts';
import { aKey, aMember, anAsk, aSale, line, openShop, sell, testSettings } from '../../../tests/support/shop.ts';
import { quoteBlind } from './blind.server.ts';
import { undoSales } from './server.ts';

const { db, url } = await testDatabase();
testSettings(url);
const now = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, now);
const { coffee, bread } = shop.products;
const [full, food] = await inTransaction(db, async (tx) => {
	const made = [
		await createTaxClass(tx, { name: 'Full', ratePcm: 8_875, ordinary: true }, now),
		await createTaxClass(tx, { name: 'Food', ratePcm: 7_000, ordinary: false }, now)
	] as const;
	await tx.update(products).set({ taxClassId: made[1].id }).where(eq(products.id, bread.id));
	await tx.update(stores).set({ pricesIncludeTax: false }).where(eq(stores.id, shop.otherStoreId));
	return made;
});

async function buy(storeId: string, quantity = 3000): Promise<ReceiptView> {
	const ask = anAsk(await aMember(db, now), [line('a', coffee), line('b', bread, quantity), line('c', 1000)]);
	const result = await sell(db, await aSale(db, shop, ask, now, { storeId }), now);
	if (!result.ok) throw new Error(result.refusal.code);
	return result.receipt;
}

async function bringBack(receipt: ReceiptView, lines: 'everything' | { position: number; quantity: number }[]) {
	const command = { caller: 'dev_1', key: aKey(), storeId: receipt.storeId, deviceId: null, staffId: null };
	const [answer] = await inTransaction(db, (tx) =>
		undoSales(tx, [{ ...command, receiptId: receipt.id, lines, reason: null }], now)
	);
	if (!answer?.result.ok || !('given' in answer.result)) throw new Error('refused');
	return answer.result.given;
}
const allIsWell = async () => expect((await audit(db, { also: purchaseChecks })).findings).toEqual([]);

test('a receipt tells its taxes by class, as they were that day', async () => {
	const { id, totalCents, taxAddedCents, taxes, lines } = await buy(shop.storeId);
	// 350 and 1000 × 8.875 ÷ 108.875, 1560 × 7 ÷ 107
	expect([totalCents, taxAddedCents, lines.map(({ taxCents }) => taxCents)]).toEqual([2910, 0, [29, 102, 82]]);
	const told = [
		{ id: full.id, name: 'Full', pcm: 8_875, included: true, netCents: 1239, cents: 111 },
		{ id: food.id, name: 'Food', pcm: 7_000, included: true, netCents: 1458, cents: 102 }
	];
	expect(taxes).toEqual(told);
	await db.update(taxClasses).set({ ratePcm: 5_000, name: 'Less' }).where(eq(taxClasses.id, food.id));
	expect((await getReceipt(db, id)).taxes).toEqual(told);
	await db.update(taxClasses).set({ ratePcm: 7_000, name: 'Food' }).where(eq(taxClasses.id, food.id));
	await allIsWell();
});

test('where prices do not contain it, the tax is paid on top and comes back with the goods, to the cent', async () => {
	const receipt = await buy(shop.otherStoreId);
	expect(receipt).toMatchObject({ listCents: 2910, taxAddedCents: 31 + 109 + 89, totalCents: 3139, toPayCents: 3139 });
	const returns = [];
	for (let piece = 0; piece < 3; piece++) returns.push(await bringBack(receipt, [{ position: 1, quantity: 1000 }]));
	expect(returns.map(({ refundCents, lines }) => [refundCents, lines[0]?.taxCents])).toEqual([
		[556, 36],
		[556, 36],
		[557, 37]
	]);
	const rest = await bringBack(receipt, 'everything');
	expect(taxesBack(receipt, rest)).toEqual([
		{ id: full.id, name: 'Full', pcm: 8_875, included: false, netCents: 1350, cents: 120 }
	]);
	expect(rest.refundCents).toBe(1470);
	await allIsWell();
});

test('goods without their receipt bring the tax back that was paid beside their price', async () => {
	const quoted = async (storeId: string) =>
		(await quoteBlind(db, { storeId, lines: [{ productId: bread.id, quantity: 2000, unitCents: null }] }, now))
			.totalCents;
	expect([await quoted(shop.storeId), await quoted(shop.otherStoreId)]).toEqual([1040, 1113]);
});
