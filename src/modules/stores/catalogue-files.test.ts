import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { registerImports } from '#imports/server';
import { csvLine, csvMark } from '#core/csv';
import type { Language } from '#core/languages';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { trailEntries } from '../../platform/trail.tables.server.ts';
import { testDatabase } from '../../../tests/support/database.ts';
import { bringIn } from '../../../tests/support/importing.ts';
import { productPart, storePart, type FilePart } from './export.server.ts';
import { allStores, editStore, getStore } from './places.server.ts';
import { productView } from './product-views.server.ts';
import {
	catalogueOf,
	createStore,
	createTaxClass,
	findProductByBarcode,
	foundProgramme,
	listProducts,
	productImport,
	storeImport
} from './server.ts';

const { db } = await testDatabase();
const now = new Date('2026-11-20T10:00:00Z');
await inTransaction(db, async (tx) => {
	await foundProgramme(tx, { name: 'Test', currency: 'EUR', timeZone: 'Europe/Berlin' }, now);
	await createTaxClass(tx, { name: 'Reduced', ratePcm: 7000, ordinary: false }, now);
});
const inEuros = { sold: ['EUR'] };
registerImports(
	productImport,
	storeImport(async () => inEuros.sold)
);

const bring = async (kind: string, text: string, language: Language = 'en') => {
	const { counts, made, refused } = await bringIn(db, { kind, text, language }, now);
	return { counts, made, refused };
};

const written = ({ head, items }: FilePart, first = true): string =>
	[...(first ? [head] : []), ...items].map(csvLine).join('');

const exported = async (language: Language): Promise<string> => {
	let part = await productPart(db, { after: null, language, currency: 'EUR' });
	let text = written(part);
	while (part.nextCursor !== null) {
		part = await productPart(db, { after: part.nextCursor, language, currency: 'EUR' });
		text += written(part, false);
	}
	return csvMark + text;
};

test('a list as a supplier sends it becomes products, categories and barcodes', async () => {
	const came = await bring(
		'products',
		[
			'Product;EAN;Category;Brand;Unit;Price;VAT;Description',
			'Rye bread;4006381333931;Bakery;Mill;pcs;"3,20";Reduced;"With ""seeds""',
			'and a second line"',
			'Saffron;;Spices;;piece;€ 8,90;;=HYPERLINK("http://x")',
			'Comté;"4012345678901 2012345000006";Cheese;Jura;kg;۳۶٫۹۰;;',
			'Rye bread again;4006381333931;Bakery;;;3.20;;',
			'Dear;;Bakery;;;12,5,x;;',
			'No category;;;;;1.00;;',
			'Odd unit;;Bakery;;dozen;1.00;;',
			'Odd tax;;Bakery;;;1.00;Luxury;',
			'Short;12;Bakery;;;1.00;;',
			'Same code;2012345000006;Bakery;;;1.00;;'
		].join('\r\n')
	);
	expect(came).toEqual({
		counts: [3, 0, 0, 7],
		made: ['Bakery', 'Spices', 'Cheese'],
		refused: [
			[6, null, 'import.duplicate'],
			[7, 'price', 'product.price_form'],
			[8, 'category', 'product.category_missing'],
			[9, 'unit', 'product.unit_form'],
			[10, 'tax', 'tax.unknown'],
			[11, 'barcodes', 'product.barcode_form'],
			[12, 'barcodes', 'product.barcode_taken']
		]
	});
	const cheese = await findProductByBarcode(db, '2012345000006');
	expect(cheese).toMatchObject({ name: 'Comté', unit: 'kilogram', priceCents: 3690, barcode: '4012345678901' });
	const { items } = await listProducts(db, { text: 'affr' });
	const saffron = await productView(db, items[0]?.id ?? '');
	expect(saffron).toMatchObject({
		name: 'Saffron',
		description: '=HYPERLINK("http://x")',
		priceCents: 890,
		version: 1
	});
});

test.each<Language>(['en', 'ru', 'zh', 'fa'])(
	'what was exported in %s changes nothing when it comes in again',
	async (language) => {
		await bring('products', 'name,category,price,description\n"=1+1","\'quoted",1.00,"-5, ""x"""\n', 'en');
		const before = await exported(language);
		const entries = (await db.select({ id: trailEntries.id }).from(trailEntries)).length;
		const came = await bring('products', before, language);
		expect(came.counts).toEqual([0, 0, 4, 0]);
		expect(await exported(language)).toBe(before);
		// The confirmation alone.
		expect((await db.select({ id: trailEntries.id }).from(trailEntries)).length).toBe(entries + 1);
	}
);

test('a file of a few columns changes those and leaves the others', async () => {
	const bread = await findProductByBarcode(db, '4006381333931');
	const came = await bring('products', 'EAN,Price,Archived\n4006381333931,3.40,\n4012345678901,36.90,yes\n');
	expect(came.counts).toEqual([0, 2, 0, 0]);
	expect(await productView(db, bread?.id ?? '')).toMatchObject({
		priceCents: 340,
		brand: 'Mill',
		tax: 'Reduced',
		description: 'With "seeds"\r\nand a second line',
		version: 2
	});
	expect(await findProductByBarcode(db, '4012345678901'), 'taken off sale').toBeNull();
	const trail = await db.select().from(trailEntries);
	expect(
		trail.find(({ action, subjectId }) => action === 'product.changed' && subjectId === bread?.id)?.changes
	).toEqual([{ field: 'priceCents', before: 320, after: 340 }]);
});

test('a new barcode comes to the old one, and both are scanned', async () => {
	const bread = await findProductByBarcode(db, '4006381333931');
	expect((await bring('products', `ID,Barcode\n${bread?.id},4006381333948\n`)).counts).toEqual([0, 1, 0, 0]);
	expect(await findProductByBarcode(db, '4006381333948')).toMatchObject({ id: bread?.id, barcode: '4006381333948' });
	expect(await findProductByBarcode(db, '4006381333931')).toMatchObject({ id: bread?.id });
	const { products } = await catalogueOf(db);
	expect(products?.find(({ id }) => id === bread?.id)?.moreBarcodes).toEqual(['4006381333931']);
});

test('stores come in with their hours, go out, and change nothing when they come again', async () => {
	const head = 'Name,City,Address,VAT number,Time zone,Currency,Prices include tax,Monday,Tuesday,Saturday,Sunday';
	const came = await bring(
		'stores',
		[
			head,
			'Harbour,Hamburg,"Quay 1, left",DE 811 907 980,Europe/Berlin,EUR,yes,08:00-12:30 13:30-18:00,8-24,20:00-02:00,-',
			'Harbour,Hamburg,,,,,,,,,',
			'Moon,Far,,,Moon/Base,EUR,,,,,',
			'Late,Hamburg,,,,XYZ,,,,,',
			'Odd,Hamburg,,,,,,18:00,,,',
			'Odd,Bremen,,,,,maybe,,,,',
			`Odd,Kiel,,${'9'.repeat(41)},,,,,,,`
		].join('\n')
	);
	expect(came.counts).toEqual([1, 0, 0, 6]);
	expect(came.refused.map(([line, field]) => [line, field])).toEqual([
		[3, null],
		[4, 'timeZone'],
		[5, 'currency'],
		[6, 'monday'],
		[7, 'taxIncluded'],
		[8, 'taxNumber']
	]);
	for (const language of ['en', 'fa'] as const) {
		const file = csvMark + written(storePart(await allStores(db), language));
		expect((await bring('stores', file, language)).counts, language).toEqual([0, 0, 1, 0]);
		expect(csvMark + written(storePart(await allStores(db), language))).toBe(file);
	}
	const dollars = await bring('stores', 'Store,Currency\nHarbour,USD\n');
	expect(dollars.refused).toEqual([[2, 'currency', 'store.currency_in_use']]);
});

test('a store has a tax number of up to 40 characters, which the trail tells and another edit leaves', async () => {
	const place = { name: 'Pier', city: 'Bremen', timeZone: 'Europe/Berlin', currency: 'EUR' };
	const { id } = await inTransaction(db, (tx) => createStore(tx, { ...place, taxNumber: ' DE 811 ' }, now));
	expect(await getStore(db, id)).toMatchObject({ taxNumber: 'DE 811' });
	const edit = (taxNumber: string | null, version: number) =>
		inTransaction(db, (tx) => editStore(tx, { id, version, ...place, taxNumber }, async () => [], byHouse, now));
	await expect(edit('9'.repeat(41), 1)).rejects.toMatchObject({ code: 'catalogue.text_long' });
	await edit('9'.repeat(40), 1);
	expect((await bring('stores', `ID,City\n${id},Kiel\n`)).counts).toEqual([0, 1, 0, 0]);
	expect(await getStore(db, id)).toMatchObject({ city: 'Kiel', taxNumber: '9'.repeat(40) });
	await edit('  ', 3);
	expect(await getStore(db, id)).toMatchObject({ taxNumber: null });
	const kept = await db.select().from(trailEntries).where(eq(trailEntries.subjectId, id));
	const told = kept.filter(({ changes }) => changes.some(({ field }) => field === 'taxNumber'));
	expect([kept.length, told.length]).toEqual([4, 3]);
});

test('a store keeps the currency that it has sold in, and the second of two managers is told', async () => {
	const place = { name: 'Station', city: 'Bremen', timeZone: 'Europe/Berlin', currency: 'EUR' };
	const { id } = await inTransaction(db, (tx) => createStore(tx, place, now));
	const edit = (wish: object, version: number, sold: string[]) =>
		inTransaction(db, (tx) => editStore(tx, { id, version, ...place, ...wish }, async () => sold, byHouse, now));
	await expect(edit({ currency: 'USD' }, 1, ['EUR'])).rejects.toMatchObject({
		code: 'store.currency_in_use',
		details: { sold: 'EUR' }
	});
	await expect(edit({ currency: 'USD' }, 1, [])).resolves.toEqual({ version: 2 });
	await expect(edit({ city: 'Kiel' }, 1, [])).rejects.toMatchObject({ code: 'store.changed_meanwhile' });
	await expect(edit({ hours: { weekly: [], exceptions: [] } }, 2, [])).rejects.toMatchObject({
		code: 'store.hours_form'
	});
	expect(await getStore(db, id)).toMatchObject({ currency: 'USD', city: 'Bremen', version: 2 });
});
