import { sql } from 'drizzle-orm';
import { check, customType, index, integer, jsonb, pgTable, text, uniqueIndex, boolean } from 'drizzle-orm/pg-core';
import { isNotNull, isNull } from 'drizzle-orm';
import { amount, at, key, notNegative, within } from '#platform/columns';
import type { ProgrammeRules } from '#pricing';
import type { OpeningHours } from './hours.ts';

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
/** Words to search by, made by `searchWords`; Postgres only sorts and compares them. */
const words = customType<{ data: string; driverData: string }>({ dataType: () => 'tsvector' });

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
	/** street and number, as it is printed */
	address: text(),
	/** as it is printed on receipts: VAT number, tax id, whatever the country asks for */
	taxNumber: text(),
	timeZone: text().notNull(),
	currency: text().notNull(),
	/** null: nobody has said when it is open */
	hours: jsonb().$type<OpeningHours>(),
	/** whether the prices on the shelves contain the tax */
	pricesIncludeTax: boolean().notNull().default(true),
	version: integer().notNull().default(1),
	createdAt: at().notNull(),
	updatedAt: at(),
	archivedAt: at()
});

export const categories = pgTable('categories', {
	id: key().primaryKey(),
	name: text().notNull(),
	position: integer().notNull().default(0),
	version: integer().notNull().default(1),
	archivedAt: at()
});

/** Goods that are taxed alike. A rate is a whole number of thousandths of a per cent: 8875 is 8.875 %. */
export const taxClasses = pgTable(
	'tax_classes',
	{
		id: key().primaryKey(),
		name: text().notNull(),
		ratePcm: integer().notNull(),
		/** borne by amounts typed in and by products without a class; one at most */
		ordinary: boolean().notNull().default(false),
		position: integer().notNull().default(0),
		version: integer().notNull().default(1),
		archivedAt: at()
	},
	(t) => [
		check('tax_classes_rate', sql`${t.ratePcm} between 0 and 100000`),
		uniqueIndex('tax_classes_ordinary')
			.on(t.ordinary)
			.where(sql`${t.ordinary}`)
	]
);

export const products = pgTable(
	'products',
	{
		id: key().primaryKey(),
		categoryId: key()
			.notNull()
			.references(() => categories.id),
		name: text().notNull(),
		brand: text(),
		description: text(),
		/** the one that is printed now; all of them, older ones too, are in `product_barcodes` */
		barcode: key(),
		/** what `priceCents` buys: one piece, or one kilogram of weighed goods */
		unit: text().$type<'piece' | 'kilogram'>().notNull().default('piece'),
		priceCents: amount().notNull(),
		costCents: amount(),
		taxClassId: key().references(() => taxClasses.id),
		imageId: key(),
		/** of name and brand */
		words: words().notNull().default(''),
		version: integer().notNull().default(1),
		createdAt: at().notNull(),
		updatedAt: at(),
		archivedAt: at()
	},
	(t) => [
		uniqueIndex('products_barcode').on(t.barcode).where(isNotNull(t.barcode)),
		index('products_category').on(t.categoryId).where(isNull(t.archivedAt)),
		index('products_name').on(t.name, t.id),
		index('products_price').on(t.priceCents, t.id),
		index('products_words').using('gin', t.words),
		notNegative('products_price_not_negative', t.priceCents),
		within('products_price_within', t.priceCents)
	]
);

/** Every barcode that ever named a product: the old ones keep working, since goods stay on shelves for years. */
export const productBarcodes = pgTable(
	'product_barcodes',
	{
		barcode: key().primaryKey(),
		productId: key()
			.notNull()
			.references(() => products.id),
		addedAt: at().notNull()
	},
	(t) => [index('product_barcodes_product').on(t.productId)]
);

/**
 * Pictures, in the database and not in a folder: a backup has them, every server process finds them, and they are small
 * (the browser makes them so before it sends them). A picture is never changed; another one has another id.
 */
export const productImages = pgTable(
	'product_images',
	{
		id: key().primaryKey(),
		productId: key()
			.notNull()
			.references(() => products.id),
		contentType: text().$type<'image/jpeg' | 'image/png' | 'image/webp'>().notNull(),
		width: integer().notNull(),
		height: integer().notNull(),
		bytes: bytea().notNull(),
		createdAt: at().notNull()
	},
	(t) => [index('product_images_product').on(t.productId)]
);
