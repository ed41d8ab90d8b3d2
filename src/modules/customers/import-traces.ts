import { normaliseCode } from '#core/codes';
import { foldWords } from '#core/words';
import type { Traces } from '#imports/server';
import { staticCode } from './index.ts';
import { foldEmail } from './words.ts';

interface Known {
	id: string;
	number: string;
	name: string | null;
	email: string | null;
	phone: string | null;
}

/** The end of a number, which is the same whatever is written before it. */
const endOf = (digits: string): string => digits.slice(-8);
const shortest = 7;

/**
 * How lines of a file tell that they are about somebody: surely by an address, a telephone number or a code, in any cell
 * and any writing; maybe by all words of a name, wherever they stand.
 */
export function tracesOf(people: readonly Known[], linked: readonly string[]): Traces {
	const emails = people.flatMap(({ email }) => (email === null ? [] : foldEmail(email)));
	const phones = new Set(people.flatMap(({ phone }) => (phone === null ? [] : endOf(phone.replace(/\D/g, '')))));
	const codes = new Set([
		...linked,
		...people.flatMap(({ id, number }) => [normaliseCode(id), number, staticCode(number)])
	]);
	const names = people.map(({ name }) => foldWords(name ?? '')).filter((words) => words.length > 0);
	const surely = (cells: readonly string[]): boolean =>
		cells.some((cell) => {
			const folded = foldEmail(cell);
			if (emails.some((email) => folded.includes(email))) return true;
			const plain = normaliseCode(cell).replace(/\D/g, '');
			if (plain.length >= shortest && phones.has(endOf(plain))) return true;
			// Codes are written with blanks in them, and lists of codes with blanks between them.
			const parts = [...cell.split(/[,;|/]+/), ...cell.split(/[,;|/\s]+/)];
			return parts.some((part) => codes.has(normaliseCode(part)));
		});
	const maybe = (cells: readonly string[]): boolean => {
		if (surely(cells)) return true;
		const words = new Set(foldWords(cells.join(' ')));
		return names.some((name) => name.every((word) => words.has(word)));
	};
	return { maybe, surely };
}
