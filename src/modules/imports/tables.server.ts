import { customType, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Actor } from '#core/actor';
import type { Language } from '#core/languages';
import type { RefusalData } from '#core/refusal';
import type { CsvForm } from '#platform/csv/form';
import { amount, at, key } from '#platform/columns';
import type { Counts, Fault } from './index.ts';

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });

/** One file on its way in. How far it is, is told by its instants. */
export const imports = pgTable(
	'imports',
	{
		id: key().primaryKey(),
		kind: key().notNull(),
		/** what the file is about as a whole, where its kind asks for that */
		aboutId: key(),
		fileName: text().notNull(),
		bytes: amount().notNull(),
		language: text().$type<Language>().notNull(),
		/** who began it and answers for it */
		actor: jsonb().$type<Actor>().notNull(),
		staffId: key(),
		form: jsonb().$type<CsvForm>(),
		header: jsonb().$type<string[]>(),
		/** for each column of the file its field, or null */
		matching: jsonb().$type<(string | null)[]>(),
		/** what was told once for all lines, by field */
		told: jsonb().$type<Record<string, string>>(),
		/** records of the pass that are behind us, and how many bytes of the file that took */
		cursor: integer().notNull().default(0),
		bytesRead: amount().notNull().default(0),
		counts: jsonb().$type<Counts>().notNull(),
		/** what the dry run had found, kept while the import is carried out */
		found: jsonb().$type<Counts>(),
		/** things that came into being beside the lines, such as categories, by name */
		made: jsonb().$type<string[]>().notNull(),
		failure: jsonb().$type<RefusalData>(),
		createdAt: at().notNull(),
		uploadedAt: at(),
		checkBegunAt: at(),
		checkedAt: at(),
		confirmedAt: at(),
		doneAt: at(),
		cancelledAt: at(),
		failedAt: at(),
		/** when the file was thrown away */
		clearedAt: at(),
		/** when somebody took the refused lines along as a file */
		linesTakenAt: at(),
		/** when the refused lines were thrown away */
		linesClearedAt: at()
	},
	(t) => [index('imports_created').on(t.createdAt, t.id)]
);

/**
 * The file, in the pieces in which it came: in the database, so that every server process can work on it, and so that it
 * is gone when the database is.
 */
export const importPieces = pgTable(
	'import_pieces',
	{
		importId: key()
			.notNull()
			.references(() => imports.id, { onDelete: 'cascade' }),
		number: integer().notNull(),
		bytes: bytea().notNull()
	},
	(t) => [primaryKey({ name: 'import_pieces_once', columns: [t.importId, t.number] })]
);

/** Which line of a file was the first to name a thing: the later ones are duplicates. */
export const importKeys = pgTable(
	'import_keys',
	{ importId: key().notNull(), key: key().notNull(), line: integer().notNull() },
	(t) => [primaryKey({ name: 'import_keys_once', columns: [t.importId, t.key] })]
);

/** Lines that were refused, by the dry run and by the pass that wrote. */
export const importRefused = pgTable(
	'import_refused',
	{
		importId: key().notNull(),
		pass: text().$type<'check' | 'write'>().notNull(),
		line: integer().notNull(),
		field: text(),
		refusal: jsonb().$type<RefusalData>().notNull(),
		/** whatever else is wrong with the line */
		further: jsonb().$type<readonly Fault[]>(),
		cells: jsonb().$type<string[]>().notNull()
	},
	(t) => [primaryKey({ name: 'import_refused_once', columns: [t.importId, t.pass, t.line] })]
);
