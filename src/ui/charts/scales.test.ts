import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelled, layoutColumns, layoutLines, layoutRows, nearest, spread, verticalScale } from './scales.ts';

describe('the vertical scale', () => {
	test('begins at zero and ends at a round number', () => {
		const { ticks } = verticalScale([310, 970], true, 4);
		expect(ticks[0]).toEqual({ value: 0, at: 100 });
		expect(ticks.at(-1)).toEqual({ value: 1000, at: 0 });
	});
	test('shows losses below zero', () => {
		const { ticks } = verticalScale([-40, 60], true, 4);
		expect(ticks.map(({ value }) => value)).toContain(0);
		expect(ticks[0]?.value).toBeLessThan(0);
	});
	test('survives no values, one value and equal values', () => {
		for (const values of [[], [0], [7, 7]]) {
			const { scale } = verticalScale(values, true, 4);
			expect(Number.isFinite(scale(values[0] ?? 0))).toBe(true);
		}
	});
	test('marks no half receipt, and nothing but zero where nothing was sold', () => {
		const values = (of: number[]) => verticalScale(of, true, 4).ticks.map(({ value }) => value);
		expect(values([0, 1, 2])).toEqual([0, 1, 2]);
		expect(values([0, 0.5])).toContain(0.1);
		expect(values([0, 0, 0])).toEqual([0]);
		expect(values([])).toEqual([0]);
	});
});

describe('lines', () => {
	const points = [
		{ x: new Date('2026-01-01'), y: 0 },
		{ x: new Date('2026-01-02'), y: null },
		{ x: new Date('2026-01-03'), y: 10 }
	];
	test('fill the plot from its inline start to its end', () => {
		const layout = layoutLines([{ label: 'a', points }], { fromZero: true });
		expect(layout.xOf(new Date('2026-01-01'))).toBe(0);
		expect(layout.xOf(new Date('2026-01-02'))).toBe(50);
		expect(layout.xOf(new Date('2026-01-03'))).toBe(100);
		expect([layout.yOf(0), layout.yOf(10)]).toEqual([100, 0]);
	});
	test('have a gap where a value is not known', () => {
		const layout = layoutLines([{ label: 'a', points }], { fromZero: true });
		expect(layout.line(points).match(/M/g)).toHaveLength(2);
	});
	test('share one scale, so that two can be compared', () => {
		const low = { label: 'low', points: [{ x: 0, y: 1 }] };
		const high = { label: 'high', points: [{ x: 1, y: 9 }] };
		const layout = layoutLines([low, high], { fromZero: true });
		expect(layout.yOf(9)).toBeLessThan(layout.yOf(1));
		expect(layout.xOf(1)).toBe(100);
	});
	test('of nothing or of one point do not fail', () => {
		expect(layoutLines([], { fromZero: true }).line([])).toBe('');
		expect(layoutLines([{ label: 'a', points: [{ x: 3, y: 4 }] }], { fromZero: true }).xOf(3)).toBe(50);
	});
});

test('labels are even and always name the newest', () => {
	expect(labelled(7, 8)).toEqual([0, 1, 2, 3, 4, 5, 6]);
	expect(labelled(26, 5)).toEqual([1, 7, 13, 19, 25]);
	expect(labelled(0, 5)).toEqual([]);
	expect(labelled(1, 5)).toEqual([0]);
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 12 }), (count, most) => {
			const picked = labelled(count, most);
			expect(picked.length).toBeLessThanOrEqual(most);
			expect(picked.at(-1)).toBe(count - 1);
		})
	);
});

test('names at the ends of lines never cover each other and never leave the plot', () => {
	expect(spread([50, 52], 10)).toEqual([50, 60]);
	expect(spread([99, 98], 10)).toEqual([100, 90]);
	fc.assert(
		fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 4 }), (wished) => {
			const placed = [...spread(wished, 12)].sort((a, b) => a - b);
			for (const [index, at] of placed.entries()) {
				expect(at).toBeLessThanOrEqual(100);
				if (index > 0) expect(at - (placed[index - 1] as number)).toBeGreaterThanOrEqual(12 - 1e-9);
			}
		})
	);
});

test('a pointer finds the nearest point', () => {
	const points = [0, 10, 20].map((x) => ({ x, y: x }));
	expect(nearest(points, (x) => Number(x) * 5, 44)).toBe(1);
	expect(nearest([], () => 0, 50)).toBe(-1);
});

describe('bars', () => {
	test('stand on zero, losses hang below it, and all have their place', () => {
		const { bars, zero } = layoutColumns([10, -5]);
		expect((bars[0]?.from ?? 0) + (bars[0]?.size ?? 0)).toBeCloseTo(zero);
		expect(bars[1]?.from).toBeCloseTo(zero);
		expect(bars[0]?.size).toBeCloseTo((bars[1]?.size ?? 0) * 2);
		expect((bars[1]?.x ?? 0) + (bars[1]?.width ?? 0)).toBeLessThanOrEqual(100);
	});
	test('in rows are measured by the longest', () => {
		expect(layoutRows([50, 25, 0])).toEqual([100, 50, 0]);
		expect(layoutRows([0, 0])).toEqual([0, 0]);
	});
});
