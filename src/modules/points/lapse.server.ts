import type { Points } from '#core/amounts';
import { endAfterDays, later, day } from '#core/time';
import { pointsUnit, unitOf } from '#ledger';
import { openBook } from '#ledger/server';
import { listOf, listsOf } from '#platform/bulk';
import { inTransaction, sqlOf, type Db, type Reads, type Tx } from '#platform/db';
import type { ProgrammeRules } from '#pricing';
import { programmeOf } from '#stores/server';
import { lapsedReason } from './index.ts';

/** Points of a unit lapse when their owner was not active for so many days. */
interface AwayRule {
	unit: string;
	days: number;
}

/** Of points that pay and of every type; of archived ones, too: what is left of them ends as it would have. */
function awayRules({ earn, types = [] }: ProgrammeRules): AwayRule[] {
	const all = [
		{ unit: pointsUnit, days: earn.inactiveDays },
		...types.map(({ id, inactiveDays }) => ({ unit: unitOf(id), days: inactiveDays ?? null }))
	];
	return all.flatMap(({ unit, days }) => (days === null ? [] : [{ unit, days }]));
}

/**
 * When each of these owners was last active: bought something, joined, or had points moved by hand or by another member; of
 * a purse, whoever shares it. The same for every type. Owners who do not exist are left out.
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

/** Whose purse takes what is a member's: their own, or one that they share. */
async function purses(reads: Reads, memberIds: readonly string[]): Promise<{ id: string; owner_id: string }[]> {
	return sqlOf(reads).unsafe<{ id: string; owner_id: string }[]>(
		`select x.id, coalesce(b.group_id, x.id) as owner_id from unnest($1::text[]) x(id)
		left join group_members b on b.member_id = x.id collate "C" and b.ended_at is null and b.shares`,
		[listOf(memberIds)]
	);
}

/**
 * When points of these members lapse if nothing happens until then: by member, then by unit. What does not lapse for that
 * is left out.
 */
export async function lapsesOf(
	reads: Reads,
	memberIds: readonly string[]
): Promise<Map<string, ReadonlyMap<string, Date>>> {
	const { rules, timeZone } = await programmeOf(reads);
	const away = awayRules(rules);
	if (away.length === 0 || memberIds.length === 0) return new Map();
	const owned = await purses(reads, memberIds);
	const active = await lastActive(reads, [...new Set(owned.map(({ owner_id }) => owner_id))]);
	return new Map(
		owned.flatMap(({ id, owner_id }) => {
			const at = active.get(owner_id);
			return at ? [[id, new Map(away.map(({ unit, days }) => [unit, endAfterDays(at, days, timeZone)]))]] : [];
		})
	);
}

/** Units, each with the instant before which an owner was last active whose points of it are gone by some moment. */
interface Cut {
	units: string;
	befores: string;
	/** the latest of those instants */
	before: string;
}

/** A rough cut, by whole days: the exact end of the shop's day is `lapsesOf`'s to say. Null: nothing lapses for that. */
function cutAt(rules: ProgrammeRules, by: Date): Cut | null {
	const rows = awayRules(rules).map(({ unit, days }) => ({ unit, before: later(by, -days * day) }));
	if (rows.length === 0) return null;
	const [units = '', befores = ''] = listsOf(rows, ['unit', 'before']);
	return { units, befores, before: new Date(Math.max(...rows.map(({ before }) => before.getTime()))).toISOString() };
}

/** Whether an owner who was last active at an instant has something that lapses. Asked for each owner there: never joined. */
const holding = (owner: string, active: string): string => `(
	select true from accounts a cross join unnest($4::text[], $5::timestamptz[]) r(unit, before)
	where a.owner_id = ${owner} and a.unit = r.unit and a.name like 'points%' and a.credited > a.debited and ${active} < r.before
	limit 1)`;

/**
 * Owners after `after`, in the order of their ids, with something that may have lapsed: who has not bought for so long. Both
 * tables are told where to begin: merged with all figures from the first on, each page would cost more than the last.
 */
async function ownersAway(reads: Reads, cut: Cut, after: string, most: number): Promise<string[]> {
	const rows = await sqlOf(reads).unsafe<{ id: string }[]>(
		`select id from (
			(select m.id from members m left join member_figures f on f.member_id = m.id and f.member_id > $1 collate "C"
			where m.id > $1 collate "C" and m.created_at < $2::timestamptz
				and coalesce(f.last_at, m.created_at) < $2::timestamptz
				and ${holding('m.id', 'coalesce(f.last_at, m.created_at)')}
			order by m.id limit $3)
			union all
			(select g.id from member_groups g where g.id > $1 collate "C" and g.shares and g.created_at < $2::timestamptz
				and ${holding('g.id', 'g.created_at')}
			order by g.id limit $3)
		) x order by id limit $3`,
		[after, cut.before, most, cut.units, cut.befores]
	);
	return rows.map(({ id }) => id);
}

/**
 * Members whose points may lapse by `by`, a chunk of owners at a time: roughly, `lapsesOf` says when. Whoever shares a purse
 * comes with the others.
 */
export async function* membersAway(reads: Reads, by: Date, chunk: number): AsyncGenerator<string[]> {
	const { rules } = await programmeOf(reads);
	const cut = cutAt(rules, by);
	for (let after = ''; cut;) {
		const ids = await ownersAway(reads, cut, after, chunk);
		const last = ids.at(-1);
		if (last === undefined) return;
		after = last;
		const rows = await sqlOf(reads).unsafe<{ id: string }[]>(
			`select m.id from members m where m.id = any($1::text[])
			union select b.member_id from group_members b
			where b.group_id = any($1::text[]) and b.ended_at is null and b.shares`,
			[listOf(ids)]
		);
		yield rows.map(({ id }) => id);
	}
}

export interface Lapsed {
	members: number;
	/** of whichever type */
	points: Points;
}

/**
 * Takes the points of members who were not active for as many days as the rules say of each type, a chunk of members per
 * transaction. Whoever buys at that moment keeps theirs: rules and activity are read again once the member is locked. It
 * can be stopped and run again.
 * @param told the members of each chunk whose points lapsed, after its commit
 */
export async function lapseInactive(
	db: Db,
	{ now, chunk = 500, told }: { now: Date; chunk?: number; told?: (memberIds: string[]) => void }
): Promise<Lapsed> {
	const total: Lapsed = { members: 0, points: 0 };
	const cut = cutAt((await programmeOf(db)).rules, now);
	for (let after = ''; cut;) {
		const ids = await ownersAway(db, cut, after, chunk);
		const last = ids.at(-1);
		if (last === undefined) break;
		after = last;
		const lost = await inTransaction(db, (tx) => lapseOf(tx, ids, now));
		total.members += lost.length;
		for (const { points } of lost) total.points += points;
		if (lost.length > 0) told?.(lost.map(({ ownerId }) => ownerId));
	}
	return total;
}

async function lapseOf(tx: Tx, ids: readonly string[], now: Date): Promise<{ ownerId: string; points: Points }[]> {
	// Somebody who has come to share a purse meanwhile has nothing of their own that could lapse.
	const book = await openBook(tx, ids, now, { lock: true, own: true });
	const { rules, timeZone } = await programmeOf(tx);
	const active = await lastActive(tx, ids);
	const away = awayRules(rules);
	const lost = ids.flatMap((ownerId) => {
		const at = active.get(ownerId);
		let sum = 0;
		for (const { unit, days } of at ? away : [])
			if (at && endAfterDays(at, days, timeZone) <= now)
				sum += book.lapse({ ownerId, unit, reason: lapsedReason, ref: null }).points;
		return sum > 0 ? [{ ownerId, points: sum }] : [];
	});
	await book.write(tx);
	return lost;
}
