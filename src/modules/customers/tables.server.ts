import {
	bigint,
	boolean,
	check,
	customType,
	index,
	integer,
	jsonb,
	pgTable,
	primaryKey,
	text,
	uniqueIndex
} from 'drizzle-orm/pg-core';
import { and, isNotNull, isNull, sql } from 'drizzle-orm';
import { amount, at, key } from '#platform/columns';
import { emailAlike, hasBirthday, hasEmail, nameAlike } from './alike.ts';
import type {
	AttributeKind,
	ConsentPurpose,
	ConsentSource,
	DataPolicy,
	ErasureSource,
	LinkedCodeKind,
	TagColour
} from './index.ts';

/** What somebody is searched by, made by `wordsOf`; null: nobody has told us anything. */
const words = customType<{ data: string; driverData: string }>({ dataType: () => 'tsvector' });

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
		/** E.164: `+491701234567` */
		phone: text(),
		language: text(),
		/** `MM-DD`, so that everybody's birthday of a day is found by it; the year is told apart, if at all */
		birthday: key(),
		birthYear: integer(),
		address: text(),
		/** what the staff should know; the member does not see it */
		note: text(),
		words: words(),
		version: integer().notNull().default(1),
		/** hex, the seed of the rotating code; null until the wallet first asks for it */
		codeSecret: text(),
		createdAt: at().notNull(),
		joinedAt: at(),
		blockedAt: at(),
		erasedAt: at(),
		/**
		 * who took this one's place: their codes, number and address lead there. Never somebody who was merged themselves, so
		 * that one step always arrives
		 */
		mergedInto: key(),
		mergedAt: at()
	},
	(t) => [
		uniqueIndex('members_number').on(t.number),
		uniqueIndex('members_user').on(t.userId).where(isNotNull(t.userId)),
		uniqueIndex('members_email')
			.on(sql`lower(${t.email})`)
			.where(isNotNull(t.email)),
		uniqueIndex('members_phone').on(t.phone).where(isNotNull(t.phone)),
		// The list, and how many stand in it: guests of a sale cost it nothing. With `erasedAt`, so that the index alone counts.
		index('members_joined')
			.on(t.joinedAt, t.id, t.erasedAt)
			.where(sql`${t.joinedAt} is not null and ${t.mergedInto} is null`),
		index('members_blocked').on(t.id).where(isNotNull(t.blockedAt)),
		// Guests of a sale have no words: their rows cost this index nothing.
		index('members_words').using('gin', t.words).where(isNotNull(t.words)),
		// What somebody was called must not outlive them.
		check('members_erased_words', sql`${t.erasedAt} is null or ${t.words} is null`),
		// Members who are likely one person lie side by side. With what the expressions are made of, so that the index alone is
		// walked.
		index('members_alike_email')
			.on(sql`(${sql.raw(emailAlike)})`, t.id, t.email)
			.where(sql.raw(hasEmail)),
		index('members_alike_name')
			.on(sql`(${sql.raw(nameAlike)})`, t.id, t.name, t.birthday)
			.where(sql.raw(hasBirthday)),
		index('members_merged').on(t.mergedInto).where(isNotNull(t.mergedInto)),
		check('members_merged_elsewhere', sql`${t.mergedInto} <> ${t.id}`)
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
		purpose: text().$type<ConsentPurpose>().notNull(),
		/** which wording was agreed to: the name of one of ours, or what a file said where it came from */
		wording: text().notNull(),
		givenAt: at().notNull(),
		/** where it was given; at a till, in the console and by a file on the house's word that the person agreed */
		source: text().$type<ConsentSource>().notNull().default('wallet'),
		storeId: key(),
		staffId: key(),
		withdrawnAt: at(),
		withdrawnSource: text().$type<ConsentSource>(),
		withdrawnStaffId: key()
	},
	(t) => [index('consents_member').on(t.memberId)]
);

/** Words that the house puts on members. */
export const tags = pgTable(
	'tags',
	{
		id: key().primaryKey(),
		name: text().notNull(),
		/** the name as it is compared: one tag, however it is written */
		folded: key().notNull(),
		colour: text().$type<TagColour>().notNull(),
		version: integer().notNull().default(1),
		createdAt: at().notNull()
	},
	(t) => [uniqueIndex('tags_folded').on(t.folded)]
);

export const memberTags = pgTable(
	'member_tags',
	{
		memberId: key()
			.notNull()
			.references(() => members.id),
		tagId: key()
			.notNull()
			.references(() => tags.id),
		taggedAt: at().notNull(),
		/** the member's, kept here by the database itself, so that those of a tag are walked in the order of the members' list */
		joinedAt: at()
	},
	(t) => [
		primaryKey({ name: 'member_tags_once', columns: [t.memberId, t.tagId] }),
		index('member_tags_tag').on(t.tagId, t.joinedAt, t.memberId)
	]
);

/** What the house wants to know about its members besides what everybody asks. */
export const attributes = pgTable(
	'attributes',
	{
		id: key().primaryKey(),
		/** how files and programs call it; never changed */
		key: key().notNull(),
		label: text().notNull(),
		kind: text().$type<AttributeKind>().notNull(),
		/** what may be chosen, for a choice */
		choices: jsonb().$type<string[]>().notNull(),
		required: boolean().notNull(),
		shownAtTill: boolean().notNull(),
		/** tells something about a person: its values never stand in the trail */
		personal: boolean().notNull(),
		position: integer().notNull(),
		version: integer().notNull().default(1),
		createdAt: at().notNull(),
		archivedAt: at()
	},
	(t) => [uniqueIndex('attributes_key').on(t.key)]
);

/** One member's value of an attribute, in the column of its kind. */
export const memberAttributes = pgTable(
	'member_attributes',
	{
		memberId: key()
			.notNull()
			.references(() => members.id),
		attributeId: key()
			.notNull()
			.references(() => attributes.id),
		/** a text, or the choice */
		text: text(),
		thousandths: amount(),
		/** ISO date */
		day: key(),
		yes: boolean(),
		cents: amount()
	},
	(t) => [
		primaryKey({ name: 'member_attributes_once', columns: [t.memberId, t.attributeId] }),
		// Of exactly what the list of members compares; who has a value at all is found by it, too.
		index('member_attributes_value').on(
			t.attributeId,
			sql`coalesce(lower(${t.text}), ${t.day}, ${t.yes}::text, ${t.thousandths}::text, ${t.cents}::text)`,
			t.memberId
		)
	]
);

/**
 * Codes besides our own that name a member: plastic cards, barcodes of a system before this one. Written as a scanner
 * gives them, normalised. One that has ended stays as the member's history and may be given anew.
 */
export const memberCodes = pgTable(
	'member_codes',
	{
		id: key().primaryKey(),
		memberId: key()
			.notNull()
			.references(() => members.id),
		code: key().notNull(),
		kind: text().$type<LinkedCodeKind>().notNull(),
		addedAt: at().notNull(),
		endedAt: at()
	},
	(t) => [
		uniqueIndex('member_codes_code').on(t.code).where(isNull(t.endedAt)),
		index('member_codes_member').on(t.memberId)
	]
);

/** What the house asks of its members' data. */
export const memberPolicies = pgTable('member_policies', {
	id: key().primaryKey(),
	/** ISO 3166 alpha-2: where telephone numbers without a country are from; null: they are refused */
	phoneCountry: text(),
	version: integer().notNull(),
	updatedAt: at().notNull()
});

/** One row: what members may do with their own data, and how long the house waits before it forgets somebody. */
export const dataPolicies = pgTable('data_policies', {
	id: key().primaryKey(),
	policy: jsonb().$type<DataPolicy>().notNull(),
	version: integer().notNull(),
	updatedAt: at().notNull()
});

/**
 * Somebody asked to be erased: waiting, taken back, or done. What is left after it was done is the house's proof that it
 * was, and tells nothing about the person.
 */
export const erasures = pgTable(
	'erasures',
	{
		id: key().primaryKey(),
		memberId: key()
			.notNull()
			.references(() => members.id),
		source: text().$type<ErasureSource>().notNull(),
		/** who entered it; null: the member themselves */
		staffId: key(),
		askedAt: at().notNull(),
		/** from when on it may be carried out */
		dueAt: at().notNull(),
		takenBackAt: at(),
		doneAt: at()
	},
	(t) => [
		uniqueIndex('erasures_open')
			.on(t.memberId)
			.where(and(isNull(t.takenBackAt), isNull(t.doneAt)) ?? sql`true`),
		index('erasures_due')
			.on(t.dueAt, t.id)
			.where(and(isNull(t.takenBackAt), isNull(t.doneAt)) ?? sql`true`),
		check('erasures_one_end', sql`${t.takenBackAt} is null or ${t.doneAt} is null`)
	]
);
