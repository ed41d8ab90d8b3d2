import { and, asc, eq, ilike, inArray, isNull, sql, type SQL } from 'drizzle-orm';
import { isGtin, normaliseCode } from '#core/codes';
import { newId } from '#core/ids';
import { pageSize, type Page } from '#core/page';
import { constraintOf, sqlState, type Reads, type Tx } from '#platform/db';
import type { ProductFact } from '#pricing';
import {
	smallCatalogue,
	type Catalogue,
	type CatalogueProduct,
	type Category,
	type CategoryInput,
	type ProductInput
} from './index.ts';
import { storesRefusals } from './refusals.ts';
import { categories, products } from './tables.server.ts';

const shown = {
	id: products.id,
	categoryId: products.categoryId,
	name: products.name,
	barcode: products.barcode,
	unit: products.unit,
	priceCents: products.priceCents
};

const onSale = isNull(products.archivedAt);

export async function createCategory(tx: Tx, input: CategoryInput, now: Date): Promise<Category> {
	const category: Category = { id: newId('category', now), name: input.name, position: input.position ?? 0 };
	await tx.insert(categories).values(category);
	return category;
}

/**
 * Puts a product on sale.
 * @throws `category.unknown`, `product.barcode_taken`
 */
export async function createProduct(tx: Tx, input: ProductInput, now: Date): Promise<CatalogueProduct> {
	const id = newId('product', now);
	const barcode = input.barcode === null ? null : normaliseCode(input.barcode);
	try {
		// In a savepoint: the caller's transaction outlives a refused product.
		await tx.transaction((inner) => inner.insert(products).values({ ...input, barcode, id, createdAt: now }));
	} catch (error) {
		if (constraintOf(error) === 'products_barcode') throw storesRefusals.refuse('product.barcode_taken');
		if (sqlState(error) === '23503') throw storesRefusals.refuse('category.unknown');
		throw error;
	}
	const { categoryId, name, unit, priceCents } = input;
	return { id, categoryId, name, barcode, unit, priceCents };
}

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
		.where(and(inArray(products.barcode, [...forms]), onSale))
		.limit(1);
	return product ?? null;
}

/** All categories in their order. */
export async function listCategories(reads: Reads): Promise<Category[]> {
	return reads.select().from(categories).orderBy(asc(categories.position), asc(categories.name));
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

/** What `listProducts` looks for: words of the name (all of them, anywhere in it) or the barcode's beginning. */
export interface ProductSearch {
	text?: string;
	categoryId?: string;
	cursor?: string | null;
}

/** Products on sale by name, in pages. */
export async function listProducts(reads: Reads, search: ProductSearch): Promise<Page<CatalogueProduct>> {
	const where: (SQL | undefined)[] = [onSale];
	if (search.categoryId) where.push(eq(products.categoryId, search.categoryId));
	const words = (search.text ?? '').trim().split(/\s+/).filter(Boolean).slice(0, 6);
	const code = normaliseCode(search.text ?? '');
	if (/^\d{4,}$/.test(code)) where.push(sql`starts_with(${products.barcode}, ${code})`);
	else for (const word of words) where.push(ilike(products.name, `%${word.replace(/[\\%_]/g, '\\$&')}%`));
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
