import { median } from './measure.ts';
import { slopeOf } from './memory.ts';

/** What an open till holds, each look after the browser has thrown away what nobody needs. */
export interface Look {
	/** how many were made before */
	sales: number;
	/** of the page's own clock, since it was opened */
	hours: number;
	held: Held;
}

const figures = {
	heap: 'script memory, MB',
	nodes: 'nodes of the page',
	listeners: 'listeners',
	documents: 'documents',
	kept: 'kept on the tablet, KB',
	stored: 'databases and caches, KB',
	resources: 'style sheets, pictures, fonts'
} as const;

type Figure = keyof typeof figures;

/** By figure; undefined: this browser does not tell. */
export type Held = Record<Figure, number | undefined>;

export interface Growth {
	figure: Figure;
	/** medians of the first third of the looks and of the last one, and the most that was ever seen */
	early: number;
	late: number;
	most: number;
	/** for each 100 sales, by least squares over what follows the first third: what a start needs is no growth */
	slope: number;
	/** all of the last looks lie above all of the first ones, by more than chance does it */
	grows: boolean;
}

/** Below that share of what was there it is noise: a heap is never twice the same, what is counted nearly is. */
const noiseOf = (figure: Figure): number => (figure === 'heap' ? 0.01 : 0.005);
const third = (looks: readonly Look[]): number => Math.max(1, Math.floor(looks.length / 3));

/** How each figure went; a figure that was not told is left out. Fewer than six looks tell nothing. */
export function growthOf(looks: readonly Look[]): Growth[] {
	if (looks.length < 6) return [];
	return (Object.keys(figures) as Figure[]).flatMap((figure) => {
		const seen = looks.flatMap(({ sales, held }) => {
			const value = held[figure];
			return value === undefined ? [] : [{ commits: sales, memory: value }];
		});
		if (seen.length < looks.length) return [];
		const values = seen.map(({ memory }) => memory);
		const [first, last] = [values.slice(0, third(looks)), values.slice(-third(looks))];
		return [
			{
				figure,
				early: median(first),
				late: median(last),
				most: Math.max(...values),
				slope: slopeOf(seen.slice(third(looks))) * 100,
				grows: Math.min(...last) > Math.max(...first) * (1 + noiseOf(figure))
			}
		];
	});
}

const number = (value: number): string => value.toFixed(Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

/** The table's cells. */
export const growthCells = (growth: readonly Growth[]): string[][] => [
	['figure', 'first third', 'last third', 'at most', 'per 100 sales', ''],
	...growth.map(({ figure, early, late, most, slope, grows }) => [
		figures[figure],
		number(early),
		number(late),
		number(most),
		`${slope < 0 ? '−' : '+'}${number(Math.abs(slope))}`,
		grows ? 'GROWS' : 'flat'
	])
];

/** The sentence below the table. */
export function growthSentence(looks: readonly Look[], growth: readonly Growth[]): string {
	const [first, last] = [looks[0], looks.at(-1)];
	if (!first || !last || growth.length === 0) return 'Too little was seen to tell: six looks are needed.';
	const lived = `A till that was open for ${last.hours.toFixed(0)} hours and made ${last.sales} sales`;
	const growing = growth.filter(({ grows }) => grows).map(({ figure }) => figures[figure].replace(/,.*/, ''));
	return growing.length > 0 ? `${lived} grows: ${growing.join('; ')}.` : `${lived} does not grow.`;
}
