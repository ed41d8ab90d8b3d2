import { index, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { members } from '#customers/tables';
import { at, key } from '#platform/columns';

/** An end that a member has been told of. */
export const reminders = pgTable(
	'reminders',
	{
		memberId: key()
			.notNull()
			.references(() => members.id),
		/** `points`, the id of another type of them (with `/away` where they lapse), or a gift card's */
		subject: key().notNull(),
		endsAt: at().notNull(),
		toldAt: at().notNull()
	},
	(t) => [
		primaryKey({ name: 'reminders_once', columns: [t.memberId, t.subject, t.endsAt] }),
		index('reminders_ended').on(t.endsAt)
	]
);
