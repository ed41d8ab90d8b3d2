import type { MemberSteps } from '#customers/server';
import { listOf } from '#platform/bulk';
import { sqlOf } from '#platform/db';
import { giftCards, gifts } from './tables.server.ts';

/** Cards are money: they go over with their balance, and outlive whoever had them in a wallet. */
export const giftCardSteps: MemberSteps = {
	moves: [giftCards, gifts],
	stays: [],

	async merge(tx, { from, into }) {
		const sql = sqlOf(tx);
		await sql`select 1 from gift_cards where member_id = ${from} order by id for no key update`;
		await sql`update gift_cards set member_id = ${into} where member_id = ${from}`;
		await sql`update gifts set giver_member_id = ${into} where giver_member_id = ${from}`;
	},

	/** The money stays with the card: whoever has its code can still pay, and no wallet shows it any more. */
	async erase(tx, memberIds) {
		await sqlOf(tx).unsafe('update gift_cards set member_id = null where member_id = any($1::text[])', [
			listOf(memberIds)
		]);
	},

	async exportOf(reads, memberIds) {
		const rows = await sqlOf(reads).unsafe<object[]>(
			`select g.id, g.last_symbols, g.currency, coalesce(a.credited - a.debited, 0)::bigint as balance_cents, g.initial_cents,
				g.issued_at, g.activated_at, g.blocked_at, g.expires_at
			from gift_cards g left join accounts a on a.owner_id = g.id and a.name = 'money'
			where g.member_id = any($1::text[]) order by g.id`,
			[listOf(memberIds)]
		);
		return { gift_cards: [...rows] };
	}
};
