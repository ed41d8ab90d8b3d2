import { json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, key } from './columns.server.ts';

/** Idempotency keys, kept for good: tills stay offline for days. */
export const onceKeys = pgTable(
	'once_keys',
	{
		caller: key().notNull(),
		key: key().notNull(),
		/** SHA-256 of the canonical input, hex */
		inputHash: text().notNull(),
		/** the first answer, or where to find it */
		answer: json(),
		at: at().notNull()
	},
	(t) => [primaryKey({ name: 'once_keys_once', columns: [t.caller, t.key] })]
);

/** Events, written with the fact they tell of; here until they are delivered, after the commit. */
export const outbox = pgTable('outbox', {
	id: key().primaryKey(),
	/** past tense, dotted: `voucher.redeemed` */
	topic: text().notNull(),
	/** the owner whose events keep their order */
	subjectId: key().notNull(),
	payload: json().notNull(),
	at: at().notNull()
});
