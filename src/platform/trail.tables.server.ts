import { index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { at, key } from './columns.server.ts';
import type { Change } from './trail.server.ts';

/** Who did what, when, from where and why. Rows are added and never touched again: a trigger refuses everything else. */
export const trailEntries = pgTable(
	'trail_entries',
	{
		id: key().primaryKey(),
		at: at().notNull(),
		/** past tense, dotted: `voucher.paused` */
		action: key().notNull(),
		/** the first word of an id's kind, such as `voucher`, and the id */
		subjectKind: key().notNull(),
		subjectId: key().notNull(),
		/** what people call the subject; of members and codes nothing is kept here */
		title: text(),
		/** the fields that are other than before */
		changes: jsonb().$type<Change[]>().notNull(),
		reason: text(),
		actorKind: text().$type<'till' | 'shopper' | 'staff' | 'house' | 'client' | 'guest'>().notNull(),
		staffId: key(),
		deviceId: key(),
		memberId: key(),
		clientId: key(),
		storeId: key(),
		requestId: key()
	},
	(t) => [
		index('trail_entries_at').on(t.at, t.id),
		index('trail_entries_subject').on(t.subjectId, t.at, t.id),
		index('trail_entries_staff').on(t.staffId, t.at, t.id)
	]
);
