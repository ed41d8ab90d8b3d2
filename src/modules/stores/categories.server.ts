import { asc, eq, sql } from 'drizzle-orm';
import { newId } from '#core/ids';
import { insertRows, listOf } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { byHouse, keepTrail, withoutCodes, type By } from '#platform/trail';
import { limits, type Category, type CategoryInput } from './index.ts';
import { storesRefusals } from './refusals.ts';
import { categories } from './tables.server.ts';

const { refuse } = storesRefusals;

/** How many categories a house may have: the till shows them all. */
export const mostCategories = 2000;

/** A category as the console shows it. */
export interface CategoryRow extends Category {
	version: number;
	archivedAt: Date | null;
	/** products on sale in it */
	products: number;
}

export async function categoryRows(reads: Reads): Promise<CategoryRow[]> {
	return reads
		.select({
			id: categories.id,
			name: categories.name,
			position: categories.position,
			version: categories.version,
			archivedAt: categories.archivedAt,
			products: sql<number>`(select count(*)::int from products p where p.category_id = "categories"."id" and p.archived_at is null)`
		})
		.from(categories)
		.orderBy(sql`${categories.archivedAt} is not null`, asc(categories.position), asc(categories.name));
}

function sound(name: string): string {
	const tidy = name.trim();
	if (tidy === '') throw refuse('catalogue.name_missing', { field: 'name' });
	if (tidy.length > limits.nameLength) throw refuse('catalogue.text_long', { field: 'name', most: limits.nameLength });
	return tidy;
}

/** One name, one category, whatever the case: held against others who write at the same moment. */
async function refuseTaken(tx: Tx, name: string, mine: string | null): Promise<void> {
	await tx.execute(sql`select pg_advisory_xact_lock(hashtext('stores.categories'))`);
	const rows = await tx.select({ id: categories.id, name: categories.name }).from(categories);
	const taken = rows.find((row) => row.id !== mine && row.name.toLocaleLowerCase() === name.toLocaleLowerCase());
	if (taken) throw refuse('category.name_taken', { field: 'name', name: taken.name });
}

/** Adds a category behind the others. @throws `category.name_taken`, `catalogue.name_missing` */
export async function createCategory(tx: Tx, input: CategoryInput, now: Date, by: By = byHouse): Promise<Category> {
	const name = sound(input.name);
	await refuseTaken(tx, name, null);
	const [last] = await tx.select({ at: sql<number>`coalesce(max(${categories.position}) + 1, 0)` }).from(categories);
	const category: Category = { id: newId('category', now), name, position: input.position ?? last?.at ?? 0 };
	await tx.insert(categories).values(category);
	await keepTrail(
		tx,
		by,
		{ action: 'category.created', subject: { kind: 'category', id: category.id }, title: withoutCodes(name) },
		now
	);
	return category;
}

async function lock(tx: Tx, id: string) {
	const [row] = await tx.select().from(categories).where(eq(categories.id, id)).for('update');
	if (!row) throw refuse('category.unknown');
	return row;
}

/** @throws `category.unknown`, `category.name_taken`, `category.changed_meanwhile` with the present `name` and `version` */
export async function renameCategory(
	tx: Tx,
	{ id, version, name: wished }: { id: string; version: number; name: string },
	by: By,
	now: Date
): Promise<void> {
	const name = sound(wished);
	const before = await lock(tx, id);
	if (before.version !== version)
		throw refuse('category.changed_meanwhile', { version: before.version, name: before.name });
	await refuseTaken(tx, name, id);
	await tx
		.update(categories)
		.set({ name, version: version + 1 })
		.where(eq(categories.id, id));
	const subject = { kind: 'category', id };
	const [was, is] = [withoutCodes(before.name), withoutCodes(name)];
	await keepTrail(
		tx,
		by,
		{ action: 'category.renamed', subject, title: is, before: { name: was }, after: { name: is } },
		now
	);
}

/** Puts the categories into this order; one that is not named keeps its place behind them. */
export async function orderCategories(tx: Tx, { ids }: { ids: string[] }, by: By, now: Date): Promise<void> {
	const before = (await categoryRows(tx)).filter(({ archivedAt }) => archivedAt === null).map(({ id }) => id);
	const after = [...ids.filter((id) => before.includes(id)), ...before.filter((id) => !ids.includes(id))];
	await sqlOf(tx).unsafe(
		`update categories c set position = x.place
		from unnest($1::text[]) with ordinality as x(id, place) where c.id = x.id collate "C"`,
		[listOf(after)]
	);
	const subject = { kind: 'category', id: 'all' };
	await keepTrail(
		tx,
		by,
		{ action: 'category.ordered', subject, before: { order: before }, after: { order: after } },
		now
	);
}

/**
 * Takes a category away from till and forms, or brings it back.
 * @throws `category.in_use` with `count` while products of it are on sale
 */
export async function archiveCategory(
	tx: Tx,
	{ id, archived }: { id: string; archived: boolean },
	by: By,
	now: Date
): Promise<void> {
	const before = await lock(tx, id);
	if ((before.archivedAt !== null) === archived) return;
	const row = (await categoryRows(tx)).find((category) => category.id === id);
	if (archived && row && row.products > 0) throw refuse('category.in_use', { count: row.products });
	const archivedAt = archived ? now : null;
	await tx
		.update(categories)
		.set({ archivedAt, version: before.version + 1 })
		.where(eq(categories.id, id));
	const action = archived ? 'category.archived' : 'category.restored';
	await keepTrail(tx, by, { action, subject: { kind: 'category', id }, title: withoutCodes(before.name) }, now);
}

/** Categories by these names, whatever the case; those that are missing are made. For files, whose lines name them. */
export async function categoriesNamed(
	tx: Tx,
	names: readonly string[],
	by: By,
	now: Date
): Promise<Map<string, string>> {
	await tx.execute(sql`select pg_advisory_xact_lock(hashtext('stores.categories'))`);
	const known = await knownCategories(tx);
	const missing = new Map(
		names.filter((name) => !known.has(name.toLocaleLowerCase())).map((name) => [name.toLocaleLowerCase(), name])
	);
	if (missing.size === 0) return known;
	const [last] = await tx.select({ at: sql<number>`coalesce(max(${categories.position}) + 1, 0)` }).from(categories);
	const rows = [...missing.values()].map((name, place) => ({
		id: newId('category', now),
		name,
		position: (last?.at ?? 0) + place
	}));
	await insertRows(sqlOf(tx), categories, rows);
	await keepTrail(
		tx,
		by,
		rows.map(({ id, name }) => ({
			action: 'category.created',
			subject: { kind: 'category', id },
			title: withoutCodes(name)
		})),
		now
	);
	for (const { id, name } of rows) known.set(name.toLocaleLowerCase(), id);
	return known;
}

/** Ids by lower-case names; of two with one name the one in use counts. */
export async function knownCategories(reads: Reads): Promise<Map<string, string>> {
	const rows = await reads
		.select({ id: categories.id, name: categories.name })
		.from(categories)
		.orderBy(sql`${categories.archivedAt} is null`, asc(categories.id));
	return new Map(rows.map(({ id, name }) => [name.toLocaleLowerCase(), id]));
}
