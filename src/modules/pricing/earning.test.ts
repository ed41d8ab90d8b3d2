import { expect, test } from 'vitest';
import { ask, card, facts, member, noon, of, right, typed, withRules } from '../../../tests/support/pricing.ts';
import { quote, type Ask, type BasketLine, type EarnRules, type Facts } from './index.ts';

const earned = (
	lines: BasketLine[],
	earn: Partial<EarnRules> = {},
	more: Partial<Ask> = {},
	known: Partial<Facts> = {}
) =>
	quote(
		ask(lines, more),
		facts({ programme: { currency: 'EUR', timeZone: 'Europe/Vienna', rules: withRules(earn) }, ...known }),
		noon
	);
const reasons = (quoted: ReturnType<typeof earned>) =>
	quoted.steps
		.filter((step) => step.code.startsWith('not_earning'))
		.map((step) => [step.code, step.lineKey, step.cents]);

test('the receipt is rounded once: five times 0.99 earn like 4.95', () => {
	const buns = ['a', 'b', 'c', 'd', 'e'].map((key) => of('bun', 1, { key }));
	const { pointsEarned, lines } = earned(buns);
	expect(pointsEarned).toBe(4);
	expect(lines.map((line) => line.pointsEarned)).toEqual([1, 1, 1, 1, 0]);
});

test.each([
	['down', 149, 1],
	['nearest', 149, 1],
	['nearest', 150, 2],
	['up', 101, 2],
	['up', 100, 1]
] as const)('rounded %s, %d cents earn %d points', (rounding, cents, points) => {
	expect(earned([typed(cents)], { rounding }).pointsEarned).toBe(points);
});

test('a guest earns like a member', () => {
	const known = { member: member() };
	expect(earned([of('cake')]).pointsEarned).toBe(25);
	expect(earned([of('cake')], {}, { memberId: 'anna' }, known).pointsEarned).toBe(25);
});

test('products and categories left out earn nothing, and it is said', () => {
	const quoted = earned([of('cake'), of('coffee'), of('apples'), of('bag')], {
		excludedCategoryIds: ['drinks', 'other'],
		excludedProductIds: ['apples']
	});
	expect(quoted.lines.map((line) => line.pointsEarned)).toEqual([25, 0, 0, 0]);
	expect(reasons(quoted)).toEqual([
		['not_earning_category', 'coffee', 320],
		['not_earning_product', 'apples', 399]
	]);
});

test('a line with a discount earns on what was paid for it, or nothing where the house says so', () => {
	const known = { rights: [right({ conditions: { ...right().conditions, productIds: ['cake'] } })] };
	const asked = { rightIds: ['spring'] };
	const lines = [of('cake'), of('coffee')];
	expect(earned(lines, {}, asked, known).pointsEarned).toBe(25); // 22.50 + 3.20
	const strict = earned(lines, { discountedLines: false }, asked, known);
	expect(strict.pointsEarned).toBe(3);
	expect(reasons(strict)).toEqual([['not_earning_discounted', 'cake', 2250]]);
});

test('what points and gift cards paid earns only where the house says so', () => {
	const asked: Partial<Ask> = { memberId: 'anna', points: 500, giftCards: [{ id: 'card', cents: 1000 }] };
	const known = { member: member({ spendablePoints: 500 }), giftCards: [card()] };
	const points = (earn: Partial<EarnRules>) => earned([of('cake')], earn, asked, known);
	expect(points({ paidWithPoints: true, paidWithGiftCard: true }).pointsEarned).toBe(25);
	expect(points({ paidWithPoints: false, paidWithGiftCard: true }).pointsEarned).toBe(20);
	const neither = points({ paidWithPoints: false, paidWithGiftCard: false });
	expect(neither.pointsEarned).toBe(10);
	expect(reasons(neither)).toEqual([
		['not_earning_paid_with_points', null, 500],
		['not_earning_paid_with_gift_card', null, 1000]
	]);
});

test('points that are pending can be spent after the days are over, in the programme’s zone', () => {
	const quoted = earned([of('cake')], { pendingDays: 14 });
	expect(quoted.earnedPendingUntil).toBe('2026-03-24T23:00:00.000Z');
	expect(quoted.steps.at(-1)).toMatchObject({
		code: 'earned_pending',
		points: 25,
		details: { pendingDays: 14, pendingUntilAt: '2026-03-24T23:00:00.000Z', baseCents: 2500 }
	});
	expect(earned([typed(50)], { pendingDays: 14 }).earnedPendingUntil).toBeNull();
});

test('a debt is paid first, and it is said how much', () => {
	const step = (debtPoints: number) =>
		earned([of('cake')], {}, { memberId: 'anna' }, { member: member({ debtPoints }) }).steps.find(
			(one) => one.code === 'debt_first'
		);
	expect(step(10)).toMatchObject({ points: 10, details: { debtPoints: 10 } });
	expect(step(40)).toMatchObject({ points: 25, details: { debtPoints: 40 } });
	expect(step(0)).toBeUndefined();
});
