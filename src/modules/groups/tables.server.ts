import { boolean, customType, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { at, key } from '#platform/columns';
import { members } from '#customers/tables';
import type { GroupKind, GroupRole } from './index.ts';

/** What a group is searched by: the words of its name and its numbers. */
const words = customType<{ data: string; driverData: string }>({ dataType: () => 'tsvector' });

export const memberGroups = pgTable(
	'member_groups',
	{
		/** also the owner of the purse in the ledger, where the group shares one */
		id: key().primaryKey(),
		kind: text().$type<GroupKind>().notNull(),
		name: text().notNull(),
		vatNumber: text(),
		registrationNumber: text(),
		billingAddress: text(),
		note: text(),
		words: words(),
		/** one purse for all; a household always */
		shares: boolean().notNull(),
		version: integer().notNull().default(1),
		createdAt: at().notNull(),
		endedAt: at(),
		/** who took what was in the purse when the group ended */
		heirMemberId: key().references(() => members.id)
	},
	(t) => [
		index('member_groups_words').using('gin', t.words),
		index('member_groups_heir')
			.on(t.heirMemberId)
			.where(sql`${t.heirMemberId} is not null`)
	]
);

/** Somebody's time in a group, from `since` until `endedAt`. */
export const groupMembers = pgTable(
	'group_members',
	{
		id: key().primaryKey(),
		groupId: key()
			.notNull()
			.references(() => memberGroups.id),
		memberId: key()
			.notNull()
			.references(() => members.id),
		role: text().$type<GroupRole>().notNull(),
		/** what they do there: `Accounts payable` */
		title: text(),
		/** their points are the purse's */
		shares: boolean().notNull(),
		since: at().notNull(),
		endedAt: at(),
		/** how they agreed to share, as whoever noted it wrote it; null: they were not asked */
		agreed: text(),
		staffId: key(),
		endedByStaffId: key()
	},
	(t) => [
		// One purse at a time, whoever races.
		uniqueIndex('group_members_one_purse')
			.on(t.memberId)
			.where(and(isNull(t.endedAt), eq(t.shares, sql`true`))!),
		uniqueIndex('group_members_once').on(t.groupId, t.memberId).where(isNull(t.endedAt)),
		uniqueIndex('group_members_one_head')
			.on(t.groupId)
			.where(and(isNull(t.endedAt), eq(t.role, sql`'head'`))!),
		index('group_members_member').on(t.memberId),
		index('group_members_group').on(t.groupId, t.since)
	]
);
