/** Reading amounts that people type: any digits, either decimal mark, grouping marks where they make sense. */
import { intlTag, type Language } from '#core/languages';
import { minorDigits } from './format.ts';

export type MoneyReading =
	/** a whole number of minor units; null when nothing was typed */
	| { ok: true; cents: number | null }
	/** `form`: not an amount; `digits`: more digits behind the mark than the currency has; `size`: too large to be exact */
	| { ok: false; why: 'form' | 'digits' | 'size' };

const digitBlocks = [0x0660, 0x06f0, 0xff10] as const;

/** Arabic, Persian and full-width digits as Latin ones. */
export function latinDigits(text: string): string {
	return text.replace(/[\u0660-\u0669\u06F0-\u06F9\uFF10-\uFF19]/g, (digit) => {
		const point = digit.codePointAt(0) as number;
		const base = digitBlocks.find((start) => point >= start && point <= start + 9) as number;
		return String(point - base);
	});
}

const marks = /[.,\u066B\u066C\u060C\uFF0C\uFF0E\u3002'’\u00B7/]/g;

/**
 * Which mark, if any, divides major and minor units. One kind of mark that stands once is the decimal mark if what
 * follows cannot be a group of three, or if the language's own decimal mark it is; of two kinds the last one is.
 */
function decimalAt(text: string, language: Language, digits: number): number {
	const found = [...text.matchAll(marks)].map((match) => ({ mark: match[0], index: match.index }));
	const last = found.at(-1);
	if (!last || digits === 0) return -1;
	if (last.mark === '\u066B') return last.index;
	if (last.mark === '\u066C' || last.mark === '\u060C' || last.mark === "'" || last.mark === '’') return -1;
	const kinds = new Set(found.map(({ mark }) => mark));
	if (kinds.size > 1) return found.filter(({ mark }) => mark === last.mark).length === 1 ? last.index : -1;
	if (found.length > 1) return -1;
	const behind = text.length - last.index - 1;
	if (behind !== 3) return last.index;
	return last.mark === decimalMark(language) ? last.index : -1;
}

const decimalMarks = new Map<Language, string>();
function decimalMark(language: Language): string {
	let mark = decimalMarks.get(language);
	if (mark === undefined) {
		const parts = new Intl.NumberFormat(intlTag[language]).formatToParts(1.5);
		mark = parts.find(({ type }) => type === 'decimal')?.value ?? '.';
		decimalMarks.set(language, mark);
	}
	return mark;
}

/**
 * What an amount typed by a person is in minor units. Accepts Latin, Arabic, Persian and full-width digits, `.` `,` `٫` as
 * decimal mark, grouping marks and blanks in front of it, and the currency's sign anywhere. Never guesses: `1.2.3` and
 * `12abc` are refused.
 */
export function readMoney(text: string, currency: string, language: Language): MoneyReading {
	const digits = minorDigits(currency);
	let bare = latinDigits(text.normalize('NFC'))
		.replace(/[\p{Cf}\s\u00A0\u202F_]/gu, '')
		.replace(/\p{Sc}/gu, '')
		.replace(/^[A-Za-zА-я.]{2,4}(?=\d)|(?<=\d)[A-Za-zА-я.]{1,4}$|(?:ریال|تومان|元|¥)$/u, '')
		.replace(/\u2212/g, '-');
	if (bare === '') return { ok: true, cents: null };
	const negative = bare.startsWith('-');
	if (negative) bare = bare.slice(1);
	const at = decimalAt(bare, language, digits);
	const major = at < 0 ? bare : bare.slice(0, at);
	const minor = at < 0 ? '' : bare.slice(at + 1);
	const groups = major.split(marks);
	const grouped = groups.length > 1;
	const wellGrouped = groups.every((group, index) => (index === 0 ? /^\d{1,3}$/ : /^\d{3}$/).test(group));
	if (grouped ? !wellGrouped : !/^\d*$/.test(major)) return { ok: false, why: 'form' };
	if (!/^\d*$/.test(minor) || (major === '' && minor === '')) return { ok: false, why: 'form' };
	if (minor.length > digits) return { ok: false, why: 'digits' };
	const cents = Number((groups.join('') || '0') + minor.padEnd(digits, '0'));
	if (!Number.isSafeInteger(cents)) return { ok: false, why: 'size' };
	return { ok: true, cents: negative && cents !== 0 ? -cents : cents };
}

/** An amount as the field shows it when nobody is typing: the language's digits and marks, no currency sign. */
export function writeMoney(cents: number | null, currency: string, language: Language): string {
	if (cents === null) return '';
	const digits = minorDigits(currency);
	const size = String(Math.abs(cents)).padStart(digits + 1, '0');
	const text = digits === 0 ? size : `${size.slice(0, -digits)}.${size.slice(-digits)}`;
	return new Intl.NumberFormat(intlTag[language], {
		minimumFractionDigits: digits,
		maximumFractionDigits: digits
	}).format(`${cents < 0 ? '-' : ''}${text}` as Intl.StringNumericLiteral);
}
