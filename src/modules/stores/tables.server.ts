import { index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { isNotNull, isNull } from 'drizzle-orm';
import { amount, at, key, notNegative, within } from '#platform/columns';
import type { ProgrammeRules } from '#pricing';

/** The one programme of this database: its currency, its day, its rules for points. */
export const programmes = pgTable('programmes', {
	id: key().primaryKey(),
	name: text().notNull(),
	currency: text().notNull(),
	timeZone: text().notNull(),
	rules: jsonb().$type<ProgrammeRules>().notNull(),
	version: integer().notNull().default(1),
	updatedAt: at().notNull()
});

export const stores = pgTable('stores', {
	id: key().primaryKey(),
	name: text().notNull(),
	city: text().notNull(),
	timeZone: text().notNull(),
	currency: text().notNull(),
	createdAt: at().notNull(),
	archivedAt: at()
});

export const categories = pgTable('categories', {
	id: key().primaryKey(),
	name: text().notNull(),
	position: integer().notNull().default(0)
});

export const products = pgTable(
	'products',
	{
		id: key().primaryKey(),
		categoryId: key()
			.notNull()
			.references(() => categories.id),
		name: text().notNull(),
		barcode: key(),
		/** what `priceCents` buys: one piece, or one kilogram of weighed goods */
		unit: text().$type<'piece' | 'kilogram'>().notNull().default('piece'),
		priceCents: amount().notNull(),
		costCents: amount(),
		createdAt: at().notNull(),
		archivedAt: at()
	},
	(t) => [
		uniqueIndex('products_barcode').on(t.barcode).where(isNotNull(t.barcode)),
		index('products_category').on(t.categoryId).where(isNull(t.archivedAt)),
		notNegative('products_price_not_negative', t.priceCents),
		within('products_price_within', t.priceCents)
	]
);
