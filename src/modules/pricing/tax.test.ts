import { expect, test } from 'vitest';
import { ask, card, facts, member, noon, of, products, right, typed } from '../../../tests/support/pricing.ts';
import { quote, type Ask, type Facts, type StoreTaxes } from './index.ts';

const classes = [
	{ id: 'full', name: 'Full', pcm: 19_000 },
	{ id: 'food', name: 'Food', pcm: 7000 },
	{ id: 'none', name: 'Free of tax', pcm: 0 }
];
const taxed = (taxes: Partial<StoreTaxes> = {}, more: Partial<Facts> = {}): Facts =>
	facts({
		store: {
			...facts().store,
			taxes: { included: true, classes, ordinaryId: null, ...taxes }
		},
		products: {
			...products,
			cake: { ...products.cake!, taxId: 'food' },
			coffee: { ...products.coffee!, taxId: 'full' },
			bag: { ...products.bag!, taxId: 'none' }
		},
		...more
	});
const priced = (lines: Ask['basket']['lines'], shop: Facts, more: Partial<Ask> = {}) =>
	quote(ask(lines, more), shop, noon);

test('prices that contain their tax stay as they are, and say how much of them is tax', () => {
	const { lines, totalCents, taxAddedCents, taxes, steps } = priced([of('cake'), of('coffee', 2), of('tea')], taxed());
	expect([totalCents, taxAddedCents]).toEqual([2500 + 640 + 280, 0]);
	// 2500 × 7 ÷ 107, 640 × 19 ÷ 119; tea has no class
	expect(lines.map(({ taxId, taxCents }) => [taxId, taxCents])).toEqual([
		['food', 164],
		['full', 102],
		[null, 0]
	]);
	expect(taxes).toEqual([
		{ id: 'full', name: 'Full', pcm: 19_000, included: true, netCents: 538, cents: 102 },
		{ id: 'food', name: 'Food', pcm: 7000, included: true, netCents: 2336, cents: 164 }
	]);
	expect(steps.filter(({ code }) => code === 'tax_added')).toEqual([]);
});

test('prices without their tax get it on top, after discounts and before anything pays', () => {
	const shop = taxed(
		{ included: false },
		{ rights: [right()], member: member({ spendablePoints: 100 }), giftCards: [card({ availableCents: 500 })] }
	);
	const quoted = priced([of('cake'), of('coffee')], shop, {
		memberId: 'anna',
		rightIds: ['spring'],
		points: 100,
		giftCards: [{ id: 'card', cents: null }]
	});
	// a tenth off: 2250 and 288, then 157.5 and 54.72 of tax
	expect(quoted.lines.map(({ taxCents, netCents }) => [taxCents, netCents])).toEqual([
		[158, 2408],
		[55, 343]
	]);
	expect(quoted).toMatchObject({ discountCents: 282, taxAddedCents: 213, totalCents: 2751 });
	expect(quoted.toPayCents).toBe(2751 - 100 - 500);
	expect(quoted.steps.filter(({ code }) => code === 'tax_added')).toMatchObject([
		{ cents: 55, details: { name: 'Full', ratePcm: 19_000 } },
		{ cents: 158, details: { name: 'Food', ratePcm: 7000 } }
	]);
});

test('the same goods earn alike, whether the tax is in their price or beside it', () => {
	expect(priced([of('cake')], taxed({ included: false })).pointsEarned).toBe(25);
	expect(priced([of('cake')], taxed()).pointsEarned).toBe(25);
	const { steps } = priced([of('cake')], taxed({ included: false }));
	expect(steps.find(({ code }) => code === 'not_earning_tax')).toMatchObject({ cents: 175 });
});

test('amounts typed in, and products without a class, bear the ordinary tax if the house has one', () => {
	const shop = taxed({ ordinaryId: 'full' });
	expect(priced([typed(1190), of('tea'), of('bag')], shop).lines.map(({ taxId }) => taxId)).toEqual([
		'full',
		'full',
		'none'
	]);
	expect(priced([typed(1190)], shop).taxes).toMatchObject([{ id: 'full', netCents: 1000, cents: 190 }]);
	expect(priced([typed(1190)], taxed()).taxes).toEqual([]);
});

test('a class of nothing stands on the receipt too: free of tax is said, not left out', () => {
	expect(priced([of('bag')], taxed()).taxes).toEqual([
		{ id: 'none', name: 'Free of tax', pcm: 0, included: true, netCents: 0, cents: 0 }
	]);
});

test('a house without taxes has none', () => {
	expect(priced([of('cake')], facts()).taxes).toEqual([]);
	expect(priced([of('cake')], taxed({ classes: [] })).taxes).toEqual([]);
});
