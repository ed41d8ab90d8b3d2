import { describe, expect, test } from 'vitest';
import { ask, card, facts, member, noon, of, right, rules, typed, withRules } from '../../../tests/support/pricing.ts';
import { quote, spendableNow, type Ask, type GiftCardFact, type SpendRules } from './index.ts';

describe('points', () => {
	const pay = (
		points: Ask['points'],
		{ total = 1000, has = 10_000, ...spend }: Partial<SpendRules> & { total?: number; has?: number } = {}
	) =>
		quote(
			ask([typed(total)], { memberId: 'anna', points }),
			facts({
				programme: { currency: 'EUR', timeZone: 'UTC', rules: withRules({}, spend) },
				member: member({ spendablePoints: has })
			}),
			noon
		);
	const hundredPerEuro = { worthPoints: 100, worthCents: 100, stepPoints: 100, minimumPoints: 100 };

	test('they pay what they are worth, rounded down', () => {
		expect(pay(300)).toMatchObject({ pointsSpent: 300, pointsPaidCents: 300, toPayCents: 700, problems: [] });
		expect(pay(7, { worthPoints: 2 })).toMatchObject({ pointsSpent: 6, pointsPaidCents: 3 });
	});

	test('points that would pay no further cent are not taken', () => {
		expect(pay(5, { worthPoints: 3, worthCents: 1 })).toMatchObject({ pointsSpent: 3, pointsPaidCents: 1 });
	});

	test('no more are taken than the total needs', () => {
		expect(pay(5000)).toMatchObject({ pointsSpent: 1000, toPayCents: 0, problems: [] });
		expect(pay(2000, { total: 1050, ...hundredPerEuro })).toMatchObject({ pointsSpent: 1000, toPayCents: 50 });
	});

	test.each([
		['as many as the member has', { has: 420 }, 420],
		['as many as the total takes', {}, 1000],
		['as many as the steps allow', { has: 480, ...hundredPerEuro }, 400],
		['as many as one receipt may take', { maximumPoints: 350, ...hundredPerEuro }, 300],
		['as many as make up the share', { maximumSharePercent: 30 }, 300],
		['none below the minimum', { has: 90, minimumPoints: 100 }, 0],
		['none where points do not pay', { enabled: false }, 0],
		['none of a debt', { has: -50 }, 0]
	] as const)('"most" is %s', (_, given, points) => {
		expect(pay('most', given)).toMatchObject({
			pointsSpent: points,
			problems: [],
			pointsRange: { maximum: points }
		});
	});

	test.each([
		['a part of them, down to the step', 767, hundredPerEuro, { points: 700, cents: 700, next: null }],
		['all where every point counts', 39, {}, { points: 39, cents: 39, next: null }],
		['none below the minimum', 39, hundredPerEuro, { points: 0, cents: 0, next: { missingPoints: 61, cents: 100 } }],
		['none of a debt', -5, { minimumPoints: 10 }, { points: 0, cents: 0, next: { missingPoints: 10, cents: 10 } }],
		['no more than one receipt may take', 767, { maximumPoints: 350, ...hundredPerEuro }, { points: 300, cents: 300 }],
		['no more than their worth takes', 5, { worthPoints: 3, worthCents: 1 }, { points: 3, cents: 1, next: null }]
	])('of what a wallet has, %s can be spent now', (_, has, spend, now) => {
		expect(spendableNow(has, withRules({}, spend).spend)).toMatchObject(now);
		const { pointsSpent, pointsPaidCents } = pay('most', { has, total: 1_000_000, ...spend });
		expect({ points: pointsSpent, cents: pointsPaidCents }).toEqual({ points: now.points, cents: now.cents });
	});

	test('where points do not pay, or the rules leave no number of them, a wallet says nothing of their worth', () => {
		expect(spendableNow(500, withRules({}, { enabled: false }).spend)).toBeNull();
		expect(spendableNow(500, withRules({}, { minimumPoints: 100, maximumPoints: 50 }).spend)).toBeNull();
	});

	test('what can be spent is told before anything is asked', () => {
		expect(pay(0, { has: 480, ...hundredPerEuro }).pointsRange).toEqual({
			minimum: 100,
			maximum: 400,
			step: 100,
			worthPoints: 100,
			worthCents: 100
		});
		// 50 points must be a cent's worth at least, in steps of 20.
		expect(pay(0, { worthPoints: 50, stepPoints: 20 }).pointsRange.minimum).toBe(60);
	});

	test.each([
		[-1, {}, 'points.amount_invalid', {}],
		[1.5, {}, 'points.amount_invalid', {}],
		[NaN, {}, 'points.amount_invalid', {}],
		[2 ** 60, {}, 'points.amount_invalid', {}],
		[Number.MAX_SAFE_INTEGER, {}, 'points.too_few', { availablePoints: 10_000 }],
		[100, { enabled: false }, 'points.not_offered', {}],
		[500, { has: 120 }, 'points.too_few', { availablePoints: 120, missingPoints: 380 }],
		[99, { minimumPoints: 100 }, 'points.below_minimum', { minimumPoints: 100 }],
		[150, hundredPerEuro, 'points.not_a_step', { stepPoints: 100 }],
		[301, { maximumPoints: 300 }, 'points.above_maximum', { maximumPoints: 300 }],
		[600, { maximumSharePercent: 50 }, 'points.above_maximum', { maximumPoints: 500 }],
		[100, { total: 99, ...hundredPerEuro }, 'points.total_too_small', { minimumPoints: 100 }]
	] as const)('%d points are refused when the rules do not allow them (%j): %s', (points, given, code, details) => {
		const quoted = pay(points, given);
		expect(quoted.problems).toMatchObject([{ code, details }]);
		expect([quoted.pointsSpent, quoted.pointsPaidCents]).toEqual([0, 0]);
	});

	test('to spend them a member is needed', () => {
		expect(quote(ask([of('cake')], { points: 5 }), facts(), noon).problems).toMatchObject([
			{ code: 'points.no_member' }
		]);
		expect(quote(ask([of('cake')], { points: 'most' }), facts(), noon)).toMatchObject({ pointsSpent: 0, problems: [] });
	});

	test('they pay and are earned in the currency of the programme only', () => {
		const zurich = facts({
			store: { id: 'zurich', currency: 'CHF', timeZone: 'Europe/Zurich' },
			member: member({ spendablePoints: 500 })
		});
		const asked = ask([typed(1000)], { memberId: 'anna', points: 100 });
		asked.basket.currency = 'CHF';
		const quoted = quote(asked, zurich, noon);
		expect(quoted.problems).toMatchObject([
			{ code: 'points.currency_other', details: { currency: 'EUR', givenCurrency: 'CHF' } }
		]);
		expect(quoted.pointsEarned).toBe(0);
		expect(quoted.steps.at(-1)).toMatchObject({ code: 'not_earning_currency', cents: 1000 });
	});

	test('they are split over the lines by what each costs after discounts', () => {
		const quoted = quote(
			ask([typed(3000, { key: 'a' }), typed(1000, { key: 'b' })], { memberId: 'anna', points: 101 }),
			facts({ member: member({ spendablePoints: 500 }) }),
			noon
		);
		expect(quoted.lines.map((line) => [line.pointsPaidCents, line.pointsSpent])).toEqual([
			[76, 76],
			[25, 25]
		]);
	});

	test('a blocked member is a problem', () => {
		const { problems } = quote(
			ask([of('bun')], { memberId: 'anna' }),
			facts({ member: member({ blocked: true }) }),
			noon
		);
		expect(problems).toMatchObject([{ code: 'member.blocked', kind: 'forbidden' }]);
	});
});

describe('gift cards', () => {
	const charge = (wishes: Ask['giftCards'], cards: GiftCardFact[], total = 2500) =>
		quote(ask([typed(total)], { giftCards: wishes }), facts({ giftCards: cards }), noon);

	test('a card pays as much as it can, or as it should', () => {
		const most = charge([{ id: 'card', cents: null }], [card()]);
		expect(most).toMatchObject({
			giftCards: [{ id: 'card', lastSymbols: 'K7QX', cents: 2500, leftCents: 2500 }],
			giftCardCents: 2500,
			toPayCents: 0
		});
		expect(charge([{ id: 'card', cents: 700 }], [card()])).toMatchObject({ giftCardCents: 700, toPayCents: 1800 });
		expect(charge([{ id: 'card', cents: null }], [card({ availableCents: 300 })]).giftCardCents).toBe(300);
	});

	test('cards pay in the order in which they were given', () => {
		const cards = [card({ id: 'a', availableCents: 2000 }), card({ id: 'b', availableCents: 2000 })];
		const wishes = ['b', 'a'].map((id) => ({ id, cents: null }));
		expect(charge(wishes, cards).giftCards.map((one) => [one.id, one.cents, one.leftCents])).toEqual([
			['b', 2000, 0],
			['a', 500, 1500]
		]);
	});

	test('a card that is not needed any more, or is empty, is shown and not charged', () => {
		const cards = [card({ id: 'empty', availableCents: 0 }), card({ id: 'a' }), card({ id: 'b' })];
		const quoted = charge(
			cards.map(({ id }) => ({ id, cents: null })),
			cards
		);
		expect(quoted.giftCards.map((one) => one.cents)).toEqual([0, 2500, 0]);
		expect(quoted.problems).toEqual([]);
		expect(quoted.steps.filter((step) => step.giftCardId)).toHaveLength(1);
	});

	const said = { giftCardId: 'card', lastSymbols: 'K7QX' };
	test.each([
		[{ state: 'inactive' }, null, 'gift_card.inactive', said],
		[{ state: 'blocked' }, null, 'gift_card.blocked', said],
		[{ state: 'expired' }, null, 'gift_card.expired', said],
		[{ currency: 'USD' }, null, 'gift_card.currency_other', { ...said, currency: 'USD', givenCurrency: 'EUR' }],
		[
			{ availableCents: 300 },
			500,
			'gift_card.too_little',
			{ ...said, availableCents: 300, missingCents: 200, currency: 'EUR' }
		],
		[{}, 2600, 'gift_card.nothing_left_to_pay', { ...said, leftToPayCents: 2500, givenCents: 2600, currency: 'EUR' }],
		[{}, 0, 'gift_card.amount_invalid', said],
		[{}, -5, 'gift_card.amount_invalid', said],
		[{}, 1.5, 'gift_card.amount_invalid', said],
		[{}, NaN, 'gift_card.amount_invalid', said],
		[{ id: 'other' }, 100, 'gift_card.unknown', { giftCardId: 'card' }]
	] as const)('a card that is %j is refused for %s cents: %s', (more, cents, code, details) => {
		const quoted = charge([{ id: 'card', cents }], [card(more)]);
		expect(quoted.problems).toMatchObject([{ code, details }]);
		expect([quoted.giftCards, quoted.giftCardCents, quoted.toPayCents]).toEqual([[], 0, 2500]);
	});

	test('a card is charged once per receipt', () => {
		const twice = [1, 2].map(() => ({ id: 'card', cents: 100 }));
		expect(charge(twice, [card()])).toMatchObject({ giftCardCents: 100, problems: [{ code: 'gift_card.repeated' }] });
	});

	test('discount first, then points, then the card', () => {
		const quoted = quote(
			ask([of('cake')], {
				memberId: 'anna',
				rightIds: ['spring'],
				points: 250,
				giftCards: [{ id: 'card', cents: null }]
			}),
			facts({
				member: member({ spendablePoints: 250 }),
				rights: [right()],
				giftCards: [card({ availableCents: 1500 })],
				programme: { currency: 'EUR', timeZone: 'UTC', rules }
			}),
			noon
		);
		expect(quoted).toMatchObject({
			listCents: 2500,
			discountCents: 250,
			totalCents: 2250,
			pointsPaidCents: 250,
			giftCardCents: 1500,
			toPayCents: 500,
			pointsEarned: 20
		});
	});
});
