import type { Language } from '#core/languages';
import type { Reads } from '#platform/db';
import { moneyOut, yesNames } from './cells.ts';
import type { Store } from './index.ts';
import { productFields, unitNames } from './product-import.server.ts';
import { exportedProducts } from './product-views.server.ts';
import { dayCells, storeFields } from './store-import.server.ts';

/** products of one part of the file */
const partSize = 1000;

type Cell = string | number | null;

/** A part of a file: its header, its lines, and where the next part begins. */
export interface FilePart {
	head: string[];
	items: Cell[][];
	nextCursor: string | null;
}

/**
 * Products as lines of a file that the import reads back without finding a change, a thousand at a time.
 * @param after the last product of the part before; null: the first part
 */
export async function productPart(
	reads: Reads,
	{ after, language, currency }: { after: string | null; language: Language; currency: string }
): Promise<FilePart> {
	const { items, next } = await exportedProducts(reads, { after, limit: partSize });
	return {
		head: productFields.map(({ names }) => names[language][0]),
		nextCursor: next,
		items: items.map((row) => [
			row.id,
			row.name,
			row.barcodes.join(' '),
			row.category,
			row.brand,
			unitNames[language][row.unit],
			moneyOut(row.priceCents, currency),
			moneyOut(row.costCents, currency),
			row.tax,
			row.description,
			row.archivedAt ? yesNames[language] : null
		])
	};
}

/** Stores as lines of a file. @param stores those that whoever asks may see */
export function storePart(stores: readonly Store[], language: Language): FilePart {
	return {
		head: storeFields.map(({ names }) => names[language][0] ?? ''),
		nextCursor: null,
		items: stores.map((store) => [
			store.id,
			store.name,
			store.city,
			store.address,
			store.taxNumber,
			store.timeZone,
			store.currency,
			store.pricesIncludeTax ? yesNames[language] : '0',
			...dayCells(store),
			store.archivedAt ? yesNames[language] : null
		])
	};
}
