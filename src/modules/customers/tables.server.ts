import { bigint, index, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { isNotNull, sql } from 'drizzle-orm';
import { at, key } from '#platform/columns';

/**
 * Shoppers. A guest sale makes an anonymous member (`joinedAt` null) that a person may claim later. Personal data lives
 * here only; everything else knows the id.
 */
export const members = pgTable(
	'members',
	{
		id: key().primaryKey(),
		/** 10 code symbols, the stable part of the member code */
		number: key().notNull(),
		userId: key(),
		name: text(),
		email: text(),
		phone: text(),
		language: text(),
		/** hex, the seed of the rotating code; null until the wallet first asks for it */
		codeSecret: text(),
		createdAt: at().notNull(),
		joinedAt: at(),
		blockedAt: at(),
		erasedAt: at()
	},
	(t) => [
		uniqueIndex('members_number').on(t.number),
		uniqueIndex('members_user').on(t.userId).where(isNotNull(t.userId)),
		uniqueIndex('members_email')
			.on(sql`lower(${t.email})`)
			.where(isNotNull(t.email)),
		index('members_phone').on(t.phone).where(isNotNull(t.phone)),
		index('members_joined').on(t.joinedAt, t.id)
	]
);

/** A rotating code is good for one tablet: (member, step) belongs to whoever scanned it first. */
export const memberCodeUses = pgTable(
	'member_code_uses',
	{
		memberId: key()
			.notNull()
			.references(() => members.id),
		step: bigint({ mode: 'number' }).notNull(),
		deviceId: key().notNull(),
		usedAt: at().notNull()
	},
	(t) => [primaryKey({ name: 'member_code_uses_once', columns: [t.memberId, t.step] })]
);

export const consents = pgTable(
	'consents',
	{
		id: key().primaryKey(),
		memberId: key()
			.notNull()
			.references(() => members.id),
		purpose: text().$type<'programme' | 'news'>().notNull(),
		/** which wording was agreed to */
		wording: text().notNull(),
		givenAt: at().notNull(),
		withdrawnAt: at()
	},
	(t) => [index('consents_member').on(t.memberId)]
);
