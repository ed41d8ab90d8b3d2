import { asc, eq, sql } from 'drizzle-orm';
import { newId } from '#core/ids';
import type { Reads, Tx } from '#platform/db';
import { byHouse, keepTrail, withoutCodes, type By } from '#platform/trail';
import type { StoreTaxes } from '#pricing';
import { limits, storeTaxes, type TaxClassInput } from './index.ts';
import { storesRefusals } from './refusals.ts';
import { taxClasses } from './tables.server.ts';

const { refuse } = storesRefusals;

export type TaxClass = typeof taxClasses.$inferSelect;

/** The tax classes that are in use, by their place. A house has a handful. */
export async function listTaxClasses(reads: Reads): Promise<TaxClass[]> {
	return reads
		.select()
		.from(taxClasses)
		.where(sql`${taxClasses.archivedAt} is null`)
		.orderBy(asc(taxClasses.position), asc(taxClasses.name));
}

async function sound(tx: Tx, { name: wished, ratePcm, ordinary }: TaxClassInput, mine: string | null) {
	const name = wished.trim();
	if (name === '') throw refuse('catalogue.name_missing', { field: 'name' });
	if (name.length > limits.nameLength) throw refuse('catalogue.text_long', { field: 'name', most: limits.nameLength });
	if (!Number.isInteger(ratePcm) || ratePcm < 0 || ratePcm > 100_000)
		throw refuse('tax.rate_form', { field: 'ratePcm' });
	await tx.execute(sql`select pg_advisory_xact_lock(hashtext('stores.tax_classes'))`);
	const all = await listTaxClasses(tx);
	if (all.some((other) => other.id !== mine && other.name.toLocaleLowerCase() === name.toLocaleLowerCase()))
		throw refuse('tax.name_taken', { field: 'name', name });
	return { name, ratePcm, ordinary, all };
}

/** @throws `tax.name_taken`, `tax.rate_form`, `catalogue.name_missing` */
export async function createTaxClass(
	tx: Tx,
	input: TaxClassInput,
	now: Date,
	by: By = byHouse
): Promise<{ id: string }> {
	const { name, ratePcm, ordinary, all } = await sound(tx, input, null);
	const id = newId('taxClass', now);
	if (ordinary) await noneOrdinary(tx, id);
	await tx.insert(taxClasses).values({ id, name, ratePcm, ordinary, position: (all.at(-1)?.position ?? -1) + 1 });
	const subject = { kind: 'taxClass', id };
	await keepTrail(
		tx,
		by,
		{ action: 'tax.created', subject, title: withoutCodes(name), after: { ratePcm, ordinary } },
		now
	);
	return { id };
}

/** Makes room for another ordinary class. Whoever has the former one open is told that it changed. */
async function noneOrdinary(tx: Tx, but: string): Promise<void> {
	await tx
		.update(taxClasses)
		.set({ ordinary: false, version: sql`version + 1` })
		.where(sql`${taxClasses.ordinary} and ${taxClasses.id} <> ${but}`);
}

async function lock(tx: Tx, id: string): Promise<TaxClass> {
	const [row] = await tx.select().from(taxClasses).where(eq(taxClasses.id, id)).for('update');
	if (!row || row.archivedAt) throw refuse('tax.unknown');
	return row;
}

/** @throws `tax.unknown`, `tax.changed_meanwhile` with the present `name`, and those of `createTaxClass` */
export async function editTaxClass(
	tx: Tx,
	{ id, version, ...input }: TaxClassInput & { id: string; version: number },
	by: By,
	now: Date
): Promise<void> {
	const before = await lock(tx, id);
	if (before.version !== version) throw refuse('tax.changed_meanwhile', { name: before.name });
	const { name, ratePcm, ordinary } = await sound(tx, input, id);
	if (ordinary) await noneOrdinary(tx, id);
	await tx
		.update(taxClasses)
		.set({ name, ratePcm, ordinary, version: version + 1 })
		.where(eq(taxClasses.id, id));
	await keepTrail(
		tx,
		by,
		{
			action: 'tax.changed',
			subject: { kind: 'taxClass', id },
			title: withoutCodes(name),
			before: { name: withoutCodes(before.name), ratePcm: before.ratePcm, ordinary: before.ordinary },
			after: { name: withoutCodes(name), ratePcm, ordinary }
		},
		now
	);
}

/**
 * The taxes as a quote takes them, for a store whose prices contain them or not.
 * @returns undefined in a house without tax classes
 */
export async function taxesOf(reads: Reads, included: boolean): Promise<StoreTaxes | undefined> {
	const all = await listTaxClasses(reads);
	return all.length === 0 ? undefined : storeTaxes(all, included);
}

/** @throws `tax.unknown`, `tax.in_use` with `count` while products have it */
export async function archiveTaxClass(tx: Tx, { id }: { id: string }, by: By, now: Date): Promise<void> {
	const before = await lock(tx, id);
	const [used] = await tx.execute<{ count: number }>(
		sql`select count(*)::int as count from products where tax_class_id = ${id} and archived_at is null`
	);
	if (used && used.count > 0) throw refuse('tax.in_use', { count: used.count });
	await tx
		.update(taxClasses)
		.set({ archivedAt: now, ordinary: false, version: before.version + 1 })
		.where(eq(taxClasses.id, id));
	const subject = { kind: 'taxClass', id };
	await keepTrail(tx, by, { action: 'tax.archived', subject, title: withoutCodes(before.name) }, now);
}
