import type { Points } from '#core/amounts';
import { endAfterDays, later, day } from '#core/time';
import { purseOf } from '#groups/server';
import { openBook } from '#ledger/server';
import { inTransaction, sqlOf, type Db, type Reads } from '#platform/db';
import { programmeOf } from '#stores/server';
import { lapsedReason } from './index.ts';

/**
 * When each of these owners was last active: bought something, joined, or had points moved by hand or by another member; of
 * a purse, whoever shares it. Owners who do not exist are left out.
 */
async function lastActive(reads: Reads, ownerIds: readonly string[]): Promise<Map<string, Date>> {
	const rows = await sqlOf(reads).unsafe<{ id: string; at: string }[]>(
		`select x.value as id, max(greatest(m.created_at, m.joined_at, f.last_at, p.since,
				(select max(a.at) from point_acts a where a.member_id = m.id or a.other_member_id = m.id))) as at
			from json_array_elements_text($1::json) x
			cross join lateral (
				select x.value as id, null::timestamptz as since
				union all select b.member_id, b.since from group_members b
				where b.group_id = x.value collate "C" and b.ended_at is null and b.shares
			) p
			join members m on m.id = p.id collate "C"
			left join member_figures f on f.member_id = m.id
			group by 1`,
		[JSON.stringify(ownerIds)]
	);
	return new Map(rows.map((row) => [row.id, new Date(row.at)]));
}

/** When a member's points lapse if nothing happens until then; null: they do not lapse for that. */
export async function lapsesAt(reads: Reads, memberId: string): Promise<Date | null> {
	const { rules, timeZone } = await programmeOf(reads);
	const { inactiveDays } = rules.earn;
	if (inactiveDays === null) return null;
	const ownerId = (await purseOf(reads, memberId))?.groupId ?? memberId;
	const at = (await lastActive(reads, [ownerId])).get(ownerId);
	return at ? endAfterDays(at, inactiveDays, timeZone) : null;
}

export interface Lapsed {
	members: number;
	points: Points;
}

/**
 * Takes the points of members who were not active for as many days as the rules say, a chunk of members per transaction.
 * Whoever buys at that moment keeps theirs: activity is read again once the member is locked. It can be stopped and run
 * again.
 * @param told the members of each chunk whose points lapsed, after its commit
 */
export async function lapseInactive(
	db: Db,
	{ now, chunk = 500, told }: { now: Date; chunk?: number; told?: (memberIds: string[]) => void }
): Promise<Lapsed> {
	const total: Lapsed = { members: 0, points: 0 };
	const { rules, timeZone } = await programmeOf(db);
	const { inactiveDays } = rules.earn;
	if (inactiveDays === null) return total;
	// A rough cut first, by whole days; the exact end of the shop's day decides below.
	const before = later(now, -inactiveDays * day).toISOString();
	let after = '';
	for (;;) {
		const rows = await sqlOf(db).unsafe<{ id: string }[]>(
			`select id from (
				(select m.id from members m left join member_figures f on f.member_id = m.id
				where m.id > $1 collate "C" and m.created_at < $2::timestamptz
					and coalesce(f.last_at, m.created_at) < $2::timestamptz
					and exists (select from accounts a where a.owner_id = m.id and a.name like 'points/%' and a.credited > a.debited)
				order by m.id limit $3)
				union all
				(select g.id from member_groups g where g.id > $1 collate "C" and g.shares and g.created_at < $2::timestamptz
					and exists (select from accounts a where a.owner_id = g.id and a.name like 'points/%' and a.credited > a.debited)
				order by g.id limit $3)
			) x order by id limit $3`,
			[after, before, chunk]
		);
		const last = rows.at(-1);
		if (!last) return total;
		after = last.id;
		const ids = rows.map(({ id }) => id);
		const lost = await inTransaction(db, async (tx) => {
			// Somebody who has come to share a purse meanwhile has nothing of their own that could lapse.
			const book = await openBook(tx, ids, now, { lock: true, own: true });
			const active = await lastActive(tx, ids);
			const gone = ids.flatMap((ownerId) => {
				const at = active.get(ownerId);
				if (!at || endAfterDays(at, inactiveDays, timeZone) > now) return [];
				const { points } = book.lapse({ ownerId, reason: lapsedReason, ref: null });
				return points > 0 ? [{ ownerId, points }] : [];
			});
			await book.write(tx);
			return gone;
		});
		total.members += lost.length;
		for (const { points } of lost) total.points += points;
		if (lost.length > 0) told?.(lost.map(({ ownerId }) => ownerId));
	}
}
