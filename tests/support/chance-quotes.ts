import fc from 'fast-check';
import type { Ask, BasketLine, Facts, ProgrammeRules, Right, StoreTaxes } from '#pricing';
import { cardRules, products } from './pricing.ts';

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

export const right = (id: string): fc.Arbitrary<Right> =>
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

const pcm = fc.integer({ min: 0, max: 100_000 });
const taxes: fc.Arbitrary<StoreTaxes> = fc.record({
	included: fc.boolean(),
	classes: fc
		.tuple(pcm, pcm)
		.map((rates) => rates.map((rate, place) => ({ id: `t${place}`, name: `Tax ${place}`, pcm: rate }))),
	ordinaryId: fc.constantFrom(null, 't0', 'gone')
});
const taxedProducts = Object.fromEntries(
	Object.entries(products).map(([id, product], place) => [id, { ...product, taxId: [null, 't0', 't1'][place % 3] }])
);

export const shop: fc.Arbitrary<Facts> = fc.record({
	programme: fc.record({
		currency: mostly(fc.constant('EUR'), fc.constant('CHF')),
		timeZone: fc.constant('Europe/Vienna'),
		rules
	}),
	store: fc.record({
		id: fc.constant('ring'),
		currency: fc.constant('EUR'),
		timeZone: fc.constant('Europe/Vienna'),
		taxes: fc.option(taxes, { nil: undefined })
	}),
	products: fc.constantFrom(products, taxedProducts),
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

export const wishes: fc.Arbitrary<Ask> = fc.record({
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
