import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { languages } from '#core/languages';
import type { RefusalData } from '#core/refusal';
import {
	ask,
	card,
	cardRules,
	facts,
	member,
	noon,
	of,
	right,
	typed,
	withRules
} from '../../../tests/support/pricing.ts';
import {
	effectKinds,
	pricingRefusals,
	quote,
	returnOf,
	returnRefusals,
	rightRefusals,
	type Ask,
	type CardEntry,
	type Facts,
	type Right,
	type Step
} from './index.ts';

/* Sentences live with the messages, facts with the quote: here they are held together. */

const messages = (language: string, file: string) =>
	JSON.parse(readFileSync(`src/messages/${language}/${file}.json`, 'utf8')) as Record<string, string>;
const gaps = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string).sort();

/** The placeholders of a message, the same in all languages. */
function placeholders(file: string, key: string): string[] {
	const [first = [], ...others] = languages.map((language) => {
		const sentence = messages(language, file)[key];
		expect(sentence, `${key} in ${language}`).toBeTypeOf('string');
		return gaps(sentence ?? '');
	});
	for (const other of others) expect(other, key).toEqual(first);
	return first;
}

const refusals: RefusalData[] = [];
const steps: Step[] = [];

/** Prices it, and collects every refusal and step that comes. */
function see(asked: Ask, known: Partial<Facts> = {}): void {
	const quoted = quote(asked, facts(known), noon);
	refusals.push(...quoted.problems, ...quoted.refused.map((one) => one.refusal));
	steps.push(...quoted.steps);
}

function seeBaskets(): void {
	see(ask([]));
	see(ask(Array.from({ length: 501 }, (_, index) => of('bun', 1, { key: `${index}` }))));
	see(ask([of('bun'), of('bun'), of('unicorn'), of('fax'), of('cake', 1.5), typed(0), of('tea', 0)]));
	see(ask([typed(10 ** 10, { quantity: 2000 })], { memberId: 'anna' }));
	see({ ...ask([of('bun')]), basket: { currency: 'USD', lines: [] } });
	see(ask([of('bun')], { memberId: 'anna' }), { member: member({ blocked: true }) });
}

function seePayments(): void {
	const zurich = { id: 'zurich', currency: 'CHF', timeZone: 'Europe/Zurich' };
	const points = (count: number, spend: object = {}, known: Partial<Facts> = {}) =>
		see(ask([of('cake')], { memberId: 'anna', points: count }), {
			programme: { currency: 'EUR', timeZone: 'UTC', rules: withRules({}, spend) },
			member: member({ spendablePoints: 500, debtPoints: 5 }),
			...known
		});
	points(500);
	points(-1);
	points(5, { enabled: false });
	points(5, {}, { store: zurich });
	points(5, { minimumPoints: 10 });
	points(15, { stepPoints: 10 });
	points(501);
	points(400, { maximumPoints: 300 });
	points(2, { worthPoints: 1, worthCents: 5000 });
	see(ask([of('bun')], { points: 5 }));
	const expiry = { days: null, rounding: 'day', monthDay: null } as const;
	const stamps = {
		id: 'pty_stamps',
		name: 'Stamps',
		earn: { kind: 'visit', points: 1, leastCents: 0 },
		expiry
	} as const;
	const rules = { ...withRules({}), types: [{ ...stamps, archived: false }] };
	see(ask([of('bun')]), { programme: { currency: 'EUR', timeZone: 'UTC', rules } });

	const states = ['active', 'inactive', 'replaced', 'blocked', 'expired'] as const;
	const cards = [
		...states.map((state) => card({ id: state, state })),
		card({ id: 'franc', currency: 'CHF' }),
		card({ id: 'locked', pin: 'needed' })
	];
	const wish = (id: string, cents: number | null) => ({ id, cents });
	const all = [...states, 'franc', 'locked', 'none', 'active'].map((id) => wish(id, 300));
	see(ask([typed(2000)], { giftCards: all }), { giftCards: cards });
	for (const cents of [0, 9999, 3000]) {
		see(ask([typed(2000)], { giftCards: [wish('active', cents)] }), { giftCards: cards });
	}
}

function seeCardSales(): void {
	const rack = [card({ id: 'rack', state: 'inactive' }), card({ id: 'held' })];
	const sell = (giftCard: CardEntry, cents: number, known: Partial<Facts> = {}, more: Partial<Ask> = {}) =>
		see(ask([typed(cents, { giftCard })], more), { giftCards: rack, cardRules, ...known });
	sell({ deed: 'activated', id: 'rack' }, 2000);
	sell({ deed: 'activated', id: 'rack' }, 2000, { cardRules: null });
	sell({ deed: 'activated', id: 'held' }, 2000);
	sell({ deed: 'issued', id: null }, 10_000);
	sell({ deed: 'activated', id: 'rack' }, 1);
	sell({ deed: 'activated', id: 'rack' }, 10_000);
	sell({ deed: 'topped_up', id: 'held' }, 10_000);
	sell({ deed: 'topped_up', id: 'held' }, 2000, {}, { giftCards: [{ id: 'held', cents: null }] });
	sell({ deed: 'topped_up', id: 'held' }, 2000, { member: member() }, { memberId: 'anna', points: 5 });
}

function seeRights(): void {
	const anna = { member: member() };
	const judged = (more: Partial<Right>, known: Partial<Facts> = {}) =>
		see(ask([of('cake'), of('tea')], { rightIds: ['spring'], memberId: known.member ? 'anna' : null }), {
			rights: [right(more)],
			...known
		});
	const only = (more: Partial<Right['conditions']>) => ({ conditions: { ...right().conditions, ...more } });
	judged({});
	judged({ effect: { kind: 'amount', cents: 100 } });
	judged({ effect: { kind: 'free_product', productIds: ['tea'], quantity: 1000 } });
	judged({ voided: true });
	judged({ paused: true });
	judged({ startsAt: '2027-01-01T00:00:00Z' });
	judged({ endsAt: '2025-01-01T00:00:00Z' });
	judged({ onlyForMemberId: 'bert' }, anna);
	judged({ onlyForMemberId: 'bert' });
	judged({ usesInAll: 1, usesLeft: 0 });
	judged({ usesInAll: 2, usesLeft: 0 });
	judged({ limitedPerMember: true, usesLeftForMember: 0 }, anna);
	judged(only({ storeIds: ['airport'] }));
	judged({ currency: 'CHF' });
	judged(only({ minimumCents: 10_000 }));
	judged(only({ productIds: ['bun'] }));
	judged({ effect: { kind: 'free_product', productIds: ['bun'], quantity: 1000 } });
	see(ask([typed(3)], { rightIds: ['spring', 'spring', 'dream'] }), { rights: [right()] });
	see(ask([of('cake')], { rightIds: ['a', 'b'] }), { rights: [right({ id: 'a' }), right({ id: 'b' })] });
	const of2 = (more: Partial<Right>) => ['a', 'b'].map((id) => right({ id, ...more }));
	see(ask([of('cake')], { rightIds: ['a', 'b'] }), { rights: of2({ stacking: { kind: 'together' } }) });
	const grouped = of2({ stacking: { kind: 'group', group: 'Spring' } });
	see(ask([of('cake')], { rightIds: ['a', 'b'] }), { rights: grouped.map((one) => ({ ...one, sourceId: one.id })) });
	judged({ heldUntil: '2026-03-10T12:15:00Z' });
	judged({ effect: { kind: 'fixed_price', cents: 100, quantity: null } });
	judged({ effect: { kind: 'cheapest_free', of: 2, free: 1 } });
	judged({ effect: { kind: 'cheapest_free', of: 3, free: 1 } });
	judged({ effect: { kind: 'n_for_m', of: 2, pay: 1, sets: null } });
	judged({ effect: { kind: 'free_delivery', capCents: null } });
	const sent = ask([of('cake'), typed(490, { delivery: true })], { rightIds: ['spring'] });
	see(sent, { rights: [right({ effect: { kind: 'free_delivery', capCents: null } })] });
	const weighed = ask([of('apples', 3)], { rightIds: ['spring'] });
	see(weighed, { rights: [right({ effect: { kind: 'cheapest_free', of: 2, free: 1 } })] });
}

function seeEarning(): void {
	const everything = withRules({
		excludedCategoryIds: ['fruit'],
		excludedProductIds: ['tea'],
		discountedLines: false,
		paidWithGiftCard: false,
		pendingDays: 14
	});
	const cake = { ...right().conditions, productIds: ['cake'] };
	see(
		ask([of('apples'), of('tea'), of('cake'), typed(5000)], {
			memberId: 'anna',
			rightIds: ['spring'],
			points: 500,
			giftCards: [{ id: 'card', cents: 700 }]
		}),
		{
			programme: { currency: 'EUR', timeZone: 'UTC', rules: everything },
			member: member({ spendablePoints: 500, debtPoints: 3 }),
			rights: [right({ conditions: cake })],
			giftCards: [card()]
		}
	);
}

function seeTaxes(): void {
	const graz = { id: 'graz', currency: 'EUR', timeZone: 'Europe/Vienna' };
	const classes = [{ id: 'full', name: 'Full', pcm: 20_000 }];
	see(ask([of('cake')]), { store: { ...graz, taxes: { included: false, classes, ordinaryId: 'full' } } });
}

function seeReturns(): void {
	const paid = {
		netCents: 100,
		taxCents: 0,
		pointsPaidCents: 0,
		pointsSpent: 0,
		giftCardCents: 0,
		toPayCents: 100,
		pointsEarned: 1
	};
	const sold = { position: 1, quantity: 2000, returned: 1000, ...paid };
	const line = (position: number, quantity: number) => ({ position, quantity });
	for (const request of [[], [line(9, 1)], [line(1, 0)], [line(1, 1001)], [line(1, 1), line(1, 1)]])
		refusals.push(...returnOf([sold], request).problems);
	refusals.push(...returnOf([{ ...sold, returned: 2000 }], 'everything').problems);
}

seeBaskets();
seePayments();
seeCardSales();
seeRights();
seeEarning();
seeTaxes();
seeReturns();

// That one is for whoever knows what became of the card since.
const returns = returnRefusals.codes.filter((code) => code !== 'return.gift_card_sold');
const codes = [...pricingRefusals.codes, ...rightRefusals.codes, ...returns];

test.each(codes)('%s has a sentence in four languages, and every gap in it is filled', (code) => {
	const wanted = placeholders('refusals', `refusal_${code.replaceAll('.', '_')}`);
	const seen = refusals.filter((refusal) => refusal.code === code);
	expect(seen.length, 'seen above').toBeGreaterThan(0);
	for (const { details } of seen) {
		for (const gap of wanted) expect(details[gap], `${code} {${gap}}`).not.toBeOneOf([undefined, null, '']);
		if (Object.keys(details).some((key) => key.endsWith('Cents'))) expect(details.currency).toBeTypeOf('string');
	}
});

const stepCodes: { [C in Step['code']]: true } = {
	priced: true,
	percent_off: true,
	amount_off: true,
	free_product: true,
	fixed_price: true,
	cheapest_free: true,
	n_for_m: true,
	free_delivery: true,
	tax_added: true,
	paid_with_points: true,
	paid_with_gift_card: true,
	earned: true,
	earned_pending: true,
	earned_type: true,
	not_earning_currency: true,
	not_earning_category: true,
	not_earning_product: true,
	not_earning_discounted: true,
	not_earning_gift_card: true,
	not_earning_tax: true,
	not_earning_paid_with_points: true,
	not_earning_paid_with_gift_card: true,
	debt_first: true,
	to_pay: true
};

test.each(Object.keys(stepCodes))(
	'the step %s has a sentence in four languages, and every gap in it is filled',
	(code) => {
		const wanted = placeholders('common', `step_${code}`);
		const seen = steps.filter((step) => step.code === code);
		expect(seen.length, 'seen above').toBeGreaterThan(0);
		for (const { details } of seen) {
			// `cents` and `points` are the step's own; an amount without a name has the faces' word.
			for (const gap of wanted) if (gap !== 'cents' && gap !== 'points') expect(details[gap], gap).not.toBe(undefined);
		}
	}
);

test('every kind of effect has a name in four languages', () => {
	for (const { labelKey } of Object.values(effectKinds)) expect(placeholders('common', labelKey)).toEqual([]);
});
