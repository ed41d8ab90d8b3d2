import { and, asc, eq, inArray, isNull, sql, type SQL } from 'drizzle-orm';
import { isGtin, normaliseCode } from '#core/codes';
import { pageSize, type Page } from '#core/page';
import type { Reads } from '#platform/db';
import type { ProductFact } from '#pricing';
import { smallCatalogue, type Catalogue, type CatalogueProduct, type Category } from './index.ts';
import { searchQuery } from './search-words.ts';
import { categories, productBarcodes, products } from './tables.server.ts';

const shown = {
	id: products.id,
	categoryId: products.categoryId,
	name: products.name,
	barcode: products.barcode,
	unit: products.unit,
	priceCents: products.priceCents,
	taxId: products.taxClassId,
	imageId: products.imageId,
	// Written out: drizzle leaves the table's name away inside a select of one table.
	moreBarcodes: sql<string[]>`array(select b.barcode from product_barcodes b
		where b.product_id = "products"."id" and b.barcode is distinct from "products"."barcode" order by b.barcode)`
};

const onSale = isNull(products.archivedAt);

/** What the quote needs of these products, by id, archived ones included; an unknown id has no entry. */
export async function productsByIds(reads: Reads, ids: readonly string[]): Promise<Record<string, ProductFact>> {
	if (ids.length === 0) return {};
	const rows = await reads
		.select({
			id: products.id,
			name: products.name,
			categoryId: products.categoryId,
			unit: products.unit,
			priceCents: products.priceCents,
			costCents: products.costCents,
			taxId: products.taxClassId,
			archivedAt: products.archivedAt
		})
		.from(products)
		.where(sql`${products.id} = any(${sql.param([...new Set(ids)])}::text[])`);
	return Object.fromEntries(
		rows.map(({ archivedAt, ...product }) => [product.id, { ...product, archived: archivedAt !== null }])
	);
}

/**
 * The product on sale that a barcode names, or null. A trade item number is found whichever of its lengths was stored
 * and scanned: scanners give a UPC-A (12 digits) as EAN-13 with a zero in front, and the other way round.
 */
export async function findProductByBarcode(reads: Reads, barcode: string): Promise<CatalogueProduct | null> {
	const code = normaliseCode(barcode);
	const forms = new Set([code]);
	if (isGtin(code)) {
		const bare = code.replace(/^0+/, '');
		for (const length of [8, 12, 13, 14]) if (bare.length <= length) forms.add(bare.padStart(length, '0'));
	}
	const [product] = await reads
		.select(shown)
		.from(products)
		.innerJoin(productBarcodes, eq(productBarcodes.productId, products.id))
		.where(and(inArray(productBarcodes.barcode, [...forms]), onSale))
		.limit(1);
	return product ?? null;
}

/** The categories that are in use, in their order. */
export async function listCategories(reads: Reads): Promise<Category[]> {
	const { id, name, position } = categories;
	return reads
		.select({ id, name, position })
		.from(categories)
		.where(isNull(categories.archivedAt))
		.orderBy(asc(position), asc(name));
}

/** What a till loads when it starts: the categories and, of a small shop, every product. */
export async function catalogueOf(reads: Reads): Promise<Catalogue> {
	const [all, some] = await Promise.all([
		listCategories(reads),
		reads
			.select(shown)
			.from(products)
			.where(onSale)
			.orderBy(asc(products.name), asc(products.id))
			.limit(smallCatalogue + 1)
	]);
	return { categories: all, products: some.length > smallCatalogue ? null : some };
}

/** Products that somebody looks for: words of name and brand (all of them, anywhere in it) or a barcode's beginning. */
export function searchIn(text: string): SQL | undefined {
	const code = normaliseCode(text);
	const query = searchQuery(text);
	if (/^\d{4,}$/.test(code)) {
		// A range, since the beginning of a text is found by an index only where the planner knows it beforehand. Numbers
		// are names, too: 4711 is a cologne. Each half has its index; with "or" neither would be used.
		return sql`${products.id} in (
			select b.product_id from product_barcodes b where b.barcode >= ${code} and b.barcode < ${code + ':'}
			union all select w.id from products w where w.words @@ ${query}::tsquery)`;
	}
	if (query !== null) return sql`${products.words} @@ ${query}::tsquery`;
	// Something was typed that no name has: nothing but signs.
	return text.trim() === '' ? undefined : sql`false`;
}

/** What `listProducts` looks for: words of name and brand, or a barcode's beginning. */
export interface ProductSearch {
	text?: string;
	categoryId?: string;
	cursor?: string | null;
}

/** Products on sale by name, in pages. */
export async function listProducts(reads: Reads, search: ProductSearch): Promise<Page<CatalogueProduct>> {
	const where: (SQL | undefined)[] = [onSale];
	if (search.categoryId) where.push(eq(products.categoryId, search.categoryId));
	where.push(searchIn(search.text ?? ''));
	const after = readCursor(search.cursor);
	if (after) where.push(sql`(${products.name}, ${products.id}) > (${after.name}, ${after.id})`);
	const rows = await reads
		.select(shown)
		.from(products)
		.where(and(...where))
		.orderBy(asc(products.name), asc(products.id))
		.limit(pageSize + 1);
	const items = rows.slice(0, pageSize);
	const last = items.at(-1);
	return { items, nextCursor: rows.length > pageSize && last ? writeCursor(last) : null };
}

const writeCursor = ({ name, id }: { name: string; id: string }): string =>
	Buffer.from(JSON.stringify([name, id])).toString('base64url');

/** A cursor that nobody here wrote starts the list from its beginning. */
function readCursor(cursor: string | null | undefined): { name: string; id: string } | null {
	if (!cursor) return null;
	try {
		const [name, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
		return typeof name === 'string' && typeof id === 'string' ? { name, id } : null;
	} catch {
		return null;
	}
}
