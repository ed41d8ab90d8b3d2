import { latinDigits } from '#ui/money-input.ts';
import type { Attribute, AttributeValue } from './attribute-values.ts';
import { isBirthday } from './person.ts';

/** What stands in the cells of a file of members, read and written so that the one finds what the other wrote. */

const tidy = (cell: string): string =>
	latinDigits(cell)
		.replace(/[\u200e\u200f\u2066-\u2069]/g, '')
		.trim();

/** `2026-03-31`; null: it is no day */
export function dayIn(cell: string): string | null {
	const [, year = '', month = '', day = ''] = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(tidy(cell)) ?? [];
	if (year === '') return null;
	const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
	const at = new Date(`${text}T00:00:00Z`);
	return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : null;
}

/** `1990-03-31`, or `03-31` where the year is not told; null: neither */
export function birthdayIn(cell: string): { birthday: string; birthYear: number | null } | null {
	const whole = dayIn(cell);
	if (whole) return { birthday: whole.slice(5), birthYear: Number(whole.slice(0, 4)) };
	const text = tidy(cell).replace(/^--/, '');
	return isBirthday(text) ? { birthday: text, birthYear: null } : null;
}

export const birthdayOut = (birthday: string | null, year: number | null): string | null =>
	birthday === null ? null : year === null ? birthday : `${String(year).padStart(4, '0')}-${birthday}`;

/** Several in one cell; semicolons, bars and line breaks stand between them, for a name may hold a comma. */
export const listIn = (cell: string): string[] => [
	...new Set(
		cell
			.split(/[;|؛\r\n]+/)
			.map((part) => part.trim())
			.filter((part) => part !== '')
	)
];
export const listOut = (parts: readonly string[]): string | null => parts.join('; ') || null;

/** A decimal number in units of its last digit; undefined: it is none */
function scaledIn(cell: string, digits: number): number | undefined {
	const [, sign = '', whole = '', part = ''] = /^([-−]?)(\d{1,12})(?:[.,٫](\d+))?$/.exec(tidy(cell)) ?? [];
	if (whole === '' || part.length > digits) return undefined;
	return Number(whole + part.padEnd(digits, '0')) * (sign === '' ? 1 : -1);
}

function scaledOut(value: number, digits: number): string {
	const text = String(Math.abs(value)).padStart(digits + 1, '0');
	const [whole, part] = [text.slice(0, text.length - digits), text.slice(text.length - digits).replace(/0+$/, '')];
	return `${value < 0 ? '-' : ''}${whole}${part && `.${part}`}`;
}

const yes = ['yes', 'y', 'true', '1', 'x', 'да', '是', 'بله', 'آری'];
const no = ['no', 'n', 'false', '0', 'нет', '否', 'خیر', 'نه'];

/** An attribute's value as it is told; what cannot be read stays text, and is refused as such. */
export function valueIn({ kind }: Pick<Attribute, 'kind'>, cell: string, moneyDigits: number): AttributeValue {
	const word = tidy(cell).toLowerCase();
	switch (kind) {
		case 'number':
			return scaledIn(cell, 3) ?? cell;
		case 'money':
			return scaledIn(cell, moneyDigits) ?? cell;
		case 'date':
			return dayIn(cell) ?? cell;
		case 'yes_no':
			return yes.includes(word) ? true : no.includes(word) ? false : cell;
		default:
			return cell;
	}
}

export function valueOut({ kind }: Pick<Attribute, 'kind'>, value: AttributeValue, moneyDigits: number): string | null {
	if (value === null) return null;
	if (typeof value === 'number') return scaledOut(value, kind === 'money' ? moneyDigits : 3);
	return typeof value === 'boolean' ? (value ? '1' : '0') : value;
}
