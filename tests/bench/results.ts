import type { Figure, Goal } from './figures.ts';
import { median, percentile, type Measure, type Reading } from './measure.ts';

/** A round of a figure: what was read of each of its subjects, one right after the other. */
export type Round = Readonly<Record<string, Reading>>;

/** A figure with its rounds: everything that is known, and what is written as JSON. */
export interface Measured {
	figure: Figure;
	rounds: Round[];
}

/** The middle of several values, and where the middle half of them lies. */
export interface Spread {
	median: number;
	low: number;
	high: number;
}

/** One line of the table. */
export interface Row {
	figure: string;
	/** the subject that was measured */
	of: string;
	what: Measure;
	value: Spread;
	/** what it is held against; null: it stands for itself */
	yardstick: { subject: string; what: Measure; value: Spread } | null;
	/** of the figure to its yardstick, round by round; where there is none, the figure itself */
	ratio: Spread;
	/** how many rounds that is */
	rounds: number;
	goal: { less: number; least: number | null; most: number | null };
	/** null: it is shown and not judged */
	met: boolean | null;
}

export const spreadOf = (values: readonly number[]): Spread => ({
	median: median(values),
	low: percentile(values, 0.25),
	high: percentile(values, 0.75)
});

/**
 * The rows of a figure. A ratio is the median of the rounds' own ratios, since what disturbs a round disturbs both sides of
 * it.
 */
export function rowsOf({ figure, rounds }: Measured): Row[] {
	return figure.goals.flatMap((goal) => {
		const row = rowOf(figure, goal, rounds);
		return row ? [row] : [];
	});
}

function rowOf(figure: Figure, goal: Goal, rounds: readonly Round[]): Row | null {
	const { what, of, less = 0, least = null, most = null } = goal;
	const values: number[] = [];
	const yardsticks: number[] = [];
	const ratios: number[] = [];
	for (const round of rounds) {
		const value = round[figure.of]?.[what];
		const yardstick = of ? round[of.subject]?.[of.what] : 1;
		if (value === undefined || yardstick === undefined) continue;
		values.push(value);
		yardsticks.push(yardstick);
		ratios.push((value - less) / yardstick);
	}
	if (ratios.length === 0) return null;
	const ratio = spreadOf(ratios);
	const judged = least !== null || most !== null;
	return {
		figure: figure.name,
		of: figure.of,
		what,
		value: spreadOf(values),
		yardstick: of && { ...of, value: spreadOf(yardsticks) },
		ratio,
		rounds: ratios.length,
		goal: { less, least, most },
		met: judged ? ratio.median >= (least ?? -Infinity) && ratio.median <= (most ?? Infinity) : null
	};
}
