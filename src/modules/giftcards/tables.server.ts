import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { members } from '#customers/tables';
import { amount, at, key, notNegative } from '#platform/columns';
import type { CardRules } from '#pricing';

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
		/** its money has moved to another card for good */
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
		index('gift_cards_expiring')
			.on(t.expiresAt)
			.where(sql`${t.expiresAt} is not null`),
		notNegative('gift_cards_initial_not_negative', t.initialCents)
	]
);
