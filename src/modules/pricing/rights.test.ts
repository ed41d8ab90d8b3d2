import { expect, test } from 'vitest';
import { ask, facts, member, noon, of, right, typed } from '../../../tests/support/pricing.ts';
import { quote, type Ask, type Effect, type Facts, type Right } from './index.ts';

const anna = { member: member() };
const with_ = (rights: Right[], lines = [of('cake')], more: Partial<Ask> = {}, known: Partial<Facts> = {}) =>
	quote(ask(lines, { rightIds: rights.map((one) => one.id), ...more }), facts({ rights, ...known }), noon);
const takes = (effect: Effect, lines = [of('cake')], more: Partial<Right> = {}) =>
	with_([right({ effect, ...more })], lines);
const only = (more: Partial<Right['conditions']>): Partial<Right> => ({
	conditions: { ...right().conditions, ...more }
});

test('ten percent of a cake', () => {
	const { lines, discountCents, totalCents, applied, steps } = takes({ kind: 'percent', percent: 10, capCents: null });
	expect([discountCents, totalCents]).toEqual([250, 2250]);
	expect(lines[0]).toMatchObject({ discounts: [{ rightId: 'spring', cents: 250 }], netCents: 2250, toPayCents: 2250 });
	expect(applied).toEqual([
		{ id: 'spring', kind: 'voucher', sourceId: 'voucher-of-spring', title: 'Spring', cents: 250 }
	]);
	expect(steps.find((step) => step.rightId)).toMatchObject({
		code: 'percent_off',
		cents: 250,
		details: { title: 'Spring', percent: 10 }
	});
});

test('a percentage is rounded once over all lines, half a cent up, and split over them', () => {
	const nickels = ['a', 'b', 'c', 'd', 'e'].map((key) => typed(5, { key }));
	const { discountCents, lines } = takes({ kind: 'percent', percent: 10, capCents: null }, nickels);
	expect(discountCents).toBe(3); // 2.5 up, not five times 0.5 up
	expect(lines.map((line) => line.discountCents)).toEqual([1, 1, 1, 0, 0]);
});

test('a percentage takes no more than its cap', () => {
	expect(takes({ kind: 'percent', percent: 50, capCents: 700 }).discountCents).toBe(700);
	expect(takes({ kind: 'percent', percent: 10, capCents: 700 }).discountCents).toBe(250);
	expect(takes({ kind: 'percent', percent: 100, capCents: null }).totalCents).toBe(0);
});

test('an amount off is never more than what the eligible lines cost', () => {
	expect(takes({ kind: 'amount', cents: 600 }).discountCents).toBe(600);
	expect(takes({ kind: 'amount', cents: 99_999 }).totalCents).toBe(0);
	const drinks = only({ categoryIds: ['drinks'] });
	const { lines } = takes({ kind: 'amount', cents: 1000 }, [of('cake'), of('coffee'), of('tea')], drinks);
	expect(lines.map((line) => line.netCents)).toEqual([2500, 0, 0]);
});

test('a voucher for products and categories takes off those of either', () => {
	const either = only({ productIds: ['cake'], categoryIds: ['drinks'] });
	const { lines } = takes({ kind: 'percent', percent: 50, capCents: null }, [of('bun'), of('cake'), of('tea')], either);
	expect(lines.map((line) => line.discountCents)).toEqual([0, 1250, 140]);
});

test('a typed amount is eligible by its category', () => {
	const drinks = only({ categoryIds: ['drinks'] });
	const half: Effect = { kind: 'percent', percent: 50, capCents: null };
	expect(takes(half, [typed(400, { categoryId: 'drinks' })], drinks).discountCents).toBe(200);
	expect(takes(half, [typed(400)], drinks).refused).toMatchObject([{ refusal: { code: 'voucher.nothing_eligible' } }]);
});

test('the dearest of the free products is free, also when it was scanned twice', () => {
	const drink: Effect = { kind: 'free_product', productIds: ['coffee', 'tea'], quantity: 2000 };
	const scanned = [of('tea'), of('coffee', 1, { key: 'c1' }), of('cake'), of('coffee', 1, { key: 'c2' })];
	const { lines, discountCents, steps } = takes(drink, scanned);
	expect(discountCents).toBe(640);
	expect(lines.map((line) => line.discountCents)).toEqual([0, 320, 0, 320]);
	expect(steps.find((step) => step.code === 'free_product')).toMatchObject({
		details: { name: 'The coffee', quantityThousandths: 2000 }
	});
});

test('of three coffees one is free, and of weighed goods so much as is given', () => {
	expect(takes({ kind: 'free_product', productIds: ['coffee'], quantity: 1000 }, [of('coffee', 3)]).discountCents).toBe(
		320
	);
	const apples: Effect = { kind: 'free_product', productIds: ['apples'], quantity: 500 };
	expect(takes(apples, [of('apples', 0.75)]).discountCents).toBe(200); // 199.5
	expect(takes(apples, [of('apples', 0.2)]).totalCents).toBe(0);
});

test('a coffee comes free with a cake: without the cake nothing is eligible, without the coffee it is missing', () => {
	const effect: Effect = { kind: 'free_product', productIds: ['coffee'], quantity: 1000 };
	const cake = only({ productIds: ['cake'] });
	expect(takes(effect, [of('cake'), of('coffee')], cake).discountCents).toBe(320);
	expect(takes(effect, [of('coffee')], cake).refused[0]?.refusal.code).toBe('voucher.nothing_eligible');
	expect(takes(effect, [of('cake')], cake).refused[0]?.refusal.code).toBe('voucher.product_missing');
});

const because: [why: string, more: Partial<Right>, known?: Partial<Facts>, details?: object][] = [
	['voided', { voided: true }],
	['paused', { paused: true }],
	['not_yet', { startsAt: '2026-03-10T12:00:00.001Z' }, {}, { startsAt: '2026-03-10T12:00:00.001Z' }],
	['expired', { endsAt: '2026-03-10T12:00:00Z' }, {}, { lastDay: '2026-03-10', endsAt: '2026-03-10T12:00:00Z' }],
	['expired', { endsAt: '2026-03-09T23:00:00Z' }, {}, { lastDay: '2026-03-09', timeZone: 'Europe/Vienna' }],
	['other_member', { onlyForMemberId: 'bert' }, anna],
	['needs_member', { onlyForMemberId: 'bert' }],
	['needs_member', { limitedPerMember: true, usesLeftForMember: null }],
	['already_used', { usesInAll: 1, usesLeft: 0 }],
	['used_up', { usesInAll: 50, usesLeft: 0 }, {}, { usesInAll: 50 }],
	['used_by_member', { limitedPerMember: true, usesLeftForMember: 0 }, anna],
	['other_store', only({ storeIds: ['airport'] })],
	['currency_other', { currency: 'CHF' }, {}, { currency: 'CHF', givenCurrency: 'EUR' }],
	['below_minimum', only({ minimumCents: 3000 }), {}, { minimumCents: 3000, missingCents: 500, currency: 'EUR' }],
	['nothing_eligible', only({ productIds: ['tea'] })],
	['product_missing', { effect: { kind: 'free_product', productIds: ['tea'], quantity: 1000 } }]
];
const asksAs = (known: Partial<Facts> = {}) => ({ memberId: known.member ? known.member.id : null });

test.each(because)('a voucher is refused as %s', (why, more, known = {}, details = {}) => {
	const quoted = with_([right(more)], [of('cake')], asksAs(known), known);
	expect(quoted.refused).toMatchObject([
		{ id: 'spring', title: 'Spring', asked: true, refusal: { code: `voucher.${why}`, details } }
	]);
	expect([quoted.applied, quoted.possible, quoted.totalCents]).toEqual([[], [], 2500]);
});

test('of many reasons the one that is hardest to mend is said first', () => {
	const far = { minimumCents: 3000, productIds: ['coffee'], categoryIds: [], storeIds: ['airport'] };
	let wrong = right({
		voided: true,
		paused: true,
		startsAt: '2026-04-01T00:00:00Z',
		endsAt: '2026-03-01T00:00:00Z',
		onlyForMemberId: 'bert',
		limitedPerMember: true,
		usesLeftForMember: 0,
		usesInAll: 1,
		usesLeft: 0,
		currency: 'CHF',
		effect: { kind: 'free_product', productIds: ['tea'], quantity: 1000 },
		conditions: far
	});
	const mended: [why: string, more: Partial<Right>][] = [
		['voided', { voided: false }],
		['paused', { paused: false }],
		['not_yet', { startsAt: null }],
		['expired', { endsAt: null }],
		['other_member', { onlyForMemberId: 'anna' }],
		['already_used', { usesInAll: 2 }],
		['used_up', { usesLeft: 1 }],
		['used_by_member', { usesLeftForMember: 1 }],
		['other_store', { conditions: { ...far, storeIds: [] } }],
		['currency_other', { currency: 'EUR' }],
		['below_minimum', { conditions: { ...far, minimumCents: 0, storeIds: [] } }],
		['nothing_eligible', only({})],
		['product_missing', { effect: { kind: 'amount', cents: 100 } }]
	];
	for (const [why, more] of mended) {
		const { refused } = with_([wrong], [of('cake')], { memberId: 'anna' }, anna);
		expect(refused[0]?.refusal.code).toBe(`voucher.${why}`);
		wrong = { ...wrong, ...more };
	}
	expect(with_([wrong], [of('cake')], { memberId: 'anna' }, anna).discountCents).toBe(100);
});

test('a voucher works on its first and to its last instant', () => {
	const bounded = { startsAt: noon.toISOString(), endsAt: new Date(noon.getTime() + 1).toISOString() };
	expect(with_([right(bounded)]).applied).toHaveLength(1);
});

test('a voucher that would take nothing off is refused, so that it is not used up for nothing', () => {
	expect(takes({ kind: 'percent', percent: 1, capCents: null }, [typed(3)]).refused[0]?.refusal.code).toBe(
		'voucher.gives_nothing'
	);
	expect(
		takes({ kind: 'free_product', productIds: ['bag'], quantity: 1000 }, [of('bag')]).refused[0]?.refusal.code
	).toBe('voucher.gives_nothing');
});

test('the minimum counts the whole basket before discounts, also what the voucher is not for', () => {
	const drinks = only({ minimumCents: 2820, categoryIds: ['drinks'] });
	expect(takes({ kind: 'amount', cents: 100 }, [of('cake'), of('coffee')], drinks).discountCents).toBe(100);
});

test('one voucher per receipt: the first that applies, and a refused one leaves its place to the next', () => {
	const rights = [
		right({ id: 'old', voided: true }),
		right({ id: 'ten', title: 'Ten' }),
		right({ id: 'five', effect: { kind: 'amount', cents: 500 } })
	];
	const { applied, refused, discountCents } = with_(rights);
	expect([applied.map((one) => one.id), discountCents]).toEqual([['ten'], 250]);
	expect(refused.map((one) => [one.id, one.refusal.code, one.refusal.details])).toEqual([
		['old', 'voucher.voided', {}],
		['five', 'voucher.one_per_receipt', { title: 'Ten' }]
	]);
});

test('a voucher asked twice is used once; one that nobody knows is said to be unknown', () => {
	const { applied, refused } = with_([right()], [of('cake')], { rightIds: ['spring', 'spring', 'dream'] });
	expect(applied).toHaveLength(1);
	expect(refused.map((one) => [one.id, one.refusal.code])).toEqual([
		['spring', 'voucher.repeated'],
		['dream', 'voucher.unknown']
	]);
});

test('vouchers not asked for are listed: what each would save, the best first, or why it would not', () => {
	const rights = [
		right({ id: 'ten' }),
		right({ id: 'five', effect: { kind: 'amount', cents: 500 } }),
		right({ id: 'spare', paused: true })
	];
	const quoted = with_(rights, [of('cake')], { rightIds: [] });
	expect(quoted.possible.map((one) => [one.id, one.cents])).toEqual([
		['five', 500],
		['ten', 250]
	]);
	expect(quoted.refused).toMatchObject([{ id: 'spare', asked: false, refusal: { code: 'voucher.paused' } }]);
	expect([quoted.discountCents, quoted.applied]).toEqual([0, []]);
});

test('what another voucher would save is said alone, not after the one in use', () => {
	const half = right({ id: 'half', effect: { kind: 'percent', percent: 50, capCents: null } });
	const { possible } = with_([half, right({ id: 'ten' })], [of('cake')], { rightIds: ['half'] });
	expect(possible).toMatchObject([{ id: 'ten', cents: 250 }]);
});

test('a limit per member without a count for the member is our own mistake, not a free use', () => {
	const broken = right({ limitedPerMember: true, usesLeftForMember: null });
	expect(() => with_([broken], [of('cake')], { memberId: 'anna' }, anna)).toThrow('limited per member');
});
