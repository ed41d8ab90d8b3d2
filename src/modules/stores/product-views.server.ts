import { and, asc, desc, eq, gt, isNotNull, isNull, sql, type SQL } from 'drizzle-orm';
import { pageSize, type Page } from '#core/page';
import type { Reads } from '#platform/db';
import { searchIn } from './catalogue.server.ts';
import type { ProductSort, ProductState } from './index.ts';
import { storesRefusals } from './refusals.ts';
import { categories, products, taxClasses } from './tables.server.ts';

export interface ProductQuery {
	text: string;
	categoryId: string | null;
	state: ProductState;
	sort: ProductSort;
	descending: boolean;
	cursor: string | null;
}

const listed = {
	id: products.id,
	name: products.name,
	brand: products.brand,
	barcode: products.barcode,
	category: categories.name,
	unit: products.unit,
	priceCents: products.priceCents,
	costCents: products.costCents,
	imageId: products.imageId,
	archivedAt: products.archivedAt,
	updatedAt: sql<Date>`coalesce(${products.updatedAt}, ${products.createdAt})`.mapWith(products.createdAt)
};
type ListedProduct = {
	id: string;
	name: string;
	brand: string | null;
	barcode: string | null;
	category: string;
	unit: 'piece' | 'kilogram';
	priceCents: number;
	costCents: number | null;
	imageId: string | null;
	archivedAt: Date | null;
	updatedAt: Date;
};

const sortColumns = {
	name: products.name,
	price: products.priceCents,
	changed: sql`coalesce(${products.updatedAt}, ${products.createdAt})`
} as const;

function filterOf({
	text,
	categoryId,
	state
}: Pick<ProductQuery, 'text' | 'categoryId' | 'state'>): (SQL | undefined)[] {
	return [
		state === 'archived' ? isNotNull(products.archivedAt) : isNull(products.archivedAt),
		categoryId ? eq(products.categoryId, categoryId) : undefined,
		searchIn(text)
	];
}

/** Products as the console lists them, a page at a time. */
export async function listedProducts(reads: Reads, query: ProductQuery): Promise<Page<ListedProduct>> {
	const column = sortColumns[query.sort];
	const after = readCursor(query.cursor, query.sort);
	const [order, than] = query.descending ? [desc, sql`<`] : [asc, sql`>`];
	const rows = await reads
		.select(listed)
		.from(products)
		.innerJoin(categories, eq(categories.id, products.categoryId))
		.where(
			and(
				...filterOf(query),
				after ? sql`(${column}, ${products.id}) ${than} (${after.value}, ${after.id})` : undefined
			)
		)
		.orderBy(order(column), order(products.id))
		.limit(pageSize + 1);
	const items = rows.slice(0, pageSize);
	const last = items.at(-1);
	return { items, nextCursor: rows.length > pageSize && last ? writeCursor(last, query.sort) : null };
}

/** How many there are on either side, as far as anybody wants to know: 1000 means a thousand or more. */
export async function productCounts(
	reads: Reads,
	query: Pick<ProductQuery, 'text' | 'categoryId'>
): Promise<Record<ProductState, number>> {
	const count = async (state: ProductState) => {
		const some = reads
			.select({ id: products.id })
			.from(products)
			.where(and(...filterOf({ ...query, state })))
			.limit(1000)
			.as('some');
		const [row] = await reads.select({ count: sql<number>`count(*)::int` }).from(some);
		return row?.count ?? 0;
	};
	const [onSale, archived] = await Promise.all([count('onSale'), count('archived')]);
	return { onSale, archived };
}

const writeCursor = (last: ListedProduct, sort: ProductSort): string => {
	const value = sort === 'name' ? last.name : sort === 'price' ? last.priceCents : last.updatedAt.toISOString();
	return Buffer.from(JSON.stringify([value, last.id])).toString('base64url');
};

/** A cursor that nobody here wrote, or for another order, starts the list from its beginning. */
function readCursor(cursor: string | null, sort: ProductSort): { value: string | number; id: string } | null {
	if (!cursor) return null;
	try {
		const [value, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
		if (typeof id !== 'string') return null;
		if (sort === 'price') return typeof value === 'number' && Number.isSafeInteger(value) ? { value, id } : null;
		if (typeof value !== 'string') return null;
		return sort === 'changed' && Number.isNaN(Date.parse(value)) ? null : { value, id };
	} catch {
		return null;
	}
}

const barcodes = sql<string[]>`array(select b.barcode from product_barcodes b where b.product_id = "products"."id"
	order by b.barcode is distinct from "products"."barcode", b.added_at, b.barcode)`;

/**
 * A product with all that is known of it: the tax that it bears, its own or the ordinary one, and whether the prices of every
 * store contain it. @throws `product.unknown`
 */
export async function productView(reads: Reads, id: string) {
	const [row] = await reads
		.select({
			...listed,
			categoryId: products.categoryId,
			description: products.description,
			taxClassId: products.taxClassId,
			tax: taxClasses.name,
			ratePcm: taxClasses.ratePcm,
			taxIncluded: sql<boolean>`(select coalesce(bool_and(s.prices_include_tax), true) from stores s
				where s.archived_at is null)`,
			version: products.version,
			createdAt: products.createdAt,
			barcodes
		})
		.from(products)
		.innerJoin(categories, eq(categories.id, products.categoryId))
		.leftJoin(
			taxClasses,
			sql`${taxClasses.id} = coalesce(${products.taxClassId}, (select o.id from tax_classes o where o.ordinary))`
		)
		.where(eq(products.id, id));
	if (!row) throw storesRefusals.refuse('product.unknown');
	return row;
}

/** Products for a file, in the order in which they came into being; archived ones too. */
export async function exportedProducts(reads: Reads, query: { after: string | null; limit: number }) {
	const rows = await reads
		.select({
			id: products.id,
			name: products.name,
			barcodes,
			category: categories.name,
			brand: products.brand,
			unit: products.unit,
			priceCents: products.priceCents,
			costCents: products.costCents,
			tax: taxClasses.name,
			description: products.description,
			archivedAt: products.archivedAt
		})
		.from(products)
		.innerJoin(categories, eq(categories.id, products.categoryId))
		.leftJoin(taxClasses, eq(taxClasses.id, products.taxClassId))
		.where(query.after ? gt(products.id, query.after) : undefined)
		.orderBy(asc(products.id))
		.limit(query.limit + 1);
	const items = rows.slice(0, query.limit);
	return { items, next: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}
