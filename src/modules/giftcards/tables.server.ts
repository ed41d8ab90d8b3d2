import { and, isNotNull, isNull, sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { members } from '#customers/tables';
import { amount, at, key, notNegative } from '#platform/columns';
import type { CardRules } from '#pricing';
import type { GiftDesign } from './gift.ts';

/** One row: how the house sells gift cards. */
export const giftCardPolicies = pgTable('gift_card_policies', {
	id: key().primaryKey(),
	rules: jsonb().$type<CardRules>().notNull(),
	version: integer().notNull(),
	updatedAt: at().notNull()
});

/** Cards that were made together for a printer. */
export const giftCardBatches = pgTable(
	'gift_card_batches',
	{
		id: key().primaryKey(),
		name: text().notNull(),
		currency: text().notNull(),
		/** what each is sold for; null: the till says */
		valueCents: amount(),
		cards: integer().notNull(),
		/** of them those that are still to be made */
		cardsToMake: integer().notNull().default(0),
		expiresAt: at(),
		staffId: key(),
		issuedAt: at().notNull()
	},
	(t) => [index('gift_card_batches_issued').on(t.issuedAt, t.id)]
);

/**
 * Cards. The balance is the ledger's account (owner = card id, name `money`). The code is looked up by a keyed hash and
 * kept as ciphertext, so that the wallet can draw it; a stolen database alone spends nothing.
 */
export const giftCards = pgTable(
	'gift_cards',
	{
		id: key().primaryKey(),
		/** HMAC-SHA-256 of the code under the house's key, hex */
		codeHash: key().notNull(),
		/** AES-256-GCM: nonce, ciphertext, tag; base64 */
		codeCipher: text().notNull(),
		lastSymbols: text().notNull(),
		currency: text().notNull(),
		/** 0 until it is sold: plastic whose value the till says */
		initialCents: amount().notNull(),
		/** in whose wallet it lies; null: with whoever holds the plastic */
		memberId: key().references(() => members.id),
		issuedAt: at().notNull(),
		activatedAt: at(),
		blockedAt: at(),
		blockedReason: text(),
		/** its money has left it for good: onto another card, or, with none named, back to whoever had paid for it */
		replacedAt: at(),
		replacedBy: key(),
		/** the batch of plastic that it came with */
		batchId: key().references(() => giftCardBatches.id),
		/** after each use it lives so many months more; null: its end does not move */
		livesMonths: integer(),
		/** a salted hash (scrypt) of the holder's PIN */
		pinHash: text(),
		/** first instant at which it no longer pays; null: never expires */
		expiresAt: at()
	},
	(t) => [
		uniqueIndex('gift_cards_code').on(t.codeHash),
		index('gift_cards_member').on(t.memberId),
		index('gift_cards_issued').on(t.issuedAt, t.id),
		index('gift_cards_batch')
			.on(t.batchId)
			.where(sql`${t.batchId} is not null`),
		index('gift_cards_replaced')
			.on(t.replacedBy)
			.where(sql`${t.replacedBy} is not null`),
		index('gift_cards_expiring')
			.on(t.expiresAt)
			.where(sql`${t.expiresAt} is not null`),
		notNegative('gift_cards_initial_not_negative', t.initialCents)
	]
);

/**
 * Cards given to a person. The link's token is kept as a keyed hash, and as ciphertext while a letter may have to be
 * written anew or the giver may ask for the link; what became of the gift stands in its instants.
 */
export const gifts = pgTable(
	'gifts',
	{
		id: key().primaryKey(),
		cardId: key()
			.notNull()
			.references(() => giftCards.id),
		/** who gives; both null: the house, by somebody who is in the trail */
		giverMemberId: key().references(() => members.id),
		/** as the receiver reads it */
		giverName: text().notNull(),
		receiverName: text().notNull(),
		/** null: the giver passes the link on themselves */
		email: text(),
		/** of the letter */
		language: text().notNull(),
		words: text().notNull(),
		design: text().$type<GiftDesign>().notNull(),
		/** HMAC-SHA-256 of the token under the house's key, hex; another one after every change of address */
		tokenHash: key().notNull(),
		/** null once nobody may open it any more */
		tokenCipher: text(),
		/** counts changes, so that of two at once the second sees the first */
		version: integer().notNull(),
		createdAt: at().notNull(),
		/** not before this the letter is sent */
		sendAt: at().notNull(),
		/** when the next try is due; null: there is nothing to send */
		nextTryAt: at(),
		tries: integer().notNull(),
		/** the next server took the letter */
		sentAt: at(),
		/** given up: nobody took the letter */
		undeliveredAt: at(),
		openedAt: at(),
		claimedAt: at(),
		claimedBy: key().references(() => members.id),
		cancelledAt: at()
	},
	(t) => [
		uniqueIndex('gifts_token').on(t.tokenHash),
		uniqueIndex('gifts_open')
			.on(t.cardId)
			.where(and(isNull(t.claimedAt), isNull(t.cancelledAt)) ?? sql`true`),
		index('gifts_card').on(t.cardId),
		index('gifts_giver').on(t.giverMemberId, t.createdAt).where(isNotNull(t.giverMemberId)),
		index('gifts_due').on(t.nextTryAt).where(isNotNull(t.nextTryAt)),
		check('gifts_claimed_by', sql`(${t.claimedAt} is null) = (${t.claimedBy} is null)`)
	]
);
