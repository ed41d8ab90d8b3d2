import { sql } from 'drizzle-orm';
import {
	check,
	index,
	integer,
	json,
	jsonb,
	pgTable,
	pgView,
	primaryKey,
	text,
	uniqueIndex
} from 'drizzle-orm/pg-core';
import { amount, at, key, notNegative } from '#platform/columns';
import type { QuotedTax, Unit } from '#pricing';
import type { PackedLine } from './lines.ts';
import type {
	ReturnPolicy,
	ReturnReason,
	ReturnTender,
	SoldGiftCard,
	StoredStep,
	Tender,
	TypeTakenBack
} from './index.ts';

/**
 * What happened, never changed afterwards. Returns are facts of their own.
 *
 * A receipt and its figures are written by one verb in one transaction that has just locked the member and read the
 * store, and neither is ever deleted (stores are archived, members erased in place). Foreign keys among them would ask
 * the database the same again for every row, and lock the one row of the store that all its tills share; measured at a
 * tenth of a checkout's cost. The audit looks for what they would catch.
 */
export const receipts = pgTable(
	'receipts',
	{
		id: key().primaryKey(),
		/** what is printed and scanned for a return: R, 10 symbols, check */
		number: key().notNull(),
		storeId: key().notNull(),
		deviceId: key(),
		staffId: key(),
		memberId: key().notNull(),
		currency: text().notNull(),
		/** before discounts */
		listCents: amount().notNull(),
		discountCents: amount().notNull(),
		/** every tax in the total, by class; null: from before receipts told it */
		taxes: json().$type<QuotedTax[]>(),
		/** of them what the prices did not contain */
		taxAddedCents: amount().notNull().default(0),
		/** after discounts, with tax = pointsPaidCents + giftCardCents + toPayCents */
		totalCents: amount().notNull(),
		/** part of the total that put money on gift cards: owed by the house, not earned */
		cardsSoldCents: amount().notNull().default(0),
		pointsSpent: amount().notNull(),
		pointsPaidCents: amount().notNull(),
		giftCardCents: amount().notNull(),
		/** left for cash, card or whatever else the shop takes */
		toPayCents: amount().notNull(),
		pointsEarned: amount().notNull(),
		/** until when the earned points are pending; null: spendable at once */
		earnedPendingUntil: at(),
		/** what paid, in the order in which it was taken: points, one for each gift card, the rest */
		tenders: json().$type<Tender[]>().notNull(),
		/** the quote's explanation as it was shown, for the receipt page and for questions later */
		steps: json().$type<StoredStep[]>().notNull(),
		/** what was bought, read by the view `receiptLines` */
		lines: json().$type<PackedLine[]>().notNull(),
		happenedAt: at().notNull(),
		committedAt: at().notNull()
	},
	(t) => [
		uniqueIndex('receipts_number').on(t.number),
		index('receipts_member').on(t.memberId, t.happenedAt),
		index('receipts_store').on(t.storeId, t.happenedAt),
		index('receipts_happened').on(t.happenedAt),
		check('receipts_total', sql`${t.totalCents} = ${t.listCents} - ${t.discountCents} + ${t.taxAddedCents}`),
		check('receipts_tenders', sql`${t.totalCents} = ${t.pointsPaidCents} + ${t.giftCardCents} + ${t.toPayCents}`)
	]
);

/**
 * The lines of receipts, as `receipts.lines` keeps them (`lines.ts` tells how, and why): every cent and point of a receipt,
 * by line, so that a return of one line is arithmetic and not a guess.
 */
export const receiptLines = pgView('receipt_lines', {
	receiptId: key().notNull(),
	position: integer().notNull(),
	memberId: key().notNull(),
	productId: key(),
	categoryId: key(),
	name: text().notNull(),
	quantityThousandths: amount().notNull(),
	/** of what: as the product was sold, whatever becomes of it */
	unit: text().$type<Unit>().notNull(),
	unitCents: amount().notNull(),
	listCents: amount().notNull(),
	discountCents: amount().notNull(),
	/** after discounts, with its tax where that is added */
	netCents: amount().notNull(),
	taxId: key(),
	/** of `netCents` */
	taxCents: amount().notNull(),
	pointsPaidCents: amount().notNull(),
	pointsSpent: amount().notNull(),
	giftCardCents: amount().notNull(),
	toPayCents: amount().notNull(),
	pointsEarned: amount().notNull(),
	/** which right took how much off this line */
	discounts: jsonb().$type<{ rightId: string; cents: number }[]>().notNull(),
	costCents: amount(),
	/** the gift card that the line put money on; null: goods */
	giftCard: jsonb().$type<SoldGiftCard>(),
	happenedAt: at().notNull()
}).existing();

export const returns = pgTable(
	'returns',
	{
		id: key().primaryKey(),
		receiptId: key()
			.notNull()
			.references(() => receipts.id),
		storeId: key().notNull(),
		deviceId: key(),
		staffId: key(),
		memberId: key().notNull(),
		currency: text().notNull(),
		/** printed on its slip: R, 10 symbols, check; null: from before slips had one */
		number: key(),
		/** value of the goods given back, after discounts */
		totalCents: amount().notNull(),
		/** part of it that came off gift cards which this receipt had sold */
		cardsTakenBackCents: amount().notNull().default(0),
		/** handed back as cash or card */
		refundCents: amount().notNull(),
		/** put on gift cards, whichever */
		giftCardCents: amount().notNull(),
		/** kept of the money for points that were spent already (`pointsCharged`) */
		chargedCents: amount().notNull().default(0),
		pointsGivenBack: amount().notNull(),
		/** of the points these goods had earned: taken back … */
		pointsTakenBack: amount().notNull(),
		/** … of them those that were spent already and are now owed */
		pointsOwed: amount().notNull(),
		/** … paid for in money instead, and forgiven */
		pointsCharged: amount().notNull().default(0),
		pointsForgiven: amount().notNull().default(0),
		/** … and those that had ended unused by then, which nobody takes */
		pointsLapsed: amount().notNull().default(0),
		/** points of other types taken back */
		typesTakenBack: jsonb().$type<TypeTakenBack[]>().notNull().default([]),
		/** where everything went, in the order in which it was given */
		tenders: jsonb().$type<ReturnTender[]>().notNull().default([]),
		reasonKind: text().$type<ReturnReason>(),
		reason: text(),
		/** who gave their PIN for what the cashier may not do alone */
		approvedBy: key(),
		happenedAt: at().notNull(),
		committedAt: at().notNull()
	},
	(t) => [
		index('returns_receipt').on(t.receiptId),
		index('returns_member').on(t.memberId, t.happenedAt),
		index('returns_store').on(t.storeId, t.happenedAt),
		uniqueIndex('returns_number').on(t.number)
	]
);

/** Goods taken back without their receipt: worth what the shelf says, no points, no claim on any sale. */
export const blindReturns = pgTable(
	'blind_returns',
	{
		id: key().primaryKey(),
		number: key().notNull(),
		storeId: key().notNull(),
		deviceId: key(),
		/** who stood at the till, and who allowed it: the same, or whose PIN was given */
		staffId: key(),
		approvedBy: key(),
		/** in whose wallet the money lies; null: nobody was asked */
		memberId: key(),
		currency: text().notNull(),
		totalCents: amount().notNull(),
		refundCents: amount().notNull(),
		giftCardCents: amount().notNull(),
		cardId: key(),
		reasonKind: text().$type<ReturnReason>().notNull(),
		reason: text(),
		happenedAt: at().notNull()
	},
	(t) => [
		uniqueIndex('blind_returns_number').on(t.number),
		index('blind_returns_happened').on(t.happenedAt, t.id),
		index('blind_returns_member').on(t.memberId),
		check('blind_returns_total', sql`${t.totalCents} = ${t.refundCents} + ${t.giftCardCents}`),
		notNegative('blind_returns_not_negative', t.totalCents)
	]
);

export const blindReturnLines = pgTable(
	'blind_return_lines',
	{
		returnId: key()
			.notNull()
			.references(() => blindReturns.id),
		position: integer().notNull(),
		/** null: typed as an amount */
		productId: key(),
		name: text().notNull(),
		quantityThousandths: amount().notNull(),
		unit: text().$type<Unit>().notNull(),
		unitCents: amount().notNull(),
		cents: amount().notNull()
	},
	(t) => [
		primaryKey({ name: 'blind_return_lines_once', columns: [t.returnId, t.position] }),
		check('blind_return_lines_some', sql`${t.quantityThousandths} > 0`)
	]
);

/** What came back and what went out for it, committed together. */
export const exchanges = pgTable(
	'exchanges',
	{
		returnId: key()
			.primaryKey()
			.references(() => returns.id),
		/** whose goods came back */
		fromReceiptId: key().notNull(),
		/** what went out */
		receiptId: key().notNull(),
		at: at().notNull()
	},
	(t) => [uniqueIndex('exchanges_receipt').on(t.receiptId), index('exchanges_from').on(t.fromReceiptId)]
);

/** One row: what the house allows when goods come back. */
export const returnPolicies = pgTable('return_policies', {
	id: key().primaryKey(),
	policy: jsonb().$type<ReturnPolicy>().notNull(),
	version: integer().notNull(),
	updatedAt: at().notNull()
});

/** Quantity given back of a receipt's line; the cumulative `toThousandths` makes each unit returnable once. */
export const returnLines = pgTable(
	'return_lines',
	{
		receiptId: key().notNull(),
		position: integer().notNull(),
		returnId: key()
			.notNull()
			.references(() => returns.id),
		/** returned before this return */
		fromThousandths: amount().notNull(),
		/** returned after it */
		toThousandths: amount().notNull(),
		netCents: amount().notNull(),
		/** of `netCents` */
		taxCents: amount().notNull().default(0),
		pointsPaidCents: amount().notNull(),
		pointsGivenBack: amount().notNull(),
		giftCardCents: amount().notNull(),
		refundCents: amount().notNull(),
		pointsTakenBack: amount().notNull()
	},
	(t) => [
		primaryKey({ name: 'return_lines_once', columns: [t.receiptId, t.position, t.fromThousandths] }),
		index('return_lines_return').on(t.returnId),
		check('return_lines_forward', sql`${t.toThousandths} > ${t.fromThousandths}`)
	]
);

/**
 * Rolling figures of a member, written with each receipt and return. No index besides its key: one on a figure would be
 * written anew with every sale (twice the cost of the row, measured).
 */
export const memberFigures = pgTable('member_figures', {
	memberId: key().primaryKey(),
	visits: integer().notNull(),
	spentCents: amount().notNull(),
	returnedCents: amount().notNull(),
	firstAt: at().notNull(),
	lastAt: at().notNull()
});
