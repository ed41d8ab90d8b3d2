import { describe, expect, test } from 'vitest';
import { ask, card, cardRules, facts, member, noon, of, right, typed } from '../../../tests/support/pricing.ts';
import { quote, type Ask, type CardEntry, type Facts } from './index.ts';

const line = (cents: number, giftCard: CardEntry, key: string = giftCard.deed) => typed(cents, { key, giftCard });
const plastic = { deed: 'activated', id: 'rack' } as const;
const rack = (more: object = {}) => card({ id: 'rack', state: 'inactive', availableCents: 0, ...more });
const held = card({ id: 'held' });

const sell = (lines: Ask['basket']['lines'], more: Partial<Ask> = {}, known: Partial<Facts> = {}) =>
	quote(ask(lines, more), facts({ cardRules, giftCards: [rack(), held], ...known }), noon);
const codes = (quoted: ReturnType<typeof sell>) => quoted.problems.map(({ code }) => code);

describe('a gift card in the basket', () => {
	test('adds its money to what is to be paid, and earns nothing', () => {
		const quoted = sell([of('cake'), line(3000, plastic)], { memberId: 'anna' }, { member: member() });
		expect(quoted.problems).toEqual([]);
		expect(quoted).toMatchObject({ totalCents: 5500, cardsSoldCents: 3000, toPayCents: 5500, pointsEarned: 25 });
		expect(quoted.lines[1]).toMatchObject({
			name: '',
			giftCard: { deed: 'activated', id: 'rack', lastSymbols: 'K7QX' },
			pointsEarned: 0
		});
		expect(quoted.steps).toContainEqual(expect.objectContaining({ code: 'not_earning_gift_card', cents: 3000 }));
	});

	test('earns where the house says so', () => {
		const quoted = sell([line(3000, plastic)], {}, { cardRules: { ...cardRules, earnsPoints: true } });
		expect(quoted.pointsEarned).toBe(30);
	});

	test('gets no discount and helps no voucher to its minimum', () => {
		const spring = right({ conditions: { ...right().conditions, minimumCents: 3000 } });
		const asked = { rightIds: ['spring'] };
		const few = sell([of('cake'), line(3000, plastic)], asked, { rights: [spring] });
		expect(few.refused).toMatchObject([{ refusal: { code: 'voucher.below_minimum', details: { missingCents: 500 } } }]);
		const amount = right({ effect: { kind: 'amount', cents: 9000 } });
		const quoted = sell([of('cake'), line(3000, plastic)], asked, { rights: [amount] });
		expect(quoted).toMatchObject({ discountCents: 2500, toPayCents: 3000 });
	});

	test('is paid neither with points nor with a gift card; the goods beside it are', () => {
		const rich = { member: member({ spendablePoints: 100_000 }) };
		const most = { memberId: 'anna', points: 'most', giftCards: [{ id: 'held', cents: null }] } as const;
		const mixed = sell([of('cake'), line(3000, plastic)], { ...most, giftCards: [...most.giftCards] }, rich);
		expect(mixed).toMatchObject({ problems: [], pointsPaidCents: 2500, giftCardCents: 0, toPayCents: 3000 });
		expect(codes(sell([line(3000, plastic)], { giftCards: [{ id: 'held', cents: null }] }))).toEqual([
			'gift_card.buys_no_gift_card'
		]);
		expect(codes(sell([line(3000, plastic)], { memberId: 'anna', points: 100 }, rich))).toEqual([
			'points.buy_no_gift_card'
		]);
		expect(codes(sell([of('cake'), line(3000, plastic)], { giftCards: [{ id: 'held', cents: 3000 }] }))).toEqual([
			'gift_card.nothing_left_to_pay'
		]);
	});

	test('of a fixed value costs that, whatever the till says', () => {
		const fixed = sell([line(1, plastic)], {}, { giftCards: [rack({ valueCents: 2500 })] });
		expect(fixed).toMatchObject({ problems: [], toPayCents: 2500 });
	});

	test('is part of what was agreed to', () => {
		const others = [rack(), rack({ id: 'other' })];
		const print = (id: string) => sell([line(3000, { ...plastic, id })], {}, { giftCards: others }).fingerprint;
		expect(print('rack')).not.toBe(print('other'));
	});

	test.each([
		['an amount below the least', line(499, plastic), {}, 'gift_card.amount_outside'],
		['an amount above the most', line(20_001, plastic), {}, 'gift_card.amount_outside'],
		['no amount', line(Number.NaN, plastic), {}, 'gift_card.amount_outside'],
		['an amount that needs a PIN', line(10_000, plastic), {}, 'gift_card.pin_missing'],
		['two pieces', { ...line(3000, plastic), quantity: 2000 }, {}, 'basket.quantity_invalid'],
		['a product', { ...line(3000, plastic), productId: 'bun' }, {}, 'basket.quantity_invalid'],
		['an unknown card', line(3000, { ...plastic, id: 'dream' }), {}, 'gift_card.unknown'],
		['a card that was sold', line(3000, { ...plastic, id: 'held' }), {}, 'gift_card.already_active'],
		['no rules of the house', line(3000, plastic), { cardRules: null }, 'gift_card.not_sold_here'],
		['a blocked card', line(3000, plastic), { giftCards: [rack({ state: 'blocked' })] }, 'gift_card.blocked'],
		['an expired card', line(3000, plastic), { giftCards: [rack({ state: 'expired' })] }, 'gift_card.expired'],
		['another currency', line(3000, plastic), { giftCards: [rack({ currency: 'CHF' })] }, 'gift_card.currency_other'],
		['nobody’s wallet for what needs a PIN', line(10_000, { deed: 'issued', id: null }), {}, 'gift_card.needs_member'],
		['a new card that has an id', line(3000, { deed: 'issued', id: 'rack' }), {}, 'gift_card.unknown'],
		['too much on one card', line(7001, { deed: 'topped_up', id: 'held' }), {}, 'gift_card.over_highest'],
		['a top-up of plastic', line(3000, { deed: 'topped_up', id: 'rack' }), {}, 'gift_card.inactive']
	] satisfies [string, ReturnType<typeof line>, Partial<Facts>, string][])(
		'is refused with %s',
		(_, one, known, code) => {
			const quoted = sell([of('bun'), one], {}, known);
			expect(codes(quoted)).toEqual([code]);
			expect(quoted.totalCents).toBe(99);
		}
	);

	test('is a new one for somebody who shows no code, too, as long as it needs no PIN', () => {
		const quoted = sell([line(9999, { deed: 'issued', id: null }, 'a'), line(500, { deed: 'issued', id: null }, 'b')]);
		expect(quoted).toMatchObject({ problems: [], cardsSoldCents: 10_499, toPayCents: 10_499 });
		const member_ = { memberId: 'anna' };
		expect(codes(sell([line(10_000, { deed: 'issued', id: null })], member_, { member: member() }))).toEqual([]);
	});

	test('stands there once', () => {
		expect(codes(sell([line(3000, plastic, 'a'), line(3000, plastic, 'b')]))).toEqual(['gift_card.repeated']);
	});
});
