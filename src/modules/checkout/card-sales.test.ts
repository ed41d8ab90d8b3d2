import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { day, endAfterMonths, later } from '#core/time';
import { cardRules, findByCode, issue, saveCardRules } from '#giftcards/server';
import { giftCards } from '#giftcards/tables';
import { audit, historyOf, moneyOf, pointsOf } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import type { BasketLine, CardEntry, CardRules } from '#pricing';
import { purchaseChecks, returnPolicyOf, saveReturnPolicy } from '#purchases/server';
import { memberFigures } from '#purchases/tables';
import { testDatabase } from '../../../tests/support/database.ts';
import { aKey, aMember, anAsk, aSale, line, openShop, sell, testSettings } from '../../../tests/support/shop.ts';
import { takeBackBlind } from './blind.server.ts';
import { commitSales, slipCodes, soldCards, undoSales, type SaleCommand } from './server.ts';
import type { SaleResult } from './index.ts';

const { db, url } = await testDatabase();
testSettings(url);
const now = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, now);
const { coffee } = shop.products;

const rules: CardRules = {
	terms: [
		{ currency: 'EUR', leastCents: 500, mostCents: 20_000, amounts: [2500], highestCents: 25_000, pinFromCents: null }
	],
	earnsPoints: false,
	expiry: { kind: 'after_use', months: 12 },
	expiryByStore: { [shop.otherStoreId]: { kind: 'after_sale', months: 36 } }
};
await inTransaction(db, (tx) => saveCardRules(tx, { rules, version: 0 }, byHouse, now));

/** A card on the rack. */
async function onRack(cents = 0, more: { currency?: string; expiresAt?: Date } = {}): Promise<string> {
	const command = { cents, currency: 'EUR', memberId: null, active: false, expiresAt: null, ...more };
	const [card] = await inTransaction(db, (tx) => issue(tx, [command], now));
	if (!card?.ok) throw new Error('no card');
	return card.id;
}
const cardLine = (cents: number, giftCard: CardEntry, key = 'card'): BasketLine => ({ ...line(key, cents), giftCard });
const activation = (id: string, cents = 5000) => cardLine(cents, { deed: 'activated', id });
const sold = (result: SaleResult) => {
	if (!result.ok) throw new Error(`refused: ${result.refusal.code} ${JSON.stringify(result.refusal.details)}`);
	return result.receipt;
};
const buy = async (ask: Parameters<typeof aSale>[2], at = now, where: { storeId?: string } = {}) =>
	sold(await sell(db, await aSale(db, shop, ask, at, where), at));
const balance = async (id: string) => (await moneyOf(db, [id], now)).get(id)?.balance ?? 0;
const row = async (id: string) => (await db.select().from(giftCards).where(eq(giftCards.id, id)))[0]!;
const allIsWell = async () => expect((await audit(db, { also: purchaseChecks })).findings).toEqual([]);

describe('plastic from the rack', () => {
	test('is activated by the sale that it stands on, with what was paid for it', async () => {
		const [member, id] = [await aMember(db, now), await onRack()];
		const receipt = await buy(anAsk(member, [line('a', coffee), activation(id)]));
		const { lastSymbols } = await row(id);
		expect(receipt).toMatchObject({ totalCents: 5350, cardsSoldCents: 5000, toPayCents: 5350, pointsEarned: 3 });
		expect(receipt.lines[1]).toMatchObject({ name: '', giftCard: { deed: 'activated', id, lastSymbols } });
		expect(await balance(id)).toBe(5000);
		expect(await row(id)).toMatchObject({ activatedAt: now, initialCents: 5000, memberId: null });
		expect((await historyOf(db, id, { cursor: null, limit: 5 })).items).toMatchObject([
			{ reason: 'activated', ref: receipt.id, amount: 5000 }
		]);
		// Money on a card is owed, not earned: it is no turnover of the member until it pays.
		const [figures] = await db.select().from(memberFigures).where(eq(memberFigures.memberId, member));
		expect(figures).toMatchObject({ visits: 1, spentCents: 350 });
		expect(await pointsOf(db, [member], now)).toMatchObject(new Map([[member, { spendable: 3 }]]));
		await allIsWell();
	});

	test('is sold once, however many tills race for it', async () => {
		const id = await onRack(2500);
		const commands = await Promise.all(
			Array.from({ length: 12 }, (_, till) =>
				aSale(db, shop, anAsk(null, [activation(id)]), now, { caller: `dev_${till}` })
			)
		);
		const results = await Promise.all(commands.map((command) => sell(db, command, now)));
		expect(results.filter(({ ok }) => ok)).toHaveLength(1);
		const refused = results.flatMap((one) => (one.ok ? [] : one.refusal.code));
		expect(new Set(refused)).toEqual(new Set(['gift_card.already_active']));
		expect(await balance(id)).toBe(2500);
		await allIsWell();
	});

	test('is sold once within one batch, and the same sale again is the same receipt', async () => {
		const id = await onRack(2500);
		const [one, two] = [
			await aSale(db, shop, anAsk(null, [activation(id)]), now),
			await aSale(db, shop, anAsk(null, [line('a', coffee), activation(id)]), now)
		];
		const ordinary = await aSale(db, shop, anAsk(null, [line('a', coffee)]), now);
		const batch: SaleCommand[] = [ordinary, one, two, one];
		const results = await inTransaction(db, (tx) => commitSales(tx, batch, now));
		expect(results.map((result) => (result.ok ? result.replayed : result.refusal.code))).toEqual([
			false,
			false,
			'gift_card.already_active',
			true
		]);
		const again = await sell(db, one, later(now, day));
		expect(again).toEqual({ ok: true, receipt: sold(results[1]!), replayed: true });
		expect(await balance(id)).toBe(2500);
		await allIsWell();
	});

	test('pays nothing on the receipt that sells it, and everything on the next', async () => {
		const id = await onRack();
		const ask = anAsk(null, [line('a', coffee), activation(id)], { giftCards: [{ id, cents: null }] });
		const early = await sell(db, await aSale(db, shop, ask, now), now);
		expect(early).toMatchObject({ ok: false, refusal: { code: 'gift_card.inactive' } });
		await buy(anAsk(null, [activation(id)]));
		const receipt = await buy(anAsk(null, [line('a', coffee)], { giftCards: [{ id, cents: null }] }));
		expect(receipt).toMatchObject({ giftCardCents: 350, toPayCents: 0, cardsSoldCents: 0 });
		expect(await balance(id)).toBe(4650);
	});
});

describe('a new card and a top-up', () => {
	test('go into the member’s wallet and onto the card', async () => {
		const member = await aMember(db, now);
		const receipt = await buy(anAsk(member, [cardLine(5000, { deed: 'issued', id: null })]));
		const id = receipt.lines[0]?.giftCard?.id ?? '';
		expect(await row(id)).toMatchObject({ memberId: member, initialCents: 5000, activatedAt: now });
		const more = await buy(anAsk(null, [cardLine(2000, { deed: 'topped_up', id })]));
		expect(more.lines[0]?.giftCard).toMatchObject({ deed: 'topped_up', id });
		expect(await balance(id)).toBe(7000);
		expect(await row(id)).toMatchObject({ initialCents: 5000 });
		const ask = anAsk(null, [cardLine(18_001, { deed: 'topped_up', id })]);
		expect(await sell(db, await aSale(db, shop, ask, now), now)).toMatchObject({
			refusal: { code: 'gift_card.over_highest', details: { highestCents: 25_000, availableCents: 7000 } }
		});
		await allIsWell();
	});

	test('of somebody who showed no code lies in no wallet, and its code is told until it does', async () => {
		const receipt = await buy(anAsk(null, [line('a', coffee), cardLine(5000, { deed: 'issued', id: null })]));
		const id = receipt.lines[1]?.giftCard?.id ?? '';
		expect(await row(id)).toMatchObject({ memberId: null, initialCents: 5000, activatedAt: now });
		const endsAt = endAfterMonths(now, 12, 'Europe/Berlin').toISOString();
		expect(receipt.lines[1]?.giftCard).toMatchObject({ deed: 'issued', worthCents: 5000, endsAt });
		const [code, ...others] = await slipCodes(db, soldCards(receipt));
		expect([(await findByCode(db, code?.code ?? ''))?.card.id, others]).toEqual([id, []]);
		const paid = await buy(anAsk(null, [line('a', coffee)], { giftCards: [{ id, cents: null }] }));
		expect(paid.giftCardCents).toBe(350);
		const more = await buy(anAsk(null, [cardLine(2000, { deed: 'topped_up', id })]));
		expect(more.lines[0]?.giftCard).toMatchObject({ deed: 'topped_up', worthCents: 6650, endsAt });
		expect(await slipCodes(db, soldCards(more))).toEqual([]);
		// In a wallet it has a screen of its own: no paper tells its code.
		await db
			.update(giftCards)
			.set({ memberId: await aMember(db, now) })
			.where(eq(giftCards.id, id));
		expect(await slipCodes(db, [id])).toEqual([]);
		await allIsWell();
	});

	test('of several stand on one receipt, each with its own money', async () => {
		const [member, first, second] = [await aMember(db, now), await onRack(), await onRack(1500)];
		const receipt = await buy(
			anAsk(member, [
				{ ...activation(first, 1000), key: 'first' },
				{ ...activation(second), key: 'second' },
				cardLine(3000, { deed: 'issued', id: null }, 'new')
			])
		);
		expect(receipt.cardsSoldCents).toBe(5500);
		expect([await balance(first), await balance(second)]).toEqual([1000, 1500]);
		await allIsWell();
	});
});

describe('how long a card lives', () => {
	test('is the rule of the house: so long after each use, and a use never shortens it', async () => {
		const id = await onRack();
		await buy(anAsk(null, [activation(id)]));
		expect(await row(id)).toMatchObject({ expiresAt: endAfterMonths(now, 12, 'Europe/Berlin'), livesMonths: 12 });
		const used = later(now, 100 * day);
		await buy(anAsk(null, [line('a', coffee)], { giftCards: [{ id, cents: null }] }), used);
		expect((await row(id)).expiresAt).toEqual(endAfterMonths(used, 12, 'Europe/Berlin'));
	});

	test('is the rule of the store where it has one, and the batch’s own end where that has one', async () => {
		const there = { storeId: shop.otherStoreId };
		const [plain, dated] = [await onRack(), await onRack(0, { expiresAt: later(now, 30 * day) })];
		await buy(anAsk(null, [activation(plain)]), now, there);
		await buy(anAsk(null, [activation(dated)]), now, there);
		expect(await row(plain)).toMatchObject({ expiresAt: endAfterMonths(now, 36, 'Europe/Berlin'), livesMonths: null });
		expect((await row(dated)).expiresAt).toEqual(later(now, 30 * day));
	});
});

describe('a gift card that was sold', () => {
	type Lines = 'everything' | { position: number; quantity: number }[];
	const request = (receiptId: string, lines: Lines = 'everything', more: { toCardId?: string } = {}) => ({
		...{ caller: 'dev_test', key: aKey(), storeId: shop.storeId, deviceId: null, staffId: null },
		...{ receiptId, lines, reason: null, refundTo: more.toCardId ? ('card' as const) : ('hand' as const), ...more }
	});
	const undo = async (...commands: ReturnType<typeof request>[]) =>
		(await inTransaction(db, (tx) => undoSales(tx, commands, now))).map(({ result }) => result);
	const back = async (receiptId: string, lines?: Lines, more?: { toCardId?: string }) =>
		(await undo(request(receiptId, lines, more)))[0];
	const spend = (id: string) => anAsk(null, [line('a', coffee)], { giftCards: [{ id, cents: null }] });

	test('comes back whole: it is closed, and what it cost is given back; it is no turnover undone', async () => {
		const [member, id] = [await aMember(db, now), await onRack()];
		const receipt = await buy(anAsk(member, [line('a', coffee), activation(id)]));
		expect(await back(receipt.id, 'everything', { toCardId: id })).toMatchObject({
			refusal: { code: 'return.card_not_active' }
		});
		expect(await back(receipt.id)).toMatchObject({ ok: true, given: { refundCents: 5350, totalCents: 5350 } });
		expect(await balance(id)).toBe(0);
		expect(await row(id)).toMatchObject({ replacedAt: now, replacedBy: null });
		const [figures] = await db.select().from(memberFigures).where(eq(memberFigures.memberId, member));
		expect(figures).toMatchObject({ spentCents: 350, returnedCents: 350 });
		const pays = await sell(db, await aSale(db, shop, spend(id), now), now);
		expect(pays).toMatchObject({ ok: false, refusal: { code: 'gift_card.replaced' } });
		const again = await sell(db, await aSale(db, shop, anAsk(null, [activation(id)]), now), now);
		expect(again).toMatchObject({ ok: false });
		expect(await back(receipt.id)).toMatchObject({ ok: false, refusal: { code: 'return.nothing_left' } });
		await allIsWell();
	});

	test('stays once something was spent of it, and the answer says what is left; the goods beside it come back', async () => {
		const id = await onRack();
		const receipt = await buy(anAsk(null, [line('a', coffee), activation(id)]));
		await buy(spend(id));
		const refusal = { code: 'return.gift_card_sold', details: { position: 1, leftCents: 4650, soldCents: 5000 } };
		expect(await back(receipt.id)).toMatchObject({ ok: false, refusal });
		expect(await back(receipt.id, [{ position: 1, quantity: 1000 }])).toMatchObject({ ok: false, refusal });
		expect(await back(receipt.id, [{ position: 1, quantity: 500 }])).toMatchObject({ ok: false });
		expect(await back(receipt.id, [{ position: 0, quantity: 1000 }])).toMatchObject({ given: { refundCents: 350 } });
		await allIsWell();
	});

	test('stays where it lies by now: in another wallet, blocked, with more put on it', async () => {
		const [member, other] = [await aMember(db, now), await aMember(db, now)];
		const receipt = await buy(anAsk(member, [cardLine(5000, { deed: 'issued', id: null })]));
		const id = receipt.lines[0]?.giftCard?.id ?? '';
		const change = (values: Partial<typeof giftCards.$inferInsert>) =>
			db.update(giftCards).set(values).where(eq(giftCards.id, id));
		await change({ memberId: other });
		expect(await back(receipt.id)).toMatchObject({ refusal: { code: 'return.gift_card_elsewhere' } });
		await change({ memberId: member, blockedAt: now });
		expect(await back(receipt.id)).toMatchObject({ refusal: { code: 'return.gift_card_closed' } });
		await change({ blockedAt: null });
		const more = await buy(anAsk(member, [cardLine(2000, { deed: 'topped_up', id })]));
		expect(await back(receipt.id)).toMatchObject({ refusal: { details: { leftCents: 7000, soldCents: 5000 } } });
		const gift = await buy(anAsk(other, [cardLine(500, { deed: 'topped_up', id })]));
		expect(await back(gift.id)).toMatchObject({ refusal: { code: 'return.gift_card_elsewhere' } });
		await buy(anAsk(null, [line('a', 500)], { giftCards: [{ id, cents: null }] }));
		// What topped it up comes back alone, and then the card is whole again.
		expect(await back(more.id)).toMatchObject({ ok: true, given: { refundCents: 2000 } });
		expect(await row(id)).toMatchObject({ replacedAt: null });
		expect(await back(receipt.id)).toMatchObject({ ok: true, given: { refundCents: 5000 } });
		await allIsWell();
	});

	test('is paid out or pays, never both, however a return and tills race for it', async () => {
		for (let round = 0; round < 6; round++) {
			const id = await onRack(2500);
			const receipt = await buy(anAsk(null, [activation(id)]));
			const sale = await aSale(db, shop, spend(id), now);
			const [given, twin, paid] = await Promise.all([
				...[1, 2].map(async () => undo(request(receipt.id)).then(([one]) => one?.ok ?? false)),
				sell(db, { ...sale, fingerprint: null }, now).then(({ ok }) => ok)
			]);
			expect([given, twin, paid].filter(Boolean), `round ${round}`).toHaveLength(1);
			expect(await balance(id)).toBe(paid ? 2150 : 0);
		}
		await allIsWell();
	});
});

describe('a card made for a refund', () => {
	const at = {
		[shop.storeId]: endAfterMonths(now, 12, 'Europe/Berlin'),
		[shop.otherStoreId]: endAfterMonths(now, 36, 'Europe/Berlin')
	};
	const say = async (refundsEnd: boolean) => {
		const { version } = await cardRules(db);
		await inTransaction(db, (tx) => saveCardRules(tx, { rules: { ...rules, refundsEnd }, version }, byHouse, now));
	};
	/** Goods come back to a store, their money onto a new card; with receipt, and without. */
	const made = async (storeId: string) => {
		const { policy, version } = await returnPolicyOf(db);
		const withoutReceipt = { ...policy.withoutReceipt, enabled: true, refundTo: 'card' as const };
		const open = { ...policy, otherStores: true, withoutReceipt };
		await inTransaction(db, (tx) => saveReturnPolicy(tx, { policy: open, version }, byHouse, now));
		const receipt = await buy(anAsk(await aMember(db, now), [line('a', coffee)]));
		const counter = { caller: 'dev_test', key: aKey(), storeId, deviceId: null, staffId: null };
		const request = { ...counter, receiptId: receipt.id, lines: 'everything' as const, reason: null };
		const [done] = await inTransaction(db, (tx) => undoSales(tx, [{ ...request, refundTo: 'card' }], now));
		const blind = await inTransaction(db, (tx) =>
			takeBackBlind(
				tx,
				{
					...{ ...counter, key: aKey(), memberId: null, toCardId: null, agreedCents: null, approvedBy: 'stf_1' },
					...{
						lines: [{ productId: coffee.id, quantity: 1000, unitCents: null }],
						reasonKind: 'unwanted',
						reason: null
					}
				},
				byHouse,
				now
			)
		);
		const cardIds = [done?.result.ok ? done.result.given.tenders[0]?.cardId : '', blind.card?.id];
		return Promise.all(cardIds.map(async (id) => row(id ?? '')));
	};

	test('never ends, unless the house says that it ends like one that is sold in that store', async () => {
		expect((await cardRules(db)).rules.refundsEnd).toBeUndefined();
		const never = { expiresAt: null, livesMonths: null };
		expect(await made(shop.storeId)).toMatchObject([never, never]);
		await say(true);
		const used = { expiresAt: at[shop.storeId], livesMonths: 12 };
		expect(await made(shop.storeId)).toMatchObject([used, used]);
		const sale = { expiresAt: at[shop.otherStoreId], livesMonths: null };
		expect(await made(shop.otherStoreId)).toMatchObject([sale, sale]);
		await say(false);
		expect(await made(shop.otherStoreId)).toMatchObject([never, never]);
		await allIsWell();
	});
});
