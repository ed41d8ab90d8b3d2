import * as z from 'zod/mini';
import type { Language } from '#core/languages';
import { delimiters, encodings } from '#platform/csv/form';
import { inTransaction, type Reads } from '#platform/db';
import { wake } from '#platform/jobs';
import { requestRefusals } from '#platform/refusals';
import { router, wideProcedure } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { beginImport, importOf, lookAt, takePiece, type ImportRow } from './files.server.ts';
import { forgetRefused, noteTaken } from './forget.server.ts';
import { importsJob } from './jobs.server.ts';
import { allKinds, fieldsOf, findKind, kindOf, type ImportKind } from './kind.server.ts';
import type { ImportField } from './index.ts';
import { importRefusals } from './refusals.ts';
import { cancelImport, checkImport, confirmImport } from './steps.server.ts';
import { importView, listImports, listRefused } from './views.server.ts';

const id = z.string().check(z.maxLength(40));
const key = z.string().check(z.maxLength(64));
const form = z.strictObject({ encoding: z.enum(encodings), delimiter: z.enum(delimiters) });
const one = z.object({ key, id });

interface Asking {
	db: Reads;
	may(permission: string): boolean;
}

/** A column as people of a language know it. */
const columnAs = ({ key, names, required, forAll }: ImportField, language: Language) => ({
	key,
	name: names[language][0] ?? key,
	required: required ?? false,
	forAll: forAll ?? null
});

/** A kind of import, for whoever may import its files. */
function allowed({ may }: Asking, name: string): ImportKind {
	const kind = findKind(name);
	if (!kind) throw importRefusals.refuse('import.unknown');
	if (!may(kind.permission)) throw requestRefusals.refuse('access.not_allowed');
	return kind;
}

/** An import, for whoever may import files of its kind. */
async function mine(ctx: Asking, importId: string): Promise<ImportRow> {
	const row = await importOf(ctx.db, importId);
	allowed(ctx, row.kind);
	return row;
}

/**
 * Which files somebody may import depends on what is in them: the kind's permission is asked for inside. A file is about
 * the whole house, and its lines are told to nobody who is limited to some stores.
 */
export const adminRouter = router({
	list: wideProcedure('console.use')
		.input(z.object({ kind: z.nullable(id), cursor: z.nullable(id) }))
		.query(async ({ ctx, input }) => {
			const kinds = allKinds().filter(({ permission }) => ctx.may(permission));
			const names = kinds.map(({ name }) => name).filter((name) => input.kind === null || name === input.kind);
			return {
				...(await listImports(ctx.db, { kinds: names, cursor: input.cursor })),
				// What a file is about is chosen where that is: such files begin there.
				kinds: kinds.filter(({ about }) => !about).map(({ name }) => name)
			};
		}),

	begin: wideProcedure('console.use')
		.input(
			z.object({
				key,
				kind: id,
				aboutId: z.optional(z.nullable(id)),
				fileName: z.string().check(z.trim(), z.minLength(1), z.maxLength(200)),
				bytes: z.int().check(z.minimum(0))
			})
		)
		.mutation(async ({ ctx, input }) => {
			const kind = allowed(ctx, input.kind);
			if (kind.about) await kind.about(ctx.db, input.aboutId ?? '');
			else if (input.aboutId) throw importRefusals.refuse('import.unknown');
			return writeOnce(ctx, 'imports.begin', input, (tx) =>
				beginImport(tx, { ...input, language: ctx.language }, ctx, ctx.now)
			);
		}),

	/** How far it is, what it found. */
	get: wideProcedure('console.use')
		.input(z.object({ id }))
		.query(async ({ ctx, input }) => {
			const { kind, aboutId } = await mine(ctx, input.id);
			const { anyOf, about } = kindOf(kind);
			const fields = await fieldsOf(ctx.db, kindOf(kind));
			return {
				...(await importView(ctx.db, input.id)),
				about: about && aboutId ? { id: aboutId, title: (await about(ctx.db, aboutId)).title } : null,
				fields: fields.map((field) => columnAs(field, ctx.language)),
				anyOf: anyOf ?? null
			};
		}),

	/** The columns that files of a kind may have here, for whoever makes one. */
	columns: wideProcedure('console.use')
		.input(z.object({ kind: id }))
		.query(async ({ ctx, input }) => {
			const kind = allowed(ctx, input.kind);
			const fields = await fieldsOf(ctx.db, kind);
			return {
				columns: fields.map((field) => ({
					...columnAs(field, ctx.language),
					about: field.about?.[ctx.language] ?? null,
					example: field.example ?? null
				})),
				anyOf: kind.anyOf ?? null
			};
		}),

	/** The first lines of the file and what its columns are taken for. */
	look: wideProcedure('console.use')
		.input(z.object({ id, form: z.nullable(form) }))
		.query(async ({ ctx, input }) => {
			const row = await mine(ctx, input.id);
			return lookAt(ctx.db, kindOf(row.kind), row, input.form);
		}),

	refused: wideProcedure('console.use')
		.input(z.object({ id, after: z.int(), limit: z.optional(z.int().check(z.minimum(1), z.maximum(2000))) }))
		.query(async ({ ctx, input }) => {
			const row = await mine(ctx, input.id);
			const page = await listRefused(ctx.db, row, input.after, input.limit);
			const fields = await fieldsOf(ctx.db, kindOf(row.kind));
			const names = new Map(fields.map((field) => [field.key, field.names[ctx.language][0]]));
			// As the file itself calls it: whoever corrects the line looks for that.
			const columnOf = (field: string) =>
				row.header?.[row.matching?.indexOf(field) ?? -1] || (names.get(field) ?? field);
			return {
				next: page.next,
				header: row.header ?? [],
				items: page.items.map(({ line, field, refusal, further, cells }) => ({
					line,
					faults: [{ field, refusal }, ...further].map((fault) => ({
						field: fault.field === null ? null : columnOf(fault.field),
						sentence: ctx.sentenceOf(fault.refusal)
					})),
					cells
				}))
			};
		}),

	check: wideProcedure('console.use')
		.input(
			z.object({
				key,
				id,
				form,
				matching: z.array(z.nullable(id)).check(z.maxLength(500)),
				told: z.optional(z.record(id, z.string().check(z.maxLength(1000))))
			})
		)
		.mutation(async ({ ctx, input }) => {
			await mine(ctx, input.id);
			await writeOnce(ctx, 'imports.check', input, async (tx) => {
				await checkImport(tx, input, ctx.now);
				return null;
			});
			await wake(importsJob);
		}),

	confirm: wideProcedure('console.use')
		.input(one)
		.mutation(async ({ ctx, input }) => {
			await mine(ctx, input.id);
			await writeOnce(ctx, 'imports.confirm', input, async (tx) => {
				await confirmImport(tx, input, ctx, ctx.now);
				return null;
			});
			await wake(importsJob);
		}),

	cancel: wideProcedure('console.use')
		.input(one)
		.mutation(async ({ ctx, input }) => {
			await mine(ctx, input.id);
			await writeOnce(ctx, 'imports.cancel', input, async (tx) => {
				await cancelImport(tx, input, ctx, ctx.now);
				return null;
			});
		}),

	/** Somebody takes the refused lines along: they are kept an hour longer, should the file not arrive. */
	noteTaken: wideProcedure('console.use')
		.input(z.object({ id }))
		.mutation(async ({ ctx, input }) => {
			await mine(ctx, input.id);
			await inTransaction(ctx.db, (tx) => noteTaken(tx, input, ctx.now));
		}),

	/** Throws the refused lines away, before their time. */
	forget: wideProcedure('console.use')
		.input(one)
		.mutation(async ({ ctx, input }) => {
			await mine(ctx, input.id);
			await writeOnce(ctx, 'imports.forget', input, async (tx) => {
				await forgetRefused(tx, input, ctx, ctx.now);
				return null;
			});
		}),

	/** One piece of the file. The route that takes it hands the bytes over in-process: they never cross as JSON. */
	piece: wideProcedure('console.use')
		.input(z.object({ id, number: z.int(), bytes: z.instanceof(Uint8Array) }))
		.mutation(async ({ ctx, input }) => {
			await mine(ctx, input.id);
			return inTransaction(ctx.db, (tx) => takePiece(tx, input, ctx.now));
		})
});
