import { and, eq, inArray, isNull } from 'drizzle-orm';
import { day, hour, later } from '#core/time';
import { guessForm } from '#platform/csv/form';
import { CsvFault, csvRecords } from '#platform/csv/read';
import { sqlOf, type Tx } from '#platform/db';
import { byHouse, keepTrail, type By } from '#platform/trail';
import { lockImport, piecesOf, type ImportRow } from './files.server.ts';
import { importRefusals } from './refusals.ts';
import { stateOf } from './state.ts';
import { importKeys, importPieces, importRefused, imports } from './tables.server.ts';

/**
 * Lines of a file may be about people. Those that were refused are kept for whoever corrects them: a day from the end of
 * the import, an hour once somebody took them along as a file, and not a moment longer than anybody wants.
 */
const linesLast = day;
const takenLast = hour;

type Instants = Pick<
	ImportRow,
	'doneAt' | 'cancelledAt' | 'failedAt' | 'linesTakenAt' | 'linesClearedAt' | 'createdAt'
>;

/** Until when refused lines are there; null: they are not any more. What has not ended is thrown away as a whole. */
export function linesKeptUntil(row: Instants): Date | null {
	if (row.linesClearedAt) return null;
	const ended = row.doneAt ?? row.cancelledAt ?? row.failedAt;
	if (!ended) return later(row.createdAt, linesLast);
	const [usual, taken] = [later(ended, linesLast), row.linesTakenAt && later(row.linesTakenAt, takenLast)];
	return taken && taken < usual ? taken : usual;
}

/** The refused lines, and the header, which in a file without one is somebody's line. */
async function clearLines(tx: Tx, ids: string[], now: Date): Promise<void> {
	if (ids.length === 0) return;
	await tx.delete(importRefused).where(inArray(importRefused.importId, ids));
	await tx.update(imports).set({ linesClearedAt: now, header: null }).where(inArray(imports.id, ids));
}

/** The file itself and what it named. One that was not carried out ends with it. */
export async function clearFiles(tx: Tx, ids: string[], now: Date): Promise<void> {
	if (ids.length === 0) return;
	await tx.delete(importPieces).where(inArray(importPieces.importId, ids));
	await tx.delete(importKeys).where(inArray(importKeys.importId, ids));
	await tx.update(imports).set({ clearedAt: now }).where(inArray(imports.id, ids));
	const over = await tx
		.update(imports)
		.set({ cancelledAt: now })
		.where(and(inArray(imports.id, ids), isNull(imports.doneAt), isNull(imports.cancelledAt)))
		.returning({ id: imports.id });
	await clearLines(
		tx,
		over.map(({ id }) => id),
		now
	);
}

/** Throws away refused lines whose time is over. */
export async function clearOldLines(tx: Tx, now: Date): Promise<void> {
	const rows = await tx.select().from(imports).where(isNull(imports.linesClearedAt)).limit(1000);
	const over = rows.filter((row) => {
		const until = linesKeptUntil(row);
		return stateOf(row) !== 'writing' && until !== null && until <= now;
	});
	await clearLines(
		tx,
		over.map(({ id }) => id),
		now
	);
}

/** Somebody took the refused lines along as a file. */
export async function noteTaken(tx: Tx, { id }: { id: string }, now: Date): Promise<void> {
	await tx
		.update(imports)
		.set({ linesTakenAt: now })
		.where(and(eq(imports.id, id), isNull(imports.linesTakenAt)));
}

/**
 * Throws the refused lines of an import away that has ended. Gone already: nothing happens.
 * @throws import.unknown, import.not_now
 */
export async function forgetRefused(tx: Tx, { id }: { id: string }, by: By, now: Date): Promise<void> {
	const row = await lockImport(tx, id);
	if (!['done', 'cancelled', 'failed'].includes(stateOf(row))) throw importRefusals.refuse('import.not_now');
	if (row.linesClearedAt) return;
	await clearLines(tx, [id], now);
	const subject = { kind: 'import', id };
	const after = { kind: row.kind, refused: row.counts.refused };
	await keepTrail(tx, by, { action: 'import.lines_forgotten', subject, title: row.fileName, after }, now);
}

/** Whom the cells of a line are about. */
export interface Traces {
	/** maybe them: a line that was refused is no loss */
	maybe(cells: readonly string[]): boolean;
	/** surely them: a file that would bring them back is not carried out */
	surely(cells: readonly string[]): boolean;
}

/**
 * Forgets somebody in all files of a kind: refused lines that may be about them, files that are over, and open files that
 * surely name them, which end with that.
 */
export async function forgetInFiles(tx: Tx, kind: string, { maybe, surely }: Traces, now: Date): Promise<void> {
	const rows = await tx
		.select()
		.from(imports)
		.where(and(eq(imports.kind, kind), isNull(imports.clearedAt)))
		.orderBy(imports.id)
		.for('update');
	const over = rows.filter((row) => row.doneAt !== null || row.cancelledAt !== null);
	const ended: ImportRow[] = [];
	for (const row of rows) if (!over.includes(row) && (await names(tx, row, surely))) ended.push(row);
	for (const { id, fileName } of ended) {
		const subject = { kind: 'import', id };
		await keepTrail(tx, byHouse, { action: 'import.cancelled', subject, title: fileName, after: { kind } }, now);
		const failure = importRefusals.data('import.person_erased');
		await tx.update(imports).set({ failure }).where(eq(imports.id, id));
	}
	await clearFiles(
		tx,
		[...over, ...ended].map(({ id }) => id),
		now
	);
	const lines = await sqlOf(tx)<{ import_id: string; pass: string; line: number; cells: string }[]>`
		select r.import_id, r.pass, r.line, r.cells::text as cells from import_refused r
		join imports i on i.id = r.import_id where i.kind = ${kind}`;
	for (const { import_id, pass, line, cells } of lines)
		if (maybe(JSON.parse(cells) as string[]))
			await sqlOf(tx)`delete from import_refused where import_id = ${import_id} and pass = ${pass} and line = ${line}`;
	const headed = await tx
		.select({ id: imports.id, header: imports.header })
		.from(imports)
		.where(and(eq(imports.kind, kind), isNull(imports.linesClearedAt)));
	await clearLines(
		tx,
		headed.filter(({ header }) => header && maybe(header)).map(({ id }) => id),
		now
	);
}

/** Whether a file that waits has a line of which this is so, as far as it can be read. */
async function names(tx: Tx, row: ImportRow, fits: (cells: readonly string[]) => boolean): Promise<boolean> {
	const [first] = await tx
		.select({ bytes: importPieces.bytes })
		.from(importPieces)
		.where(and(eq(importPieces.importId, row.id), eq(importPieces.number, 0)));
	if (!first) return false;
	const form = row.form ?? guessForm(first.bytes);
	// What is no text leads nowhere; nobody misses it.
	if (form === 'workbook' || form === 'binary') return true;
	try {
		for await (const { cells } of csvRecords(piecesOf(tx, row.id), form)) if (fits(cells)) return true;
	} catch (error) {
		if (!(error instanceof CsvFault)) throw error;
	}
	return false;
}
