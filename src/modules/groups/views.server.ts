import { pointsOf } from '#ledger/server';
import { listOf } from '#platform/bulk';
import { instant, sqlOf, type Reads } from '#platform/db';
import { againstLeaving, type Belonging, type OwnGroup } from './index.ts';

/** The groups that people belong to now, of each the one whose purse they share first. Who belongs to none is left out. */
export async function belongingsOfAll(reads: Reads, memberIds: readonly string[]): Promise<Map<string, Belonging[]>> {
	const rows = await sqlOf(reads).unsafe<(Omit<Belonging, 'since'> & { memberId: string; since: string })[]>(
		`select b.member_id as "memberId", g.id as "groupId", g.kind, g.name, b.role, b.shares, b.since
		from group_members b join member_groups g on g.id = b.group_id
		where b.member_id = any($1::text[]) and b.ended_at is null order by b.shares desc, b.since`,
		[listOf(memberIds)],
		{ prepare: true }
	);
	const belongings = rows.map(({ memberId, since, ...rest }) => ({ memberId, is: { ...rest, since: instant(since) } }));
	return new Map(
		[...Map.groupBy(belongings, ({ memberId }) => memberId)].map(([id, all]) => [id, all.map(({ is }) => is)])
	);
}

export const belongingsOf = async (reads: Reads, memberId: string): Promise<Belonging[]> =>
	(await belongingsOfAll(reads, [memberId])).get(memberId) ?? [];

export interface Purse {
	groupId: string;
	kind: Belonging['kind'];
	name: string;
	/** since when this member shares it */
	since: Date;
	/** who else shares it, the longest first: their ids and first names */
	others: { memberId: string; firstName: string | null }[];
}

/** The purse that somebody shares; null: their points are their own. */
export async function purseOf(reads: Reads, memberId: string): Promise<Purse | null> {
	const mine = (await belongingsOf(reads, memberId)).find(({ shares }) => shares);
	if (!mine) return null;
	const others = await sqlOf(reads)<{ id: string; name: string | null }[]>`
		select m.id, m.name from group_members b join members m on m.id = b.member_id
		where b.group_id = ${mine.groupId} and b.ended_at is null and b.shares and b.member_id <> ${memberId}
		order by b.since, b.id`;
	const { groupId, kind, name, since } = mine;
	return {
		groupId,
		kind,
		name,
		since,
		others: others.map(({ id, name }) => ({ memberId: id, firstName: name?.split(/\s+/)[0] ?? null }))
	};
}

/** The groups that somebody belongs to, as their wallet shows them. */
export async function ownGroups(reads: Reads, memberId: string, now: Date): Promise<OwnGroup[]> {
	const mine = await belongingsOf(reads, memberId);
	if (mine.length === 0) return [];
	const ids = mine.map(({ groupId }) => groupId);
	const rows = await sqlOf(reads)<{ group_id: string; name: string | null }[]>`
		select b.group_id, m.name from group_members b join members m on m.id = b.member_id
		where b.group_id in ${sqlOf(reads)(ids)} and b.ended_at is null and b.member_id <> ${memberId}
		order by b.since, b.id`;
	const purses = await pointsOf(
		reads,
		mine.flatMap(({ groupId, shares }) => (shares ? groupId : [])),
		now
	);
	return mine.map((group) => {
		const others = rows.filter(({ group_id }) => group_id === group.groupId);
		const purse = purses.get(group.groupId);
		return {
			...group,
			others: others.map(({ name }) => name?.split(/\s+/)[0] ?? null),
			stays: purse ? { points: purse.spendable, pending: purse.pending } : null,
			against: againstLeaving(group.kind, group.role, others.length + 1)
		};
	});
}

/** Who shares a group's purse now: ids, for telling them that it changed. */
export async function sharersOf(reads: Reads, groupId: string): Promise<string[]> {
	const rows = await sqlOf(reads)<{ id: string }[]>`
		select member_id as id from group_members where group_id = ${groupId} and ended_at is null and shares`;
	return rows.map(({ id }) => id);
}
