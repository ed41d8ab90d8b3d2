import type { MemberSteps } from '#customers/server';
import { sum } from '#core/amounts';
import { openBook } from '#ledger/server';
import { accountOwners, accounts, entries, holds, lots, transfers } from '#ledger/tables';
import { must } from '#core/must';
import { listOf } from '#platform/bulk';
import { sqlOf } from '#platform/db';
import { pointActs, pointDays } from './tables.server.ts';

/**
 * The ledger knows owners, not members: what happens to a member's accounts is decided here. Its rows are never rewritten;
 * a merge is a movement between two owners like any other.
 */
export const pointSteps: MemberSteps = {
	moves: [pointActs, pointDays],
	stays: [accountOwners, accounts, transfers, entries, lots, holds],

	async merge(tx, { from, into, ref }, now) {
		const sql = sqlOf(tx);
		const book = await openBook(tx, [from, into], now, { lock: true });
		const moved = book.absorb({ fromOwnerId: from, toOwnerId: into, reason: 'merged', ref });
		must(moved.ok, 'what two members have fits one account');
		await book.write(tx);
		await sql`update point_acts set member_id = ${into} where member_id = ${from}`;
		await sql`update point_acts set other_member_id = ${into} where other_member_id = ${from}`;
		// What both gave away today counts together: a merge is not a way around the limit.
		await sql`
			with gone as (delete from point_days where subject_id = ${from} returning *)
			insert into point_days as d (subject_id, type_id, day, points) select ${into}, type_id, day, points from gone
			on conflict (subject_id, type_id, day) do update set points = d.points + excluded.points`;
	},

	/** Points end with the membership; what was moved by hand keeps its numbers and loses its words. */
	async erase(tx, memberIds, now) {
		const book = await openBook(tx, memberIds, now, { lock: true });
		for (const ownerId of memberIds) book.forfeit({ ownerId, reason: 'erased', ref: null });
		await book.write(tx);
		await sqlOf(tx).unsafe(
			`update point_acts set reason = null, note = null where member_id = any($1::text[]) or other_member_id = any($1::text[])`,
			[listOf(memberIds)]
		);
	},

	async atStake(reads, memberIds, now) {
		// What lies in a household's purse stays there.
		const book = await openBook(reads, memberIds, now, { lock: false, own: true });
		const balances = memberIds.map((id) => book.points(id));
		return {
			points: sum(balances.map(({ spendable }) => spendable)),
			pendingPoints: sum(balances.map(({ pending }) => pending)),
			debtPoints: sum(balances.map(({ debt }) => debt))
		};
	},

	async exportOf(reads, memberIds) {
		const sql = sqlOf(reads);
		const ids = [listOf(memberIds)];
		const [moved, open, acts] = await Promise.all([
			sql.unsafe<object[]>(
				`select posted_at, name as account, amount, credited_after - debited_after as balance, reason, ref
				from entries where owner_id = any($1::text[]) order by owner_id, seq`,
				ids
			),
			sql.unsafe<object[]>(
				`select name as account, credited - debited as balance from accounts
				where owner_id = any($1::text[]) and credited <> debited order by name`,
				ids
			),
			sql.unsafe<object[]>(
				`select at, kind, case when member_id = any($1::text[]) then points else -points end as points, note
				from point_acts where member_id = any($1::text[]) or other_member_id = any($1::text[]) order by id`,
				ids
			)
		]);
		return { points: [...open], point_movements: [...moved], points_by_hand: [...acts] };
	}
};
