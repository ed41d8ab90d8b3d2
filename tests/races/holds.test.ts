import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCounter, preview, type SaleCommand } from '#checkout/server';
import { later, minute } from '#core/time';
import { connect, inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import {
	createVoucher,
	findByCode,
	holdCodes,
	holdForBasket,
	releaseHolds,
	saveVouchersPolicy,
	voidCode
} from '#vouchers/server';
import { voucherCodes, voucherHolds } from '#vouchers/tables';
import { testDatabase } from '../support/database.ts';
import { aDefinition, aKey, anAsk, aSale, line, openShop, testSettings } from '../support/shop.ts';

const { db, url } = await testDatabase();
testSettings(url);
const now = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, now);
const { coffee } = shop.products;
const counter = openCounter(db, () => {});

const aVoucher = (usesPerCode: number | null) =>
	inTransaction(db, async (tx) => {
		const definition = aDefinition({ codeKind: 'shared', usesPerCode });
		const made = await createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, now);
		return (await findByCode(tx, made.sharedCode as string))?.code.id as string;
	});
const hold = (basket: string, codeIds: string[], at = now, caller = 'dev_one') =>
	inTransaction(db, (tx) => holdCodes(tx, { caller, basket, storeId: shop.storeId, codeIds }, at));
const held = (codeId: string) => db.select().from(voucherHolds).where(eq(voucherHolds.codeId, codeId));
const sale = async (codeId: string, change: Partial<SaleCommand> = {}) =>
	({
		...(await aSale(db, shop, anAsk(null, [line('a', coffee)], { rightIds: [codeId] }), now)),
		...change
	}) as SaleCommand;

test('of 60 tills that hold the last use of a code at once, one has it', async () => {
	const codeId = await aVoucher(1);
	const connections = [1, 2, 3].map(() => connect(url, { max: 5 }));
	const answers = await Promise.all(
		Array.from({ length: 60 }, (_, n) =>
			inTransaction((connections[n % 3] as (typeof connections)[number]).db, (tx) =>
				holdCodes(tx, { caller: `dev_${n}`, basket: 'basket-1', storeId: null, codeIds: [codeId] }, now)
			)
		)
	);
	await Promise.all(connections.map((connection) => connection.end()));
	const refusals = answers.flatMap((answer) => [...answer.values()]);
	expect(refusals).toHaveLength(59);
	expect(refusals[0]).toMatchObject({
		code: 'voucher.held_elsewhere',
		details: { heldAt: later(now, 15 * minute).toISOString() }
	});
	expect(await held(codeId)).toHaveLength(1);
});

test('of five uses five baskets hold one each, and others may use what is not held', async () => {
	const codeId = await aVoucher(5);
	for (let n = 0; n < 4; n++) expect((await hold(`basket-${n}`, [codeId])).size).toBe(0);
	expect(await counter.sell(await sale(codeId), now)).toMatchObject({ ok: true });
	expect(await counter.sell(await sale(codeId), now)).toMatchObject({
		ok: false,
		refusal: { code: 'voucher.held_elsewhere' }
	});
	expect((await hold('basket-4', [codeId])).size).toBe(1);
});

test('the sale of the basket uses up what was held for it, a sale elsewhere is refused until then', async () => {
	const codeId = await aVoucher(1);
	const key = aKey();
	await hold(key, [codeId]);
	const other = await sale(codeId);
	const refused = await counter.sell(other, now);
	expect(refused).toMatchObject({ ok: false, refusal: { code: 'voucher.held_elsewhere' } });
	// What the other till sees before it tries.
	const seen = await preview(db, { ask: other.ask, storeId: shop.storeId }, now);
	expect(seen.ok && seen.quote.refused).toMatchObject([{ id: codeId, refusal: { code: 'voucher.held_elsewhere' } }]);
	expect(await counter.sell(await sale(codeId, { caller: 'dev_one', key, fingerprint: null }), now)).toMatchObject({
		ok: true
	});
	expect(await held(codeId)).toEqual([]);
	expect(await counter.sell(await sale(codeId, { fingerprint: null }), now)).toMatchObject({
		ok: false,
		refusal: { code: 'voucher.already_used' }
	});
});

test('a hold ends after a quarter of an hour, is renewed by asking again, and let go with the basket', async () => {
	const codeId = await aVoucher(1);
	await hold('basket-a', [codeId]);
	const soon = later(now, 14 * minute);
	expect((await hold('basket-b', [codeId], soon)).size).toBe(1);
	await hold('basket-a', [codeId], soon);
	expect((await hold('basket-b', [codeId], later(now, 20 * minute))).size).toBe(1);
	await hold('basket-a', [], later(now, 21 * minute));
	expect((await hold('basket-b', [codeId], later(now, 21 * minute))).size).toBe(0);
	expect((await hold('basket-c', [codeId], later(now, 36 * minute))).size).toBe(0);
});

test('whoever may lets go of it at once, and a void code is held by nobody', async () => {
	const codeId = await aVoucher(1);
	await hold('basket-x', [codeId]);
	const released = await inTransaction(db, (tx) => releaseHolds(tx, { codeIds: [codeId] }, byHouse, now));
	expect(released).toEqual({ released: 1 });
	expect((await hold('basket-y', [codeId])).size).toBe(0);
	await inTransaction(db, (tx) => voidCode(tx, { codeId, reason: 'Lost' }, byHouse, now));
	expect(await held(codeId)).toEqual([]);
	await hold('basket-y', [codeId]);
	expect(await held(codeId)).toEqual([]);
});

test('a code without a limit is not held: there is always one more', async () => {
	const codeId = await aVoucher(null);
	expect((await hold('basket-z', [codeId])).size).toBe(0);
	expect(await held(codeId)).toEqual([]);
	expect((await db.select().from(voucherCodes).where(eq(voucherCodes.id, codeId)))[0]?.usesLeft).toBeNull();
});

test('a basket keeps its voucher as long as the house says', async () => {
	const codeId = await aVoucher(1);
	const house = (holdMinutes: number, version: number) =>
		inTransaction(db, (tx) => saveVouchersPolicy(tx, { policy: { holdMinutes }, version }, byHouse, now));
	for (const wrong of [0, -1, 1.5, 1441, Number.NaN])
		await expect(house(wrong, 0)).rejects.toMatchObject({ code: 'voucher.hold_minutes_form' });
	const { version } = await house(40, 0);
	await expect(house(50, 0)).rejects.toMatchObject({ code: 'voucher.policy_changed', details: { version } });
	await hold('basket-a', [codeId]);
	expect((await hold('basket-b', [codeId], later(now, 39 * minute))).size).toBe(1);
	expect((await hold('basket-b', [codeId], later(now, 40 * minute))).size).toBe(0);
	await house(15, version);
});

const anAsking = fc.record({
	basket: fc.constantFrom('basket-a', 'basket-a', 'basket-b', 'basket-c', 'basket-d'),
	codes: fc.subarray([0, 1, 2, 3])
});

test('baskets that ask at once are answered as one by one, and hold the same', async () => {
	let refused = 0;
	await fc.assert(
		fc.asyncProperty(fc.array(anAsking, { minLength: 2, maxLength: 8 }), async (asks) => {
			const worlds = [aKey(), aKey()].map(async (caller) => ({
				caller,
				ids: [await aVoucher(1), await aVoucher(1), await aVoucher(2), await aVoucher(null)]
			}));
			const [one, all] = (await Promise.all(worlds)) as [Awaited<(typeof worlds)[0]>, Awaited<(typeof worlds)[0]>];
			const at = (place: number) => later(now, place * minute);
			const asked = ({ caller, ids }: typeof one, { basket, codes }: (typeof asks)[number]) => ({
				caller,
				basket,
				storeId: shop.storeId,
				codeIds: codes.map((code) => ids[code] as string)
			});
			const told = ({ ids }: typeof one, answer: Awaited<ReturnType<typeof holdForBasket>>) =>
				[...answer].map(([id, { code, details }]) => `${ids.indexOf(id)} ${code} ${JSON.stringify(details)}`).sort();
			const left = async ({ caller, ids }: typeof one) =>
				(await db.select().from(voucherHolds).where(eq(voucherHolds.caller, caller)))
					.map(({ codeId, basket, untilAt }) => `${ids.indexOf(codeId)} ${basket} ${untilAt.toISOString()}`)
					.sort();
			const expected: unknown[] = [];
			for (const [place, ask] of asks.entries())
				expected.push(told(one, await inTransaction(db, (tx) => holdCodes(tx, asked(one, ask), at(place)))));
			const answers = await Promise.all(asks.map((ask, place) => holdForBasket(db, asked(all, ask), at(place))));
			expect(answers.map((answer) => told(all, answer))).toEqual(expected);
			expect(await left(all)).toEqual(await left(one));
			refused += answers.filter((answer) => answer.size > 0).length;
		}),
		{ numRuns: 40 }
	);
	expect(refused).toBeGreaterThan(0);
}, 60_000);
