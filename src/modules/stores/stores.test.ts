import { expect, it } from 'vitest';
import { newId } from '#core/ids';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { testDatabase } from '../../../tests/support/database.ts';
import { defaultRules, smallCatalogue, type ProductInput } from './index.ts';
import {
	catalogueOf,
	createCategory,
	createProduct,
	createStore,
	findProductByBarcode,
	foundProgramme,
	listProducts,
	listStores,
	productsByIds,
	programmeOf,
	storeOf,
	updateProgramme
} from './server.ts';
import { products, stores } from './tables.server.ts';
import { eq } from 'drizzle-orm';

const { db } = await testDatabase();
const now = new Date('2026-11-20T10:00:00Z');
const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code });

const product = (input: Partial<ProductInput> & Pick<ProductInput, 'categoryId'>): Promise<{ id: string }> =>
	inTransaction(db, (tx) =>
		createProduct(tx, { name: 'Bread', barcode: null, unit: 'piece', priceCents: 250, costCents: 90, ...input }, now)
	);
const category = (name: string, position = 0) => inTransaction(db, (tx) => createCategory(tx, { name, position }, now));

it('a shop has one programme, founded once, and its rules change one after the other', async () => {
	await expect(programmeOf(db)).rejects.toEqual(refusal('programme.missing'));
	const input = { name: 'North Bakery', currency: 'EUR', timeZone: 'Europe/Berlin' };
	const founded = await inTransaction(db, (tx) => foundProgramme(tx, input, now));
	expect(founded).toEqual({ id: 'programme', ...input, rules: defaultRules, version: 1 });
	await expect(inTransaction(db, (tx) => foundProgramme(tx, input, now))).rejects.toEqual(refusal('programme.exists'));

	const dearer = { ...defaultRules, earn: { ...defaultRules.earn, points: 2 } };
	const changed = await inTransaction(db, (tx) => updateProgramme(tx, { rules: dearer, version: 1 }, byHouse, now));
	expect(changed).toMatchObject({ version: 2, rules: { earn: { points: 2 } } });
	await expect(
		inTransaction(db, (tx) => updateProgramme(tx, { rules: defaultRules, version: 1 }, byHouse, now))
	).rejects.toMatchObject({
		code: 'programme.changed',
		details: { version: 2 }
	});
	expect(await programmeOf(db)).toEqual(changed);

	const senseless = { ...dearer, spend: { ...dearer.spend, stepPoints: 0 } };
	await expect(
		inTransaction(db, (tx) => updateProgramme(tx, { rules: senseless, version: 2 }, byHouse, now))
	).rejects.toMatchObject({
		code: 'programme.rules_invalid',
		details: { field: 'spend.stepPoints' }
	});
	expect(await programmeOf(db)).toEqual(changed);
});

it('two managers who save rules at the same time: one wins, the other is told', async () => {
	const { version, rules } = await programmeOf(db);
	const saves = await Promise.allSettled(
		[3, 4, 5, 6].map((points) =>
			inTransaction(db, (tx) =>
				updateProgramme(tx, { rules: { ...rules, earn: { ...rules.earn, points } }, version }, byHouse, now)
			)
		)
	);
	expect(saves.filter((save) => save.status === 'fulfilled')).toHaveLength(1);
	expect((await programmeOf(db)).version).toBe(version + 1);
});

it('a closed store is not one to sell in', async () => {
	const open = { name: 'Riverside', city: 'Hamburg', timeZone: 'Europe/Berlin', currency: 'EUR' };
	const store = await inTransaction(db, (tx) => createStore(tx, open, now));
	const other = await inTransaction(db, (tx) => createStore(tx, { ...open, city: 'Bremen' }, now));
	expect(await storeOf(db, store.id)).toEqual(store);
	expect((await listStores(db)).map(({ id }) => id)).toEqual([other.id, store.id]);
	await db.update(stores).set({ archivedAt: now }).where(eq(stores.id, other.id));
	await expect(storeOf(db, other.id)).rejects.toEqual(refusal('store.closed'));
	await expect(storeOf(db, newId('store'))).rejects.toEqual(refusal('store.unknown'));
	expect((await listStores(db)).map(({ id }) => id)).toEqual([store.id]);
});

it('the quote gets each product it asked for once, archived ones marked, unknown ones left out', async () => {
	const { id: categoryId } = await category('Bread');
	const sold = await product({ categoryId, priceCents: 320 });
	const gone = await product({ categoryId, name: 'Old bread' });
	await db.update(products).set({ archivedAt: now }).where(eq(products.id, gone.id));
	const facts = await productsByIds(db, [sold.id, gone.id, sold.id, newId('product')]);
	expect(facts).toEqual({
		[sold.id]: {
			id: sold.id,
			name: 'Bread',
			categoryId,
			unit: 'piece',
			priceCents: 320,
			costCents: 90,
			taxId: null,
			archived: false
		},
		[gone.id]: {
			id: gone.id,
			name: 'Old bread',
			categoryId,
			unit: 'piece',
			priceCents: 250,
			costCents: 90,
			taxId: null,
			archived: true
		}
	});
	expect(await productsByIds(db, [])).toEqual({});
});

it('a barcode belongs to one product and is found in every length a scanner may give it', async () => {
	const { id: categoryId } = await category('Milk');
	const milk = await product({ categoryId, barcode: '036000291452' });
	await expect(product({ categoryId, barcode: '036000291452' })).rejects.toEqual(refusal('product.barcode_taken'));
	await expect(product({ categoryId: newId('category') })).rejects.toEqual(refusal('category.unknown'));
	for (const scanned of ['036000291452', '0036000291452', '00036000291452', '۰۳۶۰۰۰۲۹۱۴۵۲', ' 0360 0029 1452 ']) {
		expect(await findProductByBarcode(db, scanned), scanned).toMatchObject({ id: milk.id });
	}
	expect(await findProductByBarcode(db, '036000291453')).toBeNull();
	await db.update(products).set({ archivedAt: now }).where(eq(products.id, milk.id));
	expect(await findProductByBarcode(db, '036000291452')).toBeNull();
});

it('a refused product leaves the rest of the transaction standing', async () => {
	const { id: categoryId } = await category('Cheese');
	await product({ categoryId, barcode: '4006381333931' });
	const id = await inTransaction(db, async (tx) => {
		const same = {
			categoryId,
			name: 'Same',
			barcode: '4006381333931',
			unit: 'piece',
			priceCents: 1,
			costCents: null
		} as const;
		await expect(createProduct(tx, same, now)).rejects.toEqual(refusal('product.barcode_taken'));
		return (await createProduct(tx, { ...same, name: 'Other', barcode: null }, now)).id;
	});
	expect(await productsByIds(db, [id])).toHaveProperty(id);
});

it('a search finds every word of a name, pages through the rest and takes % for a character', async () => {
	const { id: categoryId } = await category('Coffee');
	for (let i = 0; i < 120; i++) {
		await product({ categoryId, name: `Arabica roast ${String(i).padStart(3, '0')}` });
	}
	await product({ categoryId, name: 'Blend 100% Arabica', barcode: '4012345678901' });
	const names: string[] = [];
	let cursor: string | null = null;
	let pages = 0;
	do {
		const page = await listProducts(db, { categoryId, text: 'roast arab', cursor });
		names.push(...page.items.map(({ name }) => name));
		cursor = page.nextCursor;
		pages++;
	} while (cursor);
	expect(pages).toBe(3);
	expect(names).toEqual([...names].sort());
	expect(new Set(names).size).toBe(120);
	expect((await listProducts(db, { text: '100% blend' })).items.map(({ name }) => name)).toEqual([
		'Blend 100% Arabica'
	]);
	expect((await listProducts(db, { text: '40123' })).items.map(({ name }) => name)).toEqual(['Blend 100% Arabica']);
	await product({ categoryId, name: 'Cologne 40123' });
	expect((await listProducts(db, { text: '40123' })).items.map(({ name }) => name)).toEqual([
		'Blend 100% Arabica',
		'Cologne 40123'
	]);
	expect((await listProducts(db, { categoryId, cursor: 'nonsense' })).items[0]?.name).toBe('Arabica roast 000');
});

it('a small catalogue comes whole, a large one as categories only', async () => {
	const small = await catalogueOf(db);
	expect(small.products?.length).toBeGreaterThan(100);
	expect(small.categories.map(({ name }) => name)).toContain('Coffee');
	const { id: categoryId } = await category('Spices', 9);
	await db.insert(products).values(
		Array.from({ length: smallCatalogue }, (_, i) => ({
			id: newId('product'),
			categoryId,
			name: `Spice ${i}`,
			unit: 'piece' as const,
			priceCents: 199,
			createdAt: now
		}))
	);
	const large = await catalogueOf(db);
	expect(large.products).toBeNull();
	expect(large.categories.at(-1)?.name).toBe('Spices');
});
