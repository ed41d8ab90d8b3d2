import { check, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { amount, at, key } from '#platform/columns';
import type { ActKind, PointsPolicy } from './index.ts';

/** One row: what the house allows. */
export const pointsPolicies = pgTable('points_policies', {
	id: key().primaryKey(),
	policy: jsonb().$type<PointsPolicy>().notNull(),
	version: integer().notNull(),
	updatedAt: at().notNull()
});

/** Who moved what, and why. The movement itself is the ledger's, under this id. */
export const pointActs = pgTable(
	'point_acts',
	{
		id: key().primaryKey(),
		kind: text().$type<ActKind>().notNull(),
		memberId: key().notNull(),
		/** who received what was transferred */
		otherMemberId: key(),
		/** null: those that pay */
		typeId: key(),
		/** of the member's balance: negative for what left it; of an extension: how many it was */
		points: amount().notNull(),
		/** for the house */
		reason: text(),
		/** for the member */
		note: text(),
		staffId: key(),
		at: at().notNull()
	},
	(t) => [
		index('point_acts_member').on(t.memberId, t.at),
		index('point_acts_other').on(t.otherMemberId),
		index('point_acts_staff').on(t.staffId, t.at),
		check('point_acts_points', sql`${t.points} <> 0`)
	]
);

/** How much of a day's limit somebody used: claimed by an update that does not pass the limit. */
export const pointDays = pgTable(
	'point_days',
	{
		/** a person of the house, or a member */
		subjectId: key().notNull(),
		/** empty: points that pay; what a person of the house moves counts together, of whichever type */
		typeId: key().notNull().default(''),
		/** ISO date in the programme's time zone */
		day: key().notNull(),
		points: amount().notNull()
	},
	(t) => [primaryKey({ name: 'point_days_once', columns: [t.subjectId, t.typeId, t.day] })]
);
