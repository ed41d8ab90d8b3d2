import type { Change } from './compare.ts';
import type { Measure } from './measure.ts';
import type { Row, Spread } from './results.ts';

const titles: Record<Measure, string> = {
	count: 'done',
	rate: 'per second',
	p50: 'p50 ms',
	p95: 'p95 ms',
	p99: 'p99 ms',
	longest: 'longest ms',
	memory: 'memory MB',
	chunk: 'longest chunk ms',
	lots: 'lots per second'
};

/** Whole where it is large, with two places where it is small. */
const number = (value: number): string =>
	!Number.isFinite(value) ? '–' : value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

const spread = ({ low, high }: Spread): string => `${number(low)}–${number(high)}`;

const percent = (share: number): string => `${share >= 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(0)} %`;

const goalOf = ({ goal: { least, most, less }, yardstick }: Row): string => {
	const times = yardstick ? ' ×' : '';
	const more = less > 0 ? ` + ${less} ms` : '';
	if (least !== null) return `≥ ${least}${times}${more}`;
	return most === null ? '' : `≤ ${most}${times}${more}`;
};

const verdict = (met: boolean | null): string => (met === null ? '' : met ? 'met' : 'MISSED');

/** Cells below each other: the first `left` columns begin at their start, the others end at their end. */
export function aligned(rows: readonly string[][], left: number): string {
	const widths = (rows[0] ?? []).map((_, place) => Math.max(...rows.map((cells) => (cells[place] ?? '').length)));
	const lineOf = (cells: string[]) =>
		cells
			.map((cell, place) => (place < left ? cell.padEnd(widths[place] ?? 0) : cell.padStart(widths[place] ?? 0)))
			.join('  ')
			.trimEnd();
	return rows.map(lineOf).join('\n');
}

/**
 * The table for people.
 * @param titleOf what a subject is called
 */
export function tableOf(rows: readonly Row[], titleOf: (subject: string) => string): string {
	const head = ['figure', '', 'yardstick', 'measured', 'against', 'ratio', 'spread', 'target', ''];
	const body = rows.map((row) => [
		titleOf(row.of),
		titles[row.what],
		row.yardstick === null
			? ''
			: row.yardstick.subject === row.of
				? `its own ${titles[row.yardstick.what]}`
				: titleOf(row.yardstick.subject),
		number(row.value.median),
		row.yardstick ? number(row.yardstick.value.median) : '',
		row.yardstick ? `${number(row.ratio.median)} ×` : '',
		spread(row.ratio),
		goalOf(row),
		verdict(row.met)
	]);
	return aligned([head, ...body], 3);
}

/** What changed since an earlier run. */
export function changesTable(changes: readonly Change[]): string {
	const told = (value: number | null) => (value === null ? 'not measured' : number(value));
	const head = ['figure', '', 'before', 'now', 'change', ''];
	const body = changes.map(({ figure, what, before, now, change, clear }) => [
		figure,
		titles[what as Measure] ?? what,
		told(before),
		told(now),
		change === null ? '' : percent(change),
		change === null ? '' : clear ? 'larger than both spreads' : 'within the spread'
	]);
	return aligned([head, ...body], 2);
}
