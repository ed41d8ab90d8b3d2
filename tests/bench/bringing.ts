import { inTransaction, sqlOf, type Db } from '#platform/db';
import { byHouse } from '#platform/trail';
import { pieceBytes } from '#imports';
import { workOnImports } from '#imports/server';
import { beginImport, importOf, lookAt, takePiece } from '../../src/modules/imports/files.server.ts';
import { kindOf } from '../../src/modules/imports/kind.server.ts';
import { checkImport, confirmImport } from '../../src/modules/imports/steps.server.ts';
import { importView } from '../../src/modules/imports/views.server.ts';

/** Seconds that a piece of work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
	const from = performance.now();
	await work();
	return (performance.now() - from) / 1000;
}

/** Brings a file in as a person does. @returns seconds of the dry run and of the writing */
export async function bringIn(
	db: Db,
	kind: string,
	text: string,
	aboutId?: string
): Promise<{ dry: number; write: number }> {
	const now = new Date();
	const bytes = new TextEncoder().encode(text);
	const file = { kind, aboutId, fileName: 'bench.csv', bytes: bytes.length, language: 'en' as const };
	const { id } = await inTransaction(db, (tx) => beginImport(tx, file, byHouse, now));
	for (let number = 0; number * pieceBytes < bytes.length; number++) {
		const piece = bytes.subarray(number * pieceBytes, (number + 1) * pieceBytes);
		await inTransaction(db, (tx) => takePiece(tx, { id, number, bytes: piece }, now));
	}
	const { form, columns } = await lookAt(db, kindOf(kind), await importOf(db, id), null);
	const matching = columns.map(({ field }) => field);
	await inTransaction(db, (tx) => checkImport(tx, { id, form, matching }, now));
	const clock = () => new Date();
	const dry = await timed(() => workOnImports(db, { clock }));
	await inTransaction(db, (tx) => confirmImport(tx, { id }, byHouse, now));
	const write = await timed(() => workOnImports(db, { clock }));
	const { counts, failure } = await importView(db, id);
	if (failure || counts.refused > 0) throw new Error(`refused: ${JSON.stringify({ counts, failure })}`);
	return { dry, write };
}

/** As many lines as text into a bare table: the yardstick of files. @returns seconds */
export async function bare(db: Db, lines: readonly string[]): Promise<number> {
	const sql = sqlOf(db);
	await sql`create table if not exists bench_bare (line text)`;
	return timed(async () => {
		for (let from = 0; from < lines.length; from += 5_000)
			await sql`insert into bench_bare select * from unnest(${lines.slice(from, from + 5_000)}::text[])`;
	});
}

/** Rows of words, below each other. */
export function printTable(rows: readonly (readonly string[])[]): void {
	const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
	for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}
