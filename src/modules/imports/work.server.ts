import { asc, eq, sql } from 'drizzle-orm';
import { hour, later } from '#core/time';
import { isRefusal, type RefusalData } from '#core/refusal';
import { isStorable } from '#core/text';
import { insertRows, listOf } from '#platform/bulk';
import { CsvFault, csvRecords, type CsvRecord } from '#platform/csv/read';
import { inTransaction, sqlOf, type Db, type Tx } from '#platform/db';
import { importOf, lockImport, piecesOf, type ImportRow } from './files.server.ts';
import {
	longestCell,
	mostRefused,
	mostRows,
	type Counts,
	type Fault,
	type ImportField,
	type ImportLine,
	type ImportOutcome
} from './index.ts';
import { fieldsOf, kindOf, type ImportKind } from './kind.server.ts';
import { importRefusals } from './refusals.ts';
import { stateOf } from './state.ts';
import { importKeys, importRefused, imports } from './tables.server.ts';

/**
 * Carries imports on, one after the other. Each batch of lines is judged, written and counted in one transaction that
 * first makes sure that nobody was there before: cut off anywhere, the work goes on behind the last batch, and no line is
 * taken twice.
 */
const batchSize = 500;
/** an import that is not done by then has something wrong with it */
const longest = 3 * hour;

export interface Work {
	clock: () => Date;
	/** aborted when the house closes: the batch under way is finished, the rest waits */
	signal?: AbortSignal;
	/** when to leave the rest to the next turn */
	until?: Date;
	/** told after each batch, for tests that look at how much is in hand */
	told?: (lines: number) => void;
}

/** Works on whatever waits. @returns whether something is left */
export async function workOnImports(db: Db, work: Work): Promise<boolean> {
	for (;;) {
		const next = await nextImport(db);
		if (!next) return false;
		if (!(await carryOn(db, next, work))) return true;
	}
}

async function nextImport(db: Db): Promise<ImportRow | undefined> {
	const [row] = await db
		.select()
		.from(imports)
		.where(
			sql`${imports.cancelledAt} is null and ${imports.failedAt} is null and ${imports.doneAt} is null
				and (${imports.confirmedAt} is not null or (${imports.checkBegunAt} is not null and ${imports.checkedAt} is null))`
		)
		.orderBy(asc(imports.createdAt), asc(imports.id))
		.limit(1);
	return row;
}

/** @returns false when it was left before its end */
async function carryOn(db: Db, row: ImportRow, work: Work): Promise<boolean> {
	let read = 0;
	let cursor = 0;
	let batch: CsvRecord[] = [];
	const form = row.form;
	if (!form) return true;
	const take = async (last: boolean): Promise<boolean> => {
		const from = cursor - batch.length;
		const records = batch;
		batch = [];
		if (records.length === 0 && !last) return true;
		const mine = await inTransaction(db, (tx) => takeBatch(tx, row, { from, records, read, last }, work.clock()));
		work.told?.(records.length);
		return mine;
	};
	try {
		let header = true;
		for await (const record of csvRecords(
			piecesOf(db, row.id, (bytes) => (read = bytes)),
			form
		)) {
			if (header) {
				header = false;
				continue;
			}
			cursor++;
			if (cursor > mostRows) return end(db, row, importRefusals.data('import.too_many_rows', { rows: mostRows }), work);
			if (cursor <= row.cursor) continue;
			batch.push(record);
			if (batch.length < batchSize) continue;
			// Somebody else works on it, or ended it.
			if (!(await take(false))) return stateOf(await importOf(db, row.id)) !== stateOf(row);
			const now = work.clock();
			if (work.signal?.aborted || (work.until && now >= work.until)) return false;
			const begun = row.confirmedAt ?? row.checkBegunAt ?? row.createdAt;
			if (now > later(begun, longest)) return end(db, row, importRefusals.data('import.too_slow'), work);
		}
		await take(true);
		return true;
	} catch (error) {
		// What the file is about is gone, or takes nothing any more.
		if (isRefusal(error)) {
			const { code, kind, details } = error;
			return end(db, row, { code, kind, details }, work);
		}
		if (!(error instanceof CsvFault)) throw error;
		// What stands before the fault was read well, and is judged like the rest.
		await take(false);
		return end(db, row, importRefusals.data(`import.${error.code}`, { line: error.line }), work);
	}
}

async function end(db: Db, row: ImportRow, failure: RefusalData, { clock }: Work): Promise<true> {
	await inTransaction(db, async (tx) => {
		const present = await lockImport(tx, row.id);
		if (stateOf(present) !== stateOf(row)) return;
		await tx.update(imports).set({ failure, failedAt: clock() }).where(eq(imports.id, row.id));
	});
	return true;
}

interface Batch {
	/** records behind us */
	from: number;
	records: readonly CsvRecord[];
	/** bytes of the file */
	read: number;
	last: boolean;
}

/** @returns false when somebody else was there before, or the import was ended */
async function takeBatch(tx: Tx, row: ImportRow, { from, records, read, last }: Batch, now: Date): Promise<boolean> {
	const present = await lockImport(tx, row.id);
	if (stateOf(present) !== stateOf(row) || (records.length > 0 && present.cursor !== from)) return false;
	const write = row.confirmedAt !== null;
	const kind = kindOf(row.kind);
	const fields = await fieldsOf(tx, kind);
	const readings = records.map((record) => reading(record, fields, row));
	const lines = await withoutDuplicates(tx, kind, row, readings);
	const sound = lines.flatMap((one) => ('refusal' in one ? [] : [one.line]));
	const { language, actor } = present;
	const { outcomes, made = [] } = await kind.take(tx, sound, {
		write,
		language,
		aboutId: row.aboutId,
		by: { actor, requestId: null },
		now
	});
	const counts: Counts = { ...present.counts };
	const refused: (typeof importRefused.$inferInsert)[] = [];
	let place = 0;
	for (const [index, one] of lines.entries()) {
		const outcome: ImportOutcome =
			'refusal' in one ? { fate: 'refused', ...one } : (outcomes[place++] as ImportOutcome);
		counts[outcome.fate]++;
		const record = records[index] as CsvRecord;
		if (outcome.fate !== 'refused' || counts.refused > mostRefused) continue;
		const { field, refusal, further } = outcome;
		const pass = write ? 'write' : 'check';
		const cells = record.cells.map((cell) => (isStorable(cell) ? cell : '?'));
		refused.push({
			importId: row.id,
			pass,
			line: record.line,
			field,
			refusal,
			further: further?.length ? further : null,
			cells
		});
	}
	await insertRows(sqlOf(tx), importRefused, refused, 'on conflict do nothing');
	await tx
		.update(imports)
		.set({
			cursor: from + records.length,
			bytesRead: last ? present.bytes : read,
			counts,
			made: [...new Set([...present.made, ...made])].slice(0, 200),
			...(last ? (write ? { doneAt: now } : { checkedAt: now }) : {})
		})
		.where(eq(imports.id, row.id));
	return true;
}

type Reading = { line: ImportLine } | ({ further?: readonly Fault[] } & Fault);

/** A record as cells by their fields, or what is wrong with its form. */
function reading({ line, cells }: CsvRecord, fields: readonly ImportField[], row: ImportRow): Reading {
	const { data } = importRefusals;
	const [matching, header] = [row.matching ?? [], row.header ?? []];
	if (cells.length < header.length)
		return { field: null, refusal: data('import.cells_missing', { count: cells.length, expected: header.length }) };
	if (cells.slice(header.length).some((cell) => cell !== ''))
		return { field: null, refusal: data('import.cells_more', { count: cells.length, expected: header.length }) };
	const known: Record<string, string> = Object.fromEntries(
		Object.entries(row.told ?? {}).filter(([field]) => !matching.includes(field))
	);
	const faults: Fault[] = [];
	for (const [place, field] of matching.entries()) {
		if (field === null) continue;
		const cell = cells[place] ?? '';
		const about = fields.find(({ key }) => key === field);
		const most = about?.longest ?? longestCell;
		if (about?.required && cell === '') faults.push({ field, refusal: data('import.required') });
		else if (cell.length > most) faults.push({ field, refusal: data('import.too_long', { most }) });
		else if (!isStorable(cell)) faults.push({ field, refusal: data('import.unstorable') });
		else known[field] = cell;
	}
	const [first, ...further] = faults;
	if (first) return { ...first, further };
	return { line: { line, cells: known } };
}

/** The first line that names a thing counts; the others are told which one that was. */
async function withoutDuplicates(
	tx: Tx,
	kind: ImportKind,
	{ id }: ImportRow,
	readings: readonly Reading[]
): Promise<Reading[]> {
	const keys = readings.map((one) => ('line' in one ? kind.keyOf(one.line) : null));
	const named = readings.flatMap((one, place) => {
		const key = keys[place];
		return 'line' in one && key ? [{ importId: id, key, line: one.line.line }] : [];
	});
	if (named.length === 0) return [...readings];
	await insertRows(sqlOf(tx), importKeys, named, 'on conflict do nothing');
	const rows = await sqlOf(tx).unsafe<{ key: string; line: number }[]>(
		'select key, line from import_keys where import_id = $1 and key = any($2::text[])',
		[id, listOf(named.map(({ key }) => key))],
		{ prepare: true }
	);
	const first = new Map(rows.map(({ key, line }) => [key, line]));
	return readings.map((one, place) => {
		const key = keys[place];
		const line = key ? first.get(key) : undefined;
		if (!('line' in one) || line === undefined || line === one.line.line) return one;
		return { field: null, refusal: importRefusals.data('import.duplicate', { line }) };
	});
}
