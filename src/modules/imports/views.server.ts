import { and, asc, desc, eq, gt, inArray, lt } from 'drizzle-orm';
import { staff } from '#identity/tables';
import { pageSize, type Page } from '#core/page';
import type { RefusalData } from '#core/refusal';
import type { Reads } from '#platform/db';
import type { CsvForm } from '#platform/csv/form';
import { importOf, type ImportRow } from './files.server.ts';
import { linesKeptUntil } from './forget.server.ts';
import type { Counts, Fault, ImportState } from './index.ts';
import { stateOf } from './state.ts';
import { importRefused, imports } from './tables.server.ts';

/** An import as its page and the history show it. */
export interface ImportView {
	id: string;
	kind: string;
	fileName: string;
	bytes: number;
	state: ImportState;
	by: string | null;
	createdAt: Date;
	/** when it was done, given up, or could not go on */
	endedAt: Date | null;
	form: CsvForm | null;
	/** lines that are behind us, and how much of the file that is, 0…1 */
	lines: number;
	share: number;
	counts: Counts;
	/** what the dry run had found, while and after it was carried out */
	found: Counts | null;
	made: string[];
	/** what was told once for all lines, by field */
	told: Record<string, string>;
	failure: RefusalData | null;
	/** false when the file was thrown away meanwhile */
	kept: boolean;
	/** until when refused lines are kept; null: they were thrown away */
	linesUntil: Date | null;
}

function viewOf(row: ImportRow, by: string | null): ImportView {
	const { id, kind, fileName, bytes, createdAt, form, cursor, counts, found, made, told, failure } = row;
	return {
		id,
		kind,
		fileName,
		bytes,
		state: stateOf(row),
		by,
		createdAt,
		endedAt: row.doneAt ?? row.cancelledAt ?? row.failedAt,
		form,
		lines: cursor,
		share: bytes === 0 ? 0 : row.bytesRead / bytes,
		counts,
		found,
		made,
		told: told ?? {},
		failure,
		kept: row.clearedAt === null,
		linesUntil: linesKeptUntil(row)
	};
}

/** @throws `import.unknown` */
export async function importView(reads: Reads, id: string): Promise<ImportView> {
	const row = await importOf(reads, id);
	const [who] = row.staffId
		? await reads.select({ name: staff.name }).from(staff).where(eq(staff.id, row.staffId))
		: [];
	return viewOf(row, who?.name ?? null);
}

/** The history, newest first. */
export async function listImports(
	reads: Reads,
	{ kinds, cursor }: { kinds: string[]; cursor: string | null }
): Promise<Page<ImportView>> {
	const rows = await reads
		.select({ row: imports, by: staff.name })
		.from(imports)
		.leftJoin(staff, eq(staff.id, imports.staffId))
		.where(and(inArray(imports.kind, kinds), cursor ? lt(imports.id, cursor) : undefined))
		.orderBy(desc(imports.id))
		.limit(pageSize + 1);
	const items = rows.slice(0, pageSize).map(({ row, by }) => viewOf(row, by));
	return { items, nextCursor: rows.length > pageSize ? (items.at(-1)?.id ?? null) : null };
}

export interface RefusedLine {
	line: number;
	field: string | null;
	refusal: RefusalData;
	/** whatever else is wrong with it */
	further: readonly Fault[];
	cells: string[];
}

/** The refused lines of an import's latest pass, in the file's order. */
export async function listRefused(
	reads: Reads,
	row: ImportRow,
	after: number,
	limit = pageSize
): Promise<{ items: RefusedLine[]; next: number | null }> {
	const { line, field, refusal, further, cells } = importRefused;
	const rows = await reads
		.select({ line, field, refusal, further, cells })
		.from(importRefused)
		.where(
			and(
				eq(importRefused.importId, row.id),
				eq(importRefused.pass, row.confirmedAt ? 'write' : 'check'),
				gt(importRefused.line, after)
			)
		)
		.orderBy(asc(importRefused.line))
		.limit(limit + 1);
	const items = rows.slice(0, limit).map((row) => ({ ...row, further: row.further ?? [] }));
	return { items, next: rows.length > limit ? (items.at(-1)?.line ?? null) : null };
}
