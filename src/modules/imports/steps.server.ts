import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { isStorable } from '#core/text';
import { hour, later } from '#core/time';
import { CsvFault, csvRecords } from '#platform/csv/read';
import type { CsvForm } from '#platform/csv/form';
import type { Db, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { lockImport, piecesOf } from './files.server.ts';
import { clearFiles, clearOldLines } from './forget.server.ts';
import { keptHours, longestCell, type Counts, type ImportField } from './index.ts';
import { fieldsOf, kindOf, type ImportKind } from './kind.server.ts';
import { importRefusals } from './refusals.ts';
import { stateOf } from './state.ts';
import { importKeys, importRefused, imports } from './tables.server.ts';

const { refuse } = importRefusals;

export const nothing: Counts = { new: 0, changed: 0, unchanged: 0, refused: 0 };

/** The header as the file has it in this form. */
async function headerOf(db: Db | Tx, id: string, form: CsvForm): Promise<string[]> {
	try {
		for await (const { cells } of csvRecords(piecesOf(db, id), form)) return cells;
	} catch (error) {
		if (!(error instanceof CsvFault)) throw error;
		throw refuse(`import.${error.code}`, { line: error.line });
	}
	throw refuse('import.empty');
}

/** @throws `import.field_twice`, `import.field_missing`, each with the `field`'s key */
function checkMatching(kind: ImportKind, fields: readonly ImportField[], matching: readonly (string | null)[]): void {
	const chosen = matching.filter((field) => field !== null);
	const known = new Set(fields.map(({ key }) => key));
	const twice = chosen.find((field, place) => !known.has(field) || chosen.indexOf(field) !== place);
	if (twice !== undefined) throw refuse('import.field_twice', { field: twice });
	const missing = fields.find(({ key, required }) => required && !chosen.includes(key));
	if (missing) throw refuse('import.field_missing', { field: missing.key });
	if (kind.anyOf && !kind.anyOf.some((field) => chosen.includes(field)))
		throw refuse('import.field_missing', { field: kind.anyOf[0] ?? '' });
}

const isDay = (text: string): boolean => {
	const at = new Date(`${text}T00:00:00Z`);
	return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
};

/**
 * What is told once for all lines stands in place of a column; what nobody filled in is not told.
 * @throws `import.told_day`, `import.told_text`, each with the `field`'s key
 */
function toldOf(
	fields: readonly ImportField[],
	matching: readonly (string | null)[],
	told: Record<string, string>,
	now: Date
): Record<string, string> | null {
	const kept: Record<string, string> = {};
	for (const [key, typed] of Object.entries(told)) {
		const text = typed.trim();
		if (text === '' || matching.includes(key)) continue;
		const field = fields.find((one) => one.key === key);
		if (!field?.forAll) throw refuse('import.field_twice', { field: key });
		if (field.forAll === 'day' && !(isDay(text) && text <= now.toISOString().slice(0, 10)))
			throw refuse('import.told_day', { field: key });
		const most = field.longest ?? longestCell;
		if (text.length > most || !isStorable(text)) throw refuse('import.told_text', { field: key, most });
		kept[key] = text;
	}
	return Object.keys(kept).length > 0 ? kept : null;
}

/** Matches the columns and asks for a dry run; what an earlier one found is forgotten. */
export async function checkImport(
	tx: Tx,
	{
		id,
		form,
		matching,
		told = {}
	}: { id: string; form: CsvForm; matching: (string | null)[]; told?: Record<string, string> },
	now: Date
): Promise<void> {
	const row = await lockImport(tx, id);
	if (!['matching', 'checked', 'failed'].includes(stateOf(row)) || row.confirmedAt || row.clearedAt)
		throw refuse('import.not_now');
	const header = await headerOf(tx, id, form);
	if (header.length !== matching.length) throw refuse('import.field_missing', { field: '' });
	const kind = kindOf(row.kind);
	const fields = await fieldsOf(tx, kind);
	checkMatching(kind, fields, matching);
	const forAll = toldOf(fields, matching, told, now);
	await tx.delete(importKeys).where(eq(importKeys.importId, id));
	await tx.delete(importRefused).where(eq(importRefused.importId, id));
	await tx
		.update(imports)
		.set({
			form,
			header,
			matching,
			told: forAll,
			cursor: 0,
			bytesRead: 0,
			counts: nothing,
			made: [],
			failure: null,
			failedAt: null,
			checkedAt: null,
			linesTakenAt: null,
			linesClearedAt: null,
			checkBegunAt: now
		})
		.where(eq(imports.id, id));
}

/** Has carried out what the dry run found. Whoever confirms is who did it. */
export async function confirmImport(tx: Tx, { id }: { id: string }, by: By, now: Date): Promise<void> {
	const row = await lockImport(tx, id);
	if (stateOf(row) !== 'checked') throw refuse('import.not_now');
	const { actor } = by;
	// What the dry run refused is found again.
	await tx.delete(importRefused).where(eq(importRefused.importId, id));
	await tx
		.update(imports)
		.set({
			actor,
			linesTakenAt: null,
			staffId: actor.kind === 'staff' ? actor.staffId : null,
			found: row.counts,
			counts: nothing,
			made: [],
			cursor: 0,
			bytesRead: 0,
			confirmedAt: now
		})
		.where(eq(imports.id, id));
	const after = { kind: row.kind, ...row.counts, ...row.told };
	const subject = { kind: 'import', id };
	await keepTrail(tx, by, { action: 'import.confirmed', subject, title: row.fileName, after }, now);
	const about = row.aboutId === null ? null : await kindOf(row.kind).about?.(tx, row.aboutId);
	if (!about) return;
	await keepTrail(tx, by, { ...about, after: { file: row.fileName, lines: row.counts.new } }, now);
}

/** Ends an import where it is. What was carried out before stays. */
export async function cancelImport(tx: Tx, { id }: { id: string }, by: By, now: Date): Promise<void> {
	const row = await lockImport(tx, id);
	const state = stateOf(row);
	if (['done', 'cancelled'].includes(state)) throw refuse('import.not_now');
	await tx.update(imports).set({ cancelledAt: now }).where(eq(imports.id, id));
	if (state !== 'writing') return;
	const after = { kind: row.kind, ...row.counts };
	const subject = { kind: 'import', id };
	await keepTrail(tx, by, { action: 'import.cancelled', subject, title: row.fileName, after }, now);
}

/** Throws away the files of imports that ended and of those that nobody went on with, and refused lines in their time. */
export async function clearImports(tx: Tx, now: Date): Promise<void> {
	const old = later(now, -keptHours * hour);
	const over = await tx
		.select({ id: imports.id })
		.from(imports)
		.where(
			and(
				isNull(imports.clearedAt),
				or(sql`${imports.doneAt} is not null`, sql`${imports.cancelledAt} is not null`, lt(imports.createdAt, old))
			)
		)
		.limit(50);
	await clearFiles(
		tx,
		over.map(({ id }) => id),
		now
	);
	await clearOldLines(tx, now);
}
