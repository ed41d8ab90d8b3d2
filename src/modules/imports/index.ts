import type { Language } from '#core/languages';
import { languages } from '#core/languages';
import type { RefusalData } from '#core/refusal';

/**
 * Imports: files of comma-separated values on their way in, whatever they hold.
 *
 * Owns: uploaded files, how their columns were matched, what became of each refused line, the history.
 * Promises: nothing is written before a dry run was shown and confirmed; a line is carried out once, however often the
 * work is cut off and begun again; a file of any length needs the memory of one batch.
 * Never: knows what a line means. Other modules say that, each for its own kind.
 */
export { importRefusals } from './refusals.ts';

/** bytes of a file; said before the upload begins */
export const largestFile = 200_000_000;
/** bytes the browser sends at a time; below what proxies let through */
export const pieceBytes = 512_000;
/** characters of a cell, where its field does not say otherwise */
export const longestCell = 500;
export const mostRows = 1_000_000;
/** refused lines that are kept to be looked at; beyond that they are counted */
export const mostRefused = 10_000;
/** a file that nobody carries out is thrown away, as are lines that were refused */
export const keptHours = 24;

/** A column that a kind of import knows. */
export interface ImportField {
	key: string;
	/** what the column is called in files, the first of each language also in files that we write */
	names: Record<Language, readonly string[]>;
	/** the file must have it */
	required?: boolean;
	/** characters of a cell */
	longest?: number;
	/** when and how it is to be filled, where its name does not say that */
	about?: Record<Language, string>;
	/** a cell as an example, for the sample of such a file */
	example?: string;
	/** where no column has it, it can be told once for all lines of the file */
	forAll?: 'day' | 'text';
}

/** One line on its way in: cells by the fields' keys. A field that no column was matched with is not there. */
export interface ImportLine {
	line: number;
	cells: Record<string, string>;
}

export type ImportFate = 'new' | 'changed' | 'unchanged';
/** What is wrong with a line, and in which field. */
export interface Fault {
	field: string | null;
	refusal: RefusalData;
}
/** A refused line; `further`: whatever else is wrong with it, in the order of its fields. */
export type ImportOutcome = { fate: ImportFate } | ({ fate: 'refused'; further?: readonly Fault[] } & Fault);

export interface Counts {
	new: number;
	changed: number;
	unchanged: number;
	refused: number;
}

export const importStates = [
	'uploading',
	'matching',
	'checking',
	'checked',
	'writing',
	'done',
	'failed',
	'cancelled'
] as const;
export type ImportState = (typeof importStates)[number];

/** A column of the file, as it was found, and the field it was matched with. */
export interface FoundColumn {
	name: string;
	/** the first cells below it */
	samples: string[];
	field: string | null;
}

/** A header's name as it is compared: case, blanks and punctuation do not matter. */
export const foldName = (name: string): string =>
	name
		.normalize('NFKD')
		.replace(/\p{M}/gu, '')
		.replace(/ي/g, 'ی')
		.replace(/ك/g, 'ک')
		.toLowerCase()
		.replace(/[^\p{L}\p{N}]+/gu, '');

/** Which field each column of a header is: by its names in all languages or its key; a field is taken once. */
export function matchColumns(header: readonly string[], fields: readonly ImportField[]): (string | null)[] {
	const known = new Map<string, string>();
	for (const { key, names } of fields)
		for (const name of [key, ...languages.flatMap((language) => names[language])])
			if (!known.has(foldName(name))) known.set(foldName(name), key);
	const taken = new Set<string>();
	return header.map((name) => {
		const field = known.get(foldName(name));
		if (field === undefined || taken.has(field)) return null;
		taken.add(field);
		return field;
	});
}
