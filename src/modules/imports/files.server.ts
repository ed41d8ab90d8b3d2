import { and, asc, eq, sql } from 'drizzle-orm';
import type { Language } from '#core/languages';
import { newId } from '#core/ids';
import { must } from '#core/must';
import { guessForm, type CsvForm } from '#platform/csv/form';
import { CsvFault, csvRecords } from '#platform/csv/read';
import type { Reads, Tx } from '#platform/db';
import type { By } from '#platform/trail';
import { largestFile, matchColumns, pieceBytes, type FoundColumn } from './index.ts';
import { fieldsOf, type ImportKind } from './kind.server.ts';
import { importRefusals } from './refusals.ts';
import { stateOf } from './state.ts';
import { importPieces, imports } from './tables.server.ts';

const { refuse } = importRefusals;

export type ImportRow = typeof imports.$inferSelect;

/** @throws `import.unknown` */
export async function importOf(reads: Reads, id: string): Promise<ImportRow> {
	const [row] = await reads.select().from(imports).where(eq(imports.id, id));
	if (!row) throw refuse('import.unknown');
	return row;
}

/** The same, held until the transaction ends. */
export async function lockImport(tx: Tx, id: string): Promise<ImportRow> {
	const [row] = await tx.select().from(imports).where(eq(imports.id, id)).for('update');
	if (!row) throw refuse('import.unknown');
	return row;
}

export interface NewImport {
	kind: string;
	aboutId?: string | null;
	fileName: string;
	bytes: number;
	language: Language;
}

/**
 * Announces a file, whose pieces follow.
 * @throws `import.too_large` with `megabytes`, `import.empty`
 */
export async function beginImport(
	tx: Tx,
	{ kind, aboutId = null, fileName, bytes, language }: NewImport,
	{ actor }: By,
	now: Date
): Promise<{ id: string; pieceBytes: number }> {
	if (bytes > largestFile) throw refuse('import.too_large', { megabytes: largestFile / 1_000_000 });
	if (bytes === 0) throw refuse('import.empty');
	const id = newId('import', now);
	await tx.insert(imports).values({
		id,
		kind,
		aboutId,
		fileName,
		bytes,
		language,
		actor,
		staffId: actor.kind === 'staff' ? actor.staffId : null,
		counts: { new: 0, changed: 0, unchanged: 0, refused: 0 },
		made: [],
		createdAt: now
	});
	return { id, pieceBytes };
}

/**
 * Keeps one piece of a file; the same one again changes nothing. With the last one the file is whole.
 * @throws `import.piece_wrong`, `import.not_now`
 */
export async function takePiece(
	tx: Tx,
	{ id, number, bytes }: { id: string; number: number; bytes: Uint8Array },
	now: Date
): Promise<{ whole: boolean }> {
	const row = await lockImport(tx, id);
	if (row.uploadedAt !== null && row.cancelledAt === null) return { whole: true };
	if (stateOf(row) !== 'uploading') throw refuse('import.not_now');
	const pieces = Math.ceil(row.bytes / pieceBytes);
	const expected = number === pieces - 1 ? row.bytes - number * pieceBytes : pieceBytes;
	if (!(Number.isInteger(number) && number >= 0 && number < pieces) || bytes.length !== expected)
		throw refuse('import.piece_wrong');
	await tx.insert(importPieces).values({ importId: id, number, bytes }).onConflictDoNothing();
	const [there] = await tx
		.select({ count: sql<number>`count(*)::int` })
		.from(importPieces)
		.where(eq(importPieces.importId, id));
	const whole = there?.count === pieces;
	if (whole) await tx.update(imports).set({ uploadedAt: now }).where(eq(imports.id, id));
	return { whole };
}

/** The file's bytes, a piece at a time. */
export async function* piecesOf(reads: Reads, id: string, told?: (bytes: number) => void): AsyncGenerator<Uint8Array> {
	for (let number = 0, read = 0; ; number++) {
		const [piece] = await reads
			.select({ bytes: importPieces.bytes })
			.from(importPieces)
			.where(and(eq(importPieces.importId, id), eq(importPieces.number, number)))
			.orderBy(asc(importPieces.number));
		if (!piece) return;
		told?.((read += piece.bytes.length));
		yield piece.bytes;
	}
}

/** What a file looks like at its beginning. */
export interface Look {
	form: CsvForm;
	columns: FoundColumn[];
	/** signs that this encoding does not know stand in the first lines: probably another one is right */
	doubtful: boolean;
}

const samples = 3;

/**
 * Reads the first lines, in the given form or in the one that is guessed.
 * @throws `import.not_whole`, `import.workbook`, `import.binary`, `import.empty`, `import.encoding`, `import.quote_open`
 */
export async function lookAt(reads: Reads, kind: ImportKind, row: ImportRow, chosen: CsvForm | null): Promise<Look> {
	if (row.uploadedAt === null || row.clearedAt !== null) throw refuse('import.not_whole');
	const [first] = await reads
		.select({ bytes: importPieces.bytes })
		.from(importPieces)
		.where(and(eq(importPieces.importId, row.id), eq(importPieces.number, 0)));
	must(first, 'a whole file has a first piece');
	const guess = guessForm(first.bytes);
	if (guess === 'workbook' || guess === 'binary') throw refuse(`import.${guess}`);
	const form = chosen ?? row.form ?? guess;
	const rows: string[][] = [];
	try {
		for await (const { cells } of csvRecords(piecesOf(reads, row.id), form)) {
			rows.push(cells);
			if (rows.length > samples) break;
		}
	} catch (error) {
		if (!(error instanceof CsvFault)) throw error;
		// What is wrong further down the dry run will say, with everything else.
		if (rows.length < 2) throw refuse(`import.${error.code}`, { line: error.line });
	}
	const [header, ...body] = rows;
	if (!header || body.length === 0) throw refuse('import.empty');
	const kept = row.matching?.length === header.length ? row.matching : null;
	const matched = kept ?? matchColumns(header, await fieldsOf(reads, kind));
	return {
		form,
		columns: header.map((name, place) => ({
			name,
			samples: body.map((cells) => cells[place] ?? ''),
			field: matched[place] ?? null
		})),
		doubtful: rows.flat().some((cell) => /[\u0080-\u009f\ufffd]/.test(cell)) || form.encoding !== guess.encoding
	};
}
