import { expect, test } from 'vitest';
import type { Step } from '#pricing';
import { storedSteps } from './receipt.ts';

const step = (code: Step['code'], more: Partial<Step> = {}): Step => ({
	code,
	lineKey: null,
	rightId: null,
	giftCardId: null,
	cents: 0,
	points: 0,
	details: {},
	...more
});

test('a receipt keeps what its lines do not say, without what is empty', () => {
	const steps = [
		step('priced', { lineKey: 'b', cents: 1000, details: { name: 'Tea' } }),
		step('priced', { lineKey: 'a', cents: 500, details: { name: 'Cup' } }),
		step('percent_off', { rightId: 'vco_1', cents: 100, details: { title: 'Spring', percent: 10 } }),
		step('paid_with_gift_card', { giftCardId: 'gft_1', cents: 300 }),
		step('not_earning_category', { lineKey: 'a', cents: 500, details: { name: 'Cup' } }),
		step('earned', { points: 11 })
	];
	expect(storedSteps(steps, ['b', 'a'])).toEqual([
		{ code: 'percent_off', rightId: 'vco_1', cents: 100, details: { title: 'Spring', percent: 10 } },
		{ code: 'paid_with_gift_card', giftCardId: 'gft_1', cents: 300 },
		{ code: 'not_earning_category', position: 1, cents: 500, details: { name: 'Cup' } },
		{ code: 'earned', points: 11 }
	]);
});
