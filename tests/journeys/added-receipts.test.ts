import { beforeAll, describe, expect, it } from 'vitest';
import { claimReceipt, counterOf } from '#checkout/server';
import { newCode } from '#core/codes';
import { day, later } from '#core/time';
import { askErasure, saveDataPolicy } from '#customers/server';
import { issue, saveCardRules } from '#giftcards/server';
import { pointsOf } from '#ledger/server';
import { closeAll } from '#platform/lifecycle';
import { inTransaction, sqlOf } from '#platform/db';
import { byHouse } from '#platform/trail';
import { walletHistory } from '../../src/modules/wallet/history.server.ts';
import { auditHouse } from '#wiring/house-audit.server';
import { memberSteps } from '#wiring/member-steps.server';
import { testDatabase } from '../support/database.ts';
import { aKey, aMember, anAsk, aSale, line, openShop as furnish, type Shop } from '../support/shop.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
const mail = openShop(url);
const sql = sqlOf(db);
const now = new Date();
const inTx = <T>(run: Parameters<typeof inTransaction<T>>[1]): Promise<T> => inTransaction(db, run);
let shop: Shop;
beforeAll(async () => {
	shop = await furnish(db, later(now, -400 * day), { earn: { pendingDays: 0 } });
	return () => closeAll('drained');
});

async function buys(memberId: string | null, cents: number, at = now) {
	const ask = anAsk(memberId, [line('a', cents)]);
	const result = await counterOf(db).sell(await aSale(db, shop, ask, at), at);
	if (!result.ok) throw new Error(result.refusal.code);
	return result.receipt;
}

const sold = { caller: 'dev_test', deviceId: 'dev_test', staffId: null, reason: null };
const bringsBack = (receiptId: string, quantity: number) =>
	counterOf(db).takeBack(
		{ ...sold, storeId: shop.storeId, key: aKey(), receiptId, lines: [{ position: 0, quantity }] },
		now
	);
const add = (memberId: string, number: string, at = now, reason: string | null = null) =>
	inTx((tx) => claimReceipt(tx, { memberId, number, reason }, memberSteps, byHouse, at));
const pointsNow = async (memberId: string) => (await pointsOf(db, [memberId], now)).get(memberId)!;

async function signedIn(email: string): Promise<{ visitor: Visitor; memberId: string }> {
	const visitor = new Visitor();
	await visitor.api.wallet.identity.requestCode.mutate({ email });
	const code = /^(\d{6})$/m.exec(mail.recent().find(({ to }) => to === email)?.text ?? '')?.[1] ?? '';
	await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
	const { memberId } = await visitor.api.wallet.customers.me.query();
	return { visitor, memberId };
}

describe('a receipt that was made without the member', () => {
	it('is theirs with the points of that day and their dates, less what came back', async () => {
		const { visitor, memberId } = await signedIn('forgot-my-phone@test.example');
		const days = later(now, -5 * day);
		const receipt = await buys(null, 10_000, days);
		const dates = (await pointsOf(db, [receipt.memberId], now)).get(receipt.memberId)!.lots;
		await bringsBack(receipt.id, 400);
		const key = aKey();
		const typed = receipt.number.toLowerCase().replace(/(.{4})/g, '$1 ');
		const claimed = await visitor.api.wallet.receipts.claim.mutate({ key, number: typed });
		expect(claimed).toEqual({ receiptId: receipt.id, points: 60 });
		expect(await visitor.api.wallet.receipts.claim.mutate({ key, number: typed }), 'sent twice').toEqual(claimed);
		const points = await pointsNow(memberId);
		expect(points.spendable).toBe(60);
		expect(points.lots.map(({ endsAt }) => endsAt)).toEqual(dates.map(({ endsAt }) => endsAt));
		const { items } = await walletHistory(db, memberId);
		expect(items.some(({ id }) => id === receipt.id)).toBe(true);
		expect((await visitor.api.wallet.home.receipt.query({ id: receipt.id })).number).toBe(receipt.number);
		const [entry] = await sql`select action, actor_kind from trail_entries where subject_id = ${receipt.id}`;
		expect(entry).toEqual({ action: 'receipt.claimed', actor_kind: 'shopper' });
		expect((await auditHouse(db)).findings).toEqual([]);
	});

	it('is refused in plain words: whatever is wrong with it', async () => {
		const [memberId, other, blocked] = [await aMember(db, now), await aMember(db, now), await aMember(db, now)];
		await sql`update members set blocked_at = now() where id = ${blocked}`;
		const [old, mine, theirs, back, good] = [
			await buys(null, 1000, later(now, -15 * day)),
			await buys(memberId, 1000),
			await buys(other, 1000),
			await buys(null, 1000),
			await buys(null, 1000)
		];
		const returned = await bringsBack(back.id, 1000);
		const slip = returned.ok ? returned.given.number : '';
		const abroad = await buys(null, 1000);
		await sql`update receipts set currency = 'CHF' where id = ${abroad.id}`;
		const swapped = good.number.slice(0, 4) + (good.number[4] === '2' ? '3' : '2') + good.number.slice(5);
		const wrong: [string, string, string][] = [
			[memberId, old.number, 'claim.too_old'],
			[memberId, mine.number, 'claim.yours'],
			[memberId, theirs.number, 'claim.taken'],
			[memberId, back.number, 'claim.returned'],
			[memberId, slip ?? '', 'claim.is_return'],
			[memberId, abroad.number, 'claim.currency'],
			[memberId, newCode('receipt'), 'claim.unknown'],
			[memberId, '4111 1111 1111 1111', 'claim.no_receipt'],
			[memberId, 'https://example.com/?r=1', 'claim.no_receipt'],
			[memberId, '', 'claim.no_receipt'],
			[blocked, good.number, 'claim.member_blocked']
		];
		for (const [who, number, code] of wrong)
			await expect(add(who, number), `${code}: ${number}`).rejects.toMatchObject({ code });
		const slipOfPen = await add(memberId, swapped).catch((error: { code: string }) => error.code);
		expect(['claim.mistyped', 'claim.no_receipt']).toContain(slipOfPen);
		const [{ name = '' } = {}] = await sql<{ name: string }[]>`select name from members where id = ${other}`;
		await inTx((tx) => askErasure(tx, { memberId: other, house: { reason: 'A letter', name } }, byHouse, now));
		await expect(add(other, good.number)).rejects.toMatchObject({ code: 'member.erasing' });
		expect((await add(memberId, good.number)).points, 'what was refused changed nothing').toBe(10);
	});

	it(
		'is added once, however many try at the same moment, and stops who tries too many',
		{ timeout: 60_000 },
		async () => {
			for (let round = 0; round < 8; round++) {
				const receipt = await buys(null, 3000);
				const people = [await aMember(db, now), await aMember(db, now), await aMember(db, now)];
				const tried = await Promise.allSettled(people.map((memberId) => add(memberId, receipt.number)));
				const lost = tried.filter((one) => one.status === 'rejected').map((one) => one.reason as { code: string });
				expect(lost.map(({ code }) => code)).toEqual(['claim.taken', 'claim.taken']);
				const points = await Promise.all(people.map(pointsNow));
				expect(points.map(({ spendable }) => spendable).sort((a, b) => a - b)).toEqual([0, 0, 30]);
			}
			const { visitor } = await signedIn('tries-many@test.example');
			const codes: string[] = [];
			for (let at = 0; at < 11; at++) {
				const number = newCode('receipt');
				codes.push((await refusalFrom(visitor.api.wallet.receipts.claim.mutate({ key: aKey(), number }))).code);
			}
			expect([codes[9], codes[10]]).toEqual(['claim.unknown', 'claim.too_often']);
			expect((await auditHouse(db)).findings).toEqual([]);
		}
	);

	it('leaves gift cards sold on it with whoever held them, and follows the house’s days', async () => {
		const memberId = await aMember(db, now);
		const receipt = await buys(null, 2000);
		const wish = { cents: 1500, currency: 'EUR', memberId: receipt.memberId, active: true, expiresAt: null };
		const [card] = await inTx((tx) => issue(tx, [wish], now));
		const policy = { erasureDays: 7, ownBirthday: 'once', claimDays: 0 } as const;
		await inTx((tx) => saveDataPolicy(tx, { policy, version: 0 }, byHouse, now));
		await expect(add(memberId, receipt.number)).rejects.toMatchObject({ code: 'claim.off' });
		const late = later(now, 60 * day);
		await inTx((tx) => saveDataPolicy(tx, { policy: { ...policy, claimDays: 90 }, version: 1 }, byHouse, now));
		await add(memberId, receipt.number, late);
		const [row] = await sql`select member_id from gift_cards where id = ${card?.ok ? card.id : ''}`;
		expect(row).toEqual({ member_id: null });
	});
});

describe('the PIN of a card in a wallet', () => {
	it('is set, changed and taken away by its holder, who knows the one before', async () => {
		const { visitor, memberId } = await signedIn('holder@test.example');
		const { giftcards } = visitor.api.wallet;
		const of = async (cents: number) => {
			const wish = { cents, currency: 'EUR', memberId, active: true, expiresAt: null };
			const [card] = await inTx((tx) => issue(tx, [wish], now));
			return card?.ok ? card.id : '';
		};
		const id = await of(2000);
		const change = (current: string | null, pin: string | null) => giftcards.changePin.mutate({ id, current, pin });
		expect((await refusalFrom(change(null, null))).code).toBe('gift_card.pin_none');
		expect((await refusalFrom(change(null, '1234'))).code).toBe('gift_card.pin_easy');
		expect((await refusalFrom(change(null, '12a4'))).code).toBe('gift_card.pin_form');
		await change(null, '2580');
		expect(await giftcards.open.query({ id })).toMatchObject({ hasPin: true, pinStays: false });
		expect((await refusalFrom(change(null, '9137'))).code, 'a phone left lying about').toBe('gift_card.pin_wrong');
		await change('2580', '9137');
		expect((await refusalFrom(change('2580', null))).code).toBe('gift_card.pin_wrong');
		await change('9137', null);
		expect((await giftcards.open.query({ id })).hasPin).toBe(false);

		const terms = { currency: 'EUR', leastCents: 500, mostCents: 20_000, amounts: [], highestCents: null };
		const rules = { earnsPoints: false, expiry: { kind: 'never' }, expiryByStore: {} } as const;
		const wanted = { ...rules, terms: [{ ...terms, pinFromCents: 5000 }] };
		await inTx((tx) => saveCardRules(tx, { rules: wanted, version: 0 }, byHouse, now));
		const large = await of(5000);
		await giftcards.changePin.mutate({ id: large, current: null, pin: '2580' });
		const away = await refusalFrom(giftcards.changePin.mutate({ id: large, current: '2580', pin: null }));
		expect(away.code, 'the house wants one on such a card').toBe('gift_card.pin_stays');

		const stranger = await signedIn('no-holder@test.example');
		const theirs = stranger.visitor.api.wallet.giftcards.changePin.mutate({ id, current: null, pin: '2580' });
		expect((await refusalFrom(theirs)).code).toBe('gift_card.not_found');
		const trail = await sql<
			{ action: string }[]
		>`select action from trail_entries where subject_id = ${id} order by id`;
		expect(trail.map(({ action }) => action)).toEqual([
			'gift_card.pin_set',
			'gift_card.pin_set',
			'gift_card.pin_removed'
		]);
		for (let tries = 0; tries < 5; tries++)
			await refusalFrom(giftcards.changePin.mutate({ id: large, current: '1', pin: '9137' }));
		const locked = await refusalFrom(giftcards.changePin.mutate({ id: large, current: '2580', pin: '9137' }));
		expect(locked.code).toBe('gift_card.pin_locked');
	});
});
