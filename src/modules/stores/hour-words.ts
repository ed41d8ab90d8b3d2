import { latinDigits } from '#ui/money-input.ts';
import type { Span } from './hours.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** A minute of a day as a clock shows it: 510 is 08:30. What is on the next day is shown as its time. */
export const clockOut = (minutes: number): string => `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;

/** A clock's time as a minute of the day, in any digits; null: it is none. */
export function clockIn(text: string): number | null {
	const found = /^(\d{1,2})(?:[:.٫h](\d{2}))?$/.exec(latinDigits(text).trim());
	if (!found) return null;
	const [hour, minute] = [Number(found[1]), Number(found[2] ?? 0)];
	return hour > 24 || minute > 59 || (hour === 24 && minute > 0) ? null : hour * 60 + minute;
}

/** A span whose end is not behind its beginning ends on the next day. */
export function spanOf(from: number, to: number): Span {
	return [from, to <= from ? to + 1440 : to];
}

/** `08:00-12:00 13:00-18:30`; nothing: closed. */
export const spansOut = (spans: readonly Span[]): string =>
	spans.length === 0
		? '-'
		: spans.map(([from, to]) => `${clockOut(from)}-${to === 1440 ? '24:00' : clockOut(to)}`).join(' ');

/** The same read; null: nothing was said; false: it cannot be read. */
export function spansIn(text: string): Span[] | null | false {
	const bare = text.trim();
	if (bare === '') return null;
	if (/^[-–—]$/.test(bare)) return [];
	const spans: Span[] = [];
	for (const part of bare.replace(/\s*[-–—]\s*/g, '-').split(/[\s,;،؛]+/)) {
		const [from, to, more] = part.split('-').map(clockIn);
		if (from == null || to == null || more !== undefined) return false;
		spans.push(spanOf(from, to));
	}
	return spans;
}
