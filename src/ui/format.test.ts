import { describe, expect, test } from 'vitest';
import {
	compactMoney,
	countdown,
	dateTime,
	day,
	isoDay,
	list,
	minorDigits,
	money,
	moneyParts,
	number,
	percent,
	points,
	quantity,
	relative,
	time
} from './format.ts';

// Intl separates with no-break blanks and direction marks of its own; the tests look at what a reader sees.
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ').replace(/[\u200e\u200f\u061c]/g, '');

describe('money', () => {
	test('stands as each language writes it', () => {
		expect(plain(money(123456, 'EUR', 'en'))).toBe('€1,234.56');
		expect(plain(money(123456, 'EUR', 'ru'))).toBe('1 234,56 €');
		expect(plain(money(123456, 'EUR', 'zh'))).toBe('€1,234.56');
		expect(plain(money(123456, 'EUR', 'fa'))).toContain('۱٬۲۳۴٫۵۶');
	});
	test('knows currencies without and with three minor digits', () => {
		expect([minorDigits('EUR'), minorDigits('JPY'), minorDigits('KWD')]).toEqual([2, 0, 3]);
		expect(plain(money(1250, 'JPY', 'en'))).toBe('¥1,250');
		expect(plain(money(1250, 'KWD', 'en'))).toContain('1.250');
	});
	test('is exact where floating point is not', () => {
		expect(plain(money(Number.MAX_SAFE_INTEGER, 'EUR', 'en'))).toBe('€90,071,992,547,409.91');
		expect(plain(money(1, 'EUR', 'en'))).toBe('€0.01');
	});
	test('has a true minus, and a plus only when asked', () => {
		expect(plain(money(-500, 'EUR', 'en'))).toBe('−€5.00');
		expect(plain(money(500, 'EUR', 'en', { sign: 'always' }))).toBe('+€5.00');
		expect(plain(money(0, 'EUR', 'en', { sign: 'always' }))).toBe('€0.00');
		expect(plain(money(-500, 'EUR', 'en', { sign: 'never' }))).toBe('€5.00');
	});
	test('leaves whole amounts bare where that was asked, and cents never', () => {
		expect(plain(money(2000, 'EUR', 'en', { short: true }))).toBe('€20');
		expect(plain(money(2050, 'EUR', 'en', { short: true }))).toBe('€20.50');
	});
	test.each(['en', 'ru', 'zh', 'fa'] as const)('falls into parts that read as the whole in %s', (language) => {
		const parts = moneyParts(-123456, 'EUR', language);
		expect(parts.map(({ text }) => text).join('')).toBe(money(-123456, 'EUR', language));
		expect(parts.find(({ kind }) => kind === 'minor')?.text).toHaveLength(3);
	});
	test('fits an axis', () => {
		expect(plain(compactMoney(1_234_500, 'EUR', 'en'))).toBe('€12.3k');
	});
});

test('counts, points, shares and quantities are grouped and signed', () => {
	expect(plain(number(1234567, 'ru'))).toBe('1 234 567');
	expect(points(-1200, 'en')).toBe('−1,200');
	expect(points(120, 'fa', 'always')).toContain('۱۲۰');
	expect(percent(0.1234, 'en')).toBe('12.3%');
	expect(percent(-0.05, 'en')).toBe('−5%');
	expect(quantity(1000, 'en')).toBe('1');
	expect(plain(quantity(1250, 'en', 'kilogram'))).toBe('1.25 kg');
	expect(plain(quantity(250, 'ru', 'kilogram'))).toBe('0,25 кг');
});

test('days belong to the zone that was named, and Persian days to the Solar Hijri calendar', () => {
	const newYear = new Date('2026-12-31T23:30:00Z');
	expect(day(newYear, 'en', 'UTC')).toBe('31 Dec 2026');
	expect(day(newYear, 'en', 'Europe/Berlin')).toBe('1 Jan 2027');
	expect(day(new Date('2026-03-21T12:00:00Z'), 'fa', 'Asia/Tehran')).toBe('۱ فروردین ۱۴۰۵');
	expect(isoDay('2026-03-31', 'en')).toBe('31 Mar 2026');
	expect(plain(isoDay('2026-03-31', 'ru', 'long'))).toContain('31 марта 2026');
	expect(isoDay('2026-11-22', 'fa', 'long')).toBe('یکشنبه ۱ آذر ۱۴۰۵');
});

test('the clock has 24 hours and the zone that was named', () => {
	const at = new Date('2026-07-01T22:05:00Z');
	expect(time(at, 'en', 'Europe/Berlin')).toBe('00:05');
	expect(dateTime(at, 'en', 'Europe/Berlin')).toBe('2 Jul 2026, 00:05');
	expect(time(at, 'fa', 'UTC')).toBe('۲۲:۰۵');
});

test('a month stands before its year, in Persian too', () => {
	const at = new Date('2026-11-20T12:00:00Z');
	expect(day(at, 'en', 'UTC', 'month')).toBe('November 2026');
	expect(day(at, 'fa', 'UTC', 'month')).toBe('آبان ۱۴۰۵');
});

describe('how far away an instant is', () => {
	const now = new Date('2026-11-21T19:00:00Z');
	const from = (iso: string) => relative(new Date(iso), now, 'en', 'Europe/Berlin');
	test('counts calendar days of the zone, not hours', () => {
		expect(from('2026-11-22T00:00:00Z')).toBe('tomorrow');
		expect(from('2026-11-21T23:30:00Z')).toBe('tomorrow');
		expect(from('2026-11-20T23:30:00Z')).toBe('19 hours ago');
		expect(from('2026-11-24T08:00:00Z')).toBe('in 3 days');
	});
	test('uses ever larger words', () => {
		expect(from('2026-11-21T18:59:30Z')).toBe('30 seconds ago');
		expect(from('2026-11-21T18:20:00Z')).toBe('40 minutes ago');
		expect(from('2026-12-12T08:00:00Z')).toBe('in 3 weeks');
		expect(from('2027-03-21T08:00:00Z')).toBe('in 3 months');
		expect(from('2024-06-21T08:00:00Z')).toBe('2 years ago');
	});
	test('in the reader’s own words', () => {
		expect(relative(new Date('2026-11-24T08:00:00Z'), now, 'ru', 'UTC')).toBe('через 3 дня');
		expect(relative(new Date('2026-11-24T08:00:00Z'), now, 'fa', 'UTC')).toContain('۳ روز');
	});
});

test('things in a row, and the seconds that are left', () => {
	expect(list(['bread', 'milk', 'tea'], 'en')).toBe('bread, milk and tea');
	expect(list(['чай', 'хлеб'], 'ru', 'or')).toBe('чай или хлеб');
	expect(countdown(95, 'en')).toBe('1:35');
	expect(countdown(-3, 'en')).toBe('0:00');
	expect(countdown(9, 'fa')).toBe('۰:۰۹');
});
