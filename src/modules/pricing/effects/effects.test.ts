import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ask, facts, noon, of, right, typed } from '../../../../tests/support/pricing.ts';
import { quote, returnOf, type BasketLine, type Effect, type Right } from '../index.ts';

const takes = (effect: Effect, lines: BasketLine[], more: Partial<Right> = {}) =>
	quote(ask(lines, { rightIds: ['spring'] }), facts({ rights: [right({ effect, ...more })] }), noon);
const off = (...given: Parameters<typeof takes>) => takes(...given).lines.map((line) => line.discountCents);
const why = (...given: Parameters<typeof takes>) => takes(...given).refused[0]?.refusal;
const on = (...categoryIds: string[]): Partial<Right> => ({ conditions: { ...right().conditions, categoryIds } });

describe('a fixed price', () => {
	const three: Effect = { kind: 'fixed_price', cents: 300, quantity: null };

	test('makes every eligible piece cost so much, and nothing dearer', () => {
		const { lines, steps } = takes(three, [of('coffee', 2), of('tea'), of('cake')], on('drinks'));
		expect(lines.map((line) => line.netCents)).toEqual([600, 280, 2500]);
		expect(steps.find(({ code }) => code === 'fixed_price')?.details).toEqual({
			title: 'Spring',
			priceCents: 300,
			quantityThousandths: 2000
		});
	});

	test('takes the pieces that save most where only some may', () => {
		expect(off({ ...three, quantity: 2000 }, [of('coffee', 5), of('cake')])).toEqual([20, 2200]);
	});

	test('counts by the kilogram for weighed goods, exactly rounded', () => {
		expect(off(three, [of('apples', 0.333)])).toEqual([33]); // 99 × 0.333 = 32.967
		expect(off({ ...three, quantity: 500 }, [of('apples', 2)])).toEqual([50]); // 49.5
	});

	test('is refused where everything costs no more anyway', () => {
		expect(why({ ...three, cents: 5000 }, [of('coffee')])?.code).toBe('voucher.gives_nothing');
	});
});

describe('the cheapest free', () => {
	const oneOfThree: Effect = { kind: 'cheapest_free', of: 3, free: 1 };

	test('makes the cheapest of all eligible pieces free, once', () => {
		expect(off(oneOfThree, [of('coffee', 2), of('tea', 4)], on('drinks'))).toEqual([0, 280]);
		expect(off({ ...oneOfThree, of: 4, free: 3 }, [of('coffee', 2), of('tea', 2)])).toEqual([320, 560]);
	});

	test('says how many are missing', () => {
		expect(why(oneOfThree, [of('coffee'), of('tea')])).toMatchObject({
			code: 'voucher.too_few_pieces',
			details: { neededPieces: 3, missingPieces: 1 }
		});
	});

	test('does not count weighed goods and what costs nothing', () => {
		expect(why(oneOfThree, [of('apples', 3)])?.code).toBe('voucher.counts_pieces');
		expect(off(oneOfThree, [of('bag'), of('apples', 3), of('cake', 2), of('bun')])).toEqual([0, 0, 0, 99]);
	});
});

describe('n for m', () => {
	const threeForTwo: Effect = { kind: 'n_for_m', of: 3, pay: 2, sets: null };

	test('fills sets from the dearest piece down', () => {
		expect(off(threeForTwo, [of('bun', 3), of('cake', 3)])).toEqual([99, 2500]);
		expect(off(threeForTwo, [of('bun', 2), of('cake', 3)])).toEqual([0, 2500]);
		expect(off(threeForTwo, [of('cake', 2), of('coffee', 2), of('tea', 2)])).toEqual([0, 320, 280]);
	});

	test('goes on until its sets are used', () => {
		expect(off(threeForTwo, [of('bun', 1_000_000)])).toEqual([333_333 * 99]);
		expect(off({ ...threeForTwo, sets: 2 }, [of('bun', 1_000_000)])).toEqual([198]);
	});

	test('tells how many were free', () => {
		expect(takes(threeForTwo, [of('bun', 7)]).steps.find(({ code }) => code === 'n_for_m')).toMatchObject({
			cents: 198,
			details: { of: 3, pay: 2, pieces: 2 }
		});
	});
});

describe('free delivery', () => {
	const free: Effect = { kind: 'free_delivery', capCents: null };
	const sent = typed(490, { key: 'sent', delivery: true });

	test('takes off the charge, or so much of it', () => {
		expect(off(free, [of('cake'), sent])).toEqual([0, 490]);
		expect(off({ ...free, capCents: 300 }, [of('cake'), sent])).toEqual([0, 300]);
	});

	test('needs a charge for delivery, and its minimum counts goods alone', () => {
		expect(why(free, [of('cake')])?.code).toBe('voucher.no_delivery');
		const from = { conditions: { ...right().conditions, minimumCents: 2600 } };
		expect(why(free, [of('cake'), sent], from)).toMatchObject({
			code: 'voucher.below_minimum',
			details: { missingCents: 100 }
		});
	});

	test('is the only one that takes something off delivery', () => {
		expect(off({ kind: 'percent', percent: 100, capCents: null }, [of('cake'), sent])).toEqual([2500, 0]);
		expect(off({ kind: 'amount', cents: 9000 }, [of('cake'), sent])).toEqual([2500, 0]);
	});

	test('does not make a product a delivery because somebody says so', () => {
		expect(why(free, [of('cake', 1, { delivery: true })])?.code).toBe('voucher.no_delivery');
	});
});

/* Small shops with whole prices, so that every piece can be laid on the table and counted by hand. */
const prices = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 })), {
	minLength: 1,
	maxLength: 6
});
const basketOf = (goods: [number, number][]) =>
	goods.map(([cents, pieces], place) => typed(cents * 100, { key: `${place}`, quantity: pieces * 1000 }));
const pieces = (goods: [number, number][]) =>
	goods.flatMap(([cents, count]) => Array<number>(count).fill(cents * 100)).sort((a, b) => b - a);
const sum = (all: number[]) => all.reduce((total, one) => total + one, 0);

describe('counted by hand', () => {
	test('the cheapest free takes off the cheapest pieces', () => {
		fc.assert(
			fc.property(prices, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), (goods, free, more) => {
				const all = pieces(goods);
				const expected = all.length < free + more ? 0 : sum(all.slice(-free));
				expect(takes({ kind: 'cheapest_free', of: free + more, free }, basketOf(goods)).discountCents).toBe(expected);
			})
		);
	});

	test('n for m leaves the dearest of each set to pay', () => {
		const sets = fc.option(fc.integer({ min: 1, max: 3 }));
		fc.assert(
			fc.property(
				prices,
				fc.integer({ min: 1, max: 3 }),
				fc.integer({ min: 1, max: 3 }),
				sets,
				(goods, pay, more, most) => {
					const all = pieces(goods);
					const size = pay + more;
					const full = Math.min(Math.floor(all.length / size), most ?? Infinity);
					const expected = sum(all.filter((_, place) => place < full * size && place % size >= pay));
					const effect: Effect = { kind: 'n_for_m', of: size, pay, sets: most };
					expect(takes(effect, basketOf(goods)).discountCents).toBe(expected);
				}
			)
		);
	});

	test('one thing more never makes three for two smaller', () => {
		fc.assert(
			fc.property(prices, fc.integer({ min: 1, max: 9 }), (goods, cents) => {
				const effect: Effect = { kind: 'n_for_m', of: 3, pay: 2, sets: null };
				const before = takes(effect, basketOf(goods)).discountCents;
				expect(takes(effect, basketOf([...goods, [cents, 1]])).discountCents).toBeGreaterThanOrEqual(before);
			})
		);
	});

	test('a fixed price leaves what cost less as it was', () => {
		fc.assert(
			fc.property(prices, fc.integer({ min: 1, max: 9 }), (goods, cents) => {
				const { totalCents } = takes({ kind: 'fixed_price', cents: cents * 100, quantity: null }, basketOf(goods));
				expect(totalCents).toBe(sum(pieces(goods).map((one) => Math.min(one, cents * 100))));
			})
		);
	});
});

test('goods with a free piece among them come back piece by piece, to the cent', () => {
	const { lines } = takes({ kind: 'cheapest_free', of: 3, free: 1 }, [of('bun', 4)]);
	const sold = lines.map((line, position) => ({ ...line, position, returned: 0 }));
	let back = 0;
	for (let returned = 0; returned < 4000; returned += 1000) {
		const now = sold.map((line) => ({ ...line, returned }));
		back += returnOf(now, [{ position: 0, quantity: 1000 }]).refundCents;
	}
	expect(back).toBe(297);
});
