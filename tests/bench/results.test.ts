import { describe, expect, test } from 'vitest';
import { changesOf } from './compare.ts';
import type { Figure } from './figures.ts';
import { readingOf } from './measure.ts';
import { rowsOf, type Row, type Spread } from './results.ts';
import { changesTable, tableOf } from './table.ts';

const commits: Figure = {
	name: 'commits',
	of: 'commit-32',
	goals: [{ what: 'rate', of: { subject: 'tpcb', what: 'rate' }, least: 1.2 }]
};
const ratesOf = (pairs: [commit: number, tpcb: number][]) =>
	pairs.map(([commit, tpcb]) => ({ 'commit-32': { rate: commit }, tpcb: { rate: tpcb } }));

describe('a figure of the benchmark', () => {
	test('is the median of its rounds’ own ratios: a machine that was slow for both sides changes nothing', () => {
		const [row] = rowsOf({ figure: commits, rounds: ratesOf([[1500, 1000], [150, 100], [1400, 1000]]) }); // prettier-ignore
		expect(row).toMatchObject({ ratio: { median: 1.5, low: 1.45, high: 1.5 }, value: { median: 1400 }, met: true });
	});

	test('misses its target by the smallest part', () => {
		const [row] = rowsOf({ figure: commits, rounds: ratesOf([[1199, 1000]]) });
		expect(row).toMatchObject({ ratio: { median: 1.199 }, met: false });
	});

	test('may be allowed a millisecond beside its ratio', () => {
		const figure: Figure = {
			name: 'lone',
			of: 'commit-1',
			goals: [{ what: 'p50', of: { subject: 'tpcb-1', what: 'p50' }, less: 1, most: 1.5 }]
		};
		const lone = (ms: number) => rowsOf({ figure, rounds: [{ 'commit-1': { p50: ms }, 'tpcb-1': { p50: 2 } }] })[0];
		expect(lone(4)).toMatchObject({ ratio: { median: 1.5 }, met: true });
		expect(lone(4.1)).toMatchObject({ met: false });
	});

	test('may be held against itself, or against nothing but a limit', () => {
		const figure: Figure = {
			name: 'x',
			of: 'x',
			goals: [
				{ what: 'p99', of: { subject: 'x', what: 'p50' }, most: 5 },
				{ what: 'memory', of: null, most: 300 },
				{ what: 'rate', of: null }
			]
		};
		const rows = rowsOf({ figure, rounds: [{ x: { p50: 2, p99: 11, memory: 250, rate: 9 } }] });
		expect(rows.map(({ ratio, met }) => [ratio.median, met])).toEqual([
			[5.5, false],
			[250, true],
			[9, null]
		]);
	});

	test('that was never measured has no line', () => {
		expect(rowsOf({ figure: commits, rounds: [] })).toEqual([]);
		expect(rowsOf({ figure: commits, rounds: [{ 'commit-32': { rate: 1 } }] })).toEqual([]);
	});

	test('tells the slowest hundredth of all that was asked', () => {
		const latencies = Array.from({ length: 101 }, (_, n) => n);
		const also = { memory: 200 };
		expect(readingOf({ count: 101, perSecond: 50, latencies, also })).toMatchObject({
			...{ count: 101, rate: 50, p50: 50, p95: 95, p99: 99, longest: 100, memory: 200 }
		});
	});
});

const aRow = (ratio: Spread, figure = 'commits'): Row => ({
	figure,
	of: 'commit-32',
	what: 'rate',
	value: { median: 1000, low: 900, high: 1100 },
	yardstick: { subject: 'tpcb', what: 'rate', value: { median: 1000, low: 1000, high: 1000 } },
	ratio,
	rounds: 7,
	goal: { less: 0, least: 1.2, most: null },
	met: ratio.median >= 1.2
});

describe('a comparison of two runs', () => {
	const before = aRow({ median: 1, low: 0.95, high: 1.05 });

	test('says that a change is larger than the spread of both, and only then', () => {
		const [small] = changesOf([before], [aRow({ median: 1.1, low: 1.05, high: 1.2 })]);
		expect(small).toMatchObject({ before: 1, now: 1.1, clear: false });
		expect(small?.change).toBeCloseTo(0.1);
		const [large] = changesOf([before], [aRow({ median: 1.2, low: 1.15, high: 1.25 })]);
		expect(large).toMatchObject({ clear: true });
		const [worse] = changesOf([before], [aRow({ median: 0.8, low: 0.8, high: 0.8 })]);
		expect(worse).toMatchObject({ clear: true });
		const [wide] = changesOf([aRow({ median: 1, low: 0.5, high: 1.5 })], [aRow({ median: 1.9, low: 1.9, high: 1.9 })]);
		expect(wide).toMatchObject({ clear: false });
	});

	test('claims nothing by a round or two, which have no spread', () => {
		const [change] = changesOf([before], [{ ...aRow({ median: 9, low: 9, high: 9 }), rounds: 2 }]);
		expect(change).toMatchObject({ now: 9, clear: false });
	});

	test('keeps lines that only one of the runs has', () => {
		const changes = changesOf([aRow(before.ratio, 'old')], [aRow(before.ratio, 'new')]);
		expect(changes).toEqual([
			{ figure: 'new', what: 'rate', before: null, now: 1, change: null, clear: false },
			{ figure: 'old', what: 'rate', before: 1, now: null, change: null, clear: false }
		]);
		expect(changesTable(changes)).toContain('not measured');
	});

	test('is read as a table', () => {
		const text = changesTable(changesOf([before], [aRow({ median: 0.8, low: 0.8, high: 0.8 })]));
		expect(text).toMatch(/commits\s+per second\s+1\.00\s+0\.80\s+−20 %\s+larger than both spreads/);
	});
});

test('the table shows what was measured, against what, and whether the target is met', () => {
	const rows = [aRow({ median: 1.5, low: 1.4, high: 1.6 }), aRow({ median: 1, low: 1, high: 1 })];
	const [head, met, missed] = tableOf(rows, (name) => (name === 'tpcb' ? 'TPC-B' : 'commits, module')).split('\n');
	expect(head).toMatch(/^figure\s+yardstick\s+measured\s+against\s+ratio\s+spread\s+target$/);
	expect(met).toMatch(/^commits, module\s+per second\s+TPC-B\s+1000\s+1000\s+1\.50 ×\s+1\.40–1\.60\s+≥ 1\.2 ×\s+met$/);
	expect(missed).toMatch(/MISSED$/);
});
