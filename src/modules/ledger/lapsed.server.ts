import type { Points } from '#core/amounts';
import { listOf } from '#platform/bulk';
import { sqlOf, type Reads } from '#platform/db';
import { house, houseNames } from './index.ts';

/**
 * Points that were earned under a ref and have ended unused, by ref and unit. Told by place, not by count: what a ref earned
 * lies at (creditedAfter − amount, creditedAfter] of its pot, and every debit of the pot at a place of its own. What lies
 * inside a debit to `expired` has lapsed, and so has what nobody took and whose time is over, written off or not. Points that
 * were moved on with their dates (extended, merged, brought into a purse) are followed to where they lie now; what was given
 * to another member was used.
 */
const lapsedQuery = `
	with recursive own as (
		select e.ref, a.unit, e.owner_id, e.name, e.seq, e.credited_after - e.amount as low, e.credited_after as high, l.due_at
		from entries e
		join accounts a on a.owner_id = e.owner_id and a.name = e.name
		join lots l on l.owner_id = e.owner_id and l.name = e.name and l.cumulative = e.credited_after
		where e.ref = any($1::text[]) and e.amount > 0 and e.name like 'points%'
	union all
		select o.ref, o.unit, l.owner_id, l.name, 0,
			l.cumulative - l.amount + greatest(o.low, d.debited_after + d.amount) - (d.debited_after + d.amount),
			l.cumulative - l.amount + least(o.high, d.debited_after) - (d.debited_after + d.amount), l.due_at
		from own o
		join entries d on d.owner_id = o.owner_id and d.seq > o.seq and d.name = o.name and d.amount < 0
			and d.debited_after > o.low and d.debited_after + d.amount < o.high and d.reason <> 'transferred'
		join transfers t on t.id = d.transfer_id and t.credit_owner_id <> '${house}' and t.credit_name like 'points%'
		join lots l on l.owner_id = t.credit_owner_id and l.name = t.credit_name and l.transfer_id = t.id
	)
	select ref, unit, sum(points)::bigint as points from (
		select o.ref, o.unit, least(o.high, d.debited_after) - greatest(o.low, d.debited_after + d.amount) as points
		from own o
		join entries d on d.owner_id = o.owner_id and d.seq > o.seq and d.name = o.name and d.amount < 0
			and d.debited_after > o.low and d.debited_after + d.amount < o.high
		join transfers t on t.id = d.transfer_id and t.credit_owner_id = '${house}' and t.credit_name = '${houseNames.expired}'
	union all
		select o.ref, o.unit, o.high - greatest(o.low, a.debited)
		from own o join accounts a on a.owner_id = o.owner_id and a.name = o.name
		where o.due_at <= $2::timestamptz and a.debited < o.high
	) gone group by ref, unit`;

/**
 * How many of the points that were earned under each ref (receipts) have ended unused by `now`. Exact while nobody moves
 * points of the owners meanwhile: under their locks, or for a look.
 * @returns by ref, then by unit; refs of which nothing has ended are left out
 */
export async function lapsedOf(
	reads: Reads,
	refs: readonly string[],
	now: Date
): Promise<Map<string, ReadonlyMap<string, Points>>> {
	const rows = await sqlOf(reads).unsafe<{ ref: string; unit: string; points: number }[]>(
		lapsedQuery,
		[listOf(refs), now.toISOString()],
		{ prepare: true }
	);
	const found = new Map<string, Map<string, Points>>();
	for (const { ref, unit, points } of rows) found.set(ref, (found.get(ref) ?? new Map()).set(unit, points));
	return found;
}
