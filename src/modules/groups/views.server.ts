import { and, desc, eq, isNull } from 'drizzle-orm';
import { sqlOf, type Reads } from '#platform/db';
import type { Belonging } from './index.ts';
import { groupMembers, memberGroups } from './tables.server.ts';

/** The groups that somebody belongs to now, the one whose purse they share first. */
export const belongingsOf = (reads: Reads, memberId: string): Promise<Belonging[]> =>
	reads
		.select({
			groupId: memberGroups.id,
			kind: memberGroups.kind,
			name: memberGroups.name,
			role: groupMembers.role,
			shares: groupMembers.shares,
			since: groupMembers.since
		})
		.from(groupMembers)
		.innerJoin(memberGroups, eq(memberGroups.id, groupMembers.groupId))
		.where(and(eq(groupMembers.memberId, memberId), isNull(groupMembers.endedAt)))
		.orderBy(desc(groupMembers.shares), groupMembers.since);

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

/** Who shares a group's purse now: ids, for telling them that it changed. */
export async function sharersOf(reads: Reads, groupId: string): Promise<string[]> {
	const rows = await sqlOf(reads)<{ id: string }[]>`
		select member_id as id from group_members where group_id = ${groupId} and ended_at is null and shares`;
	return rows.map(({ id }) => id);
}
