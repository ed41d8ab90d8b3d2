import { foldWords } from '#core/words';

/**
 * Search by words, anywhere in a name, on any Postgres: each word is kept with all its endings, so that the beginning of
 * an ending is the middle of a word, and an index finds it. (pg_trgm would do the same, but is an extension that nobody
 * has promised us.)
 */
const mostWords = 16;
const longestWord = 32;

/** What is kept of a product: its words and their endings, as the text of a tsvector. */
export function searchWords(...texts: readonly (string | null | undefined)[]): string {
	const kept = new Set<string>();
	for (const word of foldWords(texts.filter(Boolean).join(' ')).slice(0, mostWords)) {
		const signs = [...word].slice(0, longestWord);
		// One letter alone is no ending that anybody looks for; one Chinese sign is.
		const shortest = /\p{Script=Han}/u.test(word) ? 1 : 2;
		for (let from = 0; from === 0 || signs.length - from >= shortest; from++) kept.add(signs.slice(from).join(''));
	}
	return [...kept].map((word) => `'${word}'`).join(' ');
}

/** What somebody types, as the text of a tsquery; null: nothing to look for. */
export function searchQuery(text: string): string | null {
	const words = foldWords(text).slice(0, 6);
	if (words.length === 0) return null;
	return words.map((word) => `'${[...word].slice(0, longestWord).join('')}':*`).join(' & ');
}
