import type { Language } from '#core/languages';
import { minorDigits } from '#ui/format.ts';
import { latinDigits, readMoney } from '#ui/money-input.ts';

/** A word of a file as it is compared. */
export const foldWord = (text: string): string =>
	text.normalize('NFKC').trim().replace(/\s+/g, ' ').replace(/ي/g, 'ی').replace(/ك/g, 'ک').toLocaleLowerCase();

/** An amount in a file, in minor units; null: nothing stands there; false: it cannot be read. */
export function moneyIn(cell: string, currency: string, language: Language): number | null | false {
	const digits = minorDigits(currency);
	// As we write it ourselves: never taken for grouping, whatever the language.
	const own = new RegExp(digits === 0 ? '^\\d{1,12}$' : `^\\d{1,12}\\.\\d{${digits}}$`);
	const plain = latinDigits(cell);
	if (own.test(plain)) return Number(plain.replace('.', ''));
	const reading = readMoney(cell, currency, language);
	return reading.ok ? reading.cents : false;
}

/** An amount as files have it: Latin digits, a full stop, no grouping. */
export function moneyOut(cents: number | null, currency: string): string | null {
	if (cents === null) return null;
	const digits = minorDigits(currency);
	const text = String(cents).padStart(digits + 1, '0');
	return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

const yes = ['yes', 'y', 'true', '1', 'x', 'да', '是', 'بله', 'آری'];
const no = ['', 'no', 'n', 'false', '0', 'нет', '否', 'خیر', 'نه'];

/** null: neither. */
export function yesOrNo(cell: string): boolean | null {
	const word = foldWord(latinDigits(cell));
	if (yes.includes(word)) return true;
	return no.includes(word) ? false : null;
}
export const yesNames: Record<Language, string> = { en: 'yes', ru: 'да', zh: '是', fa: 'بله' };
