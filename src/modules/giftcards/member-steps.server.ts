import type { MemberSteps } from '#customers/server';
import { listOf } from '#platform/bulk';
import { sqlOf } from '#platform/db';
import { giftCards, gifts } from './tables.server.ts';
import { heldCards } from './wallet-views.server.ts';

/** Cards are money: they go over with their balance, and outlive whoever had them in a wallet. */
export const giftCardSteps: MemberSteps = {
	moves: [giftCards, gifts],
	stays: [],

	async merge(tx, { from, into }) {
		const sql = sqlOf(tx);
		await sql`select 1 from gift_cards where member_id = ${from} order by id for no key update`;
		await sql`update gift_cards set member_id = ${into} where member_id = ${from}`;
		await sql`update gifts set giver_member_id = ${into} where giver_member_id = ${from}`;
		await sql`update gifts set claimed_by = ${into} where claimed_by = ${from}`;
	},

	/**
	 * The money stays with the card: whoever has its code can still pay, and no wallet shows it any more. Who gave and who
	 * received loses their name; a gift that is still open keeps what its receiver needs to find it.
	 */
	async erase(tx, memberIds) {
		const sql = sqlOf(tx);
		const ids = [listOf(memberIds)];
		await sql.unsafe(
			`update gift_cards set member_id = null, blocked_reason = case when blocked_reason is null then null else '' end
			where member_id = any($1::text[])`,
			ids
		);
		await sql.unsafe(`update gifts set giver_name = '', words = '' where giver_member_id = any($1::text[])`, ids);
		await sql.unsafe(
			`update gifts set receiver_name = '', email = null, words = '' where claimed_by = any($1::text[])`,
			ids
		);
		// What somebody else sent to their address: the giver still has the link to pass on.
		await sql.unsafe(
			`update gifts g set receiver_name = '', email = null, words = '', next_try_at = null, version = g.version + 1
			from members m where m.id = any($1::text[]) and lower(g.email) = lower(m.email)`,
			ids
		);
	},

	async atStake(reads, memberIds, now) {
		const held = (await Promise.all(memberIds.map((id) => heldCards(reads, id, now)))).flat();
		const [open] = await sqlOf(reads).unsafe<{ gifts: number }[]>(
			`select count(*)::int as gifts from gifts
			where giver_member_id = any($1::text[]) and claimed_at is null and cancelled_at is null`,
			[listOf(memberIds)]
		);
		return {
			cards: held
				.filter(({ state, balanceCents }) => balanceCents > 0 && state !== 'expired')
				.map(({ id, lastSymbols, currency, balanceCents }) => ({ id, lastSymbols, currency, balanceCents })),
			gifts: open?.gifts ?? 0
		};
	},

	async exportOf(reads, memberIds) {
		const sql = sqlOf(reads);
		const ids = [listOf(memberIds)];
		const [cards, given] = await Promise.all([
			sql.unsafe<object[]>(
				`select g.id, g.last_symbols, g.currency, coalesce(a.credited - a.debited, 0)::bigint as balance_cents,
					g.initial_cents, g.issued_at, g.activated_at, g.blocked_at, g.expires_at
				from gift_cards g left join accounts a on a.owner_id = g.id and a.name = 'money'
				where g.member_id = any($1::text[]) order by g.id`,
				ids
			),
			sql.unsafe<object[]>(
				`select id, giver_name, receiver_name, words, created_at, sent_at, claimed_at, cancelled_at
				from gifts where giver_member_id = any($1::text[]) or claimed_by = any($1::text[]) order by id`,
				ids
			)
		]);
		return { gift_cards: [...cards], gifts: [...given] };
	}
};
