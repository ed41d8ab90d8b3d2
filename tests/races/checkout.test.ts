import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openCounter, type SaleCommand } from '#checkout/server';
import type { SaleResult } from '#checkout';
import { issue } from '#giftcards/server';
import { moneyOf, pointsOf } from '#ledger/server';
import { connect, inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { receipts } from '#purchases/tables';
import { createVoucher, findByCode } from '#vouchers/server';
import { voucherCodes, voucherRedemptions } from '#vouchers/tables';
import { testDatabase } from '../support/database.ts';
import { aDefinition, aKey, aMember, anAsk, aSale, line, openShop, testSettings } from '../support/shop.ts';
import { auditHouse } from '#wiring/house-audit.server';

const { db, url } = await testDatabase();
testSettings(url);
const now = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, now);
const { coffee, bread } = shop.products;

/** Three server processes with a counter and a pool each, and shoppers spread over them. */
async function withProcesses<T>(run: (sell: (command: SaleCommand, n: number) => Promise<SaleResult>) => Promise<T>) {
	const connections = [1, 2, 3].map(() => connect(url, { max: 4 }));
	const desks = connections.map((connection) => openCounter(connection.db, () => {}));
	try {
		return await run((command, n) => (desks[n % 3] as (typeof desks)[number]).sell(command, now));
	} finally {
		await Promise.all(connections.map((connection) => connection.end()));
	}
}

const aVoucher = (wish: { usesPerCode?: number; usesPerMember?: number }) =>
	inTransaction(db, async (tx) => {
		const definition = aDefinition({
			title: 'Raced for',
			codeKind: 'shared',
			usesPerMember: wish.usesPerMember ?? null,
			usesPerCode: wish.usesPerCode ?? null
		});
		const made = await createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, now);
		return (await findByCode(tx, made.sharedCode as string))?.code.id as string;
	});

const outcomes = (results: SaleResult[]) => {
	const counts: Record<string, number> = {};
	for (const result of results) {
		const outcome = result.ok ? (result.replayed ? 'replayed' : 'sold') : result.refusal.code;
		counts[outcome] = (counts[outcome] ?? 0) + 1;
	}
	return counts;
};

test('a voucher for one use is redeemed once by 200 shoppers at once', async () => {
	const codeId = await aVoucher({ usesPerCode: 1 });
	const ask = anAsk(null, [line('a', coffee)], { rightIds: [codeId] });
	const command = await aSale(db, shop, ask, now);
	const results = await withProcesses((sell) =>
		Promise.all(Array.from({ length: 200 }, (_, n) => sell({ ...command, key: aKey() }, n)))
	);
	expect(outcomes(results)).toEqual({ sold: 1, 'voucher.already_used': 199 });
	expect((await db.select().from(voucherCodes).where(eq(voucherCodes.id, codeId)))[0]?.usesLeft).toBe(0);
	expect(await db.select().from(voucherRedemptions).where(eq(voucherRedemptions.codeId, codeId))).toHaveLength(1);
});

test('a shared code with 37 uses is redeemed 37 times, and each member at most twice', async () => {
	const codeId = await aVoucher({ usesPerCode: 37, usesPerMember: 2 });
	const members = await Promise.all(Array.from({ length: 25 }, () => aMember(db, now)));
	const commands = await Promise.all(
		members.map((member) => aSale(db, shop, anAsk(member, [line('a', coffee)], { rightIds: [codeId] }), now))
	);
	const results = await withProcesses((sell) =>
		Promise.all(Array.from({ length: 200 }, (_, n) => sell({ ...(commands[n % 25] as SaleCommand), key: aKey() }, n)))
	);
	expect(outcomes(results).sold).toBe(37);
	const perMember = await db
		.select({ member: voucherRedemptions.memberId, uses: sql<number>`count(*)::int` })
		.from(voucherRedemptions)
		.where(eq(voucherRedemptions.codeId, codeId))
		.groupBy(voucherRedemptions.memberId);
	expect(Math.max(...perMember.map((row) => row.uses))).toBeLessThanOrEqual(2);
});

test('200 charges at once never take more from a gift card than is on it', async () => {
	const wish = { cents: 5000, currency: 'EUR', memberId: null, active: true, expiresAt: null };
	const [card] = await inTransaction(db, (tx) => issue(tx, [wish], now));
	if (!card?.ok) throw new Error('no card');
	const ask = anAsk(null, [line('a', coffee)], { giftCards: [{ id: card.id, cents: 130 }] });
	const command = await aSale(db, shop, ask, now);
	const results = await withProcesses((sell) =>
		Promise.all(Array.from({ length: 200 }, (_, n) => sell({ ...command, key: aKey() }, n)))
	);
	expect(outcomes(results)).toEqual({ sold: 38, 'gift_card.too_little': 162 });
	expect((await moneyOf(db, [card.id], now)).get(card.id)?.available).toBe(5000 - 38 * 130);
});

test('points are spent once however many tills take them', async () => {
	const member = await aMember(db, now);
	await withProcesses(async (sell) => sell(await aSale(db, shop, anAsk(member, [line('a', 50_000)]), now), 0));
	const command = await aSale(db, shop, anAsk(member, [line('a', bread)], { points: 300 }), now);
	const results = await withProcesses((sell) =>
		Promise.all(Array.from({ length: 60 }, (_, n) => sell({ ...command, key: aKey() }, n)))
	);
	const { sold } = outcomes(results);
	expect(sold).toBe(1);
	const earned = results.reduce((total, result) => total + (result.ok ? result.receipt.pointsEarned : 0), 0);
	expect((await pointsOf(db, [member], now)).get(member)?.spendable).toBe(500 - 300 + earned);
});

test('a key sent 100 times over three processes makes one receipt, and all get it', async () => {
	const member = await aMember(db, now);
	const command = await aSale(db, shop, anAsk(member, [line('a', bread, 2000)]), now);
	const results = await withProcesses((sell) => Promise.all(Array.from({ length: 100 }, (_, n) => sell(command, n))));
	expect(outcomes(results)).toEqual({ sold: 1, replayed: 99 });
	const shown = results.map((result) => (result.ok ? result.receipt : null));
	for (const receipt of shown) expect(receipt).toEqual(shown[0]);
	expect(await db.select().from(receipts).where(eq(receipts.memberId, member))).toHaveLength(1);
});

test('a sale sent again while it is under way gets its answer, whatever it used up', async () => {
	for (let round = 0; round < 10; round++) {
		const member = await aMember(db, now);
		const codeId = await aVoucher({ usesPerCode: 1 });
		const [card] = await inTransaction(db, (tx) =>
			issue(tx, [{ cents: 100, currency: 'EUR', memberId: null, active: true, expiresAt: null }], now)
		);
		if (!card?.ok) throw new Error('no card');
		const wish = { rightIds: [codeId], giftCards: [{ id: card.id, cents: 100 }] };
		const command = await aSale(db, shop, anAsk(member, [line('a', bread)], wish), now);
		const results = await withProcesses((sell) => Promise.all([0, 1, 2, 0, 1, 2].map((desk) => sell(command, desk))));
		expect(outcomes(results)).toEqual({ sold: 1, replayed: 5 });
	}
});

test('after all this the ledger is clean', async () => {
	expect((await auditHouse(db)).findings).toEqual([]);
});
