import { setTimeout as wait } from 'node:timers/promises';

/** What was measured in one go. */
export interface Sample {
	/** how many were done */
	count: number;
	perSecond: number;
	/** milliseconds, one for each that was done */
	latencies: number[];
	/** what else was seen meanwhile */
	also?: Reading;
}

/**
 * What can be told of a measurement: how many were done, how many a second, how long they took (p50, p95, p99, longest, in
 * milliseconds), and what only some subjects tell: `memory` of the server in MB, the longest `chunk` of a job in
 * milliseconds, `lots` written off a second.
 */
export type Measure = 'count' | 'rate' | 'p50' | 'p95' | 'p99' | 'longest' | 'memory' | 'chunk' | 'lots';

export type Reading = Readonly<Partial<Record<Measure, number>>>;

/** A sample in figures; the single latencies are forgotten. */
export function readingOf({ count, perSecond, latencies, also }: Sample): Reading {
	const at = (share: number) => percentile(latencies, share);
	return { count, rate: perSecond, p50: at(0.5), p95: at(0.95), p99: at(0.99), longest: at(1), ...also };
}

/**
 * Callers who each ask, wait for the answer, and ask again, until the time is over.
 * @param ask one request of a caller (0, 1, …); false: there is nothing left to ask for, which ends the measurement
 */
export async function callersFor(
	seconds: number,
	callers: number,
	ask: (caller: number) => Promise<boolean>
): Promise<Sample> {
	const latencies: number[] = [];
	const start = performance.now();
	let until = start + seconds * 1000;
	async function call(caller: number): Promise<void> {
		for (;;) {
			const asked = performance.now();
			if (asked >= until) return;
			if (!(await ask(caller))) {
				until = Math.min(until, asked);
				return;
			}
			latencies.push(performance.now() - asked);
		}
	}
	await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
	const took = (performance.now() - start) / 1000;
	return { count: latencies.length, perSecond: latencies.length / took, latencies };
}

/** @param share 0.5: the median. NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
	const sorted = Float64Array.from(values).sort();
	const place = (sorted.length - 1) * share;
	const below = sorted[Math.floor(place)] ?? NaN;
	const above = sorted[Math.ceil(place)] ?? NaN;
	return below + (above - below) * (place - Math.floor(place));
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** A breath between two measurements, so that what the last one left to do is not the next one's. */
export const settle = (): Promise<void> => wait(200);
