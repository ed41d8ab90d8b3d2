import { index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { members } from '#customers/tables';
import { amount, at, key, notNegative } from '#platform/columns';

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
		initialCents: amount().notNull(),
		/** in whose wallet it lies; null: with whoever holds the plastic */
		memberId: key().references(() => members.id),
		issuedAt: at().notNull(),
		activatedAt: at(),
		blockedAt: at(),
		/** first instant at which it no longer pays; null: never expires */
		expiresAt: at()
	},
	(t) => [
		uniqueIndex('gift_cards_code').on(t.codeHash),
		index('gift_cards_member').on(t.memberId),
		index('gift_cards_issued').on(t.issuedAt, t.id),
		notNegative('gift_cards_initial_not_negative', t.initialCents)
	]
);
