import { addDays, localDay, minute, startOfDay } from '#core/time';

/** From minute to minute of a day; an end beyond 1440 is on the next day, as bars have it. */
export type Span = readonly [from: number, to: number];

export interface OpeningHours {
	/** Monday first; no span: closed */
	weekly: readonly (readonly Span[])[];
	/** days on which it is otherwise, such as holidays */
	exceptions: readonly { day: string; spans: readonly Span[]; note: string | null }[];
}

const latest = 1440 + 720;

/** What is wrong with opening hours, by where it stands: `weekly.0`, `exceptions.2`; nothing: they are sound. */
export function hoursProblems({ weekly, exceptions }: OpeningHours): string[] {
	const wrong: string[] = [];
	for (const [place, spans] of weekly.entries()) if (!areSound(spans)) wrong.push(`weekly.${place}`);
	const days = new Set<string>();
	for (const [place, { day, spans }] of exceptions.entries()) {
		if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || days.has(day) || !areSound(spans)) wrong.push(`exceptions.${place}`);
		days.add(day);
	}
	return weekly.length === 7 ? wrong : ['weekly', ...wrong];
}

/** In order, without overlap, each at least a minute long. */
const areSound = (spans: readonly Span[]): boolean =>
	spans.every(
		([from, to], place) =>
			Number.isInteger(from) &&
			Number.isInteger(to) &&
			from >= 0 &&
			from < 1440 &&
			to > from &&
			to <= latest &&
			from >= (spans[place - 1]?.[1] ?? 0)
	);

/** Monday is 0. */
export const weekdayOf = (isoDay: string): number => (new Date(`${isoDay}T12:00:00Z`).getUTCDay() + 6) % 7;

export const spansOf = (hours: OpeningHours, isoDay: string): readonly Span[] =>
	hours.exceptions.find(({ day }) => day === isoDay)?.spans ?? hours.weekly[weekdayOf(isoDay)] ?? [];

/**
 * Whether it is open at an instant, and when that changes next; null: not within a fortnight. Times are those of the
 * clock on the wall: on the day it is put forward, two o'clock is three.
 */
export function openAt(hours: OpeningHours, at: Date, timeZone: string): { open: boolean; changesAt: Date | null } {
	const today = localDay(at, timeZone);
	const changes: { at: number; opens: boolean }[] = [];
	for (let day = addDays(today, -1), n = -1; n <= 14; day = addDays(day, 1), n++)
		for (const [from, to] of spansOf(hours, day))
			changes.push(
				{ at: wallTime(day, from, timeZone), opens: true },
				{ at: wallTime(day, to, timeZone), opens: false }
			);
	changes.sort((a, b) => a.at - b.at || Number(a.opens) - Number(b.opens));
	const depthAt = (instant: number): number =>
		changes.reduce((depth, change) => (change.at <= instant ? depth + (change.opens ? 1 : -1) : depth), 0);
	const open = depthAt(at.getTime()) > 0;
	const next = changes.find((change) => change.at > at.getTime() && depthAt(change.at) > 0 !== open);
	return { open, changesAt: next ? new Date(next.at) : null };
}

function wallTime(isoDay: string, minutes: number, timeZone: string): number {
	const day = minutes >= 1440 ? addDays(isoDay, 1) : isoDay;
	const wished = minutes >= 1440 ? minutes - 1440 : minutes;
	const start = startOfDay(day, timeZone).getTime();
	const guess = start + wished * minute;
	// A day on which the clock is moved is an hour shorter or longer behind the move.
	const shown = wallMinutes(new Date(guess), timeZone);
	return guess + (wished - shown) * minute;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function wallMinutes(at: Date, timeZone: string): number {
	let clock = clocks.get(timeZone);
	if (!clock) {
		clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone });
		clocks.set(timeZone, clock);
	}
	const [hour = 0, minutes = 0] = clock.format(at).split(':').map(Number);
	return hour * 60 + minutes;
}
