import { must } from '#core/must';
import type { Language } from '#core/languages';
import type { Reads, Tx } from '#platform/db';
import type { By } from '#platform/trail';
import type { ImportField, ImportLine, ImportOutcome } from './index.ts';

/** How a batch of lines is to be judged. */
export interface ImportRun {
	/** false: a dry run, which writes nothing */
	write: boolean;
	/** the file's language: how its numbers are written */
	language: Language;
	/** what the file is about, where its kind asks for that */
	aboutId: string | null;
	by: By;
	now: Date;
}

/** What a file as a whole is about. */
export interface About {
	title: string;
	subject: { kind: string; id: string };
	/** how the trail calls that such a file was brought in, among what happened to the subject */
	action: string;
}

/** What a module says about the files it takes. */
export interface ImportKind {
	/** `products` */
	name: string;
	/** whoever holds it may import these files */
	permission: string;
	fields: readonly ImportField[];
	/** columns that a house's own settings add */
	ownFields?(reads: Reads): Promise<readonly ImportField[]>;
	/** of one of these lists the file must have at least one column */
	anyOf?: readonly string[];
	/**
	 * For files that are about one thing as a whole, such as the voucher whose codes they bring: what that is called.
	 * Refuses what is not there or takes nothing.
	 */
	about?(reads: Reads, id: string): Promise<About>;
	/** what a line is about, to tell duplicates; null: it cannot be told. Does not ask the database */
	keyOf(line: ImportLine): string | null;
	/**
	 * Judges lines and, unless it is a dry run, carries them out, set-based, in the caller's transaction.
	 * @returns one outcome for each line, in their order, and the names of what came into being beside them
	 */
	take(tx: Tx, lines: readonly ImportLine[], run: ImportRun): Promise<{ outcomes: ImportOutcome[]; made?: string[] }>;
}

const kinds = new Map<string, ImportKind>();

/** Modules bring their kinds; whoever puts the modules together registers them. */
export function registerImports(...all: readonly ImportKind[]): void {
	for (const kind of all) kinds.set(kind.name, kind);
}

export const findKind = (name: string): ImportKind | undefined => kinds.get(name);

export const allKinds = (): ImportKind[] => [...kinds.values()];

export function kindOf(name: string): ImportKind {
	const kind = kinds.get(name);
	must(kind, `there is no import of ${name}`);
	return kind;
}

/** Every column that files of a kind may have here. */
export const fieldsOf = async (reads: Reads, { fields, ownFields }: ImportKind): Promise<readonly ImportField[]> =>
	ownFields ? [...fields, ...(await ownFields(reads))] : fields;
