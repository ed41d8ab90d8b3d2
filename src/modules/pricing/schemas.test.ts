import { expect, test } from 'vitest';
import { ask, of, right, rules, typed, withRules } from '../../../tests/support/pricing.ts';
import {
	askSchema,
	conditionsSchema,
	effectKinds,
	effectSchema,
	programmeRulesSchema,
	type Effect,
	type ProgrammeRules
} from './index.ts';

test('what a till asks passes as it is', () => {
	const asked = ask([of('bun'), typed(250, { name: 'Repair' })], {
		memberId: 'anna',
		rightIds: ['spring'],
		giftCards: [{ id: 'card', cents: null }],
		points: 'most'
	});
	expect(askSchema.parse(asked)).toEqual(asked);
});

test('odd amounts and long baskets pass the form: the quote says what is wrong with them', () => {
	const lines = Array.from({ length: 10_000 }, (_, index) => typed(-0.5, { key: `l${index}`, quantity: 2 ** 60 }));
	expect(askSchema.safeParse(ask(lines, { points: -1.5 })).success).toBe(true);
});

const bun = of('bun');
test.each([
	['no basket', { ...ask([]), basket: undefined }],
	['a line without a key', ask([{ ...bun, key: '' }])],
	['a text for a quantity', ask([{ ...bun, quantity: '1' as unknown as number }])],
	['not a number for an amount', ask([typed(NaN)])],
	['a name as long as a book', ask([{ ...bun, name: 'x'.repeat(201) }])],
	['all points', ask([bun], { points: 'all' as 'most' })],
	['a card’s number for a gift card', ask([bun], { giftCards: [{ id: '4111111111111111', cents: null }] })],
	['an id with a blank in it', ask([bun], { memberId: 'mem 1' })],
	['a field that nobody knows', { ...ask([bun]), discountCents: 500 }],
	['more vouchers than anybody holds in one hand', ask([bun], { rightIds: Array<string>(51).fill('spring') })]
])('what has another form is refused: %s', (_, asked) => {
	expect(askSchema.safeParse(asked).success).toBe(false);
});

const effects: { [K in Effect['kind']]: [good: Effect, bad: unknown[]] } = {
	percent: [
		{ kind: 'percent', percent: 10, capCents: null },
		[
			{ kind: 'percent', percent: 0, capCents: null },
			{ kind: 'percent', percent: 101, capCents: null },
			{ kind: 'percent', percent: 12.5, capCents: null },
			{ kind: 'percent', percent: 10, capCents: 0 },
			{ kind: 'percent', percent: 10 }
		]
	],
	amount: [
		{ kind: 'amount', cents: 500 },
		[
			{ kind: 'amount', cents: 0 },
			{ kind: 'amount', cents: -5 },
			{ kind: 'amount', cents: 1e12 }
		]
	],
	free_product: [
		{ kind: 'free_product', productIds: ['coffee'], quantity: 1000 },
		[
			{ kind: 'free_product', productIds: [], quantity: 1000 },
			{ kind: 'free_product', productIds: ['coffee'], quantity: 0 }
		]
	],
	fixed_price: [
		{ kind: 'fixed_price', cents: 250, quantity: null },
		[
			{ kind: 'fixed_price', cents: 0, quantity: null },
			{ kind: 'fixed_price', cents: 250, quantity: 0 },
			{ kind: 'fixed_price', cents: 250 }
		]
	],
	cheapest_free: [
		{ kind: 'cheapest_free', of: 3, free: 1 },
		[
			{ kind: 'cheapest_free', of: 1, free: 1 },
			{ kind: 'cheapest_free', of: 3, free: 3 },
			{ kind: 'cheapest_free', of: 3, free: 0 },
			{ kind: 'cheapest_free', of: 2.5, free: 1 }
		]
	],
	n_for_m: [
		{ kind: 'n_for_m', of: 3, pay: 2, sets: null },
		[
			{ kind: 'n_for_m', of: 3, pay: 3, sets: null },
			{ kind: 'n_for_m', of: 3, pay: 0, sets: null },
			{ kind: 'n_for_m', of: 3, pay: 2, sets: 0 },
			{ kind: 'n_for_m', of: 3, pay: 2 }
		]
	],
	free_delivery: [
		{ kind: 'free_delivery', capCents: 500 },
		[{ kind: 'free_delivery', capCents: 0 }, { kind: 'free_delivery' }]
	]
};

test.each(Object.keys(effectKinds) as Effect['kind'][])('the effect %s knows its own form', (kind) => {
	const [good, bad] = effects[kind];
	expect(effectSchema.parse(good)).toEqual(good);
	for (const one of bad) expect(effectSchema.safeParse(one).success, JSON.stringify(one)).toBe(false);
});

test('an effect of no known kind is refused', () => {
	expect(effectSchema.safeParse({ kind: 'gift', cents: 5 }).success).toBe(false);
});

test('conditions have lists and a minimum of zero or more', () => {
	const { conditions } = right();
	expect(conditionsSchema.parse(conditions)).toEqual(conditions);
	expect(conditionsSchema.safeParse({ ...conditions, minimumCents: -1 }).success).toBe(false);
	expect(conditionsSchema.safeParse({ ...conditions, storeIds: 'ring' }).success).toBe(false);
});

test('the programme’s rules have bounds, and a fault is found at its place', () => {
	expect(programmeRulesSchema.parse(rules)).toEqual(rules);
	const fault = (...changes: Parameters<typeof withRules>) =>
		programmeRulesSchema.safeParse(withRules(...changes)).error?.issues.map((issue) => issue.path.join('.'));
	expect(fault({ perCents: 0 })).toEqual(['earn.perCents']);
	expect(fault({ points: -1 })).toEqual(['earn.points']);
	const expiry: ProgrammeRules['earn']['expiry'] = { days: 365, rounding: 'day', monthDay: null };
	expect(fault({ expiry: { ...expiry, days: 0 } })).toEqual(['earn.expiry.days']);
	expect(fault({ expiry: { ...expiry, rounding: 'date' } })).toEqual(['earn.expiry.monthDay']);
	expect(fault({ expiry: { days: 0, rounding: 'date', monthDay: '02-29' } })).toBeUndefined();
	expect(fault({ expiry: { ...expiry, monthDay: '13-01' } })).toEqual(['earn.expiry.monthDay']);
	expect(fault({ inactiveDays: 6 })).toEqual(['earn.inactiveDays']);
	expect(fault({}, { worthPoints: 0, stepPoints: 0.5 })).toEqual(['spend.worthPoints', 'spend.stepPoints']);
	expect(fault({}, { maximumSharePercent: 101 })).toEqual(['spend.maximumSharePercent']);
	expect(fault({}, { minimumPoints: 500, maximumPoints: 400 })).toEqual(['spend.maximumPoints']);
});
