import type { MemberSteps } from '#customers/server';
import { listOf } from '#platform/bulk';
import { sqlOf } from '#platform/db';
import { reminders } from './tables.server.ts';

export const reminderSteps: MemberSteps = {
	moves: [reminders],
	stays: [],

	/** What one of them was told, both know. */
	async merge(tx, { from, into }) {
		await sqlOf(tx)`
			with gone as (delete from reminders where member_id = ${from} returning *)
			insert into reminders (member_id, subject, ends_at, told_at)
			select ${into}, subject, ends_at, told_at from gone on conflict do nothing`;
	},

	async erase(tx, memberIds) {
		await sqlOf(tx).unsafe('delete from reminders where member_id = any($1::text[])', [listOf(memberIds)]);
	},

	async exportOf(reads, memberIds) {
		const told = await sqlOf(reads).unsafe<object[]>(
			`select told_at, case when subject like 'points%' or subject like 'pty_%' then 'points' else 'gift_card' end as subject, ends_at
			from reminders where member_id = any($1::text[]) order by told_at, ends_at`,
			[listOf(memberIds)]
		);
		return { reminders: [...told] };
	}
};
