import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { languages, type Language } from '#core/languages';
import { latinDigits, readMoney, writeMoney } from './money-input.ts';

const cents = (text: string, language: Language = 'en', currency = 'EUR') => {
	const reading = readMoney(text, currency, language);
	return reading.ok ? reading.cents : reading.why;
};

describe('what a person types as an amount', () => {
	test.each([
		['12', 1200],
		['12.5', 1250],
		['12.50', 1250],
		['12,50', 1250],
		['.5', 50],
		['5.', 500],
		['1,234.56', 123456],
		['1.234,56', 123456],
		["1'234.56", 123456],
		['1 234,56', 123456],
		['1\u202f234,56 €', 123456],
		['€12', 1200],
		['12 €', 1200],
		['EUR 12', 1200],
		['-3.20', -320],
		['\u22123.20', -320],
		['-0', 0],
		['', null],
		['   ', null]
	])('%j is %j', (text, expected) => expect(cents(text)).toBe(expected));

	test.each([
		['۱۲٫۵۰', 1250],
		['۱۲/۵', 1250],
		['۱٬۲۳۴٫۵۶', 123456],
		['١٢٣٫٤٥', 12345],
		['۱۲.۵', 1250],
		['１２．５', 1250]
	])('%j, in other digits, is %j', (text, expected) => expect(cents(text, 'fa')).toBe(expected));

	test('three digits behind one mark are what the language says they are', () => {
		expect(cents('1,234', 'en')).toBe(123400);
		expect(cents('1.234', 'en')).toBe('digits');
		expect(cents('1,234', 'ru')).toBe('digits');
		expect(cents('1.234', 'ru')).toBe(123400);
		expect(cents('1.234.567', 'ru')).toBe(123456700);
	});

	test.each(['abc', '12abc3', '1.2.3', '1,23,456', '12-', '--1', '.', '-', '1e5', '1,2345,678.00'])(
		'%j is no amount',
		(text) => expect(cents(text)).toBe('form')
	);

	test('more digits than the currency has are refused, never cut', () => {
		expect(cents('1.239')).toBe('digits');
		expect(cents('1.2300')).toBe('digits');
		expect(cents('1.234', 'en', 'KWD')).toBe(1234);
	});
	test('a currency without minor units takes marks for groups only', () => {
		expect(cents('1,250', 'en', 'JPY')).toBe(1250);
		expect(cents('1.250', 'en', 'JPY')).toBe(1250);
		expect(cents('12.5', 'en', 'JPY')).toBe('form');
	});
	test('an amount too large to be exact is refused', () => {
		expect(cents('99999999999999999')).toBe('size');
	});
});

test('what the field shows, it reads back as the same amount, in every language and currency', () => {
	fc.assert(
		fc.property(
			fc.integer({ min: -1_000_000_000_00, max: 1_000_000_000_00 }),
			fc.constantFrom(...languages),
			fc.constantFrom('EUR', 'JPY', 'KWD', 'USD', 'IRR', 'RUB', 'CNY'),
			(amount, language, currency) => {
				const shown = writeMoney(amount, currency, language);
				expect(readMoney(shown, currency, language)).toEqual({ ok: true, cents: amount });
			}
		)
	);
});

test('no text makes the reader fall over, and no reading is half a cent', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...languages), (text, language) => {
			const reading = readMoney(text, 'EUR', language);
			if (reading.ok && reading.cents !== null) expect(Number.isSafeInteger(reading.cents)).toBe(true);
		})
	);
});

test('digits of other scripts become Latin ones', () => {
	expect(latinDigits('۰۱۲۳۴۵۶۷۸۹ ٠١٢٣٤٥٦٧٨٩ ０１９')).toBe('0123456789 0123456789 019');
});
