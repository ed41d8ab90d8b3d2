import { must } from './must.ts';
import { randomByte } from './random.ts';

/**
 * Codes that people scan, read out and type. 32 symbols without look-alikes (no 0 O 1 I), letters and digits only, since
 * a wedge scanner on a foreign keyboard layout moves everything else. The last symbol checks the others: it finds every
 * single wrong symbol and every swap of two (Σ aⁱ·cᵢ over GF(32), x⁵+x²+1).
 */
export const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

const value = new Map([...alphabet].map((symbol, index) => [symbol, index]));

const double = (x: number): number => ((x << 1) & 31) ^ (x & 16 ? 0b00101 : 0);

/** The check symbol of a body of alphabet symbols. */
export function checkSymbol(body: string): string {
	let check = 0;
	for (const symbol of body) {
		const v = value.get(symbol);
		must(v !== undefined, 'a code body has alphabet symbols only');
		check = double(check ^ v);
	}
	return alphabet[check] as string;
}

/** `size` random symbols of 5 bits each. */
export function randomBody(size: number): string {
	let body = '';
	for (let i = 0; i < size; i++) body += alphabet[randomByte() & 31];
	return body;
}

export const withCheck = (body: string): string => body + checkSymbol(body);

/** Whether every symbol is in the alphabet and the last one fits the others. */
export function isChecked(code: string): boolean {
	if (code.length < 2) return false;
	for (const symbol of code) if (!value.has(symbol)) return false;
	return checkSymbol(code.slice(0, -1)) === code.at(-1);
}

/** The kinds our own codes announce with their first symbol, and their length with it and the check symbol. */
export const codeForms = {
	/** M + 10 symbols of member number + 7 rotating symbols + check */
	rotatingMember: { prefix: 'M', length: 19 },
	/** M + 10 symbols of member number + check */
	member: { prefix: 'M', length: 12 },
	/** V + 12 random symbols (60 bits) + check */
	voucher: { prefix: 'V', length: 14 },
	/** G + 16 random symbols (80 bits) + check */
	giftCard: { prefix: 'G', length: 18 },
	/** R + 10 random symbols + check */
	receipt: { prefix: 'R', length: 12 }
} as const;
export type CodeForm = keyof typeof codeForms;

export const newCode = (form: CodeForm): string => {
	const { prefix, length } = codeForms[form];
	return withCheck(prefix + randomBody(length - 2));
};

/** In groups of four, for eyes: `VABC DEFG …`. */
export const grouped = (code: string): string => code.replace(/(.{4})(?=.)/g, '$1 ');

const otherDigits = /[\u0660-\u0669\u06F0-\u06F9\uFF10-\uFF19]/g;

/**
 * What a scanner or a person gave, in the form codes have: upper case, Latin digits (tablets with an Arabic or Persian
 * keyboard turn digits around), without blanks, dashes and invisible marks.
 */
export function normaliseCode(text: string): string {
	return text
		.normalize('NFKC')
		.replace(otherDigits, (digit) => String((digit.codePointAt(0) as number) & 15))
		.replace(/[\s\-‐-―_.·\p{Cf}\p{Cc}]/gu, '')
		.toUpperCase();
}

/** The GTIN check digit (EAN-8, UPC-A, EAN-13, GTIN-14), by the GS1 General Specifications. */
export function isGtin(text: string): boolean {
	if (!/^(\d{8}|\d{12,14})$/.test(text)) return false;
	let total = 0;
	for (let i = 0; i < text.length - 1; i++) total += Number(text[text.length - 2 - i]) * (i % 2 === 0 ? 3 : 1);
	return (10 - (total % 10)) % 10 === Number(text.at(-1));
}

/**
 * Whether a text looks like a payment-card number: 13 to 19 digits of a card scheme's range with a valid Luhn digit
 * (ISO/IEC 7812-1), and not a trade item number. Such a text must never be stored or logged.
 */
export function isPaymentCardNumber(text: string): boolean {
	if (!/^\d{13,19}$/.test(text) || !/^(?:4|5|2[2-7]|3[4-9]|6)/.test(text)) return false;
	if (isGtin(text) && text.length <= 14 && !text.startsWith('34') && !text.startsWith('37')) return false;
	let total = 0;
	for (let i = 0; i < text.length; i++) {
		const digit = Number(text[text.length - 1 - i]);
		total += i % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
	}
	return total % 10 === 0;
}

/**
 * What a normalised code is, by its form alone.
 * `mistyped`: it has the form of one of ours, but the check symbol does not fit.
 * `other`: none of ours: a shared voucher code chosen by a manager, a product's barcode, or nothing we know. A word like
 * VALENTINESDAY has the form of one of ours by chance: the look-up decides, and where it finds nothing, `as` is the better
 * guess at what was meant.
 */
export type CodeReading =
	| { kind: CodeForm; code: string }
	| { kind: 'paymentCard' }
	| { kind: 'mistyped'; as: CodeForm }
	| { kind: 'malformed' }
	| { kind: 'other'; code: string; as: CodeForm | null };

export function readCode(text: string): CodeReading {
	if (text.length > 200) return { kind: 'malformed' };
	const code = normaliseCode(text);
	if (!/^[A-Z0-9]{3,32}$/.test(code)) return { kind: 'malformed' };
	if (isPaymentCardNumber(code)) return { kind: 'paymentCard' };
	for (const form of Object.keys(codeForms) as CodeForm[]) {
		const { prefix, length } = codeForms[form];
		if (code.length !== length || !code.startsWith(prefix)) continue;
		if (isChecked(code)) return { kind: form, code };
		return /\d/.test(code) ? { kind: 'mistyped', as: form } : { kind: 'other', code, as: form };
	}
	return { kind: 'other', code, as: null };
}
