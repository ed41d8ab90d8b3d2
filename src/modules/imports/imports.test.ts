import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { hour, later } from '#core/time';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { trailEntries } from '../../platform/trail.tables.server.ts';
import { testDatabase } from '../../../tests/support/database.ts';
import { beginImport, importOf, lookAt, takePiece } from './files.server.ts';
import { clearOldLines, forgetInFiles, forgetRefused, noteTaken } from './forget.server.ts';
import { foldName, largestFile, matchColumns, pieceBytes, type ImportField } from './index.ts';
import { kindOf, registerImports, type ImportKind } from './kind.server.ts';
import { cancelImport, checkImport, clearImports, confirmImport } from './steps.server.ts';
import { stateOf } from './state.ts';
import { importKeys, importPieces } from './tables.server.ts';
import { importView, listImports, listRefused } from './views.server.ts';
import { workOnImports } from './work.server.ts';

const { db } = await testDatabase();
const now = new Date('2026-11-20T10:00:00Z');
const clock = () => now;
const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code });

const fields: ImportField[] = [
	{ key: 'code', names: { en: ['Code'], ru: ['Код'], zh: ['代码'], fa: ['کد'] }, required: true },
	{ key: 'note', names: { en: ['Note'], ru: ['Заметка'], zh: ['备注'], fa: ['یادداشت'] }, longest: 10 }
];

/** A kind that keeps what it takes in a table, and refuses what it is told to. */
await db.execute('create table taken (code text, note text, at serial)');
let fail = 0;
const kind: ImportKind = {
	name: 'test',
	permission: 'products.write',
	fields,
	keyOf: ({ cells }) => cells.code ?? null,
	async take(tx, lines, { write }) {
		if (write)
			for (const { cells } of lines)
				if (cells.note !== 'no')
					await tx.execute(`insert into taken values ('${cells.code ?? ''}', '${cells.note ?? ''}')`);
		if (fail > 0 && --fail === 0) throw new Error('the database went away');
		return {
			outcomes: lines.map(({ cells }) =>
				cells.note === 'no'
					? { fate: 'refused', field: 'note', refusal: { code: 'product.price_form', kind: 'invalid', details: {} } }
					: { fate: cells.note === 'same' ? 'unchanged' : 'new' }
			)
		};
	}
};
registerImports(kind);

async function upload(text: string | Uint8Array, language: 'en' | 'fa' = 'en'): Promise<string> {
	const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
	const file = { kind: 'test', fileName: 'codes.csv', bytes: bytes.length, language };
	const { id } = await inTransaction(db, (tx) => beginImport(tx, file, byHouse, now));
	for (let number = 0; number * pieceBytes < bytes.length; number++) {
		const piece = bytes.subarray(number * pieceBytes, (number + 1) * pieceBytes);
		await inTransaction(db, (tx) => takePiece(tx, { id, number, bytes: piece }, now));
	}
	return id;
}

async function check(id: string): Promise<void> {
	const look = await lookAt(db, kind, await importOf(db, id), null);
	const matching = look.columns.map(({ field }) => field);
	await inTransaction(db, (tx) => checkImport(tx, { id, form: look.form, matching }, now));
	await workOnImports(db, { clock });
}

const confirm = (id: string) => inTransaction(db, (tx) => confirmImport(tx, { id }, byHouse, now));
const taken = async (): Promise<string[]> => {
	const rows = await db.execute<{ code: string }>('select code from taken order by at');
	return rows.map(({ code }) => code);
};
const clear = () => db.execute('truncate taken');

test('a file goes from its upload over a dry run to its end, and says what became of each line', async () => {
	await clear();
	const id = await upload(
		'\uFEFFКод;Other;note\r\nA1;x;\r\nA2;"a;b";same\r\nA1;y;again\r\n;z;\r\nA3;q;no\r\nA4;q;far too long for it\r\nA5\r\n'
	);
	const look = await lookAt(db, kind, await importOf(db, id), null);
	expect(look).toMatchObject({
		form: { encoding: 'utf-8', delimiter: ';' },
		columns: [
			{ name: 'Код', field: 'code', samples: ['A1', 'A2', 'A1'] },
			{ name: 'Other', field: null, samples: ['x', 'a;b', 'y'] },
			{ name: 'note', field: 'note' }
		],
		doubtful: false
	});
	await check(id);
	expect(await importView(db, id)).toMatchObject({
		state: 'checked',
		lines: 7,
		share: 1,
		counts: { new: 1, changed: 0, unchanged: 1, refused: 5 }
	});
	expect(await taken(), 'a dry run writes nothing').toEqual([]);
	const { items } = await listRefused(db, await importOf(db, id), 0);
	expect(items.map(({ line, field, refusal: { code, details } }) => [line, field, code, details])).toEqual([
		[4, null, 'import.duplicate', { line: 2 }],
		[5, 'code', 'import.required', {}],
		[6, 'note', 'product.price_form', {}],
		[7, 'note', 'import.too_long', { most: 10 }],
		[8, null, 'import.cells_missing', { count: 1, expected: 3 }]
	]);
	expect(items[0]?.cells).toEqual(['A1', 'y', 'again']);
	await confirm(id);
	await workOnImports(db, { clock });
	expect(await importView(db, id)).toMatchObject({
		state: 'done',
		counts: { new: 1, unchanged: 1, refused: 5 },
		found: { new: 1, unchanged: 1, refused: 5 }
	});
	expect(await taken()).toEqual(['A1', 'A2']);
	const trail = await db.select().from(trailEntries).where(eq(trailEntries.subjectId, id));
	expect(trail.map(({ action, title }) => [action, title])).toEqual([['import.confirmed', 'codes.csv']]);
	const history = await listImports(db, { kinds: ['test'], cursor: null });
	expect(history.items.map((item) => item.id)).toContain(id);
});

const many = (count: number) => `code,note\n${Array.from({ length: count }, (_, n) => `C${n},x`).join('\n')}\n`;

test('work that is cut off goes on behind the last batch, and no line is carried out twice', async () => {
	await clear();
	const id = await upload(many(2300));
	const batches: number[] = [];
	const told = (lines: number) => void batches.push(lines);
	const look = await lookAt(db, kind, await importOf(db, id), null);
	const matching = look.columns.map(({ field }) => field);
	await inTransaction(db, (tx) => checkImport(tx, { id, form: look.form, matching }, now));
	await workOnImports(db, { clock, told });
	expect(Math.max(...batches), 'no more than a batch is in hand').toBe(500);
	await confirm(id);
	fail = 3;
	await expect(workOnImports(db, { clock })).rejects.toThrow('went away');
	expect(await importView(db, id)).toMatchObject({ state: 'writing', lines: 1000 });
	const stop = new AbortController();
	stop.abort();
	expect(await workOnImports(db, { clock, signal: stop.signal }), 'a house that closes leaves the rest').toBe(true);
	expect(await importView(db, id)).toMatchObject({ lines: 1500 });
	expect(await workOnImports(db, { clock })).toBe(false);
	expect(await importView(db, id)).toMatchObject({ state: 'done', counts: { new: 2300, refused: 0 } });
	expect(await taken()).toEqual(Array.from({ length: 2300 }, (_, n) => `C${n}`));
});

test('two processes that work on one file carry out each line once', async () => {
	await clear();
	const id = await upload(many(1700));
	await check(id);
	await confirm(id);
	await Promise.all([1, 2, 3].map(() => workOnImports(db, { clock })));
	while (await workOnImports(db, { clock }));
	expect(await importView(db, id)).toMatchObject({ state: 'done', counts: { new: 1700 } });
	expect((await taken()).length).toBe(1700);
});

test('an import that is cancelled stops where it is; what was carried out stays', async () => {
	await clear();
	const id = await upload(many(1200));
	await check(id);
	await confirm(id);
	const stop = new AbortController();
	stop.abort();
	await workOnImports(db, { clock, signal: stop.signal });
	await inTransaction(db, (tx) => cancelImport(tx, { id }, byHouse, now));
	expect(await workOnImports(db, { clock })).toBe(false);
	expect(await taken()).toHaveLength(500);
	expect(stateOf(await importOf(db, id))).toBe('cancelled');
	await expect(confirm(id)).rejects.toEqual(refusal('import.not_now'));
});

test('a dry run that meets half a file says the line, and is begun anew in another form', async () => {
	const id = await upload('code,note\nA,1\nB,"2\nC,3\n');
	await check(id);
	const view = await importView(db, id);
	expect(view).toMatchObject({
		state: 'failed',
		failure: { code: 'import.quote_open', details: { line: 3 } },
		lines: 1
	});
	await expect(confirm(id)).rejects.toEqual(refusal('import.not_now'));
	const tabs = { id, form: { encoding: 'utf-8', delimiter: '\t' } as const, matching: ['code'] };
	await inTransaction(db, (tx) => checkImport(tx, tabs, now));
	expect(await importView(db, id)).toMatchObject({ state: 'checking', failure: null, counts: { new: 0, refused: 0 } });
	await workOnImports(db, { clock });
});

test('a wrong encoding ends the dry run with its line, and another one is chosen', async () => {
	const cyrillic = Uint8Array.of(0xd5, 0xeb, 0xe5, 0xe1);
	const head = new TextEncoder().encode(many(80_000));
	const bytes = new Uint8Array([...head, ...cyrillic, 0x2c, 0x78, 0x0a]);
	const id = await upload(bytes);
	await check(id);
	expect(await importView(db, id)).toMatchObject({
		state: 'failed',
		failure: { code: 'import.encoding', details: { line: 80_002 } }
	});
	const form = { encoding: 'windows-1251', delimiter: ',' } as const;
	await inTransaction(db, (tx) => checkImport(tx, { id, form, matching: ['code', 'note'] }, now));
	await workOnImports(db, { clock });
	expect(await importView(db, id)).toMatchObject({ state: 'checked', counts: { new: 80_001 } });
}, 60_000);

test.each<[string, string | Uint8Array, string]>([
	['only a header', 'code,note\n', 'import.empty'],
	['a workbook', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 6, 0), 'import.workbook'],
	['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49), 'import.binary'],
	['an open quote at once', '"code,note\nA,1\n', 'import.quote_open']
])('a file that is no list is refused at sight: %s', async (_, file, code) => {
	const id = await upload(file);
	await expect(lookAt(db, kind, await importOf(db, id), null)).rejects.toEqual(refusal(code));
});

test('a file that is too large or empty is refused before it is sent', async () => {
	const file = { kind: 'test', fileName: 'x.csv', language: 'en' } as const;
	const begin = (bytes: number) => inTransaction(db, (tx) => beginImport(tx, { ...file, bytes }, byHouse, now));
	await expect(begin(largestFile + 1)).rejects.toMatchObject({ code: 'import.too_large', details: { megabytes: 200 } });
	await expect(begin(0)).rejects.toEqual(refusal('import.empty'));
	await expect(begin(largestFile)).resolves.toMatchObject({ pieceBytes });
});

test('pieces come in any order and twice, and a wrong one is refused', async () => {
	const bytes = new TextEncoder().encode(many(120_000));
	const file = { kind: 'test', fileName: 'x.csv', bytes: bytes.length, language: 'en' } as const;
	const { id } = await inTransaction(db, (tx) => beginImport(tx, file, byHouse, now));
	const send = (number: number, size = pieceBytes) => {
		const piece = bytes.subarray(number * pieceBytes, number * pieceBytes + size);
		return inTransaction(db, (tx) => takePiece(tx, { id, number, bytes: piece }, now));
	};
	const last = Math.ceil(bytes.length / pieceBytes) - 1;
	expect(last).toBeGreaterThan(1);
	await expect(lookAt(db, kind, await importOf(db, id), null)).rejects.toEqual(refusal('import.not_whole'));
	await expect(send(0, 10)).rejects.toEqual(refusal('import.piece_wrong'));
	await expect(send(last + 1)).rejects.toEqual(refusal('import.piece_wrong'));
	await expect(send(-1)).rejects.toEqual(refusal('import.piece_wrong'));
	for (let number = last; number > 0; number--) expect(await send(number)).toEqual({ whole: false });
	expect(await send(last)).toEqual({ whole: false });
	expect(await send(0)).toEqual({ whole: true });
	expect(await send(0)).toEqual({ whole: true });
	const pieces = await db.select().from(importPieces).where(eq(importPieces.importId, id));
	expect(pieces.reduce((sum, piece) => sum + piece.bytes.length, 0)).toBe(bytes.length);
});

test.each<[(string | null)[], string]>([
	[[null, 'note'], 'import.field_missing'],
	[['code', 'code'], 'import.field_twice'],
	[['code', 'price'], 'import.field_twice'],
	[['code'], 'import.field_missing']
])('columns matched as %j are refused: %s', async (matching, code) => {
	const id = await upload('a,b\n1,2\n');
	const form = { encoding: 'utf-8', delimiter: ',' } as const;
	await expect(inTransaction(db, (tx) => checkImport(tx, { id, form, matching }, now))).rejects.toEqual(refusal(code));
});

test('a header is known in four languages, by its key, with any case, blanks and signs; a double is matched once', () => {
	for (const name of ['code', 'CODE', ' Code: ', 'Код', '代码', 'کد', 'كد'])
		expect(matchColumns([name], fields), name).toEqual(['code']);
	expect(matchColumns(['Code', 'code', 'Preis', ''], fields)).toEqual(['code', null, null, null]);
	expect(foldName('Ед. изм.')).toBe('едизм');
});

test('files are thrown away when they were carried out, and when nobody went on with them', async () => {
	const left = await upload('code\nA\n');
	const done = await upload('code\nB\n');
	await check(done);
	await confirm(done);
	await workOnImports(db, { clock });
	await inTransaction(db, (tx) => clearImports(tx, later(now, hour)));
	expect((await importView(db, done)).kept).toBe(false);
	expect(await db.select().from(importKeys).where(eq(importKeys.importId, done))).toEqual([]);
	expect((await importView(db, left)).kept).toBe(true);
	for (let n = 0; n < 5; n++) await inTransaction(db, (tx) => clearImports(tx, later(now, 49 * hour)));
	expect(await importView(db, left)).toMatchObject({ kept: false, state: 'cancelled' });
	expect(await db.select({ id: importPieces.importId }).from(importPieces)).toEqual([]);
	expect(kindOf('test')).toBe(kind);
});

test('refused lines are kept for a day from the end, an hour once somebody took them along, or until they are not wanted', async () => {
	const refusedOf = async (id: string) => (await listRefused(db, await importOf(db, id), 0)).items.length;
	const inTx = <T>(run: Parameters<typeof inTransaction<T>>[1]): Promise<T> => inTransaction(db, run);
	const text = 'Code,Note\nR1,no\nR2,no\nR3,\n';
	const [left, taken, unwanted, waiting] = [
		await upload(text),
		await upload(text),
		await upload(text),
		await upload(text)
	];
	for (const id of [left, taken, unwanted, waiting]) await check(id);
	await expect(inTx((tx) => forgetRefused(tx, { id: waiting }, byHouse, now))).rejects.toEqual(
		refusal('import.not_now')
	);
	for (const id of [left, taken, unwanted]) {
		await confirm(id);
		await workOnImports(db, { clock });
		expect(await refusedOf(id)).toBe(2);
	}
	for (let twice = 0; twice < 2; twice++) {
		await inTx((tx) => noteTaken(tx, { id: taken }, now));
		await inTx((tx) => forgetRefused(tx, { id: unwanted }, byHouse, now));
	}
	expect(await refusedOf(unwanted)).toBe(0);
	const forgotten = await db.select().from(trailEntries).where(eq(trailEntries.subjectId, unwanted));
	expect(forgotten.filter(({ action }) => action === 'import.lines_forgotten')).toHaveLength(1);
	const until = async (id: string) => (await importView(db, id)).linesUntil;
	expect(await until(left)).toEqual(later(now, 24 * hour));
	expect(await until(taken)).toEqual(later(now, hour));
	expect(await until(unwanted)).toBeNull();

	await inTx((tx) => clearOldLines(tx, later(now, hour - 1)));
	expect([await refusedOf(left), await refusedOf(taken)]).toEqual([2, 2]);
	await inTx((tx) => clearImports(tx, later(now, hour)));
	expect([await refusedOf(left), await refusedOf(taken), await refusedOf(waiting)]).toEqual([2, 0, 2]);
	// A day later the one that nobody carried out is gone as a whole.
	await inTx((tx) => clearImports(tx, later(now, 25 * hour)));
	expect([await refusedOf(left), await refusedOf(waiting)]).toEqual([0, 0]);
	expect((await importOf(db, left)).header).toBeNull();
	expect(stateOf(await importOf(db, waiting))).toBe('cancelled');
	expect((await importView(db, left)).counts).toMatchObject({ new: 1, refused: 2 });
});

test('somebody who is forgotten is forgotten in files, too, and a file that names them is not carried out', async () => {
	const zoe = {
		maybe: (cells: readonly string[]) => cells.some((cell) => /zoe/i.test(cell)),
		surely: (cells: readonly string[]) => cells.includes('zoe@x.test')
	};
	const done = await upload('Code,Note\nZ1,no\nzoe,no\nZ2,no\n');
	await check(done);
	await confirm(done);
	await workOnImports(db, { clock });
	const [waits, other, headless] = [
		await upload('Code,Note\nY1,a\nzoe@x.test,no\n'),
		await upload('Code,Note\nzoe,no\nY3,no\n'),
		await upload('Zoe,Note\nY4,no\n')
	];
	await check(waits);
	await check(other);
	await inTransaction(db, async (tx) => {
		await checkImport(
			tx,
			{ id: headless, form: { encoding: 'utf-8', delimiter: ',' }, matching: ['code', 'note'] },
			now
		);
	});
	await workOnImports(db, { clock });
	await inTransaction(db, (tx) => forgetInFiles(tx, 'test', zoe, now));

	const lines = async (id: string) =>
		(await listRefused(db, await importOf(db, id), 0)).items.map(({ cells }) => cells[0]);
	expect(await lines(done)).toEqual(['Z1', 'Z2']);
	expect(await importView(db, waits)).toMatchObject({
		state: 'cancelled',
		kept: false,
		failure: { code: 'import.person_erased' }
	});
	expect(await lines(waits)).toEqual([]);
	// Somebody of the same name may be in that one: it is the house's to say.
	expect(await importView(db, other)).toMatchObject({ state: 'checked', kept: true });
	expect(await lines(other)).toEqual(['Y3']);
	expect((await importOf(db, headless)).header).toBeNull();
	const whose = [done, waits, other, headless];
	const kept = await db.select({ id: importPieces.importId }).from(importPieces);
	expect(kept.map(({ id }) => id).filter((id) => whose.includes(id))).toEqual([other, headless]);
});
