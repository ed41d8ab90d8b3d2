import { pgTable } from 'drizzle-orm/pg-core';
import { at, key } from '#platform/columns';

/** The set-up code of the newest start, while the house is empty: at most one row, claimed by deleting it. */
export const setupCodes = pgTable('setup_codes', {
	id: key().primaryKey(),
	/** SHA-256, hex: 70 random bits need no salt */
	codeHash: key().notNull(),
	createdAt: at().notNull()
});
