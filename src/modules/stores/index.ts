import * as z from 'zod/mini';
import { isTimeZone } from '#core/time';
import type { ProgrammeRules } from '#pricing';

/**
 * Stores: the shop as it stands on the ground.
 *
 * Owns: the programme (currency, day, rules for points), stores, categories, products.
 * Promises: one programme per database; a change of its rules is refused when somebody else changed them meanwhile;
 * a barcode belongs to one product; the catalogue is read in pages, however large it is.
 * Never: knows who buys, what a basket costs or what it earns.
 */
export { storesRefusals } from './refusals.ts';

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
const cents = z.number().check(z.int(), z.minimum(0), z.maximum(1_000_000_000));

export const programmeInput = z.object({ name: label, currency, timeZone });
export const storeInput = z.object({ name: label, city: label, timeZone, currency });
export const categoryInput = z.object({ name: label, position: z.optional(z.number().check(z.int(), z.minimum(0))) });
export const productInput = z.object({
	categoryId: z.string(),
	name: label,
	/** as printed; kept in the form a scanner gives */
	barcode: z.nullable(z.string().check(z.regex(/^[0-9A-Za-z]{3,32}$/))),
	unit: z.enum(['piece', 'kilogram']),
	priceCents: cents,
	costCents: z.nullable(cents)
});

export type ProgrammeInput = z.infer<typeof programmeInput>;
export type StoreInput = z.infer<typeof storeInput>;
export type CategoryInput = z.infer<typeof categoryInput>;
export type ProductInput = z.infer<typeof productInput>;
