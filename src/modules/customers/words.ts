import { foldWords } from '#core/words';

const mostWords = 16;
const longestWord = 32;

/** One lexeme of a tsvector or tsquery; quotes and backslashes are the only signs that mean something inside. */
const lexeme = (word: string): string => `'${word.replace(/['\\]/g, (sign) => sign + sign)}'`;

const backwards = (text: string): string => [...text].reverse().join('');

/** An e-mail address as it is compared. */
export const foldEmail = (email: string): string => email.trim().normalize('NFKC').toLowerCase();

/**
 * What a member is searched by, as the text of a tsvector: each word of the name, the address behind an @, the telephone
 * number backwards behind a +, since people know its end whatever they write before it. Null: nothing to search by.
 */
export function wordsOf({
	name,
	email,
	phone
}: {
	name: string | null;
	email: string | null;
	phone: string | null;
}): string | null {
	const kept = new Set<string>();
	for (const word of foldWords(name ?? '').slice(0, mostWords)) kept.add([...word].slice(0, longestWord).join(''));
	if (email) kept.add(`@${foldEmail(email)}`);
	if (phone) kept.add(`+${backwards(phone.replace(/\D/g, ''))}`);
	return kept.size === 0 ? null : [...kept].map(lexeme).join(' ');
}

const otherDigits = /[\u0660-\u0669\u06F0-\u06F9\uFF10-\uFF19]/g;

/** The digits of a telephone number in any writing, without what only says that a country or a trunk follows. */
export function phoneDigits(text: string): string | null {
	const latin = text.replace(otherDigits, (digit) => String((digit.codePointAt(0) as number) & 15));
	if (!/^[\s\p{Cf}]*\+?[\d\s\p{Cf}()./·–-]+$/u.test(latin)) return null;
	const digits = latin.replace(/\(0\)/g, '').replace(/\D/g, '').replace(/^0+/, '');
	return digits.length >= 4 && digits.length <= 15 ? digits : null;
}

/**
 * What somebody types, as the text of a tsquery: the beginning of each word, the beginning of an address, or the end of a
 * telephone number. Null: nothing to look for.
 */
export function queryOf(text: string): string | null {
	const trimmed = text.trim().slice(0, 200);
	if (/^\S*@\S*$/.test(trimmed) && trimmed.length > 1) return `${lexeme(`@${foldEmail(trimmed)}`)}:*`;
	const digits = phoneDigits(trimmed);
	if (digits) return `${lexeme(`+${backwards(digits)}`)}:*`;
	const words = foldWords(trimmed).slice(0, 6);
	if (words.length === 0) return null;
	return words.map((word) => `${lexeme([...word].slice(0, longestWord).join(''))}:*`).join(' & ');
}
