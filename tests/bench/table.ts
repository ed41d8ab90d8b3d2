import { median, percentile, type Sample } from './measure.ts';
import type { Kind, Options } from './options.ts';

/** All samples of one figure, one for each round. */
export interface Figure {
	kind: Kind;
	callers: number;
	rounds: Sample[];
}

/** A figure against a yardstick: the median of the rounds' ratios, since what disturbs a round disturbs both. */
export interface Ratio {
	yardstick: Kind;
	/** to the yardstick at the same number of callers; null: not measured there */
	same: number | null;
	/** to T, the better of the yardstick's figures at 8 and 32 callers; null: neither was measured */
	best: number | null;
}

export interface Row {
	kind: Kind;
	callers: number;
	/** the median of the rounds, the least and the most */
	perSecond: { median: number; least: number; most: number };
	p50: number;
	p99: number;
	ratios: Ratio[];
}

const names: Record<Kind, string> = {
	pgbench: 'TPC-B-like, pgbench',
	statements: 'TPC-B-like, postgres.js',
	module: 'commits, module',
	http: 'commits, HTTP'
};

const rates = (figure: Figure | undefined): number[] => figure?.rounds.map((sample) => sample.perSecond) ?? [];

/** Rounds that both have, one over the other. */
const ratioOf = (above: number[], below: number[]): number | null => {
	const rounds = Math.min(above.length, below.length);
	if (rounds === 0) return null;
	return median(above.slice(0, rounds).map((value, round) => value / (below[round] as number)));
};

export function rowsOf(figures: readonly Figure[]): Row[] {
	const yardsticks = (['pgbench', 'statements'] as const).filter((kind) => figures.some((one) => one.kind === kind));
	const find = (kind: Kind, callers: number) =>
		rates(figures.find((one) => one.kind === kind && one.callers === callers));
	const best = (kind: Kind): number[] => {
		const [at8, at32] = [find(kind, 8), find(kind, 32)];
		return Array.from({ length: Math.max(at8.length, at32.length) }, (_, n) => Math.max(at8[n] ?? 0, at32[n] ?? 0));
	};
	return figures
		.filter((figure) => figure.rounds.length > 0)
		.map((figure) => {
			const all = figure.rounds.flatMap((sample) => sample.latencies);
			const perSecond = rates(figure);
			return {
				kind: figure.kind,
				callers: figure.callers,
				perSecond: { median: median(perSecond), least: Math.min(...perSecond), most: Math.max(...perSecond) },
				p50: percentile(all, 0.5),
				p99: percentile(all, 0.99),
				ratios: yardsticks
					.filter((yardstick) => yardstick !== figure.kind)
					.map((yardstick) => ({
						yardstick,
						same: ratioOf(perSecond, find(yardstick, figure.callers)),
						best: ratioOf(perSecond, best(yardstick))
					}))
			};
		});
}

const whole = (value: number): string => value.toFixed(0);
const times = (value: number | null | undefined): string => (value == null ? '' : `${value.toFixed(2)}×`);

/** The table for people; `T` stands at the top of each yardstick's second column. */
export function tableOf(rows: readonly Row[]): string {
	const yardsticks = [...new Set(rows.flatMap((row) => row.ratios.map((ratio) => ratio.yardstick)))].sort();
	const short = (kind: Kind): string => (kind === 'pgbench' ? 'pgbench' : 'postgres.js');
	const head = ['', 'callers', 'per second', 'least–most', 'p50 ms', 'p99 ms'];
	for (const yardstick of yardsticks) head.push(`× ${short(yardstick)}`, `× its best`);
	const body = rows.map((row) => {
		const { median: middle, least, most } = row.perSecond;
		const cells = [names[row.kind], String(row.callers), whole(middle), `${whole(least)}–${whole(most)}`];
		cells.push(row.p50.toFixed(1), row.p99.toFixed(1));
		for (const yardstick of yardsticks) {
			const ratio = row.ratios.find((one) => one.yardstick === yardstick);
			cells.push(times(ratio?.same), times(ratio?.best));
		}
		return cells;
	});
	const widths = head.map((_, place) => Math.max(...[head, ...body].map((cells) => (cells[place] as string).length)));
	const lineOf = (cells: string[]) =>
		cells
			.map((cell, place) => (place === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[place] as number)))
			.join('  ')
			.trimEnd();
	return [head, ...body].map(lineOf).join('\n');
}

/** The sentence that a release is judged by. */
export function verdictOf(rows: readonly Row[], target: number): string | null {
	const row = rows.find((one) => one.kind === 'module' && one.callers === 32);
	const ratio = row?.ratios[0];
	if (ratio?.same == null) return null;
	const reached = ratio.same >= target ? 'reached' : 'missed';
	return `Commits through the module at 32 callers: ${times(ratio.same)} of the yardstick; the target of ${target} is ${reached}.`;
}

/** Everything, for a machine; latencies in hundredths of their distribution. */
export function reportOf(figures: readonly Figure[], facts: Record<string, unknown>, options: Options) {
	const shares = [0.5, 0.9, 0.95, 0.99, 0.999, 1];
	return {
		...facts,
		options,
		rows: rowsOf(figures),
		samples: figures.flatMap(({ kind, callers, rounds }) =>
			rounds.map(({ count, perSecond, latencies }, round) => ({
				kind,
				callers,
				round: round + 1,
				count,
				perSecond,
				milliseconds: Object.fromEntries(shares.map((share) => [share, percentile(latencies, share)]))
			}))
		)
	};
}
