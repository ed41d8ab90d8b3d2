import { eq, sql } from 'drizzle-orm';
import { normaliseCode } from '#core/codes';
import { newId } from '#core/ids';
import { isRefusal } from '#core/refusal';
import { insertRows, listOf } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { byHouse, keepTrail, withoutCodes, type By, type Deed } from '#platform/trail';
import { productProblems, type ProductInput } from './index.ts';
import { storesRefusals } from './refusals.ts';
import { searchWords } from './search-words.ts';
import { productBarcodes, products } from './tables.server.ts';

const { refuse } = storesRefusals;

export type ProductRow = typeof products.$inferSelect;

/** What the trail keeps of a product. A barcode that looks like a code worth money is shortened. */
export const trailOf = (product: Partial<ProductRow>, barcodes: readonly string[]): Record<string, unknown> => ({
	name: withoutCodes(product.name ?? ''),
	brand: product.brand ? withoutCodes(product.brand) : null,
	description: product.description ? withoutCodes(product.description) : null,
	categoryId: product.categoryId,
	barcodes: [...barcodes].sort().map(withoutCodes),
	unit: product.unit,
	priceCents: product.priceCents,
	costCents: product.costCents ?? null,
	taxClassId: product.taxClassId ?? null,
	imageId: product.imageId ?? null,
	archivedAt: product.archivedAt ?? null
});

const deedOf = (
	action: `product.${string}`,
	row: Pick<ProductRow, 'id' | 'name'>
): Pick<Deed, 'action' | 'subject' | 'title'> => ({
	action,
	subject: { kind: 'product', id: row.id },
	title: withoutCodes(row.name)
});

const tidy = (text: string | null | undefined): string | null => (text ?? '').trim() || null;

/** A product's columns as they are kept. */
export function columnsOf(input: ProductInput) {
	const { categoryId, unit, priceCents, costCents, taxClassId = null } = input;
	const name = input.name.trim();
	const brand = tidy(input.brand);
	return {
		categoryId,
		name,
		brand,
		description: tidy(input.description),
		barcode: input.barcode === null ? null : normaliseCode(input.barcode),
		unit,
		priceCents,
		costCents,
		taxClassId,
		words: searchWords(name, brand)
	};
}

const barcodesIn = ({ barcode, moreBarcodes = [] }: ProductInput): string[] => [
	...new Set([...(barcode === null ? [] : [barcode]), ...moreBarcodes].map(normaliseCode))
];

function refuseProblems(input: ProductInput): void {
	const problems = productProblems(input);
	const [first] = problems;
	if (first)
		throw storesRefusals.refuse(first.refusal.code as 'product.price_form', first.refusal.details, { problems });
}

/**
 * Takes barcodes for a product. Claimed row by row, without a savepoint: whoever has one already keeps it.
 * @throws `product.barcode_taken` with the `field`
 */
async function claimBarcodes(tx: Tx, productId: string, wanted: readonly string[], main: string | null, now: Date) {
	const rows = wanted.map((barcode) => ({ barcode, productId, addedAt: now }));
	await insertRows(sqlOf(tx), productBarcodes, rows, 'on conflict do nothing');
	if (rows.length === 0) return;
	const owners = await sqlOf(tx).unsafe<{ barcode: string; product_id: string }[]>(
		'select barcode, product_id from product_barcodes where barcode = any($1::text[])',
		[listOf(wanted)]
	);
	const foreign = owners.find((owner) => owner.product_id !== productId);
	if (foreign) {
		const field = foreign.barcode === main ? 'barcode' : 'moreBarcodes';
		throw refuse('product.barcode_taken', { field, barcode: foreign.barcode });
	}
}

/** A foreign key says which thing does not exist: asked before, since an error would end the caller's transaction. */
async function refuseUnknown(tx: Tx, { categoryId, taxClassId }: ProductInput): Promise<void> {
	const [row] = await sqlOf(tx).unsafe<{ category: boolean; tax: boolean }[]>(
		`select exists (select from categories where id = $1) as category,
			$2::text is null or exists (select from tax_classes where id = $2) as tax`,
		[categoryId, taxClassId ?? null]
	);
	if (!row?.category) throw refuse('category.unknown', { field: 'categoryId' });
	if (!row.tax) throw refuse('tax.unknown', { field: 'taxClassId' });
}

/**
 * Puts a product on sale. A refused one leaves the caller's transaction standing.
 * @throws `category.unknown`, `tax.unknown`, `product.barcode_taken`, and what `productProblems` finds
 */
export async function createProduct(tx: Tx, input: ProductInput, now: Date, by: By = byHouse): Promise<{ id: string }> {
	refuseProblems(input);
	await refuseUnknown(tx, input);
	const id = newId('product', now);
	const row = { id, ...columnsOf(input), createdAt: now, updatedAt: now };
	const barcodes = barcodesIn(input);
	await refuseTaken(tx, barcodes, row.barcode, id);
	// Somebody may take one of them at this moment: no savepoint (a cut connection inside one ends the process), no error
	// of the database's, and what was begun is taken back.
	const made = await insertRows(sqlOf(tx), products, [row], 'on conflict do nothing returning id');
	if (made.length === 0) throw refuse('product.barcode_taken', { field: 'barcode', barcode: row.barcode });
	try {
		await claimBarcodes(tx, id, barcodes, row.barcode, now);
	} catch (error) {
		if (isRefusal(error)) {
			await tx.delete(productBarcodes).where(eq(productBarcodes.productId, id));
			await tx.delete(products).where(eq(products.id, id));
		}
		throw error;
	}
	await keepTrail(tx, by, { ...deedOf('product.created', row), after: trailOf(row, barcodes) }, now);
	return { id };
}

async function refuseTaken(tx: Tx, barcodes: readonly string[], main: string | null, mine: string): Promise<void> {
	const [taken] = await sqlOf(tx).unsafe<{ barcode: string }[]>(
		'select barcode from product_barcodes where barcode = any($1::text[]) and product_id <> $2 limit 1',
		[listOf(barcodes), mine]
	);
	if (!taken) return;
	const field = taken.barcode === main ? 'barcode' : 'moreBarcodes';
	throw refuse('product.barcode_taken', { field, barcode: taken.barcode });
}

export async function lockProduct(tx: Tx, id: string): Promise<ProductRow> {
	const [row] = await tx.select().from(products).where(eq(products.id, id)).for('update');
	if (!row) throw refuse('product.unknown');
	return row;
}

export async function barcodesOf(reads: Reads, id: string): Promise<string[]> {
	const rows = await reads
		.select({ barcode: productBarcodes.barcode })
		.from(productBarcodes)
		.where(eq(productBarcodes.productId, id))
		.orderBy(productBarcodes.addedAt, productBarcodes.barcode);
	return rows.map(({ barcode }) => barcode);
}

/**
 * Changes a product, provided that nobody changed it since `version` was read. A barcode that is left out of the list no
 * longer names it; the one that was printed before stays among the others unless it is taken away there.
 * @throws `product.unknown`, `product.changed_meanwhile` with the present `version`, and those of `createProduct`
 */
export async function editProduct(
	tx: Tx,
	{ id, version, ...input }: ProductInput & { id: string; version: number },
	by: By,
	now: Date
): Promise<{ version: number }> {
	refuseProblems(input);
	const before = await lockProduct(tx, id);
	if (before.version !== version) throw refuse('product.changed_meanwhile', { version: before.version });
	await refuseUnknown(tx, input);
	const had = await barcodesOf(tx, id);
	const has = barcodesIn(input);
	const columns = columnsOf(input);
	await refuseTaken(tx, has, columns.barcode, id);
	const gone = had.filter((barcode) => !has.includes(barcode));
	if (gone.length > 0)
		await tx
			.delete(productBarcodes)
			.where(sql`${productBarcodes.productId} = ${id} and ${productBarcodes.barcode} = any(${listOf(gone)}::text[])`);
	await claimBarcodes(tx, id, has, columns.barcode, now);
	await tx
		.update(products)
		.set({ ...columns, version: version + 1, updatedAt: now })
		.where(eq(products.id, id));
	const after = trailOf({ ...before, ...columns }, has);
	await keepTrail(
		tx,
		by,
		{ ...deedOf('product.changed', { id, name: columns.name }), before: trailOf(before, had), after },
		now
	);
	return { version: version + 1 };
}

/** Takes a product off sale, or puts it back; what is so already stays. @throws `product.unknown` */
export async function archiveProduct(
	tx: Tx,
	{ id, archived }: { id: string; archived: boolean },
	by: By,
	now: Date
): Promise<void> {
	const before = await lockProduct(tx, id);
	if ((before.archivedAt !== null) === archived) return;
	const archivedAt = archived ? now : null;
	await tx
		.update(products)
		.set({ archivedAt, version: before.version + 1, updatedAt: now })
		.where(eq(products.id, id));
	const deed = deedOf(archived ? 'product.archived' : 'product.restored', before);
	await keepTrail(tx, by, { ...deed, before: { archivedAt: before.archivedAt }, after: { archivedAt } }, now);
}
