import { csvLine } from '#core/csv';
import type { Language } from '#core/languages';
import type { Reads } from '#platform/db';
import { moneyOut, yesNames } from './cells.ts';
import { allStores } from './places.server.ts';
import { productFields, unitNames } from './product-import.server.ts';
import { exportedProducts } from './product-views.server.ts';
import { dayCells, storeFields } from './store-import.server.ts';

/** products of one part of the file */
const partSize = 1000;

const header = (language: Language): string => csvLine(productFields.map(({ names }) => names[language][0]));

/**
 * Products as lines of a file that the import reads back without finding a change, a thousand at a time.
 * @param after the last product of the part before; null: the first part, with the header
 */
export async function exportLines(
	reads: Reads,
	{ after, language, currency }: { after: string | null; language: Language; currency: string }
): Promise<{ text: string; next: string | null }> {
	const { items, next } = await exportedProducts(reads, { after, limit: partSize });
	const lines = items.map((row) =>
		csvLine([
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
	);
	return { text: (after === null ? header(language) : '') + lines.join(''), next };
}

/** All stores as lines of a file, with its header. */
export async function storeLines(reads: Reads, language: Language): Promise<string> {
	const lines = (await allStores(reads)).map((store) =>
		csvLine([
			store.id,
			store.name,
			store.city,
			store.address,
			store.timeZone,
			store.currency,
			store.pricesIncludeTax ? yesNames[language] : '0',
			...dayCells(store),
			store.archivedAt ? yesNames[language] : null
		])
	);
	return csvLine(storeFields.map(({ names }) => names[language][0] ?? '')) + lines.join('');
}
