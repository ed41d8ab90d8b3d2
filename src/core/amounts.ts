import { must } from './must.ts';

/** Money in minor units of its currency (cents); always a safe integer. */
export type Cents = number;
/** Loyalty points; always a safe integer. */
export type Points = number;
/** Quantities in thousandths: 1 piece = 1000, 250 g at a price per kilogram = 250. */
export type Thousandths = number;

export const roundings = ['down', 'nearest', 'up'] as const;
/** down: towards zero; nearest: half away from zero; up: away from zero. */
export type Rounding = (typeof roundings)[number];

/**
 * amount × numerator ÷ denominator in exact integer arithmetic. Rounding is symmetrical about zero, so that a return
 * mirrors its sale.
 */
export function scale(amount: number, numerator: number, denominator: number, rounding: Rounding): number {
	must(Number.isSafeInteger(amount) && Number.isSafeInteger(numerator), 'scale takes safe integers');
	must(Number.isSafeInteger(denominator) && denominator > 0, 'scale needs a positive denominator');
	const near = amount * numerator;
	// Prices of a shop stay within exact doubles; big integers cost fifteen times as much and are for the rest.
	if (Number.isSafeInteger(near)) {
		const size = Math.abs(near);
		const rest = size % denominator;
		// `rest * 2` would round above 2 ** 53: compared as a difference instead.
		const up = rest > 0 && (rounding === 'up' || (rounding === 'nearest' && rest >= denominator - rest));
		const whole = (size - rest) / denominator + (up ? 1 : 0);
		return near < 0 && whole !== 0 ? -whole : whole;
	}
	const product = BigInt(amount) * BigInt(numerator);
	const negative = product < 0n;
	const size = negative ? -product : product;
	const by = BigInt(denominator);
	let whole = size / by;
	const rest = size % by;
	if (rest > 0n && (rounding === 'up' || (rounding === 'nearest' && rest * 2n >= by))) whole += 1n;
	const result = Number(negative ? -whole : whole);
	must(Number.isSafeInteger(result), 'scale left the safe integers');
	return result === 0 ? 0 : result;
}

/**
 * Splits a total over weights so that the parts add up exactly: each part rounded down, the rest handed out one by one
 * to the largest remainders, earlier parts first where they tie (Hamilton's method).
 * @returns parts in the order of the weights; all zero when every weight is zero and the total is zero.
 */
export function split(total: number, weights: readonly number[]): number[] {
	must(Number.isSafeInteger(total) && total >= 0, 'split takes a total of zero or more');
	must(
		weights.every((weight) => Number.isSafeInteger(weight) && weight >= 0),
		'split takes weights of zero or more'
	);
	const whole = weights.reduce((a, b) => a + b, 0);
	if (whole === 0) {
		must(total === 0, 'split cannot divide something over nothing');
		return weights.map(() => 0);
	}
	const parts: number[] = [];
	// Numbers or big integers, all of one sort: both compare with < and ===.
	const rests: (number | bigint)[] = [];
	// As in `scale`: exact doubles where they hold every product, big integers elsewhere.
	if (Number.isSafeInteger(total * whole)) {
		for (const weight of weights) {
			const rest = (total * weight) % whole;
			parts.push((total * weight - rest) / whole);
			rests.push(rest);
		}
	} else {
		const of = weights.reduce((a, b) => a + BigInt(b), 0n);
		for (const weight of weights) {
			const product = BigInt(total) * BigInt(weight);
			parts.push(Number(product / of));
			rests.push(product % of);
		}
	}
	const left = total - parts.reduce((a, b) => a + b, 0);
	if (left === 0) return parts;
	const order = [...parts.keys()].sort((a, b) => {
		const [first, second] = [rests[a] as number, rests[b] as number];
		if (first === second) return a - b;
		return first > second ? -1 : 1;
	});
	for (const index of order.slice(0, left)) parts[index] = (parts[index] as number) + 1;
	return parts;
}

/**
 * The part of a total that belongs to units `from`…`to` of `of` units, cumulative, so that any sequence of partial
 * returns adds up to the total exactly.
 */
export function slice(total: number, from: number, to: number, of: number): number {
	must(0 <= from && from <= to && to <= of && of > 0, 'slice needs 0 ≤ from ≤ to ≤ of');
	return scale(total, to, of, 'down') - scale(total, from, of, 'down');
}

export const sum = (amounts: Iterable<number>): number => {
	let total = 0;
	for (const amount of amounts) total += amount;
	must(Number.isSafeInteger(total), 'a sum left the safe integers');
	return total;
};
