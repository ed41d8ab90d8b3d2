import { expect, test } from 'vitest';
import type { CatalogueProduct } from '#stores';
import { TillCatalogue } from './catalogue.svelte.ts';

const product = (id: string, barcode: string | null, moreBarcodes: string[]): CatalogueProduct => ({
	id,
	categoryId: 'cat_1',
	name: `Product ${id}`,
	barcode,
	unit: 'piece',
	priceCents: 100,
	taxId: null,
	imageId: null,
	moreBarcodes
});

const catalogueOf = async (products: CatalogueProduct[]): Promise<TillCatalogue> => {
	const source = {
		catalogue: () => Promise.resolve({ categories: [], products }),
		products: () => Promise.resolve({ items: [], nextCursor: null })
	};
	const catalogue = new TillCatalogue(source, { read: () => null, write: () => {}, clear: () => {} });
	await catalogue.load();
	return catalogue;
};

test('a product is found by each of its barcodes, the old ones too, with and without zeros in front', async () => {
	const catalogue = await catalogueOf([
		product('a', '4006381333931', []),
		product('b', '0012345678905', ['4012345678901', '00087654321'])
	]);
	expect(catalogue.byBarcode('4006381333931')?.id).toBe('a');
	expect(catalogue.byBarcode('12345678905')?.id).toBe('b');
	expect(catalogue.byBarcode('4012345678901')?.id).toBe('b');
	expect(catalogue.byBarcode('87654321')?.id).toBe('b');
	expect(catalogue.byBarcode('4099999999999')).toBeNull();
	catalogue.type('4012');
	expect(catalogue.shown.map(({ id }) => id)).toEqual(['b']);
});

test('a number may be a name as well as the beginning of a barcode', async () => {
	const catalogue = await catalogueOf([
		product('a', '4711000000007', []),
		product('b', null, []),
		product('of 4711', '4006381333931', [])
	]);
	catalogue.type('4711');
	expect(catalogue.shown.map(({ id }) => id)).toEqual(['a', 'of 4711']);
});

test('a catalogue that the tablet kept from before knows one barcode each', async () => {
	const { moreBarcodes: _, ...old } = product('a', '4006381333931', []);
	const catalogue = await catalogueOf([old as CatalogueProduct]);
	expect(catalogue.byBarcode('4006381333931')?.id).toBe('a');
	expect(catalogue.byBarcode('4012345678901')).toBeNull();
});
