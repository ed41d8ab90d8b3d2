import type { Measure } from './measure.ts';

/** What a figure is held to. */
export interface Goal {
	what: Measure;
	/** what it is divided by, measured in turn with it; null: it stands for itself, in its own unit */
	of: { subject: string; what: Measure } | null;
	/** milliseconds taken off before it is divided */
	less?: number;
	/** the ratio is at least, or at most, this; neither: it is shown and not judged */
	least?: number;
	most?: number;
}

/** One line or more of the table: a subject that is measured, and what it is held to. */
export interface Figure {
	name: string;
	/** the subject (subjects.ts) */
	of: string;
	goals: readonly Goal[];
	/** takes long to prepare, or long to measure: only with --long */
	long?: true;
}

/** T: the yardstick at 8 or at 32 clients, whichever was better in the yardsticks' own rounds. */
export const best = 'T';

const rate = (subject: string, least?: number): Goal => ({
	what: 'rate',
	of: { subject, what: 'rate' },
	...(least === undefined ? {} : { least })
});
/** The slowest hundredth against what is usual for the same subject. */
const even = (subject: string, most: number): Goal => ({ what: 'p99', of: { subject, what: 'p50' }, most });

/** The yardstick against itself: measured first, since T is chosen by it. */
export const yardsticks: readonly Figure[] = [
	{ name: 'tpcb-32', of: 'tpcb-32', goals: [rate('tpcb-8'), { what: 'p99', of: null }] },
	{ name: 'tpcb-1', of: 'tpcb-1', goals: [{ what: 'p50', of: null }] }
];

/** Everything else that `npm run bench` measures, in the order of the table. */
export const figures: readonly Figure[] = [
	{
		name: 'commit-1',
		of: 'commit-1',
		goals: [{ what: 'p50', of: { subject: 'tpcb-1', what: 'p50' }, less: 1, most: 1.5 }]
	},
	{ name: 'commit-32', of: 'commit-32', goals: [rate(best, 1.2)] },
	{ name: 'commit-128', of: 'commit-128', goals: [rate(best, 2), even('commit-128', 5)] },
	{ name: 'commit-hot', of: 'commit-hot-128', goals: [rate(best, 2), even('commit-hot-128', 5)] },
	{
		name: 'commit-http',
		of: 'commit-http-64',
		goals: [rate(best, 1), even('commit-http-64', 5), { what: 'memory', of: null, most: 300 }]
	},
	{ name: 'identify', of: 'identify-32', goals: [rate('commit-32', 2), { what: 'p99', of: null, most: 20 }] },
	{
		name: 'posting',
		of: 'posting-128',
		goals: [rate(best, 5), { what: 'p99', of: { subject: 'tpcb-32', what: 'p99' }, most: 1 }]
	},
	{ name: 'posting-http', of: 'posting-http-64', goals: [rate(best, 2.5), { what: 'p99', of: null }] },
	{ name: 'posting-hot', of: 'posting-128', goals: [rate('posting-pairs-128', 0.9)] },
	{ name: 'posting-one', of: 'posting-one-128', goals: [rate('posting-pairs-128')] },
	{ name: 'posting-many', of: 'posting-many-128', goals: [rate('posting-128', 0.9)], long: true },
	{ name: 'expiry', of: 'expiry', goals: [rate(best, 20), { what: 'chunk', of: null, most: 500 }] },
	{
		name: 'expiry-till',
		of: 'commit-beside-expiry-1',
		goals: [
			{ what: 'p99', of: { subject: 'commit-1', what: 'p99' }, most: 2 },
			{ what: 'chunk', of: null, most: 500 },
			{ what: 'lots', of: { subject: best, what: 'rate' } }
		]
	}
];

/** Further numbers of callers, shown and not judged. */
export const sweep = (callers: readonly number[]): Figure[] =>
	callers.map((count) => ({ name: `commit-${count}`, of: `commit-${count}`, goals: [rate(best)] }));

/** What as many members do to a till, against what some thousands do: both measured in turn, each in a database of its own. */
export const growth = (sizes: readonly number[]): Figure[] => {
	const [few, ...more] = sizes;
	return more.flatMap((size) =>
		['identify-32', 'commit-32'].map((subject): Figure => {
			const before = `${subject} at ${few}`;
			return {
				name: `${subject} at ${size}`,
				of: `${subject} at ${size}`,
				goals: [
					rate(before, 0.8),
					{ what: 'p50', of: { subject: before, what: 'p50' }, most: 1.2 },
					{ what: 'p99', of: { subject: before, what: 'p99' }, most: 1.2 }
				]
			};
		})
	);
};

/** The subjects that a figure needs, itself first. */
export const subjectsOf = ({ of, goals }: Figure): string[] => [
	...new Set([of, ...goals.flatMap((goal) => goal.of?.subject ?? [])])
];
