import { index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
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
		answer: jsonb(),
		at: at().notNull()
	},
	(t) => [primaryKey({ name: 'once_keys_once', columns: [t.caller, t.key] })]
);

/** Events, written with the fact they tell of and delivered after the commit. */
export const outbox = pgTable(
	'outbox',
	{
		id: key().primaryKey(),
		/** past tense, dotted: `voucher.redeemed` */
		topic: text().notNull(),
		/** the owner whose events keep their order */
		subjectId: key().notNull(),
		payload: jsonb().notNull(),
		at: at().notNull(),
		deliveredAt: at()
	},
	(t) => [
		index('outbox_waiting')
			.on(t.id)
			.where(sql`${t.deliveredAt} is null`)
	]
);
