import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { newCode, withCheck } from '#core/codes';
import { day, later } from '#core/time';
import { rotatingCode, staticCode } from '#customers';
import { codeFor } from '#customers/server';
import { members } from '#customers/tables';
import { linkCode } from '../customers/linked-codes.server.ts';
import { giftCards } from '#giftcards/tables';
import { issue } from '#giftcards/server';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { useSettings } from '#platform/settings';
import type { Right } from '#pricing';
import { createProduct } from '#stores/server';
import { assign, createVoucher } from '#vouchers/server';
import { testDatabase } from '../../../tests/support/database.ts';
import { aMember, anAsk, aSale, line, noConditions, openShop, percent, sell } from '../../../tests/support/shop.ts';
import type { CodeKind, Identified } from './index.ts';
import { identify } from './server.ts';

const { db, url } = await testDatabase();
const now = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, now);

beforeAll(() => {
	useSettings({
		port: 0,
		host: null,
		origin: null,
		trustedProxies: 0,
		database: { url, prepares: true, directUrl: url, readUrl: url },
		secret: 'a secret for tests that is long enough',
		dataFolder: null,
		mail: null,
		batchBuckets: 1,
		logLevel: 'error'
	});
});

const scan = (text: string, wanted: CodeKind | null = null, at = now, deviceId = 'dev_one'): Promise<Identified> =>
	identify(db, { text, wanted, deviceId, storeId: shop.storeId }, at);
const refused = (code: string) => expect.objectContaining({ name: 'Refusal', code });

async function aVoucher(wish: { sharedCode?: string; memberId?: string } = {}): Promise<string> {
	return inTransaction(db, async (tx) => {
		const definition = {
			title: 'Ten percent',
			description: null,
			effect: percent(10),
			conditions: noConditions,
			stacking: { kind: 'alone' } as const,
			validity: null,
			codeKind: wish.memberId ? ('unique' as const) : ('shared' as const),
			holding: wish.memberId ? ('assigned' as const) : ('open' as const),
			startsAt: null,
			endsAt: null,
			usesPerMember: null,
			usesPerCode: wish.memberId ? 1 : null
		};
		const made = await createVoucher(
			tx,
			{ definition, currency: 'EUR', sharedCode: wish.sharedCode ?? null },
			byHouse,
			now
		);
		if (!wish.memberId) return made.sharedCode as string;
		const [given] = await assign(tx, { voucherId: made.id, memberIds: [wish.memberId] }, byHouse, now);
		return (given as { code: string }).code;
	});
}

async function aCard(
	cents: number,
	memberId: string | null = null,
	active = true
): Promise<{ id: string; code: string }> {
	const [card] = await inTransaction(db, (tx) =>
		issue(tx, [{ cents, currency: 'EUR', memberId, active, expiresAt: null }], now)
	);
	if (!card || !('code' in card)) throw new Error('no card');
	return card;
}

describe('a member’s code', () => {
	test('says who stands there, what they have and what ends next', async () => {
		const memberId = await aMember(db, now);
		await sell(db, await aSale(db, shop, anAsk(memberId, [line('a', 25_000)]), now), now);
		await aVoucher({ memberId });
		const card = await aCard(2000, memberId);
		await aCard(3000, memberId, false);
		const { number, secret } = await inTransaction(db, (tx) => codeFor(tx, memberId));
		const found = await scan(rotatingCode(number, secret, now).toLowerCase());
		expect(found).toMatchObject({
			kind: 'member',
			member: {
				fact: { id: memberId, blocked: false, spendablePoints: 250, pendingPoints: 0, debtPoints: 0 },
				joined: true,
				via: 'rotating',
				nextExpiry: { points: 250 },
				nextMaturing: null,
				giftCards: [{ id: card.id, availableCents: 2000, state: 'active' }]
			}
		});
		const { member } = found as Extract<Identified, { kind: 'member' }>;
		expect(member.name).toMatch(/^Shopper/);
		expect(member.rights.map((right: Right) => right.title)).toEqual(['Ten percent']);
		expect(new Date(member.nextExpiry?.endsAt ?? 0) > later(now, 364 * day)).toBe(true);
		expect(JSON.stringify(found)).not.toContain('@');
	});

	test('that changes is good for the tablet that scanned it; the one that stays is good for all', async () => {
		const memberId = await aMember(db, now);
		const { number, secret } = await inTransaction(db, (tx) => codeFor(tx, memberId));
		const rotating = rotatingCode(number, secret, now);
		await scan(rotating);
		expect((await scan(rotating)).kind).toBe('member');
		await expect(scan(rotating, null, now, 'dev_two')).rejects.toEqual(refused('member_code.already_scanned'));
		await expect(scan(rotating, null, later(now, 20 * 60_000))).rejects.toEqual(refused('member_code.expired'));
		expect(await scan(staticCode(number), 'member', now, 'dev_two')).toMatchObject({ member: { via: 'static' } });
		await expect(scan(newCode('member'))).rejects.toEqual(refused('member_code.unknown'));
	});

	test('scanned where a voucher is asked for is not used up', async () => {
		const memberId = await aMember(db, now);
		const { number, secret } = await inTransaction(db, (tx) => codeFor(tx, memberId));
		const rotating = rotatingCode(number, secret, now);
		await expect(scan(rotating, 'voucher')).rejects.toMatchObject({
			code: 'code.is_member',
			details: { wanted: 'voucher' }
		});
		expect((await scan(rotating, null, now, 'dev_two')).kind).toBe('member');
	});
});

describe('other codes', () => {
	test('a voucher’s code gives its right, made by us or chosen by a manager', async () => {
		const own = await aVoucher();
		const chosen = await aVoucher({ sharedCode: 'Spring Sale' });
		expect(chosen).toBe('SPRINGSALE');
		for (const text of [own, 'spring-sale']) {
			expect(await scan(text)).toMatchObject({ kind: 'voucher', right: { title: 'Ten percent', paused: false } });
			expect((await scan(text, 'voucher')).kind).toBe('voucher');
			await expect(scan(text, 'giftCard')).rejects.toEqual(refused('code.is_voucher'));
		}
		await expect(scan(newCode('voucher'))).rejects.toEqual(refused('code.unknown_voucher'));
	});

	test('a gift card’s code gives its balance and state, never the code', async () => {
		const card = await aCard(5000);
		const found = await scan(card.code, 'giftCard');
		expect(found).toEqual({
			kind: 'giftCard',
			card: {
				id: card.id,
				lastSymbols: card.code.slice(-4),
				currency: 'EUR',
				availableCents: 5000,
				state: 'active',
				valueCents: null,
				pin: 'none'
			}
		});
		expect(JSON.stringify(found)).not.toContain(card.code);
		await db.update(giftCards).set({ blockedAt: now }).where(eq(giftCards.id, card.id));
		expect(await scan(card.code)).toMatchObject({ card: { state: 'blocked' } });
		await expect(scan(card.code, 'voucher')).rejects.toEqual(refused('code.is_gift_card'));
		await expect(scan(newCode('giftCard'))).rejects.toEqual(refused('code.unknown_gift_card'));
	});

	test('a receipt’s number gives the receipt', async () => {
		const result = await sell(db, await aSale(db, shop, anAsk(null, [line('a', shop.products.coffee)]), now), now);
		if (!result.ok) throw new Error(result.refusal.code);
		const { number, id } = result.receipt;
		expect(await scan(number, 'receipt')).toEqual({ kind: 'receipt', receiptId: id, number });
		await expect(scan(number, 'member')).rejects.toEqual(refused('code.is_receipt'));
		await expect(scan(newCode('receipt'), 'receipt')).rejects.toEqual(refused('code.unknown_receipt'));
	});

	test('a barcode gives its product', async () => {
		const input = {
			categoryId: shop.categories.food,
			name: 'Honey',
			barcode: '4006381333931',
			unit: 'piece',
			priceCents: 899,
			costCents: 400
		} as const;
		const { id } = await inTransaction(db, (tx) => createProduct(tx, input, now));
		const found = await scan('4006381333931');
		expect(found).toMatchObject({ kind: 'product', product: { id, name: 'Honey', priceCents: 899 } });
		await expect(scan('4006381333931', 'voucher')).rejects.toEqual(refused('code.is_product'));
		await expect(scan('4006381333948', 'product')).rejects.toEqual(refused('code.unknown_product'));
	});
});

describe('what is no code of ours', () => {
	const slip = (code: string) => code.slice(0, -1) + (code.endsWith('2') ? '3' : '2');

	test.each([
		['a payment card', '4111 1111 1111 1111', 'code.payment_card'],
		['a payment card in Persian digits', '۵۵۵۵۵۵۵۵۵۵۵۵۴۴۴۴', 'code.payment_card'],
		['a sentence', 'please give me a discount, would you?', 'code.malformed'],
		['nothing', '', 'code.malformed'],
		['a very long text', 'A'.repeat(1000), 'code.malformed'],
		['an address', 'https://example.com/?code=1', 'code.malformed'],
		['a statement', "'; drop table members; --", 'code.malformed'],
		['a member code with a slip', slip(withCheck('M234567892A')), 'code.mistyped_member'],
		['a voucher code with a slip', slip(withCheck('V234567892ABC')), 'code.mistyped_voucher'],
		['a gift card code with a slip', slip(withCheck('G234567892ABCDEFG')), 'code.mistyped_gift_card'],
		['a receipt number with a slip', slip(withCheck('R234567892A')), 'code.mistyped_receipt'],
		['a receipt number with a slip and no digit', slip(withCheck('RABCDEFGHJK')), 'code.mistyped_receipt'],
		['a word that is as long as a voucher code', 'VALENTINESDAYS', 'code.mistyped_voucher'],
		['a word', 'NOSUCHTHING', 'code.unknown']
	])('%s is refused, and not repeated', async (_, text, code) => {
		const error = await scan(text).catch((thrown: unknown) => thrown);
		expect(error).toEqual(refused(code));
		const said = JSON.stringify([(error as { details: unknown }).details, (error as Error).message]);
		if (text.length > 3) expect(said).not.toContain(text);
	});
});

describe('members by other ways', () => {
	test('an old barcode names its member, who is then known by number alone; a blocked one is told to be so', async () => {
		const id = await aMember(db, now);
		await inTransaction(db, (tx) =>
			linkCode(tx, { memberId: id, code: 'OLD 900 017', kind: 'old_barcode' }, byHouse, now)
		);
		expect(await scan('old900017')).toMatchObject({
			kind: 'member',
			member: { fact: { id, blocked: false }, via: 'static' }
		});
		await expect(scan('old900017', 'voucher')).rejects.toEqual(refused('code.is_member'));
		await db.update(members).set({ blockedAt: now }).where(eq(members.id, id));
		expect(await scan('OLD900017')).toMatchObject({ kind: 'member', member: { fact: { id, blocked: true } } });
		await db.update(members).set({ blockedAt: null, erasedAt: now, words: null }).where(eq(members.id, id));
		await expect(scan('OLD900017')).rejects.toEqual(refused('code.unknown'));
	});

	test('a told address or number finds whom it names whole, greets them and shows no more', async () => {
		const id = await aMember(db, now);
		const told = { email: 'told@shop.example', name: 'Grace Hopper', phone: '+491705550177' };
		await db.update(members).set(told).where(eq(members.id, id));
		for (const text of ['TOLD@shop.example', '+49 170 5550177'])
			expect(await scan(text)).toMatchObject({
				kind: 'member',
				member: { fact: { id }, via: 'told', name: 'Grace H.', attributes: [] }
			});
		for (const text of ['told@shop', 'd@shop.example', '+49 170 555017', '+49 170 5550178'])
			await expect(scan(text), text).rejects.toEqual(refused('code.unknown_contact'));
		await expect(scan('told@shop.example', 'voucher')).rejects.toEqual(refused('code.is_member'));
	});

	test('a tablet that tries addresses is slowed down', async () => {
		const tries = Array.from({ length: 61 }, (_, i) => scan(`try${i}@shop.example`, 'member', now, 'dev_trying'));
		const codes = (await Promise.allSettled(tries)).map((one) => one.status === 'rejected' && one.reason.code);
		expect(codes.filter((code) => code === 'code.asked_too_often')).toHaveLength(1);
	});
});
