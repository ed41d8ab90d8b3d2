import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roundings, scale, slice, split, sum, type Rounding } from './amounts.ts';

const amount = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 2 ** 53 - 1 }));

/** The same by the book: in big integers, from the definition. */
function byTheBook(a: number, n: number, d: number, rounding: Rounding): bigint {
	const product = BigInt(a) * BigInt(n);
	const size = product < 0n ? -product : product;
	const down = size / BigInt(d);
	const twice = (size - down * BigInt(d)) * 2n;
	const up = rounding === 'up' ? twice > 0n : rounding === 'nearest' && twice >= BigInt(d);
	const whole = up ? down + 1n : down;
	return product < 0n ? -whole : whole;
}

describe('scale', () => {
	test.each([
		[250, 399, 1000, 'nearest', 100],
		[1500, 399, 1000, 'nearest', 599],
		[5, 10, 100, 'nearest', 1],
		[-5, 10, 100, 'nearest', -1],
		[4, 10, 100, 'nearest', 0],
		[1, 1, 100, 'up', 1],
		[-1, 1, 100, 'up', -1],
		[-199, 1, 100, 'down', -1],
		[0, -7, 3, 'up', 0]
	] as const)('%d × %d ÷ %d, rounded %s, is %d', (a, n, d, rounding, result) => {
		expect(scale(a, n, d, rounding)).toBe(result);
	});

	test('is exact however large the product is, and refuses what is no safe integer', () => {
		fc.assert(
			fc.property(
				fc.oneof(amount, fc.maxSafeInteger()),
				fc.oneof(amount, fc.maxSafeInteger()),
				fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 2 ** 53 - 1 })),
				fc.constantFrom(...roundings),
				(a, n, d, rounding) => {
					const exact = byTheBook(a, n, d, rounding);
					if (Number.isSafeInteger(Number(exact))) expect(scale(a, n, d, rounding)).toBe(Number(exact));
					else expect(() => scale(a, n, d, rounding)).toThrow('safe integers');
				}
			)
		);
	});

	test.each([
		[0.5, 1, 1],
		[1, NaN, 1],
		[1, 1, 0],
		[1, 1, -2],
		[2 ** 53, 1, 1]
	])('takes no %d, %d, %d', (a, n, d) => {
		expect(() => scale(a, n, d, 'down')).toThrow();
	});
});

describe('split', () => {
	test('hands the cents left over to the largest remainders, the earlier first', () => {
		expect(split(100, [1, 1, 1])).toEqual([34, 33, 33]);
		expect(split(3, [5, 5, 5, 5, 5])).toEqual([1, 1, 1, 0, 0]);
		expect(split(10, [1, 6, 3])).toEqual([1, 6, 3]);
		expect(split(0, [0, 0])).toEqual([0, 0]);
		expect(split(0, [])).toEqual([]);
		expect(() => split(1, [0, 0])).toThrow('over nothing');
		expect(() => split(1, [])).toThrow('over nothing');
		expect(() => split(-1, [1])).toThrow();
		expect(() => split(1, [0.5])).toThrow();
	});

	test('adds up, and each part is the exact share rounded down or up', () => {
		const weights = fc.array(fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 10 ** 12 })), {
			maxLength: 12
		});
		fc.assert(
			fc.property(fc.oneof(fc.nat(20_000), fc.integer({ min: 0, max: 10 ** 12 })), weights, (total, parts) => {
				fc.pre(parts.some((weight) => weight > 0));
				const whole = parts.reduce((a, b) => a + BigInt(b), 0n);
				const shares = split(total, parts);
				expect(sum(shares)).toBe(total);
				for (const [index, weight] of parts.entries()) {
					const down = (BigInt(total) * BigInt(weight)) / whole;
					const exact = down * whole === BigInt(total) * BigInt(weight);
					expect([Number(down), exact ? Number(down) : Number(down) + 1]).toContain(shares[index]);
				}
			})
		);
	});

	test('gives no line more than it weighs when the total is no more than all', () => {
		fc.assert(
			fc.property(
				fc.array(fc.nat(1000), { minLength: 1 }),
				fc.double({ min: 0, max: 1, noNaN: true }),
				(weights, part) => {
					const whole = sum(weights);
					const shares = split(Math.floor(whole * part), weights);
					expect(shares.every((share, index) => share <= (weights[index] as number))).toBe(true);
				}
			)
		);
	});
});

test('slices of a total, one after another, add up to it', () => {
	fc.assert(
		fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 5000 }), fc.array(fc.nat(5000)), (total, of, marks) => {
			const cuts = [0, ...marks.map((mark) => Math.min(mark, of)).sort((a, b) => a - b), of];
			const slices = cuts.slice(1).map((to, index) => slice(total, cuts[index] as number, to, of));
			expect(sum(slices)).toBe(total);
			expect(slices.every((one) => one >= 0)).toBe(true);
		})
	);
});

test('a sum that is no exact number is our own mistake', () => {
	expect(sum([1, 2, 3])).toBe(6);
	expect(() => sum([2 ** 53 - 1, 1])).toThrow('safe integers');
});
