import { beforeAll, describe, expect, it, vi } from 'vitest';
import { counterOf } from '#checkout/server';
import { rotatingCode } from '#customers';
import { memberFacts, readMemberCode } from '#customers/server';
import { issue } from '#giftcards/server';
import { inviteStaff } from '#identity/server';
import { addMember } from '../../src/modules/groups/belonging.server.ts';
import { found } from '../../src/modules/groups/groups.server.ts';
import { expire } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { closeAll } from '#platform/lifecycle';
import { changes } from '#platform/live';
import { day, later } from '#core/time';
import { assign, createVoucher, makeCodes } from '#vouchers/server';
import type { RequestEvent } from '@sveltejs/kit';
import { GET as liveUpdates } from '../../src/routes/api/live/+server.ts';
import { testDatabase } from '../support/database.ts';
import { aDefinition, aKey, anAsk, aSale, line, openShop as furnish, type Shop } from '../support/shop.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
const mail = openShop(url);
let shop: Shop;
beforeAll(async () => {
	shop = await furnish(db, later(new Date(), -400 * day), { earn: { pendingDays: 0 } });
	return () => closeAll('drained');
});

let people = 0;
/** Somebody who joined with an e-mail code. */
async function shopper(): Promise<{ visitor: Visitor; memberId: string }> {
	const email = `wallet${++people}@test.example`;
	const visitor = new Visitor();
	await visitor.api.wallet.identity.requestCode.mutate({ email });
	const code = /^(\d{6})$/m.exec(mail.recent().find(({ to }) => to === email)?.text ?? '')?.[1] ?? '';
	await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
	const { memberId } = await visitor.api.wallet.customers.me.query();
	return { visitor, memberId };
}

async function buys(memberId: string, pieces = 2, wish: Parameters<typeof anAsk>[2] = {}, now = new Date()) {
	const ask = anAsk(memberId, [line('a', shop.products.bread, pieces * 1000)], wish);
	const result = await counterOf(db).sell(await aSale(db, shop, ask, now), now);
	if (!result.ok) throw new Error(result.refusal.code);
	return result.receipt;
}

async function givesBack(receiptId: string, pieces: number, now = new Date()) {
	const result = await counterOf(db).takeBack(
		{
			caller: 'dev_test',
			key: `return-${receiptId}`,
			storeId: shop.storeId,
			deviceId: 'dev_test',
			staffId: null,
			receiptId,
			lines: [{ position: 0, quantity: pieces * 1000 }],
			reason: null
		},
		now
	);
	if (!result.ok) throw new Error(result.refusal.code);
	return result.given;
}

async function givesVoucher(
	memberId: string | null,
	definition: Partial<Parameters<typeof createVoucher>[1]['definition']> = {}
) {
	return inTransaction(db, async (tx) => {
		const now = new Date();
		const { id } = await createVoucher(
			tx,
			{
				definition: aDefinition(definition),
				currency: 'EUR',
				sharedCode: null
			},
			byHouse,
			now
		);
		if (memberId) await assign(tx, { voucherId: id, memberIds: [memberId] }, byHouse, now);
		return memberId ? '' : ((await makeCodes(tx, { voucherId: id, count: 1 }, byHouse, now))[0]?.code ?? '');
	});
}

const givesCard = (memberId: string | null, cents = 2500) =>
	inTransaction(db, async (tx) => {
		const [card] = await issue(tx, [{ cents, currency: 'EUR', memberId, active: true, expiresAt: null }], new Date());
		if (!card?.ok) throw new Error('no card');
		return card;
	});

describe('a new wallet', () => {
	it('is empty, says so, and draws a code that a till reads', async () => {
		const { visitor, memberId } = await shopper();
		const overview = await visitor.api.wallet.home.overview.query();
		expect(overview).toMatchObject({
			programme: { name: 'Test', currency: 'EUR', timeZone: 'Europe/Berlin' },
			points: {
				spendable: 0,
				pending: 0,
				debt: 0,
				now: { points: 0, cents: 0, next: { missingPoints: 100, cents: 100 } },
				lots: [],
				maturing: []
			},
			vouchers: [],
			giftCards: [],
			latest: []
		});
		const { code, name, consent } = await visitor.api.wallet.customers.me.query();
		expect(name).toBeNull();
		expect(consent).toEqual({ programme: expect.any(Date), news: null });
		const shown = rotatingCode(code.number, code.secret, overview.now);
		const read = await inTransaction(db, (tx) => readMemberCode(tx, shown, { deviceId: 'dev_test' }, overview.now));
		expect(read.member.id).toBe(memberId);
	});

	it('belongs to whoever is signed in, and to nobody else', async () => {
		const nobody = new Visitor();
		for (const call of [
			() => nobody.api.wallet.home.overview.query(),
			() => nobody.api.wallet.home.history.query({ cursor: null }),
			() => nobody.api.wallet.customers.me.query(),
			() => nobody.api.wallet.vouchers.held.query(),
			() => nobody.api.wallet.giftcards.held.query()
		]) {
			expect((await refusalFrom(call())).code).toBe('access.sign_in_first');
		}
		expect(await nobody.api.wallet.home.shop.query()).toEqual({
			name: 'Test',
			currency: 'EUR',
			timeZone: 'Europe/Berlin'
		});
	});

	it('keeps a name and the wish for news', async () => {
		const { visitor, memberId } = await shopper();
		await visitor.api.wallet.customers.changeProfile.mutate({ name: ' Ada ', language: 'fa' });
		await visitor.api.wallet.customers.setNews.mutate({ wanted: true });
		expect(await visitor.api.wallet.customers.me.query()).toMatchObject({
			name: 'Ada',
			consent: { news: expect.any(Date) }
		});
		expect((await memberFacts(db, [memberId])).get(memberId)?.language).toBe('fa');
		await visitor.api.wallet.customers.setNews.mutate({ wanted: false });
		expect(await visitor.api.wallet.customers.me.query()).toMatchObject({ name: 'Ada', consent: { news: null } });
		const long = visitor.api.wallet.customers.changeProfile.mutate({ name: 'x'.repeat(81) });
		expect((await refusalFrom(long)).code).toBe('input.invalid');
	});
});

describe('after a purchase', () => {
	it('the wallet shows the points, the receipt with its lines, and what became of the voucher and the card', async () => {
		const { visitor, memberId } = await shopper();
		await givesVoucher(memberId);
		const card = await givesCard(memberId, 500);
		const [voucher] = await visitor.api.wallet.vouchers.held.query();
		const receipt = await buys(memberId, 2, {
			rightIds: [voucher?.codeId ?? ''],
			giftCards: [{ id: card.id, cents: null }]
		});

		const overview = await visitor.api.wallet.home.overview.query();
		const earned = receipt.pointsEarned;
		expect(overview.points).toMatchObject({
			spendable: earned,
			now: { points: 0, next: { missingPoints: 100 - earned, cents: 100 } }
		});
		expect(overview.latest).toMatchObject([
			{
				kind: 'purchase',
				id: receipt.id,
				storeName: 'Harbour',
				totalCents: 936,
				savedCents: 104,
				giftCardCents: 500,
				pointsEarned: receipt.pointsEarned,
				returnedCents: 0
			}
		]);
		expect(overview.vouchers).toEqual([]);
		expect(overview.giftCards).toEqual([]);

		const shown = await visitor.api.wallet.home.receipt.query({ id: receipt.id });
		expect(shown).toMatchObject({
			number: receipt.number,
			storeName: 'Harbour',
			lines: [{ name: 'Bread', netCents: 936 }]
		});
		expect(await visitor.api.wallet.vouchers.held.query()).toMatchObject([
			{ state: 'used', used: { times: 1, cents: 104 } }
		]);
		expect(await visitor.api.wallet.giftcards.open.query({ id: card.id })).toMatchObject({
			balanceCents: 0,
			code: null,
			movements: [
				{ reason: 'charged', cents: -500, ref: receipt.id },
				{ reason: 'issued', cents: 500 }
			]
		});
	});

	it('and a return, both stand in the history, newest first, and the debt is shown', async () => {
		const { visitor, memberId } = await shopper();
		const start = later(new Date(), -2 * day);
		const first = await buys(memberId, 100, {}, start);
		await buys(memberId, 1, { points: 500 }, later(start, day));
		const given = await givesBack(first.id, 100);
		const { points, latest } = await visitor.api.wallet.home.overview.query();
		expect(given.pointsOwed).toBeGreaterThan(0);
		expect(points).toMatchObject({ spendable: 0, debt: given.pointsOwed });
		expect(latest.map(({ kind }) => kind)).toEqual(['return', 'purchase', 'purchase']);
		expect(latest[0]).toMatchObject({
			receiptId: first.id,
			totalCents: first.totalCents,
			pointsTakenBack: first.pointsEarned,
			pointsOwed: given.pointsOwed
		});
		expect(latest[2]).toMatchObject({ id: first.id, returnedCents: first.totalCents });
	});

	it('the history goes through all pages once, in order', async () => {
		const { visitor, memberId } = await shopper();
		const start = later(new Date(), -50 * day);
		const bought: string[] = [];
		// Several at the same instant: the id decides.
		for (let i = 0; i < 45; i++) bought.push((await buys(memberId, 1, {}, later(start, Math.floor(i / 3) * day))).id);
		const seen: { id: string; at: Date }[] = [];
		let cursor: string | null = null;
		do {
			const page: Awaited<ReturnType<typeof visitor.api.wallet.home.history.query>> =
				await visitor.api.wallet.home.history.query({ cursor });
			seen.push(...page.items);
			cursor = page.nextCursor;
		} while (cursor !== null);
		expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(bought));
		expect(seen).toHaveLength(45);
		const order = seen.map(({ at, id }) => `${at.toISOString()} ${id}`);
		expect(order).toEqual([...order].sort().reverse());
		const nonsense = await visitor.api.wallet.home.history.query({ cursor: "' or 1=1 --" });
		expect(nonsense.items).toEqual((await visitor.api.wallet.home.history.query({ cursor: null })).items);
	});
});

describe('what belongs to somebody else', () => {
	it('is unknown: receipts, gift cards and vouchers by their ids, in every list', async () => {
		const [ada, bo] = [await shopper(), await shopper()];
		const receipt = await buys(ada.memberId);
		const card = await givesCard(ada.memberId);
		const loose = await givesCard(null);
		await givesVoucher(ada.memberId);
		expect(await ada.visitor.api.wallet.giftcards.open.query({ id: card.id })).toMatchObject({ code: card.code });

		const { wallet } = bo.visitor.api;
		expect((await refusalFrom(wallet.home.receipt.query({ id: receipt.id }))).code).toBe('receipt.unknown');
		for (const id of [card.id, loose.id, 'gft_nothing', '']) {
			expect((await refusalFrom(wallet.giftcards.open.query({ id }))).code).toBe('gift_card.not_found');
		}
		expect(await wallet.giftcards.held.query()).toEqual([]);
		expect(await wallet.vouchers.held.query()).toEqual([]);
		expect((await wallet.home.history.query({ cursor: null })).items).toEqual([]);
		expect(await wallet.home.overview.query()).toMatchObject({ points: { spendable: 0 }, latest: [] });
		const known = await ada.visitor.api.wallet.home.history.query({ cursor: null });
		expect(known.items.map(({ id }) => id)).toEqual([receipt.id]);
	});

	it('stays theirs when its code is typed into another wallet', async () => {
		const [ada, bo] = [await shopper(), await shopper()];
		const code = await givesVoucher(null);
		await ada.visitor.api.wallet.vouchers.add.mutate({ code });
		const refusal = await refusalFrom(bo.visitor.api.wallet.vouchers.add.mutate({ code }));
		expect(refusal.code).toBe('voucher.other_member');
		expect(refusal.sentence).toBeTruthy();
		expect(await bo.visitor.api.wallet.vouchers.held.query()).toEqual([]);
	});
});

describe('a voucher code that is typed', () => {
	it('may be mistaken some times, and then has to wait, whoever asks from elsewhere does not', async () => {
		const [ada, bo] = [await shopper(), await shopper()];
		const tryOne = async (visitor: Visitor) =>
			(await refusalFrom(visitor.api.wallet.vouchers.add.mutate({ code: 'NOSUCHCODE' }))).code;
		for (let tries = 0; tries < 20; tries++) expect(await tryOne(ada.visitor)).toBe('voucher.unknown');
		const refusal = await refusalFrom(ada.visitor.api.wallet.vouchers.add.mutate({ code: 'NOSUCHCODE' }));
		expect(refusal).toMatchObject({ code: 'voucher.add_too_often', details: { minutes: 15 } });
		expect(refusal.sentence).toContain('15 min');
		// Not even the right one goes in meanwhile.
		const code = await givesVoucher(null);
		const again = await refusalFrom(ada.visitor.api.wallet.vouchers.add.mutate({ code }));
		expect(again.code).toBe('voucher.add_too_often');
		expect(await tryOne(bo.visitor)).toBe('voucher.unknown');
	});
});

describe('an open wallet', () => {
	/** What a page hears on its live line. */
	async function listen(visitor: Visitor) {
		let heard = '';
		const response = await visitor.load('/api/live', (_, event) =>
			Promise.resolve(liveUpdates(event as RequestEvent<Record<string, never>, '/api/live'>))
		);
		const reader = response.body?.getReader();
		void (async () => {
			for (;;) {
				const part = await reader?.read();
				if (!part || part.done) return;
				heard += new TextDecoder().decode(part.value);
			}
		})();
		await vi.waitFor(() => expect(heard).toContain('event: ready'));
		await vi.waitFor(() => expect(changes().listening).toBe(true));
		return { heard: () => heard, close: () => reader?.cancel() };
	}

	it('hears of a checkout, its own alone', async () => {
		const [ada, bo] = [await shopper(), await shopper()];
		const [adas, bos] = [await listen(ada.visitor), await listen(bo.visitor)];
		await buys(ada.memberId);
		await vi.waitFor(() => expect(adas.heard()).toContain(`event: changed\ndata: ["${ada.memberId}"]`));
		await buys(bo.memberId);
		await vi.waitFor(() => expect(bos.heard()).toContain('event: changed'));
		expect(bos.heard()).not.toContain(ada.memberId);
		expect(adas.heard().split('event: changed')).toHaveLength(2);
		await Promise.all([adas.close(), bos.close()]);
	});

	it('hears when somebody else pays with its gift card', async () => {
		const [ada, bo] = [await shopper(), await shopper()];
		const card = await givesCard(ada.memberId);
		const adas = await listen(ada.visitor);
		await buys(bo.memberId, 1, { giftCards: [{ id: card.id, cents: null }] });
		await vi.waitFor(() => expect(adas.heard()).toContain(`event: changed\ndata: ["${card.id}"]`));
		await adas.close();
	});

	it('hears of what the shop gives it: a voucher, a gift card, and when they are taken back', async () => {
		const email = 'owner-of-wallets@test.example';
		const password = 'a quiet afternoon';
		await inTransaction(db, (tx) => inviteStaff(tx, { name: 'Ann', email, password, role: 'owner' }, new Date()));
		const console = new Visitor();
		await console.api.admin.identity.signIn.mutate({ email, password });
		const { admin } = console.api;

		const { visitor, memberId } = await shopper();
		const { staticCode } = await visitor.api.wallet.customers.me.query();
		await givesVoucher(null, { title: 'For regulars' });
		const { items } = await admin.vouchers.list.query({ state: null, text: 'For regulars', cursor: null });
		const line = await listen(visitor);
		const changes = () => line.heard().split(`event: changed\ndata: ["${memberId}"]`).length - 1;

		await admin.vouchers.assign.mutate({ key: aKey(), voucherId: items[0]?.id ?? '', members: [staticCode] });
		await vi.waitFor(() => expect(changes()).toBe(1));
		const [voucher] = await visitor.api.wallet.vouchers.held.query();
		expect(voucher?.title).toBe('For regulars');

		const terms = { count: 1, cents: 1500, member: staticCode, active: false, expiresAt: null };
		const { cards } = await admin.giftcards.issue.mutate({ key: aKey(), ...terms });
		await vi.waitFor(() => expect(changes()).toBe(2));

		await admin.vouchers.voidCode.mutate({ key: aKey(), codeId: voucher?.codeId ?? '', reason: 'Shown to everybody' });
		await vi.waitFor(() => expect(changes()).toBe(3));
		await line.close();

		// A line that is opened when the card is there hears of the card, too.
		const anew = await listen(visitor);
		await admin.giftcards.activate.mutate({ key: aKey(), id: cards[0]?.id ?? '' });
		await vi.waitFor(() => expect(anew.heard()).toContain(`data: ["${cards[0]?.id}"]`));
		await anew.close();
	});

	it('hears when points expire', async () => {
		const { memberId } = await shopper();
		await buys(memberId, 2);
		const told: string[] = [];
		await expire(db, { now: later(new Date(), 800 * day), told: (ownerIds) => told.push(...ownerIds) });
		expect(told).toContain(memberId);
	});

	it('hears nothing before somebody is signed in', async () => {
		const error = await listen(new Visitor()).catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ status: 401 });
	});
});

describe('a member of a household', () => {
	it('leaves it in the wallet: the purse stays with the others, and what they earn is their own again', async () => {
		const [head, other, third] = [await shopper(), await shopper(), await shopper()];
		const now = new Date();
		await buys(other.memberId, 4);
		const paper = { name: 'The Holms', vatNumber: null, registrationNumber: null, billingAddress: null, note: null };
		const agreed = { title: null, agreed: 'on paper' };
		const { id: groupId } = await inTransaction(db, async (tx) => {
			const wish = {
				kind: 'household',
				group: paper,
				shares: true,
				head: { memberId: head.memberId, ...agreed }
			} as const;
			const made = await found(tx, wish, byHouse, now);
			const joining = { groupId: made.id, memberId: other.memberId, role: 'member', ...agreed } as const;
			await addMember(tx, joining, byHouse, now);
			return made;
		});
		const wallet = ({ visitor }: typeof other) => visitor.api.wallet;
		const points = async (of: typeof other) => (await wallet(of).home.overview.query()).points.spendable;
		const purse = await points(head);
		expect(purse).toBeGreaterThan(0);
		const [mine] = await wallet(other).groups.mine.query();
		expect(mine).toMatchObject({
			name: 'The Holms',
			kind: 'household',
			stays: { points: purse, pending: 0 },
			against: null
		});
		expect(mine?.others).toHaveLength(1);
		expect((await wallet(head).groups.mine.query())[0]?.against).toBe('group.head_leaves');

		const go = (of: typeof other, key = aKey()) => wallet(of).groups.leave.mutate({ key, groupId });
		expect((await refusalFrom(go(head))).code).toBe('group.head_leaves');
		expect((await refusalFrom(go(third))).code).toBe('group.no_member');
		expect((await refusalFrom(wallet(other).groups.leave.mutate({ key: aKey(), groupId: 'mgp_none' }))).code).toBe(
			'group.unknown'
		);
		const key = aKey();
		await go(other, key);
		await go(other, key);
		expect(await wallet(other).groups.mine.query(), 'the answer was lost, and nothing is done twice').toEqual([]);
		expect([await points(other), await points(head)]).toEqual([0, purse]);
		expect((await refusalFrom(go(other))).code).toBe('group.no_member');
		await buys(other.memberId, 4);
		expect([await points(other), await points(head)]).toEqual([purse, purse]);
		expect((await wallet(head).groups.mine.query())[0]?.against).toBe('group.last_member');
		expect((await refusalFrom(go(head))).code).toBe('group.last_member');
	});
});
