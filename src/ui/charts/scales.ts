/**
 * Where things stand in a chart, in hundredths of its plot: 0 is the inline start and the top. Charts are SVG stretched
 * to whatever room there is, so that the server can draw them without knowing a width; the right-to-left mirror is the
 * style sheet's.
 */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';

export interface ChartPoint {
	/** an instant, a day's number, any number that orders the points */
	x: Date | number;
	/** null: not known; the line has a gap there */
	y: number | null;
}

export interface Series {
	label: string;
	points: readonly ChartPoint[];
	/** a comparison, drawn thin and dashed */
	muted?: boolean;
}

export interface Tick {
	value: number;
	/** hundredths from the top */
	at: number;
}

export interface LineLayout {
	ticks: Tick[];
	xOf: (x: Date | number) => number;
	yOf: (y: number) => number;
	/** an SVG path in a box of 100 by 100 */
	line: (points: readonly ChartPoint[]) => string;
	area: (points: readonly ChartPoint[]) => string;
}

const known = (point: ChartPoint): point is ChartPoint & { y: number } => point.y !== null;

/**
 * The vertical scale of some values: begins at zero unless told otherwise, ends at a round number, never empty. Among
 * whole values (counts, cents) only whole steps are marked: there is no half receipt, and money has no half cent.
 */
export function verticalScale(values: readonly number[], fromZero: boolean, tickCount: number) {
	const [low = 0, high = 0] = extent(values) as [number | undefined, number | undefined];
	const from = fromZero ? Math.min(0, low) : low;
	const to = fromZero ? Math.max(0, high) : high;
	const scale = scaleLinear()
		.domain(from === to ? [from, from + 1] : [from, to])
		.range([100, 0])
		.nice(tickCount);
	const whole = values.every(Number.isInteger);
	const marks = scale.ticks(tickCount).filter((value) => !whole || Number.isInteger(value));
	// Where all are nothing, the upper end is made up.
	const shown = to === 0 && from === 0 ? marks.filter((value) => value === 0) : marks;
	return { scale, ticks: shown.map((value) => ({ value, at: scale(value) })) };
}

/** Lays out lines over common axes. */
export function layoutLines(series: readonly Series[], options: { fromZero: boolean; tickCount?: number }): LineLayout {
	const points = series.flatMap((one) => one.points);
	const { scale: y, ticks } = verticalScale(
		points.filter(known).map((point) => point.y),
		options.fromZero,
		options.tickCount ?? 4
	);
	const [first = 0, last = 1] = extent(points, (point) => Number(point.x)) as [number | undefined, number | undefined];
	const x = scaleLinear()
		.domain(first === last ? [first - 1, last + 1] : [first, last])
		.range([0, 100]);
	const round = (value: number) => Math.round(value * 100) / 100;
	const xOf = (value: Date | number) => round(x(Number(value)));
	const yOf = (value: number) => round(y(value));
	return {
		ticks: ticks.map((tick) => ({ ...tick, at: round(tick.at) })),
		xOf,
		yOf,
		line: (some) =>
			line<ChartPoint>()
				.defined(known)
				.x((point) => xOf(point.x))
				.y((point) => yOf(point.y ?? 0))([...some]) ?? '',
		area: (some) =>
			area<ChartPoint>()
				.defined(known)
				.x((point) => xOf(point.x))
				.y0(yOf(Math.max(0, y.domain()[0] ?? 0)))
				.y1((point) => yOf(point.y ?? 0))([...some]) ?? ''
	};
}

/** Which of `count` things get a label when there is room for `most`: evenly, the last (the newest) always among them. */
export function labelled(count: number, most: number): number[] {
	if (count <= 0 || most <= 0) return [];
	const step = Math.max(1, Math.ceil(count / most));
	const picked: number[] = [];
	for (let index = count - 1; index >= 0; index -= step) picked.unshift(index);
	return picked;
}

/**
 * Moves labels apart that would cover each other, as little as possible and within 0…100.
 * @param wished where each label would like to be
 * @param gap the least distance between two
 */
export function spread(wished: readonly number[], gap: number): number[] {
	const order = wished.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at);
	let floor = -Infinity;
	for (const one of order) {
		one.at = Math.max(one.at, floor);
		floor = one.at + gap;
	}
	let ceiling = 100;
	for (const one of order.reverse()) {
		one.at = Math.min(one.at, ceiling);
		ceiling = one.at - gap;
	}
	const placed = wished.map(() => 0);
	for (const { at, index } of order) placed[index] = at;
	return placed;
}

/** The point nearest to a place, in hundredths from the inline start. */
export function nearest(points: readonly ChartPoint[], xOf: (x: Date | number) => number, at: number): number {
	let best = -1;
	let distance = Infinity;
	for (const [index, point] of points.entries()) {
		const away = Math.abs(xOf(point.x) - at);
		if (away < distance) {
			distance = away;
			best = index;
		}
	}
	return best;
}

export interface Bar {
	/** hundredths: from the inline start, wide */
	x: number;
	width: number;
	/** hundredths from the top, high; of rows: from the inline start, long */
	from: number;
	size: number;
}

/** Lays out columns side by side. `room` is the share of each place that a column fills. */
export function layoutColumns(values: readonly number[], room = 0.68, tickCount = 4) {
	const { scale, ticks } = verticalScale(values, true, tickCount);
	const each = values.length === 0 ? 100 : 100 / values.length;
	const zero = scale(0);
	const bars: Bar[] = values.map((value, index) => {
		const at = scale(value);
		return {
			x: each * index + (each * (1 - room)) / 2,
			width: each * room,
			from: Math.min(at, zero),
			size: Math.abs(zero - at)
		};
	});
	return { bars, ticks, zero, each };
}

/** Lengths of rows, in hundredths of the longest. */
export function layoutRows(values: readonly number[]): number[] {
	const most = Math.max(0, ...values.map(Math.abs));
	return values.map((value) => (most === 0 ? 0 : (Math.abs(value) / most) * 100));
}
