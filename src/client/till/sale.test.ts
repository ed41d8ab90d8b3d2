import { describe, expect, test } from 'vitest';
import type { MemberCard } from '#checkout';
import type { GiftCardFact, Right } from '#pricing';
import { member, noon, products, right, rules, withRules } from '../../../tests/support/pricing.ts';
import { OpenSale, type Shop } from './sale.svelte.ts';

const cake = products.cake as NonNullable<typeof products.cake>;
const bun = products.bun as NonNullable<typeof products.bun>;

const shop: Shop = {
	programme: { currency: 'EUR', timeZone: 'Europe/Berlin', rules },
	store: { id: 'store', currency: 'EUR', timeZone: 'Europe/Berlin' }
};
const card = (id: string, availableCents: number): GiftCardFact => ({
	id,
	lastSymbols: 'ABCD',
	currency: 'EUR',
	availableCents,
	state: 'active',
	valueCents: null,
	pin: 'none'
});
const anna = (more: Partial<MemberCard> = {}, points = 0): MemberCard => ({
	fact: member({ spendablePoints: points }),
	name: 'Anna',
	joined: true,
	via: 'rotating',
	attributes: [],
	types: [],
	group: null,
	nextExpiry: null,
	nextMaturing: null,
	rights: [],
	giftCards: [],
	...more
});

function aSale(inShop: Shop = shop): OpenSale {
	const sale = new OpenSale(() => noon);
	sale.shop = inShop;
	return sale;
}

describe('an open sale', () => {
	test('is priced by the till alone, before the server said anything', () => {
		const sale = aSale();
		sale.addProduct(cake);
		sale.addProduct(bun);
		sale.addProduct(bun);
		expect(sale.quote).toMatchObject({ listCents: 2500 + 198, toPayCents: 2698, pointsEarned: 26, problems: [] });
		expect(sale.ready).toBe(true);
	});

	test('offers a second voucher in the place of the first, since one goes with a receipt', () => {
		const sale = aSale();
		sale.addProduct(cake);
		const rights = [right({ id: 'spring', title: 'Spring' }), right({ id: 'coffee', title: 'Coffee' })];
		sale.setMember(anna({ rights }));
		expect(sale.offers.map(({ right, insteadOf }) => [right.id, insteadOf]).sort()).toEqual([
			['coffee', []],
			['spring', []]
		]);
		sale.askRight('spring');
		expect(sale.offers).toMatchObject([{ right: { id: 'coffee' }, insteadOf: ['Spring'], gainCents: 0 }]);
		sale.useInstead('coffee');
		expect(sale.quote?.applied.map(({ id }) => id)).toEqual(['coffee']);
		expect(sale.quote?.refused.filter(({ asked }) => asked)).toEqual([]);
		expect(sale.ready).toBe(true);
		// One that was scanned although another is used says so, and changes places with one tap.
		sale.addRight(rights[0]!);
		expect(sale.quote?.refused[0]?.refusal.code).toBe('voucher.one_per_receipt');
		expect(sale.ready).toBe(false);
		sale.useInstead('spring');
		expect(sale.quote?.applied.map(({ id }) => id)).toEqual(['spring']);
		expect(sale.ready).toBe(true);
	});

	test('says first which voucher would save more than those it does not go with', () => {
		const sale = aSale();
		sale.addProduct(cake);
		const together = { kind: 'together' } as const;
		const one = (id: string, percent: number, stacking: Right['stacking']) =>
			right({ id, sourceId: id, title: id, stacking, effect: { kind: 'percent', percent, capCents: null } });
		const rights = [one('ten', 10, together), one('five', 5, together), one('half', 50, { kind: 'alone' })];
		sale.setMember(anna({ rights }));
		sale.askRight('ten');
		sale.askRight('five');
		expect(sale.quote?.applied.map(({ id }) => id)).toEqual(['ten', 'five']);
		expect(sale.offers).toMatchObject([{ right: { id: 'half' }, insteadOf: ['ten', 'five'], gainCents: 1250 - 363 }]);
		sale.useInstead('half');
		// Back again each comes alone, and saves less; what goes together joins.
		expect(sale.offers.map(({ right, gainCents }) => [right.id, gainCents])).toEqual([
			['ten', -1000],
			['five', -1125]
		]);
	});

	test('lets what a member owns wait while only their number was given, until the cashier is sure', () => {
		const sale = aSale();
		sale.addProduct(cake);
		const own = { rights: [right({ id: 'spring' })], giftCards: [card('gft', 500)] };
		sale.setMember(anna({ ...own, via: 'static' }, 100));
		expect([sale.trusted, sale.mayUse('spring'), sale.mayUse('scanned')]).toEqual([false, false, true]);
		sale.confirmed = true;
		expect([sale.trusted, sale.mayUse('spring')]).toEqual([true, true]);
		const kept = sale.snapshot;
		sale.removeMember();
		sale.setMember(anna({ ...own, via: 'static' }));
		expect(sale.trusted).toBe(false);
		sale.restore(kept);
		expect(sale.trusted).toBe(true);
		sale.removeMember();
		// The phone settles it, and a number typed afterwards takes nothing away.
		sale.setMember(anna(own));
		sale.setMember(anna({ ...own, via: 'static' }));
		expect(sale.trusted).toBe(true);
	});

	test('is not ready while it is empty, or while something asked for does not apply', () => {
		const sale = aSale();
		expect(sale.ready).toBe(false);
		sale.addProduct(bun);
		sale.addRight(right({ conditions: { minimumCents: 5000, productIds: [], categoryIds: [], storeIds: [] } }));
		expect(sale.quote?.refused[0]).toMatchObject({ asked: true, refusal: { code: 'voucher.below_minimum' } });
		expect(sale.ready).toBe(false);
		expect(sale.startAttempt()).toBeNull();
		sale.removeRight('spring');
		expect(sale.ready).toBe(true);
	});

	test('offers the member’s vouchers and cards, and uses them on a tap', () => {
		const sale = aSale();
		sale.addProduct(cake);
		sale.setMember(anna({ rights: [right()], giftCards: [card('gift', 1000)] }));
		expect(sale.quote?.possible).toMatchObject([{ id: 'spring', cents: 250 }]);
		expect(sale.offeredCards.map(({ id }) => id)).toEqual(['gift']);
		sale.askRight('spring');
		sale.addCard(card('gift', 1000));
		expect(sale.offeredCards).toEqual([]);
		expect(sale.quote).toMatchObject({ discountCents: 250, giftCardCents: 1000, toPayCents: 1250 });
		sale.setCardCents('gift', 400);
		expect(sale.quote).toMatchObject({ giftCardCents: 400, toPayCents: 1850 });
	});

	test('lets a member’s rights, cards and points go with the member; what was scanned stays', () => {
		const sale = aSale();
		sale.addProduct(cake);
		sale.setMember(anna({ rights: [right()], giftCards: [card('gift', 1000)] }, 500));
		sale.askRight('spring');
		sale.addCard(card('gift', 1000));
		sale.addRight(right({ id: 'scanned', title: 'Scanned' }));
		sale.addCard(card('plastic', 100));
		sale.points = 300;
		sale.removeMember();
		expect(sale.ask).toMatchObject({
			memberId: null,
			rightIds: ['scanned'],
			giftCards: [{ id: 'plastic', cents: null }],
			points: 0
		});
	});

	test('never asks for more points than a smaller basket takes', () => {
		const sale = aSale({
			...shop,
			programme: { ...shop.programme, rules: withRules({}, { minimumPoints: 100, stepPoints: 100 }) }
		});
		sale.setMember(anna({}, 5000));
		sale.addProduct(cake);
		sale.points = 2500;
		expect(sale.quote).toMatchObject({ pointsSpent: 2500, toPayCents: 0, problems: [] });
		sale.basket.clear();
		sale.addProduct(bun);
		expect(sale.quote).toMatchObject({ pointsSpent: 0, toPayCents: 99, problems: [] });
		expect(sale.ready).toBe(true);
	});

	test('takes over what the server knows: balances, prices, what the member holds now', () => {
		const sale = aSale();
		sale.addProduct(bun);
		sale.setMember(anna({}, 10));
		const { facts } = sale;
		if (!facts) throw new Error('the shop is known');
		sale.learn({
			...facts,
			products: { bun: { ...bun, priceCents: 150 } },
			member: member({ spendablePoints: 90 }),
			rights: [right()]
		});
		expect(sale.basket.lines).toMatchObject([{ unitCents: 150, formerCents: 99 }]);
		expect(sale.member?.fact.spendablePoints).toBe(90);
		expect(sale.quote?.possible.map(({ id }) => id)).toEqual(['spring']);
		expect(sale.quote?.problems).toEqual([]);
	});

	test('ignores facts about somebody else', () => {
		const sale = aSale();
		sale.setMember(anna({}, 10));
		const { facts } = sale;
		if (!facts) throw new Error('the shop is known');
		sale.learn({ ...facts, member: member({ id: 'other', spendablePoints: 9999 }) });
		expect(sale.member?.fact).toMatchObject({ id: 'anna', spendablePoints: 10 });
	});

	test('has to be looked up anew when who, what rights, which cards or products change, not when quantities do', () => {
		const sale = aSale();
		const keys = new Set<string>();
		const look = () => keys.add(sale.gatherKey);
		look();
		sale.addProduct(bun);
		look();
		sale.addProduct(bun);
		look();
		expect(keys.size).toBe(2);
		sale.setMember(anna());
		look();
		sale.addRight(right());
		look();
		sale.addCard(card('gift', 100));
		look();
		expect(keys.size).toBe(5);
	});
});

describe('the key of a sale', () => {
	test('is kept over every change, every retry and a reload, and is new for the next sale', () => {
		const sale = aSale();
		const { key } = sale;
		sale.addProduct(bun);
		const first = sale.startAttempt();
		expect(first).toMatchObject({ key, fingerprint: sale.quote?.fingerprint });
		sale.addProduct(cake);
		expect(sale.startAttempt()).toBe(first);

		const reloaded = aSale();
		reloaded.restore(JSON.parse(JSON.stringify(sale.snapshot)));
		expect(reloaded.frozen).toBe(true);
		expect(reloaded.startAttempt()).toEqual(first);

		reloaded.dropAttempt();
		const second = reloaded.startAttempt();
		expect(second?.key).toBe(key);
		expect(second?.ask.basket.lines).toHaveLength(2);

		reloaded.reset();
		expect(reloaded.key).not.toBe(key);
		expect(reloaded.isEmpty).toBe(true);
		expect(reloaded.frozen).toBe(false);
	});

	test('a sale that was written down and read back is the same sale', () => {
		const sale = aSale();
		sale.addProduct(cake);
		sale.setMember(anna({ rights: [right()] }, 700));
		sale.askRight('spring');
		sale.addCard(card('gift', 300));
		sale.points = 200;
		const again = aSale();
		again.restore(JSON.parse(JSON.stringify(sale.snapshot)));
		expect(again.ask).toEqual(sale.ask);
		expect(again.quote).toEqual(sale.quote);
		expect(again.quote?.toPayCents).toBe(2500 - 250 - 200 - 300);
	});
});
