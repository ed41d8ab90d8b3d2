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

function wallParts(at: Date, timeZone: string): Record<string, number> {
	const parts: Record<string, number> = {};
	for (const { type, value } of wallClock(timeZone).formatToParts(at)) parts[type] = Number(value);
	return parts;
}

/** The ISO date of an instant in a time zone. */
export function localDay(at: Date, timeZone: string): string {
	const p = wallParts(at, timeZone);
	return `${String(p.year).padStart(4, '0')}-${String(p.month).padStart(2, '0')}-${String(p.day).padStart(2, '0')}`;
}

/** Milliseconds by which the zone's clock is ahead of UTC at an instant. */
function offset(at: Date, timeZone: string): number {
	const p = wallParts(at, timeZone) as {
		year: number;
		month: number;
		day: number;
		hour: number;
		minute: number;
		second: number;
	};
	return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(at.getTime() / second) * second;
}

/** The first instant of an ISO date in a time zone (after a gap: the first instant that exists). */
export function startOfDay(isoDay: string, timeZone: string): Date {
	const midnight = Date.parse(`${isoDay}T00:00:00Z`);
	// Twice, since the offset at the guess may differ from the offset at the answer (a clock change that night).
	let guess = new Date(midnight - offset(new Date(midnight), timeZone));
	guess = new Date(midnight - offset(guess, timeZone));
	return guess;
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

export function isTimeZone(text: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone: text });
		return true;
	} catch {
		return false;
	}
}
