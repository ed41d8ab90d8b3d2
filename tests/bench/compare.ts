import type { Row, Spread } from './results.ts';

/** One line of a comparison with an earlier run. */
export interface Change {
	figure: string;
	what: string;
	/** the medians of the ratios; null: that run has no such line */
	before: number | null;
	now: number | null;
	/** 0.1: a tenth more than before; null: there is nothing to compare */
	change: number | null;
	/** whether the two middles lie further apart than either run is wide; too few rounds have no width to tell it by */
	clear: boolean;
}

const fewestRounds = 3;

const width = ({ low, high }: Spread): number => high - low;

const keyOf = ({ figure, what, yardstick }: Row): string =>
	[figure, what, yardstick?.subject ?? '', yardstick?.what ?? ''].join(' ');

/** What changed between two runs. Ratios are compared, not rates: a busy or another machine moves both of its sides. */
export function changesOf(before: readonly Row[], now: readonly Row[]): Change[] {
	const old = new Map(before.map((row) => [keyOf(row), row]));
	const kept = new Set(now.map(keyOf));
	const gone = before.filter((row) => !kept.has(keyOf(row)));
	return [
		...now.map((row) => changeOf(row, old.get(keyOf(row)) ?? null, row)),
		...gone.map((row) => changeOf(row, row, null))
	];
}

function changeOf({ figure, what }: Row, before: Row | null, now: Row | null): Change {
	const line = { figure, what, before: before?.ratio.median ?? null, now: now?.ratio.median ?? null };
	if (!before || !now) return { ...line, change: null, clear: false };
	const apart = Math.abs(now.ratio.median - before.ratio.median);
	return {
		...line,
		change: now.ratio.median / before.ratio.median - 1,
		clear:
			Math.min(before.rounds, now.rounds) >= fewestRounds && apart > Math.max(width(before.ratio), width(now.ratio))
	};
}
