import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cardRules, noon, products } from '../../../tests/support/pricing.ts';
import { agreed } from './fingerprint.ts';
import {
	quote,
	returnOf,
	type Ask,
	type BasketLine,
	type Facts,
	type ProgrammeRules,
	type Quote,
	type Right
} from './index.ts';

/* What may come to a till: mostly sane, so that much is priced, sometimes not. */

const mostly = <T>(sane: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
	fc.oneof({ weight: 12, arbitrary: sane }, { weight: 1, arbitrary: odd });
const oddNumber = fc.oneof(fc.constantFrom(0, -1, 0.5, NaN, Infinity, 2 ** 60, -0), fc.double());
const cents = mostly(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 10 ** 10 }));
const productId = fc.constantFrom(...Object.keys(products));
const categoryId = fc.constantFrom('bakery', 'drinks', 'fruit', 'other');
const few = <T>(one: fc.Arbitrary<T>) => fc.uniqueArray(one, { maxLength: 2 });

const line: fc.Arbitrary<BasketLine> = fc
	.record({
		productId: fc.option(mostly(productId, fc.constant('unicorn'))),
		name: fc.option(fc.constant('Repair')),
		categoryId: fc.option(categoryId),
		quantity: mostly(
			fc.integer({ min: 1, max: 5 }).map((pieces) => pieces * 1000),
			fc.oneof(fc.integer({ min: 1, max: 10 ** 9 }), oddNumber)
		),
		unitCents: mostly(cents, oddNumber),
		delivery: fc.option(fc.boolean(), { nil: undefined, freq: 2 })
	})
	.map((made) => ({ key: '', ...made }));

const cardIds = ['c1', 'c2', 'c3'];
const cardLine: fc.Arbitrary<BasketLine> = fc
	.record({
		unitCents: mostly(fc.integer({ min: 500, max: 20_000 }), oddNumber),
		quantity: mostly(fc.constant(1000), oddNumber),
		productId: mostly(fc.constant(null), productId),
		giftCard: fc.oneof(
			fc.constant({ deed: 'issued' as const, id: null }),
			fc.record({
				deed: fc.constantFrom('activated' as const, 'topped_up' as const),
				id: fc.constantFrom(...cardIds, 'dream')
			})
		)
	})
	.map((made) => ({ key: '', name: null, categoryId: null, ...made }));

const lines = fc
	.tuple(
		mostly(fc.array(line, { maxLength: 6 }), fc.array(line, { minLength: 7, maxLength: 20 })),
		fc.oneof(
			{ weight: 3, arbitrary: fc.constant<BasketLine[]>([]) },
			{ weight: 1, arbitrary: fc.array(cardLine, { maxLength: 3 }) }
		)
	)
	.map((made) => made.flat().map((one, index) => ({ ...one, key: `l${index}` })));

const effect: fc.Arbitrary<Right['effect']> = fc.oneof(
	fc.record({
		kind: fc.constant('percent' as const),
		percent: fc.integer({ min: 1, max: 100 }),
		capCents: fc.option(cents)
	}),
	fc.record({ kind: fc.constant('amount' as const), cents }),
	fc.record({
		kind: fc.constant('free_product' as const),
		productIds: fc.uniqueArray(productId, { minLength: 1, maxLength: 3 }),
		quantity: fc.integer({ min: 1, max: 3000 })
	}),
	fc.record({
		kind: fc.constant('fixed_price' as const),
		cents,
		quantity: fc.option(fc.integer({ min: 1, max: 5000 }))
	}),
	fc
		.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
		.map(([free, more]) => ({ kind: 'cheapest_free' as const, of: free + more, free })),
	fc
		.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.option(fc.integer({ min: 1, max: 3 })))
		.map(([pay, more, sets]) => ({ kind: 'n_for_m' as const, of: pay + more, pay, sets })),
	fc.record({ kind: fc.constant('free_delivery' as const), capCents: fc.option(cents) })
);

const stacking: fc.Arbitrary<Right['stacking']> = fc.oneof(
	fc.constant({ kind: 'alone' as const }),
	{ weight: 3, arbitrary: fc.constant({ kind: 'together' as const }) },
	fc.record({ kind: fc.constant('group' as const), group: fc.constantFrom('spring', 'staff') })
);

const right = (id: string): fc.Arbitrary<Right> =>
	fc.record({
		id: fc.constant(id),
		kind: fc.constant('voucher' as const),
		sourceId: mostly(fc.constant(`source of ${id}`), fc.constantFrom('spring', 'autumn')),
		title: fc.constant(`Voucher ${id}`),
		currency: mostly(fc.constant('EUR'), fc.constant('CHF')),
		effect,
		conditions: fc.record({
			minimumCents: mostly(fc.constant(0), cents),
			productIds: mostly(fc.constant<string[]>([]), few(productId)),
			categoryIds: mostly(fc.constant<string[]>([]), few(categoryId)),
			storeIds: mostly(fc.constant<string[]>([]), fc.constant(['airport']))
		}),
		stacking,
		startsAt: mostly(fc.constant(null), fc.constant('2026-03-11T00:00:00Z')),
		endsAt: mostly(fc.constant(null), fc.constant('2026-03-10T00:00:00Z')),
		paused: mostly(fc.constant(false), fc.constant(true)),
		voided: mostly(fc.constant(false), fc.constant(true)),
		usesInAll: fc.constantFrom(null, 1, 5),
		usesLeft: mostly(fc.constantFrom(null, 1, 3), fc.constant(0)),
		limitedPerMember: fc.boolean(),
		usesLeftForMember: mostly(fc.constant(1), fc.constant(0)),
		onlyForMemberId: mostly(fc.constant(null), fc.constantFrom('anna', 'bert')),
		heldUntil: mostly(fc.constant(null), fc.constant('2026-03-10T12:10:00Z'))
	});

const rules: fc.Arbitrary<Facts['programme']['rules']> = fc.record({
	earn: fc.record({
		points: fc.integer({ min: 0, max: 20 }),
		perCents: fc.constantFrom(1, 7, 100, 1000),
		rounding: fc.constantFrom('down' as const, 'nearest' as const, 'up' as const),
		discountedLines: fc.boolean(),
		paidWithPoints: fc.boolean(),
		paidWithGiftCard: fc.boolean(),
		excludedCategoryIds: few(categoryId),
		excludedProductIds: few(productId),
		pendingDays: fc.constantFrom(0, 14),
		expiry: fc.constantFrom<ProgrammeRules['earn']['expiry']>(
			{ days: null, rounding: 'day', monthDay: null },
			{ days: 365, rounding: 'month', monthDay: null }
		),
		inactiveDays: fc.constantFrom(null, 90)
	}),
	spend: fc.record({
		enabled: mostly(fc.constant(true), fc.constant(false)),
		worthPoints: fc.constantFrom(1, 3, 100),
		worthCents: fc.constantFrom(1, 7, 100),
		minimumPoints: fc.constantFrom(0, 1, 50, 200),
		maximumPoints: fc.constantFrom(null, 30, 1000),
		maximumSharePercent: fc.constantFrom(100, 50, 1),
		stepPoints: fc.constantFrom(1, 7, 100),
		givenBackMinimumDays: fc.constant(30)
	})
});

const shop: fc.Arbitrary<Facts> = fc.record({
	programme: fc.record({
		currency: mostly(fc.constant('EUR'), fc.constant('CHF')),
		timeZone: fc.constant('Europe/Vienna'),
		rules
	}),
	store: fc.constant({ id: 'ring', currency: 'EUR', timeZone: 'Europe/Vienna' }),
	products: fc.constant(products),
	member: fc.option(
		fc.record({
			id: fc.constant('anna'),
			blocked: mostly(fc.constant(false), fc.constant(true)),
			spendablePoints: fc.integer({ min: 0, max: 20_000 }),
			pendingPoints: fc.nat(50),
			debtPoints: fc.constantFrom(0, 30)
		})
	),
	rights: fc.tuple(right('r1'), right('r2'), right('r3')),
	giftCards: fc.tuple(
		...cardIds.map((id) =>
			fc.record({
				id: fc.constant(id),
				lastSymbols: fc.constant(id),
				currency: mostly(fc.constant('EUR'), fc.constant('CHF')),
				availableCents: mostly(fc.integer({ min: 0, max: 10_000 }), cents),
				state: mostly(fc.constant('active' as const), fc.constantFrom('inactive', 'replaced', 'blocked', 'expired')),
				valueCents: fc.constantFrom(null, 5000),
				pin: mostly(fc.constantFrom('none' as const, 'given' as const), fc.constant('needed' as const))
			})
		)
	),
	cardRules: fc.oneof(
		fc.constantFrom(undefined, null),
		fc.boolean().map((earnsPoints) => ({ ...cardRules, earnsPoints }))
	)
});

const wishes: fc.Arbitrary<Ask> = fc.record({
	memberId: mostly(fc.constantFrom('anna', null), fc.constant('bert')),
	basket: fc.record({ currency: mostly(fc.constant('EUR'), fc.constant('XXX')), lines }),
	rightIds: fc.array(mostly(fc.constantFrom('r1', 'r2', 'r3'), fc.constant('dream')), { maxLength: 3 }),
	giftCards: fc.array(
		fc.record({
			id: mostly(fc.constantFrom(...cardIds), fc.constant('dream')),
			cents: mostly(fc.option(cents), oddNumber)
		}),
		{ maxLength: 3 }
	),
	points: mostly(fc.oneof(fc.constant('most' as const), fc.nat(2000)), oddNumber)
});

const errand = fc.tuple(wishes, shop);
const total = <T>(things: readonly T[], of: (thing: T) => number) => things.reduce((sum, thing) => sum + of(thing), 0);
const stepsOf = (quoted: Quote, ...codes: string[]) => quoted.steps.filter((step) => codes.includes(step.code));

const check = (what: (quoted: Quote, ask: Ask, facts: Facts) => void, runs = 100) =>
	fc.assert(
		fc.property(errand, ([ask, facts]) => {
			what(quote(ask, facts, noon), ask, facts);
		}),
		{ numRuns: runs }
	);

describe('whatever is asked', () => {
	test('the lines add up to the totals, and nothing is negative or no whole number', () => {
		const figures = [
			'listCents',
			'discountCents',
			'pointsPaidCents',
			'pointsSpent',
			'giftCardCents',
			'toPayCents',
			'pointsEarned'
		] as const;
		check((quoted) => {
			for (const figure of figures)
				expect(
					total(quoted.lines, (one) => one[figure]),
					figure
				).toBe(quoted[figure]);
			const broken = quoted.lines.filter(
				(one) =>
					figures.some((figure) => !Number.isSafeInteger(one[figure]) || one[figure] < 0) ||
					one.netCents !== one.listCents - one.discountCents ||
					one.netCents !== one.pointsPaidCents + one.giftCardCents + one.toPayCents ||
					one.discountCents !== total(one.discounts, ({ cents }) => cents)
			);
			expect(broken).toEqual([]);
			expect(quoted.totalCents).toBe(quoted.listCents - quoted.discountCents);
			expect(quoted.totalCents).toBe(quoted.pointsPaidCents + quoted.giftCardCents + quoted.toPayCents);
			expect(quoted.giftCardCents).toBe(total(quoted.giftCards, ({ cents }) => cents));
			const sold = quoted.lines.filter(({ giftCard }) => giftCard);
			expect(quoted.cardsSoldCents).toBe(total(sold, ({ toPayCents }) => toPayCents));
			expect(sold.filter((one) => one.toPayCents !== one.listCents)).toEqual([]);
			for (const { id, cents } of quoted.applied) {
				const off = total(quoted.lines, (one) => total(one.discounts, (by) => (by.rightId === id ? by.cents : 0)));
				expect(off).toBe(cents);
				expect(cents).toBeGreaterThan(0);
			}
		});
	});

	test('the explanation explains every cent and every point', () => {
		check((quoted) => {
			const cents = (...codes: string[]) => total(stepsOf(quoted, ...codes), (step) => step.cents);
			expect(cents('priced')).toBe(quoted.listCents);
			const off = quoted.steps.filter(({ rightId }) => rightId !== null);
			expect(total(off, (step) => step.cents)).toBe(quoted.discountCents);
			expect(off.map(({ rightId, cents }) => ({ id: rightId, cents }))).toEqual(
				quoted.applied.map(({ id, cents }) => ({ id, cents }))
			);
			expect(cents('paid_with_points')).toBe(quoted.pointsPaidCents);
			expect(total(stepsOf(quoted, 'paid_with_points'), (step) => step.points)).toBe(quoted.pointsSpent);
			expect(cents('paid_with_gift_card')).toBe(quoted.giftCardCents);
			expect(cents('to_pay')).toBe(quoted.toPayCents);
			const earned = stepsOf(quoted, 'earned', 'earned_pending');
			expect(total(earned, (step) => step.points)).toBe(quoted.pointsEarned);
			const not = quoted.steps.filter((step) => step.code.startsWith('not_earning'));
			expect(total(earned, (step) => step.details.baseCents as number) + total(not, (step) => step.cents)).toBe(
				quoted.totalCents
			);
			expect(quoted.steps.filter((step) => step.cents < 0 || step.points < 0)).toEqual([]);
		});
	});

	test('nobody pays with more than they have, and only as the rules allow', () => {
		check((quoted, ask, facts) => {
			const { spend } = facts.programme.rules;
			for (const { id, cents, leftCents } of quoted.giftCards) {
				const fact = facts.giftCards.find((one) => one.id === id);
				expect(fact).toMatchObject({ state: 'active', currency: 'EUR', availableCents: cents + leftCents });
				expect(leftCents).toBeGreaterThanOrEqual(0);
			}
			expect(quoted.pointsSpent).toBeLessThanOrEqual(quoted.pointsRange.maximum);
			if (quoted.pointsSpent === 0) {
				expect(quoted.pointsPaidCents).toBe(0);
				return;
			}
			expect(ask.memberId).toBe('anna');
			expect(spend.enabled).toBe(true);
			expect(quoted.pointsSpent).toBeLessThanOrEqual(facts.member?.spendablePoints ?? 0);
			expect(quoted.pointsSpent).toBeLessThanOrEqual(spend.maximumPoints ?? Infinity);
			expect(quoted.pointsSpent).toBeGreaterThanOrEqual(quoted.pointsRange.minimum);
			expect(quoted.pointsSpent % spend.stepPoints).toBe(0);
			expect(quoted.pointsPaidCents).toBe(Math.floor((quoted.pointsSpent * spend.worthCents) / spend.worthPoints));
			expect(quoted.pointsPaidCents * 100).toBeLessThanOrEqual(quoted.totalCents * spend.maximumSharePercent);
			const fewer = quoted.pointsSpent - spend.stepPoints;
			if (fewer >= quoted.pointsRange.minimum)
				expect(Math.floor((fewer * spend.worthCents) / spend.worthPoints)).toBeLessThan(quoted.pointsPaidCents);
		});
	});

	test('every right is listed once: applied, possible or refused; every fault is said', () => {
		check((quoted, ask, facts) => {
			const listed = [...quoted.applied, ...quoted.possible, ...quoted.refused.filter((one) => !one.asked)];
			const asked = new Set(ask.rightIds);
			for (const { id } of facts.rights) {
				const times = listed.filter((one) => one.id === id).length;
				if (!asked.has(id)) expect(times).toBe(1);
			}
			expect(quoted.applied.length + quoted.refused.filter((one) => one.asked).length).toBe(ask.rightIds.length);
			if (quoted.lines.length < ask.basket.lines.length) expect(quoted.problems.length).toBeGreaterThan(0);
		});
	});

	test('the same question has the same answer, and nothing given is changed', () => {
		fc.assert(
			fc.property(errand, ([ask, facts]) => {
				const before = JSON.stringify([ask, facts]);
				const first = quote(ask, facts, noon);
				expect(quote(ask, facts, noon)).toEqual(first);
				expect(JSON.stringify([ask, facts])).toBe(before);
			})
		);
	});

	test('a quote travels as JSON without loss', () => {
		check((quoted) => expect(JSON.parse(JSON.stringify(quoted))).toEqual(quoted));
	});
});

describe('what does not matter', () => {
	test('a right that nobody asks for changes nothing but what is possible', () => {
		fc.assert(
			fc.property(errand, right('r9'), ([ask, facts], more) => {
				const { possible: _, refused: __, ...without } = quote(ask, facts, noon);
				const { possible, refused, ...with_ } = quote(ask, { ...facts, rights: [more, ...facts.rights] }, noon);
				expect(with_).toEqual(without);
				expect([...possible, ...refused].filter((one) => one.id === 'r9')).toHaveLength(1);
			})
		);
	});

	test('the order of facts and facts of no one asked for', () => {
		fc.assert(
			fc.property(errand, ([ask, facts]) => {
				const turned: Facts = {
					...facts,
					rights: [...facts.rights].reverse(),
					giftCards: [...facts.giftCards].reverse(),
					products: Object.fromEntries(Object.entries(products).reverse())
				};
				expect(quote(ask, turned, noon).fingerprint).toBe(quote(ask, facts, noon).fingerprint);
			})
		);
	});

	test('what a right promises to save is what it saves', () => {
		check((quoted, ask, facts) => {
			for (const { id, cents } of quoted.possible) {
				const alone = quote({ ...ask, rightIds: [id] }, facts, noon);
				expect(alone).toMatchObject({ discountCents: cents, applied: [{ id, cents }] });
			}
		});
	});

	test('the most that points can pay can be asked for by its number', () => {
		check((quoted, ask, facts) => {
			const { maximum } = quoted.pointsRange;
			const [by, most] = [maximum, 'most' as const].map((points) => quote({ ...ask, points }, facts, noon));
			expect(by).toEqual(most);
			expect(by?.pointsSpent).toBe(maximum);
		});
	});
});

describe('more of one thing', () => {
	test('a right never makes the basket dearer', () => {
		check((quoted, ask, facts) => {
			expect(quoted.totalCents).toBeLessThanOrEqual(quote({ ...ask, rightIds: [] }, facts, noon).totalCents);
		});
	});

	test('more points at hand never leave more to pay', () => {
		check((_, ask, facts) => {
			if (!facts.member) return;
			const with_ = (more: number) =>
				quote(
					{ ...ask, points: 'most', giftCards: [] },
					{ ...facts, member: { ...facts.member!, spendablePoints: facts.member!.spendablePoints + more } },
					noon
				);
			expect(with_(500).toPayCents).toBeLessThanOrEqual(with_(0).toPayCents);
		});
	});

	test('a further line never lowers the list price, and without discounts and payments never what is earned', () => {
		check((_, ask, facts) => {
			const bare: Ask = { ...ask, rightIds: [], giftCards: [], points: 0 };
			const more = { ...bare, basket: { ...bare.basket, lines: [...bare.basket.lines.slice(0, 30)] } };
			const less = quote(more, facts, noon);
			more.basket.lines.push({
				key: 'one more',
				productId: 'cake',
				name: null,
				categoryId: null,
				quantity: 1000,
				unitCents: 0
			});
			const grown = quote(more, facts, noon);
			expect(grown.listCents).toBeGreaterThanOrEqual(less.listCents);
			expect(grown.pointsEarned).toBeGreaterThanOrEqual(less.pointsEarned);
		});
	});
});

describe('the fingerprint', () => {
	const plain = (quoted: Quote) => JSON.stringify(agreed(quoted));

	test('two quotes have the same one exactly when the same was agreed', () => {
		fc.assert(
			fc.property(errand, errand, fc.nat(5), ([ask, facts], [otherAsk, otherFacts], part) => {
				// Neighbours: the same errand with one part of another.
				const neighbour: [Ask, Facts] = [
					[{ ...ask, points: otherAsk.points }, facts],
					[{ ...ask, rightIds: otherAsk.rightIds }, facts],
					[{ ...ask, giftCards: otherAsk.giftCards }, facts],
					[ask, { ...facts, programme: otherFacts.programme }],
					[ask, { ...facts, rights: otherFacts.rights, giftCards: otherFacts.giftCards }],
					[otherAsk, otherFacts]
				][part] as [Ask, Facts];
				const a = quote(ask, facts, noon);
				const b = quote(neighbour[0], neighbour[1], noon);
				expect(a.fingerprint === b.fingerprint).toBe(plain(a) === plain(b));
			}),
			{ numRuns: 300 }
		);
	});

	test('it is short, and one cent changes it', () => {
		check((quoted) => {
			expect(quoted.fingerprint).toMatch(/^[0-9a-f]{32}$/);
		}, 50);
		const seen = new Set<string>();
		const facts = fc.sample(shop, { numRuns: 1, seed: 1 })[0] as Facts;
		for (let unitCents = 1; unitCents <= 1000; unitCents++) {
			const one = { key: 'a', productId: null, name: null, categoryId: null, quantity: 1000, unitCents };
			const asked: Ask = {
				memberId: null,
				basket: { currency: 'EUR', lines: [one] },
				rightIds: [],
				giftCards: [],
				points: 0
			};
			seen.add(quote(asked, facts, noon).fingerprint);
		}
		expect(seen.size).toBe(1000);
	});
});

test('a receipt that comes back whole gives back what the quote took', () => {
	check((quoted) => {
		if (quoted.lines.length === 0) return;
		const sold = quoted.lines.map((one, position) => ({ ...one, position, returned: 0 }));
		expect(returnOf(sold, 'everything')).toMatchObject({
			netCents: quoted.totalCents,
			pointsPaidCents: quoted.pointsPaidCents,
			pointsGivenBack: quoted.pointsSpent,
			giftCardCents: quoted.giftCardCents,
			refundCents: quoted.toPayCents,
			pointsTakenBack: quoted.pointsEarned,
			problems: []
		});
	});
});
