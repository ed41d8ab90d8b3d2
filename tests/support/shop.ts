import { commitSales, preview, type SaleCommand } from '#checkout/server';
import type { SaleResult } from '#checkout';
import { programmeWording } from '#customers';
import { join } from '#customers/server';
import { inTransaction, type Db } from '#platform/db';
import type { Ask, BasketLine, Conditions, Effect, ProgrammeRules } from '#pricing';
import { readSettings, useSettings } from '#platform/settings';
import { defaultRules } from '#stores';
import { createCategory, createProduct, createStore, foundProgramme } from '#stores/server';
import type { Definition } from '#vouchers';

/** A small shop for tests: one programme, two stores, six products in two categories. */
export interface TestShop {
	storeId: string;
	otherStoreId: string;
	products: Record<'coffee' | 'tea' | 'bread' | 'cheese' | 'deposit' | 'gone', { id: string; cents: number }>;
	categories: { food: string; deposits: string };
}

export const noConditions: Conditions = { minimumCents: 0, productIds: [], categoryIds: [], storeIds: [] };

export const percent = (percent: number, capCents: number | null = null): Effect => ({
	kind: 'percent',
	percent,
	capCents
});

/** What a manager wrote: a tenth off everything with a pool of codes, each good for one use; or as wished. */
export const aDefinition = (wish: Partial<Definition> = {}): Definition => ({
	title: 'Ten percent',
	description: null,
	effect: percent(10),
	conditions: noConditions,
	stacking: { kind: 'alone' },
	codeKind: 'unique',
	holding: 'open',
	startsAt: null,
	endsAt: null,
	validity: null,
	usesPerMember: null,
	usesPerCode: 1,
	...wish
});

export interface Shop extends TestShop {
	rules: ProgrammeRules;
}

/** @param change what differs from the default rules */
export async function openShop(
	db: Db,
	now: Date,
	change: { earn?: Partial<ProgrammeRules['earn']>; spend?: Partial<ProgrammeRules['spend']> } = {}
): Promise<Shop> {
	return inTransaction(db, async (tx) => {
		const place = { city: 'Hamburg', timeZone: 'Europe/Berlin', currency: 'EUR' };
		const store = await createStore(tx, { name: 'Harbour', ...place }, now);
		const other = await createStore(tx, { name: 'Station', ...place }, now);
		const food = await createCategory(tx, { name: 'Food', position: 0 }, now);
		const deposits = await createCategory(tx, { name: 'Deposits', position: 1 }, now);
		const make = async (
			name: string,
			priceCents: number,
			categoryId = food.id,
			unit: 'piece' | 'kilogram' = 'piece'
		) => {
			const input = { categoryId, name, barcode: null, unit, priceCents, costCents: Math.floor(priceCents / 2) };
			return { id: (await createProduct(tx, input, now)).id, cents: priceCents };
		};
		const products = {
			coffee: await make('Coffee', 350),
			tea: await make('Tea', 290),
			bread: await make('Bread', 520),
			cheese: await make('Cheese', 2490, food.id, 'kilogram'),
			deposit: await make('Bottle deposit', 25, deposits.id),
			gone: await make('Gone', 100)
		};
		const rules: ProgrammeRules = {
			earn: { ...defaultRules.earn, excludedCategoryIds: [deposits.id], ...change.earn },
			spend: { ...defaultRules.spend, ...change.spend }
		};
		await foundProgramme(tx, { name: 'Test', currency: 'EUR', timeZone: 'Europe/Berlin', rules }, now);
		return {
			storeId: store.id,
			otherStoreId: other.id,
			products,
			categories: { food: food.id, deposits: deposits.id },
			rules
		};
	});
}

let people = 0;

/** Somebody who joined. */
export async function aMember(db: Db, now: Date): Promise<string> {
	const email = `shopper${++people}@test.example`;
	const command = { email, name: `Shopper ${people}`, language: 'en', consent: { programme: programmeWording } };
	return (await inTransaction(db, (tx) => join(tx, command, now))).member.id;
}

/** A line of a product, or of an amount. */
export const line = (key: string, product: { id: string; cents: number } | number, quantity = 1000): BasketLine => ({
	key,
	productId: typeof product === 'number' ? null : product.id,
	name: null,
	categoryId: null,
	quantity,
	unitCents: typeof product === 'number' ? product : product.cents
});

export const anAsk = (memberId: string | null, lines: BasketLine[], wish: Partial<Ask> = {}): Ask => ({
	memberId,
	basket: { currency: 'EUR', lines },
	rightIds: [],
	giftCards: [],
	points: 0,
	...wish
});

let keys = 0;
export const aKey = (): string => `test-key-${process.pid}-${++keys}`;

/** A sale as a till sends it: quoted first, then committed with the quote's fingerprint. */
export async function aSale(
	db: Db,
	shop: Pick<Shop, 'storeId'>,
	ask: Ask,
	now: Date,
	{ key = aKey(), storeId = shop.storeId, caller = 'dev_test' } = {}
): Promise<SaleCommand> {
	const shown = await preview(db, { ask, storeId }, now);
	const fingerprint = shown.ok ? shown.quote.fingerprint : '';
	return { caller, key, storeId, deviceId: caller, staffId: null, ask, fingerprint };
}

/** Commits one sale by itself. */
export async function sell(db: Db, command: SaleCommand, now: Date): Promise<SaleResult> {
	const [result] = await inTransaction(db, (tx) => commitSales(tx, [command], now));
	return result as SaleResult;
}

/** Settings as a running app has them, for what reads them (codes of gift cards). */
export function testSettings(url: string): void {
	useSettings({
		...readSettings({}),
		database: { url, prepares: true, directUrl: url, readUrl: url },
		secret: 'a secret of the test house that is long enough'
	});
}
