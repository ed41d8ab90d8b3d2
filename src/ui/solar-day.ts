/**
 * Days of the Solar Hijri calendar, by which Persian readers count. Intl alone knows the calendar here: what is typed and
 * picked can never differ from what `format.ts` shows, and there is no library to keep. (`@internationalized/date` was
 * looked at: well kept, but a rule of leap years of its own for what the browser knows anyway.)
 */
import { intlTag, type Language } from '#core/languages';
import { addDays } from '#core/time';
import { latinDigits } from './money-input.ts';

/** Month and day count from one. */
export interface SolarDay {
	year: number;
	month: number;
	day: number;
}

/** Years that can be typed: 1821 to 2220. Beyond, older browsers disagree about leap years. */
export const solarYears = { first: 1200, last: 1599 } as const;

/** Whether readers of a language count their days by the solar year, as `format.ts` shows them. */
export const countsSolar = (language: Language): boolean =>
	new Intl.DateTimeFormat(intlTag[language]).resolvedOptions().calendar === 'persian';

const parts = new Intl.DateTimeFormat('en-u-ca-persian-nu-latn', {
	timeZone: 'UTC',
	year: 'numeric',
	month: 'numeric',
	day: 'numeric'
});

/** The solar day of an ISO date. */
export function solarOf(isoDay: string): SolarDay {
	const found: Record<string, number> = {};
	for (const { type, value } of parts.formatToParts(Date.parse(`${isoDay}T00:00:00Z`))) found[type] = Number(value);
	return { year: found.year as number, month: found.month as number, day: found.day as number };
}

const newYears = new Map<number, string>();

/** The ISO date of 1 Farvardin, which is 20, 21 or 22 March in the years that can be typed. */
function newYear(year: number): string {
	let start = newYears.get(year);
	if (start === undefined) {
		start = `${year + 621}-03-19`;
		while (solarOf(start).year < year) start = addDays(start, 1);
		newYears.set(year, start);
	}
	return start;
}

const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

/** Days of a month: six of 31, five of 30, and Esfand with 29, in leap years 30. */
export function daysOfMonth(year: number, month: number): number {
	if (month <= 6) return 31;
	if (month <= 11) return 30;
	return daysBetween(newYear(year), newYear(year + 1)) - 336;
}

/** The ISO date of a solar day; null where that year has no such day. */
export function isoOf({ year, month, day }: SolarDay): string | null {
	if (year < solarYears.first || year > solarYears.last || month < 1 || month > 12) return null;
	if (day < 1 || day > daysOfMonth(year, month)) return null;
	return addDays(newYear(year), (month <= 6 ? (month - 1) * 31 : 186 + (month - 7) * 30) + day - 1);
}

/** A solar month moved by whole months. */
export function monthsLater({ year, month }: { year: number; month: number }, months: number) {
	const count = year * 12 + month - 1 + months;
	return { year: Math.floor(count / 12), month: (count % 12) + 1 };
}

const monthFormat = new Intl.DateTimeFormat('fa-u-ca-persian', { month: 'long', timeZone: 'UTC' });

/** The names of the months, Farvardin first. */
export const solarMonths: readonly string[] = Array.from({ length: 12 }, (_, index) =>
	monthFormat.format(Date.parse(`${isoOf({ year: 1400, month: index + 1, day: 1 })}T00:00:00Z`))
);

/** A year or a day alone, in Persian digits and never grouped. */
export const solarFigure = (value: number, size = 1): string =>
	String(value)
		.padStart(size, '0')
		.replace(/\d/g, (digit) => String.fromCodePoint(0x06f0 + Number(digit)));

/** As it is typed and read: `2026-11-22` → `۱۴۰۵/۰۹/۰۱`. */
export function writeSolar(isoDay: string): string {
	const { year, month, day } = solarOf(isoDay);
	return `${solarFigure(year)}/${solarFigure(month, 2)}/${solarFigure(day, 2)}`;
}

export type DayReading =
	/** an ISO date; null when nothing was typed */
	| { ok: true; day: string | null }
	/** `form`: no day can be read there; `none`: such a month has no such day */
	| { ok: false; why: 'form' }
	| { ok: false; why: 'none'; month: string; year: number; days: number };

// What Arabic keyboards write otherwise in the names of months.
const plainLetters = (text: string): string => text.replace(/ي/g, 'ی').replace(/ك/g, 'ک').replace(/[أإ]/g, 'ا');
const monthNames = solarMonths.map(plainLetters);

/** The month of a word, 1 to 12; 0 for any other. */
const monthOf = (word: string): number => monthNames.indexOf(word) + 1;

function threeOf(text: string): [number, number, number] | null {
	const bare = plainLetters(latinDigits(text.normalize('NFC')))
		// marks of direction that come along with what is copied
		.replace(/[\u200B-\u200F\u061C\u202A-\u202E\u2066-\u2069]/g, '')
		.trim();
	const whole = /^(\d{4})(\d{2})(\d{2})$/.exec(bare);
	const words = whole ? whole.slice(1) : bare.split(/[\s/.\-–،,٫]+/).filter((word) => word !== '');
	if (words.length !== 3) return null;
	const [first, second, third] = words as [string, string, string];
	const named = monthOf(second);
	const plain = (word: string) => (/^\d{1,4}$/.test(word) ? Number(word) : NaN);
	// The year is what has four digits, whether it was written first or last.
	const [year, day] = third.length === 4 ? [plain(third), plain(first)] : [plain(first), plain(third)];
	const month = named || plain(second);
	return [year, month, day].some((one) => Number.isNaN(one)) ? null : [year, month, day];
}

/** Whether a day of the civil calendar is meant: a year of that size is no solar year that anybody writes. */
function civilDay(year: number, month: number, day: number): DayReading {
	const iso = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
	const real = !Number.isNaN(Date.parse(`${iso}T00:00:00Z`)) && addDays(iso, 0) === iso;
	return real ? { ok: true, day: iso } : { ok: false, why: 'form' };
}

/**
 * What a day typed by a person is. Year, month and day in this order or the other way round, in Persian, Arabic and Latin
 * digits, with `/` `-` `.` or blanks between, the month also by its name; eight digits without any. A year from 1800 on
 * is one of the civil calendar: such days are pasted. Two digits of a year are refused rather than guessed.
 */
export function readSolar(text: string): DayReading {
	if (text.trim() === '') return { ok: true, day: null };
	const three = threeOf(text);
	if (!three) return { ok: false, why: 'form' };
	const [year, month, day] = three;
	if (year >= 1800 && year < 2300) return civilDay(year, month, day);
	if (year < solarYears.first || year > solarYears.last || month < 1 || month > 12 || day < 1 || day > 31)
		return { ok: false, why: 'form' };
	const iso = isoOf({ year, month, day });
	if (iso) return { ok: true, day: iso };
	return { ok: false, why: 'none', month: solarMonths[month - 1] as string, year, days: daysOfMonth(year, month) };
}

/**
 * A day as it grows under the fingers: a phone's number keys have no stroke, so it comes by itself after year and month.
 * @param before what stood there; @param text what stands there after one more digit at its end
 */
export function withStrokes(before: string, text: string): string {
	if (text.length !== before.length + 1 || !text.startsWith(before)) return text;
	const plain = latinDigits(text);
	if (!/^(1[2-5]|19|20)\d{3}$/.test(plain) && !/^\d{4}\/\d{3}$/.test(plain)) return text;
	return `${text.slice(0, -1)}/${text.slice(-1)}`;
}

/** The days of a month as a sheet shows them: weeks from Saturday, with nothing before the first and after the last. */
export function weeksOf(year: number, month: number): (SolarDay | null)[][] {
	const first = isoOf({ year, month, day: 1 }) as string;
	const before = (new Date(`${first}T00:00:00Z`).getUTCDay() + 1) % 7;
	const days = Array.from({ length: daysOfMonth(year, month) }, (_, index) => ({ year, month, day: index + 1 }));
	const cells: (SolarDay | null)[] = [...Array<null>(before).fill(null), ...days];
	while (cells.length % 7 !== 0) cells.push(null);
	return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

const weekday = (style: 'long' | 'narrow') => new Intl.DateTimeFormat('fa', { weekday: style, timeZone: 'UTC' });

/** Saturday to Friday, whole and by their first letter. 2000-01-01 was a Saturday. */
export const solarWeekdays: readonly { name: string; letter: string }[] = Array.from({ length: 7 }, (_, index) => {
	const at = Date.UTC(2000, 0, 1 + index);
	return { name: weekday('long').format(at), letter: weekday('narrow').format(at) };
});
