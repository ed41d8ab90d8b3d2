import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { members } from '#customers/tables';
import { amount, at, key } from '#platform/columns';
import type { Conditions, Effect, Stacking } from '#pricing';

export const vouchers = pgTable(
	'vouchers',
	{
		id: key().primaryKey(),
		title: text().notNull(),
		/** what the shopper reads under the title */
		description: text(),
		currency: text().notNull(),
		effect: jsonb().$type<Effect>().notNull(),
		conditions: jsonb().$type<Conditions>().notNull(),
		stacking: jsonb().$type<Stacking>().notNull().default({ kind: 'alone' }),
		/** shared: one code for all; unique: a pool of codes, each used on its own */
		codeKind: text().$type<'shared' | 'unique'>().notNull(),
		/** open: whoever brings the code; assigned: only the member it was issued to */
		holding: text().$type<'open' | 'assigned'>().notNull(),
		startsAt: at(),
		endsAt: at(),
		/** so many days a code is good once it was issued; null: as long as the voucher */
		validDays: integer(),
		/** whether those days begin at once or with the day after */
		validFrom: text().$type<'issue' | 'day_after'>().notNull().default('issue'),
		/** how often one member may redeem it; null: as often as the codes allow */
		usesPerMember: integer(),
		/** how often one code may be redeemed: for a shared code the uses in all; null: without limit */
		usesPerCode: integer(),
		version: integer().notNull().default(1),
		createdAt: at().notNull(),
		updatedAt: at().notNull(),
		pausedAt: at(),
		archivedAt: at()
	},
	(t) => [
		index('vouchers_created').on(t.createdAt, t.id),
		check('vouchers_uses_per_member', sql`${t.usesPerMember} > 0`),
		check('vouchers_uses_per_code', sql`${t.usesPerCode} > 0`),
		check('vouchers_valid_days', sql`${t.validDays} > 0`),
		check('vouchers_dates', sql`${t.endsAt} > ${t.startsAt}`)
	]
);

export const voucherCodes = pgTable(
	'voucher_codes',
	{
		id: key().primaryKey(),
		voucherId: key()
			.notNull()
			.references(() => vouchers.id),
		/** as normalised by `core/codes` */
		code: key().notNull(),
		memberId: key().references(() => members.id),
		/** claimed by `uses_left > 0`; null: without limit */
		usesLeft: integer(),
		issuedAt: at().notNull(),
		/** its own dates, where they count from its issue; null: the voucher's */
		startsAt: at(),
		endsAt: at(),
		/** its own end was moved by a person: it counts even beyond the voucher's */
		extendedAt: at(),
		/** the code it came in place of */
		replacesId: key(),
		voidedAt: at()
	},
	(t) => [
		uniqueIndex('voucher_codes_code').on(t.code),
		index('voucher_codes_voucher').on(t.voucherId, t.id),
		index('voucher_codes_member').on(t.memberId),
		// A code is replaced once.
		uniqueIndex('voucher_codes_replaces')
			.on(t.replacesId)
			.where(sql`${t.replacesId} is not null`),
		check('voucher_codes_uses_left', sql`${t.usesLeft} >= 0`)
	]
);

/** One use, written with its code locked. (voucher, member, place) is unique: a member's limit holds even if every other check were wrong. */
export const voucherRedemptions = pgTable(
	'voucher_redemptions',
	{
		id: key().notNull(),
		voucherId: key().notNull(),
		codeId: key().notNull(),
		memberId: key().notNull(),
		receiptId: key().notNull(),
		/** 1, 2, … among the member's uses of this voucher that count (given-back ones have none) */
		place: integer(),
		cents: amount().notNull(),
		redeemedAt: at().notNull(),
		givenBackAt: at()
	},
	(t) => [
		// A member's uses lie together, in the order of time as their ids are.
		primaryKey({ name: 'voucher_redemptions_once', columns: [t.memberId, t.id] }),
		uniqueIndex('voucher_redemptions_member_place')
			.on(t.voucherId, t.memberId, t.place)
			.where(sql`${t.place} is not null`),
		index('voucher_redemptions_code').on(t.codeId),
		index('voucher_redemptions_receipt').on(t.receiptId)
	]
);

/**
 * Uses kept for baskets that are open at a till, each until an instant. Written with the code locked; a hold that is over
 * counts for nothing, whether its row is still there or not.
 */
export const voucherHolds = pgTable(
	'voucher_holds',
	{
		codeId: key().notNull(),
		/** whose basket: the tablet or API client, and its own name for the sale */
		caller: key().notNull(),
		basket: key().notNull(),
		storeId: key(),
		heldAt: at().notNull(),
		untilAt: at().notNull()
	},
	(t) => [
		primaryKey({ name: 'voucher_holds_pkey', columns: [t.codeId, t.caller, t.basket] }),
		index('voucher_holds_basket').on(t.caller, t.basket),
		index('voucher_holds_until').on(t.untilAt)
	]
);

/** What the house says of vouchers as a whole. */
export const voucherPolicies = pgTable(
	'voucher_policies',
	{
		id: key().primaryKey(),
		holdMinutes: integer().notNull(),
		version: integer().notNull(),
		updatedAt: at().notNull()
	},
	(t) => [check('voucher_policies_hold', sql`${t.holdMinutes} > 0`)]
);
