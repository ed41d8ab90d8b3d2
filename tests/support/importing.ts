import { expect } from 'vitest';
import type { Language } from '#core/languages';
import { workOnImports } from '#imports/server';
import { inTransaction, type Db } from '#platform/db';
import { byHouse } from '#platform/trail';
import { beginImport, importOf, lookAt, takePiece } from '../../src/modules/imports/files.server.ts';
import { kindOf } from '../../src/modules/imports/kind.server.ts';
import { checkImport, confirmImport } from '../../src/modules/imports/steps.server.ts';
import { importView, listRefused } from '../../src/modules/imports/views.server.ts';

interface File {
	kind: string;
	text: string;
	language?: Language;
	aboutId?: string;
	/** once for all lines, by field */
	told?: Record<string, string>;
	/** looked at between the dry run and the writing */
	between?: () => Promise<void>;
}

/** Brings a file in as the console does: a dry run, then the same in earnest. @returns what became of its lines */
export async function bringIn(db: Db, { kind, text, language = 'en', aboutId, told, between }: File, now: Date) {
	const bytes = new TextEncoder().encode(text);
	const file = { kind, aboutId, fileName: 'file.csv', bytes: bytes.length, language };
	const { id } = await inTransaction(db, (tx) => beginImport(tx, file, byHouse, now));
	await inTransaction(db, (tx) => takePiece(tx, { id, number: 0, bytes }, now));
	const { form, columns } = await lookAt(db, kindOf(kind), await importOf(db, id), null);
	const matching = columns.map(({ field }) => field);
	await inTransaction(db, (tx) => checkImport(tx, { id, form, matching, told }, now));
	const clock = () => now;
	await workOnImports(db, { clock });
	const found = await importView(db, id);
	const { items } = await listRefused(db, await importOf(db, id), 0);
	await between?.();
	await inTransaction(db, (tx) => confirmImport(tx, { id }, byHouse, now));
	await workOnImports(db, { clock });
	const done = await importView(db, id);
	if (!between) expect(done.counts, 'what was promised was done').toEqual(found.counts);
	return {
		counts: [done.counts.new, done.counts.changed, done.counts.unchanged, done.counts.refused],
		made: found.made,
		refused: items.map(({ line, field, refusal }) => [line, field, refusal.code]),
		/** of refused lines everything that is wrong, as `field code` */
		faults: items.map(({ field, refusal, further }) =>
			[{ field, refusal }, ...further].map((fault) => `${fault.field} ${fault.refusal.code}`)
		),
		state: done.state,
		failure: done.failure?.code ?? null
	};
}
