import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, endAfterDays, isTimeZone, lastDayOf, later, localDay, roundings, startOfDay } from './time.ts';

/** Among them zones where midnight itself is skipped or comes twice, half-hour changes, and the date line. */
const zones = [
	'UTC',
	'Europe/Berlin',
	'America/Santiago',
	'Asia/Beirut',
	'Africa/Cairo',
	'America/Sao_Paulo',
	'Australia/Lord_Howe',
	'Asia/Tehran',
	'Asia/Kathmandu',
	'Pacific/Apia',
	'Pacific/Chatham',
	'America/St_Johns'
];
const instants = fc.date({
	min: new Date('2012-01-02T00:00:00Z'),
	max: new Date('2034-01-01T00:00:00Z'),
	noInvalidDate: true
});

test('the day of an instant is what the zone’s own calendar says', () => {
	fc.assert(
		fc.property(instants, fc.constantFrom(...zones), (at, timeZone) => {
			const said = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
			expect(localDay(at, timeZone)).toBe(said);
		})
	);
});

test('a day begins where the day before it ends', () => {
	fc.assert(
		fc.property(instants, fc.constantFrom(...zones), (at, timeZone) => {
			const day = localDay(at, timeZone);
			const start = startOfDay(day, timeZone);
			expect(localDay(start, timeZone)).toBe(day);
			expect(localDay(later(start, -1), timeZone)).not.toBe(day);
		}),
		{ numRuns: 300 }
	);
});

describe('nights on which the clock changes', () => {
	test.each([
		['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
		['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
		['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
		// 00:00 to 01:00 does not exist: the day begins at one
		['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
		['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z'],
		// 23:00 to 24:00 comes twice before it
		['2026-04-05', 'America/Santiago', '2026-04-05T04:00:00.000Z']
	])('%s begins in %s at %s', (day, timeZone, start) => {
		expect(startOfDay(day, timeZone).toISOString()).toBe(start);
	});
});

test('days are added over month ends and leap days', () => {
	expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
	expect(addDays('2027-02-28', 1)).toBe('2027-03-01');
	expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
	expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
});

test('what is granted for a year ends with the last day, wherever the clock stands', () => {
	const now = new Date('2026-03-10T22:59:59Z');
	expect(endAfterDays(now, 365, 'Europe/Berlin').toISOString()).toBe('2027-03-10T23:00:00.000Z');
	expect(endAfterDays(later(now, 1000), 365, 'Europe/Berlin').toISOString()).toBe('2027-03-11T23:00:00.000Z');
	expect(endAfterDays(now, 0, 'UTC').toISOString()).toBe('2026-03-11T00:00:00.000Z');
});

describe('an end is moved on', () => {
	test.each([
		['2026-02-10', 'day', null, '2026-02-10'],
		['2026-02-10', 'month', null, '2026-02-28'],
		['2028-02-29', 'month', null, '2028-02-29'],
		['2026-12-31', 'month', null, '2026-12-31'],
		['2026-04-01', 'quarter', null, '2026-06-30'],
		['2026-10-01', 'quarter', null, '2026-12-31'],
		['2026-01-01', 'year', null, '2026-12-31'],
		['2026-01-31', 'date', '01-31', '2026-01-31'],
		['2026-02-01', 'date', '01-31', '2027-01-31'],
		['2026-02-28', 'date', '02-29', '2026-02-28'],
		['2027-03-01', 'date', '02-29', '2028-02-29'],
		['2026-05-01', 'date', '06-31', '2026-06-30']
	] as const)('from %s to the end of its %s (%s): %s', (day, rounding, monthDay, last) => {
		expect(lastDayOf(day, rounding, monthDay)).toBe(last);
	});

	test('never back, by less than a year and a day, and to the same day when done again', () => {
		const days = instants.map((at) => at.toISOString().slice(0, 10));
		const monthDays = instants.map((at) => at.toISOString().slice(5, 10));
		fc.assert(
			fc.property(days, fc.constantFrom(...roundings), monthDays, (day, rounding, monthDay) => {
				const last = lastDayOf(day, rounding, monthDay);
				expect(last >= day && last <= addDays(day, 366)).toBe(true);
				expect(lastDayOf(last, rounding, monthDay)).toBe(last);
			})
		);
	});
});

test('only zones that exist are time zones', () => {
	expect(isTimeZone('Asia/Tehran')).toBe(true);
	expect(isTimeZone('Mars/Olympus')).toBe(false);
	expect(isTimeZone('')).toBe(false);
});
