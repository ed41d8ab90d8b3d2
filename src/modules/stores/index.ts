import * as z from 'zod/mini';
import { isTimeZone } from '#core/time';
import type { RefusalData } from '#core/refusal';
import type { ProgrammeRules, StoreTaxes } from '#pricing';
import { hoursProblems, type OpeningHours } from './hours.ts';
import { storesRefusals } from './refusals.ts';

/**
 * Stores: the shop as it stands on the ground.
 *
 * Owns: the programme (currency, day, rules for points), stores, categories, products.
 * Promises: one programme per database; a change of its rules is refused when somebody else changed them meanwhile;
 * a barcode belongs to one product; the catalogue is read in pages, however large it is.
 * Never: knows who buys, what a basket costs or what it earns.
 */
export { openAt, type OpeningHours, type Span } from './hours.ts';
export { spansIn, spansOut } from './hour-words.ts';
export { largestImage } from './image-form.ts';
export { storesRefusals };

export const productStates = ['onSale', 'archived'] as const;
export type ProductState = (typeof productStates)[number];
export const productSorts = ['name', 'price', 'changed'] as const;
export type ProductSort = (typeof productSorts)[number];

export interface Programme {
	id: string;
	name: string;
	/** ISO 4217 */
	currency: string;
	/** IANA; the programme's days begin and end here */
	timeZone: string;
	rules: ProgrammeRules;
	/** grows with every change of the rules */
	version: number;
}

export interface Store {
	id: string;
	name: string;
	city: string;
	timeZone: string;
	currency: string;
	address: string | null;
	/** as it is printed on receipts */
	taxNumber: string | null;
	hours: OpeningHours | null;
	/** whether the prices on its shelves contain the tax */
	pricesIncludeTax: boolean;
	version: number;
	/** null: open for business */
	archivedAt: Date | null;
}

export interface Category {
	id: string;
	name: string;
	position: number;
}

/** A product as the till shows it. */
export interface CatalogueProduct {
	id: string;
	categoryId: string;
	name: string;
	barcode: string | null;
	unit: 'piece' | 'kilogram';
	/** price of one piece or one kilogram */
	priceCents: number;
	/** its tax class; null: the ordinary one */
	taxId: string | null;
	imageId: string | null;
	/** the others that it answers to */
	moreBarcodes: string[];
}

/** What a till loads once. A small catalogue comes whole; of a large one the till reads pages and searches. */
export interface Catalogue {
	categories: Category[];
	/** in the order of their names; null: too many to send, use the search */
	products: CatalogueProduct[] | null;
}

/** Up to this many products a till keeps the whole catalogue. */
export const smallCatalogue = 1000;

/** What a programme starts with: a point for every whole unit of money, a year to spend it, 100 points = 1.00. */
export const defaultRules: ProgrammeRules = {
	earn: {
		points: 1,
		perCents: 100,
		rounding: 'down',
		discountedLines: true,
		paidWithPoints: false,
		paidWithGiftCard: true,
		excludedCategoryIds: [],
		excludedProductIds: [],
		pendingDays: 0,
		expiry: { days: 365, rounding: 'day', monthDay: null },
		inactiveDays: null
	},
	spend: {
		enabled: true,
		worthPoints: 100,
		worthCents: 100,
		minimumPoints: 100,
		maximumPoints: null,
		maximumSharePercent: 100,
		stepPoints: 100,
		givenBackMinimumDays: 30
	}
};

const label = z.string().check(z.trim(), z.minLength(1), z.maxLength(120));
const currency = z.string().check(z.refine((text) => Intl.supportedValuesOf('currency').includes(text)));
const timeZone = z.string().check(z.refine(isTimeZone));

export const programmeInput = z.object({ name: label, currency, timeZone });
export type ProgrammeInput = z.infer<typeof programmeInput>;

export interface CategoryInput {
	name: string;
	position?: number;
}

export interface StoreInput {
	name: string;
	city: string;
	/** IANA */
	timeZone: string;
	/** ISO 4217 */
	currency: string;
	address?: string | null;
	taxNumber?: string | null;
	hours?: OpeningHours | null;
	pricesIncludeTax?: boolean;
}

export interface ProductInput {
	categoryId: string;
	name: string;
	/** as printed; kept in the form a scanner gives */
	barcode: string | null;
	/** further ones that name it, such as those of earlier packagings */
	moreBarcodes?: readonly string[];
	unit: 'piece' | 'kilogram';
	priceCents: number;
	costCents: number | null;
	brand?: string | null;
	description?: string | null;
	taxClassId?: string | null;
}

export interface TaxClassInput {
	name: string;
	/** thousandths of a per cent (per cent mille): 7000 is 7 % */
	ratePcm: number;
	/** for amounts typed in and products without a class, instead of the one that was so far */
	ordinary: boolean;
}

export const limits = {
	nameLength: 120,
	descriptionLength: 2000,
	addressLength: 200,
	taxNumberLength: 40,
	moreBarcodes: 20,
	priceCents: 1_000_000_000,
	exceptions: 200
} as const;

/** A field of a form with what is wrong there. */
export interface Problem {
	field: string;
	refusal: RefusalData;
}

const { data } = storesRefusals;

function nameProblem(field: string, name: string): Problem[] {
	const length = name.trim().length;
	if (length === 0) return [{ field, refusal: data('catalogue.name_missing', { field }) }];
	if (length <= limits.nameLength) return [];
	return [{ field, refusal: data('catalogue.text_long', { field, most: limits.nameLength }) }];
}

const longProblem = (field: string, text: string | null | undefined, most: number): Problem[] =>
	(text ?? '').length > most ? [{ field, refusal: data('catalogue.text_long', { field, most }) }] : [];

export const isBarcode = (text: string): boolean => /^[0-9A-Za-z]{3,32}$/.test(text);

/** What is wrong with a product as it is written; the form and the server ask the same. */
export function productProblems(input: ProductInput): Problem[] {
	const { barcode, moreBarcodes = [], priceCents, costCents } = input;
	const isPrice = (cents: number) => Number.isSafeInteger(cents) && cents >= 0 && cents <= limits.priceCents;
	const problems = [
		...nameProblem('name', input.name),
		...longProblem('brand', input.brand, limits.nameLength),
		...longProblem('description', input.description, limits.descriptionLength)
	];
	if (input.categoryId === '') problems.push({ field: 'categoryId', refusal: data('product.category_missing') });
	if (barcode !== null && !isBarcode(barcode))
		problems.push({ field: 'barcode', refusal: data('product.barcode_form', { field: 'barcode' }) });
	if (moreBarcodes.length > limits.moreBarcodes || !moreBarcodes.every(isBarcode))
		problems.push({ field: 'moreBarcodes', refusal: data('product.barcode_form', { field: 'moreBarcodes' }) });
	if (!isPrice(priceCents)) problems.push({ field: 'priceCents', refusal: data('product.price_form') });
	if (costCents !== null && !isPrice(costCents))
		problems.push({ field: 'costCents', refusal: data('product.price_form') });
	return problems;
}

/** What is wrong with a store as it is written. */
export function storeProblems(input: StoreInput): Problem[] {
	const problems = [
		...nameProblem('name', input.name),
		...nameProblem('city', input.city),
		...longProblem('address', input.address, limits.addressLength),
		...longProblem('taxNumber', input.taxNumber, limits.taxNumberLength)
	];
	if (!isTimeZone(input.timeZone)) problems.push({ field: 'timeZone', refusal: data('store.time_zone_unknown') });
	if (!Intl.supportedValuesOf('currency').includes(input.currency))
		problems.push({ field: 'currency', refusal: data('store.currency_unknown') });
	if (input.hours) {
		const wrong = hoursProblems(input.hours);
		if (input.hours.exceptions.length > limits.exceptions) wrong.push('exceptions');
		for (const field of wrong) problems.push({ field: `hours.${field}`, refusal: data('store.hours_form') });
	}
	return problems;
}

/** A house's tax classes, in its order, as a quote takes them. */
export const storeTaxes = (
	classes: readonly { id: string; name: string; ratePcm: number; ordinary: boolean }[],
	included: boolean
): StoreTaxes => ({
	included,
	classes: classes.map(({ id, name, ratePcm }) => ({ id, name, pcm: ratePcm })),
	ordinaryId: classes.find(({ ordinary }) => ordinary)?.id ?? null
});
