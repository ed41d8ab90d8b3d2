/**
 * Instants are `Date`s; days are ISO dates (`2026-03-31`) in a stated time zone. Every function of time takes its
 * instant as an argument: nothing here reads the clock.
 */

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

export const later = (at: Date, milliseconds: number): Date => new Date(at.getTime() + milliseconds);

const formats = new Map<string, Intl.DateTimeFormat>();
function wallClock(timeZone: string): Intl.DateTimeFormat {
	let format = formats.get(timeZone);
	if (!format) {
		format = new Intl.DateTimeFormat('en-CA-u-ca-gregory-nu-latn', {
			timeZone,
			hourCycle: 'h23',
			year: 'numeric',
			month: '2-digit',
			day: '2-digit',
			hour: '2-digit',
			minute: '2-digit',
			second: '2-digit'
		});
		formats.set(timeZone, format);
	}
	return format;
}

/** Offsets by zone and quarter of an hour: clocks change on quarters, and asking Intl costs twenty microseconds. */
const offsets = new Map<string, number>();
const mostOffsets = 20_000;

/** Milliseconds by which the zone's clock is ahead of UTC at an instant. */
function offset(at: Date, timeZone: string): number {
	const quarter = Math.floor(at.getTime() / (15 * minute));
	const name = `${timeZone} ${quarter}`;
	let found = offsets.get(name);
	if (found === undefined) {
		if (offsets.size >= mostOffsets) offsets.clear();
		offsets.set(name, (found = askOffset(quarter * 15 * minute, timeZone)));
	}
	return found;
}

function askOffset(at: number, timeZone: string): number {
	const parts: Record<string, number> = {};
	for (const { type, value } of wallClock(timeZone).formatToParts(at)) parts[type] = Number(value);
	const p = parts as { year: number; month: number; day: number; hour: number; minute: number; second: number };
	return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - at;
}

/** The ISO date of an instant in a time zone. */
export const localDay = (at: Date, timeZone: string): string =>
	later(at, offset(at, timeZone)).toISOString().slice(0, 10);

/** The hour of an instant by the zone's clock, 0 to 23. */
export const localHour = (at: Date, timeZone: string): number => later(at, offset(at, timeZone)).getUTCHours();

/** The first instant of an ISO date in a time zone; where midnight is skipped that night, the first instant after it. */
export function startOfDay(isoDay: string, timeZone: string): Date {
	const midnight = Date.parse(`${isoDay}T00:00:00Z`);
	// The clock may change that night: both offsets around it are tried, the earlier instant that is in the day wins.
	const starts = [later(new Date(midnight), -day), later(new Date(midnight), day)]
		.map((near) => new Date(midnight - offset(near, timeZone)))
		.sort((a, b) => a.getTime() - b.getTime());
	return starts.find((start) => localDay(start, timeZone) === isoDay) ?? (starts[1] as Date);
}

/** An ISO date moved by whole days. */
export function addDays(isoDay: string, days: number): string {
	return new Date(Date.parse(`${isoDay}T00:00:00Z`) + days * day).toISOString().slice(0, 10);
}

/**
 * The instant at which something granted now for `days` days ends: the end of the last day in the shop's time zone,
 * written as the first instant of the following day.
 */
export function endAfterDays(now: Date, days: number, timeZone: string): Date {
	return startOfDay(addDays(localDay(now, timeZone), days + 1), timeZone);
}

/** An ISO date moved by whole months; the 31st becomes the last day of a shorter month. */
export function addMonths(isoDay: string, months: number): string {
	const [year, month, dayOfMonth] = isoDay.split('-').map(Number) as [number, number, number];
	const last = new Date(Date.UTC(year, month + months, 0));
	last.setUTCDate(Math.min(dayOfMonth, last.getUTCDate()));
	return last.toISOString().slice(0, 10);
}

/** The instant at which something that lives `months` months from now ends: as `endAfterDays`. */
export function endAfterMonths(now: Date, months: number, timeZone: string): Date {
	return startOfDay(addDays(addMonths(localDay(now, timeZone), months), 1), timeZone);
}

/** To what an end is moved on, so that many end together: the end of its own day, month, quarter or year, or of one day of each year. */
export const roundings = ['day', 'month', 'quarter', 'year', 'date'] as const;
export type EndRounding = (typeof roundings)[number];

const monthsOf = { month: 1, quarter: 3, year: 12 } as const;

/**
 * The last day of the period that a day is in; for `date` the day itself or the next one that is this day of a year.
 * @param monthDay `MM-DD`; 02-29 is the last of February in other years
 */
export function lastDayOf(isoDay: string, rounding: EndRounding, monthDay: string | null): string {
	if (rounding === 'day') return isoDay;
	const [year, month] = isoDay.split('-').map(Number) as [number, number];
	if (rounding === 'date') {
		const ends = [year, year + 1].map((each) => dayOfYear(each, monthDay ?? '12-31'));
		return ends.find((end) => end >= isoDay) as string;
	}
	const months = monthsOf[rounding];
	// The day before the first of the next period.
	return addDays(new Date(Date.UTC(year, Math.ceil(month / months) * months, 1)).toISOString().slice(0, 10), -1);
}

function dayOfYear(year: number, monthDay: string): string {
	const [month, dayOfMonth] = monthDay.split('-').map(Number) as [number, number];
	const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
	const pad = (value: number, size: number) => String(value).padStart(size, '0');
	return `${pad(year, 4)}-${pad(month, 2)}-${pad(Math.min(dayOfMonth, last), 2)}`;
}

export function isTimeZone(text: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone: text });
		return true;
	} catch {
		return false;
	}
}
