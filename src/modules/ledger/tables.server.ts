import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { amount, at, key, within } from '#platform/columns';

/**
 * Double entry. Every account belongs to an owner (a member, a gift card): the owner is the first column of every key, so
 * that a distributed Postgres can place whole owners. The programme's own side (`house`) has no account row and no entry
 * rows: a transfer names both of its sides, which is the double entry, and nothing contends on the house.
 */

/**
 * One row per owner, there to be locked: an account that does not exist yet cannot be. Whoever moves anything of an owner
 * holds this row first, owners in the order of their ids, so that no two transactions open the same account or wait for
 * each other in a circle.
 *
 * `postsTo`: whose accounts take what is this owner's (the purse that somebody shares with others); null: their own. Changed
 * only by who holds this row and the purse's. A purse's id sorts after those of all who post to it, so that it is locked
 * after them; whoever shares one has nothing on accounts of their own.
 */
export const accountOwners = pgTable(
	'account_owners',
	{
		ownerId: key().primaryKey(),
		createdAt: at().notNull(),
		postsTo: key()
	},
	(t) => [
		index('account_owners_posting')
			.on(t.postsTo)
			.where(sql`${t.postsTo} is not null`),
		check('account_owners_posting_elsewhere', sql`${t.postsTo} <> ${t.ownerId}`)
	]
);

/**
 * balance = credited − debited. `debited` is also the watermark of an account with lots: lots are spent in the order of
 * `cumulative`, so that what is left of a lot is clamp(cumulative − debited, 0, amount).
 */
export const accounts = pgTable(
	'accounts',
	{
		ownerId: key().notNull(),
		/** see `accountNames` in the front door: `points/365`, `points/until/2027-04-01T00:00:00.000Z`, `pending/rcp_…`, `debt`, `money` */
		name: key().notNull(),
		/** `points` or an ISO 4217 currency */
		unit: key().notNull(),
		credited: amount().notNull(),
		debited: amount().notNull(),
		/** set aside by open holds */
		held: amount().notNull().default(0),
		/** the balance may not go below; null: no floor (debt) */
		floor: amount(),
		/**
		 * No open lot falls due before this instant; null: none ever does. A lower bound: spending leaves it alone (so that a
		 * posting changes no indexed column), the jobs move it on.
		 */
		firstDueAt: at(),
		/** when the newest lot falls due; later lots of this account never fall due earlier */
		lastDueAt: at(),
		createdAt: at().notNull(),
		/** a pending account that has been emptied: left out when its owner's accounts are read */
		closedAt: at()
	},
	(t) => [
		primaryKey({ name: 'accounts_once', columns: [t.ownerId, t.name] }),
		index('accounts_open')
			.on(t.ownerId, t.name)
			.where(sql`${t.closedAt} is null`),
		index('accounts_due')
			.on(t.firstDueAt, t.ownerId, t.name)
			.where(sql`${t.firstDueAt} is not null`),
		within('accounts_credited_within', t.credited),
		within('accounts_debited_within', t.debited),
		check('accounts_floor', sql`${t.floor} is null or ${t.credited} - ${t.debited} - ${t.held} >= ${t.floor}`),
		check('accounts_volumes', sql`${t.credited} >= 0 and ${t.debited} >= 0 and ${t.held} >= 0`)
	]
);

export const transfers = pgTable(
	'transfers',
	{
		/** the permanent unique id of the movement */
		id: key().primaryKey(),
		debitOwnerId: key().notNull(),
		debitName: key().notNull(),
		creditOwnerId: key().notNull(),
		creditName: key().notNull(),
		unit: key().notNull(),
		amount: amount().notNull(),
		/** why, for people: `earned`, `spent`, `expired`, `matured`, `charged`, `taken_back`, `given_back`, … */
		reason: text().notNull(),
		/** the receipt, return or request it belongs to */
		ref: key(),
		postedAt: at().notNull()
	},
	(t) => [
		check('transfers_positive', sql`${t.amount} > 0`),
		within('transfers_within', t.amount),
		check(
			'transfers_two_sides',
			sql`(${t.debitOwnerId}, ${t.debitName}) is distinct from (${t.creditOwnerId}, ${t.creditName})`
		)
	]
);

/**
 * One side of a transfer on an owner's account. `seq` counts an owner's entries over all accounts, without gaps: history
 * is read in its order, never by time or id, since neither is the order of commits.
 */
export const entries = pgTable(
	'entries',
	{
		ownerId: key().notNull(),
		seq: integer().notNull(),
		name: key().notNull(),
		transferId: key().notNull(),
		/** positive: credit; negative: debit */
		amount: amount().notNull(),
		/** the account's volumes after this entry: an unbroken chain, and the place of a debit among the lots */
		creditedAfter: amount().notNull(),
		debitedAfter: amount().notNull(),
		reason: text().notNull(),
		ref: key(),
		postedAt: at().notNull()
	},
	(t) => [
		primaryKey({ name: 'entries_once', columns: [t.ownerId, t.seq] }),
		index('entries_ref')
			.on(t.ref)
			.where(sql`${t.ref} is not null`)
	]
);

/** Immutable. Points that fall due together: they expire (spendable pots) or mature (pending) at `dueAt`; null: never. */
export const lots = pgTable(
	'lots',
	{
		ownerId: key().notNull(),
		name: key().notNull(),
		/** the account's `credited` after this lot */
		cumulative: amount().notNull(),
		amount: amount().notNull(),
		dueAt: at(),
		transferId: key().notNull(),
		createdAt: at().notNull()
	},
	(t) => [
		primaryKey({ name: 'lots_once', columns: [t.ownerId, t.name, t.cumulative] }),
		check('lots_positive', sql`${t.amount} > 0`)
	]
);

/** Set aside for an open purchase: available = balance − held. Ends by capture, release or time. */
export const holds = pgTable(
	'holds',
	{
		ownerId: key().notNull(),
		id: key().notNull(),
		name: key().notNull(),
		amount: amount().notNull(),
		reason: text().notNull(),
		ref: key(),
		createdAt: at().notNull(),
		expiresAt: at().notNull(),
		capturedAt: at(),
		releasedAt: at()
	},
	(t) => [
		primaryKey({ name: 'holds_once', columns: [t.ownerId, t.id] }),
		index('holds_open')
			.on(t.ownerId, t.name)
			.where(sql`${t.capturedAt} is null and ${t.releasedAt} is null`),
		index('holds_expiring')
			.on(t.expiresAt)
			.where(sql`${t.capturedAt} is null and ${t.releasedAt} is null`),
		check('holds_positive', sql`${t.amount} > 0`),
		check('holds_one_end', sql`${t.capturedAt} is null or ${t.releasedAt} is null`)
	]
);
