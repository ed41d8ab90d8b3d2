import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { day, later } from '#core/time';
import { moneyOf } from '#ledger/server';
import { inTransaction, type Tx } from '#platform/db';
import { byHouse } from '#platform/trail';
import { openShop, testSettings } from '../../../tests/support/shop.ts';
import { testDatabase } from '../../../tests/support/database.ts';
import { auditHouse } from '#wiring/house-audit.server';
import { block, replace, unblock } from './acts.server.ts';
import { chargeCard, type ChargeCommand, type ChargeResult } from './charge.server.ts';
import { issue } from './cards.server.ts';
import type { IssueCommand } from './rules.ts';
import { setPin } from './pin-acts.server.ts';
import { giftCards } from './tables.server.ts';

const { db, url } = await testDatabase();
testSettings(url);
const now = new Date('2027-03-01T10:00:00Z');
const { storeId } = await openShop(db, now);
const fifty: IssueCommand = { cents: 5000, currency: 'EUR', memberId: null, active: true, expiresAt: null };
const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(db, work);

async function aCard(wish: Partial<IssueCommand> = {}): Promise<string> {
	const [card] = await run((tx) => issue(tx, [{ ...fifty, ...wish }], now));
	if (!card?.ok) throw new Error('was not issued');
	return card.id;
}

let keys = 0;
const charge = (cardId: string, cents: number, wish: Partial<ChargeCommand> = {}, at = now): Promise<ChargeResult> =>
	chargeCard(db, { caller: 'cli_shop', key: `charge-${++keys}`, cardId, cents, storeId, proof: null, ...wish }, at);
const left = async (cardId: string) => (await moneyOf(db, [cardId], now)).get(cardId)?.balance ?? 0;
const codeOf = (result: ChargeResult) => (result.ok ? 'ok' : result.refusal.code);

describe('a gift card that pays for something else than a sale', () => {
	test('is charged, and tells what is left', async () => {
		const id = await aCard();
		expect(await charge(id, 1200)).toMatchObject({ ok: true, cents: 1200, leftCents: 3800, replayed: false });
		expect(await charge(id, 3800)).toMatchObject({ ok: true, leftCents: 0 });
		expect(await left(id)).toBe(0);
	});

	test('is charged once for each key, and answers the same again whatever became of it', async () => {
		const id = await aCard();
		const first = await charge(id, 1000, { key: 'the-same-key' });
		await charge(id, 500);
		await run((tx) => block(tx, { id, reason: 'was stolen' }, byHouse, now));
		expect(await charge(id, 1000, { key: 'the-same-key' })).toEqual({ ...first, replayed: true });
		expect(await left(id)).toBe(3500);
		expect(codeOf(await charge(id, 1001, { key: 'the-same-key' }))).toBe('key.reused');
		expect(codeOf(await charge(await aCard(), 1000, { key: 'the-same-key' }))).toBe('key.reused');
		expect(codeOf(await charge(id, 100))).toBe('gift_card.blocked');
		await run((tx) => unblock(tx, { id, reason: 'was found' }, byHouse, now));
		expect(codeOf(await charge(id, 1001, { key: 'the-same-key' }))).toBe('key.reused');
		// Another caller's key is another key.
		expect(await charge(id, 1000, { key: 'the-same-key', caller: 'cli_other' })).toMatchObject({ leftCents: 2500 });
	});

	test('never pays more than is on it, however many ask at once', async () => {
		const id = await aCard({ cents: 100 });
		const results = await Promise.all(Array.from({ length: 60 }, () => charge(id, 3)));
		expect(results.filter(({ ok }) => ok)).toHaveLength(33);
		expect(results.find(({ ok }) => !ok)).toMatchObject({
			refusal: { code: 'gift_card.too_little', details: { availableCents: 1, missingCents: 2, currency: 'EUR' } }
		});
		expect(await left(id)).toBe(1);
	});

	test('refuses what it cannot pay, with the reason, and stays as it is', async () => {
		const id = await aCard();
		const dear = await aCard({ currency: 'USD' });
		const onTheRack = await aCard({ active: false });
		const short = await aCard({ expiresAt: later(now, day) });
		const withPin = await aCard();
		const { proof } = await run((tx) => setPin(tx, { id: withPin, pin: '2580', proof: null }, byHouse, now));
		const old = await aCard();
		await run((tx) => replace(tx, { id: old, reason: 'was lost' }, byHouse, now));
		const cases: [string, Promise<ChargeResult>][] = [
			['gift_card.unknown', charge('gft_nobody', 100)],
			['gift_card.currency_other', charge(dear, 100)],
			['gift_card.inactive', charge(onTheRack, 100)],
			['gift_card.expired', charge(short, 100, {}, later(now, day))],
			['gift_card.replaced', charge(old, 100)],
			['gift_card.pin_needed', charge(withPin, 100)],
			['gift_card.pin_needed', charge(withPin, 100, { proof: '99999999999999.nonsense' })],
			['gift_card.amount_invalid', charge(id, 0)],
			['gift_card.amount_invalid', charge(id, -100)],
			['gift_card.amount_invalid', charge(id, 1.5)],
			['gift_card.too_little', charge(id, 5001)],
			['store.unknown', charge(id, 100, { storeId: 'sto_nowhere' })],
			['key.malformed', charge(id, 100, { key: 'short' })]
		];
		for (const [code, result] of cases) expect(codeOf(await result)).toBe(code);
		expect(await Promise.all([id, dear, short, withPin].map(left))).toEqual([5000, 5000, 5000, 5000]);
		expect(codeOf(await charge(withPin, 100, { proof }))).toBe('ok');
	});

	test('lives on with each use, where it does', async () => {
		const id = await aCard({ expiresAt: later(now, 30 * day) });
		await db.update(giftCards).set({ livesMonths: 12 }).where(eq(giftCards.id, id));
		const end = async () => (await db.select().from(giftCards).where(eq(giftCards.id, id)))[0]?.expiresAt;
		await charge(id, 100, { key: 'prolongs-it' });
		const longer = await end();
		expect(longer?.getTime()).toBeGreaterThan(later(now, 360 * day).getTime());
		await charge(id, 100, {}, later(now, -day));
		expect(await end()).toEqual(longer);
	});

	test('leaves the books in order', async () => {
		expect((await auditHouse(db)).findings).toEqual([]);
	});
});
