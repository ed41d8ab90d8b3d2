import { and, eq, inArray, isNull, or } from 'drizzle-orm';
import type { MemberSteps } from '#customers/server';
import { openBook, pointsOf, postTo, redirect } from '#ledger/server';
import { listOf } from '#platform/bulk';
import { sqlOf, type Tx } from '#platform/db';
import { thereNow, type GroupMemberRow } from './belonging.server.ts';
import { groupsRefusals } from './index.ts';
import { enterPurse } from './purse.server.ts';
import { groupMembers, memberGroups } from './tables.server.ts';

/**
 * Comes before the points' steps: whose accounts take what is somebody's is settled here, so that afterwards a merge moves
 * what one of them has of their own to where the other's belongs, and whoever is erased has nothing of a purse.
 */
export const groupSteps: MemberSteps = {
	moves: [groupMembers, memberGroups],
	stays: [],

	async merge(tx, { from, into }, now) {
		const open = await openOf(tx, [from, into]);
		await lockGroups(tx, open);
		// Their books are locked before it is changed whose accounts are whose.
		await openBook(tx, [from, into], now, { lock: true, own: true });
		const purse = (memberId: string) => open.find((row) => row.memberId === memberId && row.shares)?.groupId ?? null;
		const [gone, kept] = [purse(from), purse(into)];
		if (gone !== null && kept !== null && gone !== kept) throw groupsRefusals.refuse('group.merge_two');
		for (const theirs of open.filter(({ memberId }) => memberId === from)) {
			const same = open.find(({ memberId, groupId }) => memberId === into && groupId === theirs.groupId);
			if (!same) continue;
			await tx.update(groupMembers).set({ endedAt: now }).where(eq(groupMembers.id, theirs.id));
			const role = theirs.role === 'head' || (theirs.shares && !same.shares) ? theirs.role : same.role;
			const shares = same.shares || theirs.shares;
			await tx.update(groupMembers).set({ role, shares }).where(eq(groupMembers.id, same.id));
		}
		await tx.update(groupMembers).set({ memberId: into }).where(eq(groupMembers.memberId, from));
		await tx.update(memberGroups).set({ heirMemberId: into }).where(eq(memberGroups.heirMemberId, from));
		await postTo(tx, [from], null);
		if (gone !== null && kept === null) await enterPurse(tx, gone, [into], now);
		await redirect(tx, [from], into);
	},

	/** Whoever is erased leaves; a household that nobody is left in ends with what is in its purse. */
	async erase(tx, memberIds, now) {
		const open = await openOf(tx, memberIds);
		await lockGroups(tx, open);
		await tx
			.update(groupMembers)
			.set({ endedAt: now })
			.where(and(inArray(groupMembers.memberId, [...memberIds]), isNull(groupMembers.endedAt)));
		await tx
			.update(groupMembers)
			.set({ agreed: null, title: null })
			.where(inArray(groupMembers.memberId, [...memberIds]));
		// Their books are locked before it is changed who posts to whom.
		await openBook(tx, memberIds, now, { lock: true, own: true });
		await postTo(tx, memberIds, null);
		await redirect(tx, memberIds, null);
		for (const groupId of new Set(open.map((row) => row.groupId))) await afterErasing(tx, groupId, now);
	},

	async exportOf(reads, memberIds, now) {
		const rows = await sqlOf(reads).unsafe<{ id: string; shares: boolean; until: string | null }[]>(
			`select g.id, g.kind, g.name, b.role, b.title, b.shares, b.since, b.ended_at as until, b.agreed
			from group_members b join member_groups g on g.id = b.group_id
			where b.member_id = any($1::text[]) order by b.since, b.id`,
			[listOf(memberIds)]
		);
		const purses = await pointsOf(
			reads,
			rows.flatMap(({ id, shares, until }) => (shares && until === null ? id : [])),
			now
		);
		return { groups: rows.map(({ id, ...row }) => ({ ...row, points_in_purse: purses.get(id)?.spendable ?? null })) };
	}
};

const openOf = (tx: Tx, memberIds: readonly string[]): Promise<GroupMemberRow[]> =>
	tx
		.select()
		.from(groupMembers)
		.where(and(inArray(groupMembers.memberId, [...memberIds]), isNull(groupMembers.endedAt)));

async function lockGroups(tx: Tx, rows: readonly GroupMemberRow[]): Promise<void> {
	if (rows.length === 0) return;
	await tx
		.select({ id: memberGroups.id })
		.from(memberGroups)
		.where(or(...rows.map(({ groupId }) => eq(memberGroups.id, groupId))))
		.orderBy(memberGroups.id)
		.for('update');
}

async function afterErasing(tx: Tx, groupId: string, now: Date): Promise<void> {
	const [group] = await tx.select().from(memberGroups).where(eq(memberGroups.id, groupId));
	const there = await thereNow(tx, groupId);
	if (!group || group.kind !== 'household') return;
	const [longest] = there;
	if (longest && !there.some(({ role }) => role === 'head'))
		await tx.update(groupMembers).set({ role: 'head' }).where(eq(groupMembers.id, longest.id));
	if (longest) return;
	const book = await openBook(tx, [groupId], now, { lock: true });
	book.forfeit({ ownerId: groupId, reason: 'erased', ref: null });
	await book.write(tx);
	// What it was called is about those who are erased.
	await tx
		.update(memberGroups)
		.set({ name: '–', note: null, words: null, endedAt: now })
		.where(eq(memberGroups.id, groupId));
}
