import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays } from '#core/time';
import { isoDay } from './format.ts';
import {
	countsSolar,
	daysOfMonth,
	isoOf,
	monthsLater,
	readSolar,
	solarMonths,
	solarOf,
	solarWeekdays,
	weeksOf,
	withStrokes,
	writeSolar
} from './solar-day.ts';

const everyDay = Array.from({ length: 73_414 }, (_, index) => addDays('1900-01-01', index));
const days = fc.constantFrom(...everyDay);

// The rule of 33 years, by which the calendar's leap years of these two centuries can be told without Intl.
const isLeap = (year: number): boolean => (25 * year + 11) % 33 < 8;

describe('days of the solar year', () => {
	test('every day of 1900 to 2100 is the one that Intl’s own Persian calendar tells, and comes back', () => {
		expect(everyDay.at(-1)).toBe('2100-12-31');
		const own = new Intl.DateTimeFormat('fa-IR', {
			timeZone: 'UTC',
			year: 'numeric',
			month: '2-digit',
			day: '2-digit'
		});
		const wrong = everyDay.filter(
			(day) => isoOf(solarOf(day)) !== day || writeSolar(day) !== own.format(Date.parse(`${day}T00:00:00Z`))
		);
		expect(wrong).toEqual([]);
	});

	test('they follow each other without a gap by months and years counted by hand', () => {
		let [year, month, day] = [1278, 10, 11];
		const wrong: string[] = [];
		for (const iso of everyDay) {
			if (isoOf({ year, month, day }) !== iso) wrong.push(iso);
			const length = month <= 6 ? 31 : month <= 11 || isLeap(year) ? 30 : 29;
			day += 1;
			if (day > length) [day, month] = [1, month + 1];
			if (month > 12) [month, year] = [1, year + 1];
		}
		expect(wrong).toEqual([]);
		expect([year, month, day]).toEqual([1479, 10, 11]);
	});

	test('Esfand has thirty days in leap years alone', () => {
		for (let year = 1279; year < 1479; year++) {
			expect(daysOfMonth(year, 12)).toBe(isLeap(year) ? 30 : 29);
			expect(isoOf({ year, month: 12, day: 30 }) !== null).toBe(isLeap(year));
		}
		expect(isoOf({ year: 1403, month: 12, day: 30 })).toBe('2025-03-20');
		expect(isoOf({ year: 1404, month: 12, day: 30 })).toBeNull();
	});

	test('the last day of a month is followed by the first of the next', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1279, max: 1478 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
				const last = isoOf({ year, month, day: daysOfMonth(year, month) }) as string;
				expect(isoOf({ year, month, day: daysOfMonth(year, month) + 1 })).toBeNull();
				expect(solarOf(addDays(last, 1))).toEqual({ ...monthsLater({ year, month }, 1), day: 1 });
			})
		);
	});

	test('only Persian readers count so', () => {
		expect((['en', 'ru', 'zh', 'fa'] as const).map(countsSolar)).toEqual([false, false, false, true]);
	});
});

describe('a day as people type it', () => {
	const digits = fc.constantFrom('0123456789', '۰۱۲۳۴۵۶۷۸۹', '٠١٢٣٤٥٦٧٨٩');
	const mark = fc.constantFrom('/', '-', '.', ' ', ' / ', '–');

	test('is read in any digits, with any mark, in either order, with or without leading noughts, and by its month', () => {
		fc.assert(
			fc.property(days, digits, mark, fc.nat(4), (iso, row, between, form) => {
				const { year, month, day } = solarOf(iso);
				const two = (value: number) => String(value).padStart(2, '0');
				const forms = [
					[year, two(month), two(day)].join(between),
					[year, month, day].join(between),
					[day, month, year].join(between),
					`${day} ${solarMonths[month - 1]} ${year}`,
					`${year}${two(month)}${two(day)}`
				];
				const typed = (forms[form] as string).replace(/\d/g, (digit) => row[Number(digit)] as string);
				expect(readSolar(typed)).toEqual({ ok: true, day: iso });
			}),
			{ numRuns: 500 }
		);
	});

	test('is read as it was written, and as the shop’s pages show it', () => {
		fc.assert(
			fc.property(days, (iso) => {
				expect(readSolar(writeSolar(iso))).toEqual({ ok: true, day: iso });
				expect(readSolar(isoDay(iso, 'fa'))).toEqual({ ok: true, day: iso });
			})
		);
	});

	test('a day that the year does not have is told by its month and how long that is', () => {
		expect(readSolar('۱۴۰۴/۱۲/۳۰')).toEqual({ ok: false, why: 'none', month: 'اسفند', year: 1404, days: 29 });
		expect(readSolar('۱۴۰۵/۷/۳۱')).toEqual({ ok: false, why: 'none', month: 'مهر', year: 1405, days: 30 });
	});

	test.each(['۱۴۰۵', '۰۵/۹/۱', '۱۴۰۵/۱۳/۱', '۱۴۰۵/۰/۱', '۱۴۰۵/۱/۳۲', 'فردا', '۱۴۰۵/۹/۱/۲', '2026-02-30', '1700/1/1'])(
		'%s is no day',
		(text) => {
			expect(readSolar(text)).toEqual({ ok: false, why: 'form' });
		}
	);

	test('a day of the civil calendar is understood where it is pasted; nothing is no day', () => {
		expect(readSolar('2026-03-31')).toEqual({ ok: true, day: '2026-03-31' });
		expect(readSolar('31.03.2026')).toEqual({ ok: true, day: '2026-03-31' });
		expect(readSolar(' ')).toEqual({ ok: true, day: null });
	});

	test('a row of digits gets its strokes while it is typed', () => {
		const type = (keys: string) => [...keys].reduce((text, key) => withStrokes(text, text + key), '');
		expect(type('۱۴۰۵۰۹۰۱')).toBe('۱۴۰۵/۰۹/۰۱');
		expect(type('14050901')).toBe('1405/09/01');
		expect(type('۱۴۰۵/۹/۱۲')).toBe('۱۴۰۵/۹/۱۲');
		expect(type('۱/۹/۱۴۰۵')).toBe('۱/۹/۱۴۰۵');
		expect(withStrokes('۱۴۰۵/', '۱۴۰۵')).toBe('۱۴۰۵');
	});
});

test('a sheet of a month has each of its days once, under its own weekday, from Saturday', () => {
	const weekday = new Intl.DateTimeFormat('fa', { weekday: 'long', timeZone: 'UTC' });
	expect(solarWeekdays.map(({ letter }) => letter).join('')).toBe('شیدسچپج');
	fc.assert(
		fc.property(fc.integer({ min: 1279, max: 1478 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
			const weeks = weeksOf(year, month);
			expect(weeks.every((week) => week.length === 7)).toBe(true);
			const cells = weeks.flatMap((week) => week.map((cell, column) => ({ cell, column })));
			const found = cells.flatMap(({ cell, column }) => (cell ? [{ cell, column }] : []));
			expect(found.map(({ cell }) => cell.day)).toEqual(
				Array.from({ length: daysOfMonth(year, month) }, (_, index) => index + 1)
			);
			for (const { cell, column } of found) {
				expect(weekday.format(Date.parse(`${isoOf(cell)}T00:00:00Z`))).toBe(solarWeekdays[column]?.name);
			}
		})
	);
});
