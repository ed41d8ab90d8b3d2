import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import { newId } from '#core/ids';
import { customersRefusals } from '#customers';
import { members } from '#customers/tables';
import { constraintOf, type Reads, type Tx } from '#platform/db';
import { keepTrail, withoutCodes, type By, type Deed } from '#platform/trail';
import {
	againstLeaving,
	groupLimits,
	groupsRefusals,
	leastAgreed,
	mostMembers,
	rolesOf,
	usesPurse,
	type GroupKind,
	type GroupRole
} from './index.ts';
import { enterPurse, leavePurse } from './purse.server.ts';
import { groupMembers, memberGroups } from './tables.server.ts';

const { refuse } = groupsRefusals;

export type GroupRow = typeof memberGroups.$inferSelect;
export type GroupMemberRow = typeof groupMembers.$inferSelect;

/**
 * Locks in one order, as a sale does: the members by id, then the group; the books come last.
 * @throws group.unknown, group.ended
 */
export async function lockGroup(tx: Tx, groupId: string, memberIds: readonly string[]) {
	const people =
		memberIds.length === 0
			? []
			: await tx
					.select()
					.from(members)
					.where(inArray(members.id, [...memberIds]))
					.orderBy(members.id)
					.for('update');
	const [group] = await tx.select().from(memberGroups).where(eq(memberGroups.id, groupId)).for('update');
	if (!group) throw refuse('group.unknown');
	if (group.endedAt) throw refuse('group.ended');
	return { group, people, there: await thereNow(tx, groupId) };
}

/** Who belongs to it now, the longest first. */
export const thereNow = (reads: Reads, groupId: string): Promise<GroupMemberRow[]> =>
	reads
		.select()
		.from(groupMembers)
		.where(and(eq(groupMembers.groupId, groupId), isNull(groupMembers.endedAt)))
		.orderBy(asc(groupMembers.since), asc(groupMembers.id));

/**
 * Locks everybody who belongs to a group, and the group.
 * @throws group.changed_meanwhile when somebody came at this very moment, and as `lockGroup`
 */
export async function lockAll(tx: Tx, groupId: string, alsoId: string | null = null) {
	const ids = (await thereNow(tx, groupId)).map(({ memberId }) => memberId);
	const locked = await lockGroup(tx, groupId, [...new Set(alsoId === null ? ids : [...ids, alsoId])]);
	if (locked.there.some(({ memberId }) => !ids.includes(memberId)))
		throw refuse('group.changed_meanwhile', { version: locked.group.version });
	return locked;
}

export const staffOf = ({ actor }: By): string | null => (actor.kind === 'staff' ? actor.staffId : null);
const memberSubject = (id: string) => ({ kind: 'member', id });
const groupSubject = (id: string) => ({ kind: 'group', id });

/** What the trail calls a group: a household's name is that of people. */
export const titleOf = ({ kind, name }: { kind: GroupKind; name: string }): string | null =>
	kind === 'firm' ? withoutCodes(name) : null;

function roleIn(kind: GroupKind, role: GroupRole): GroupRole {
	if (!rolesOf[kind].includes(role)) throw refuse('group.role_form', { field: 'role' });
	return role;
}

function titleFrom(text: string | null): string | null {
	const title = withoutCodes(text?.trim() ?? '');
	if (title.length > groupLimits.title) throw refuse('group.text_long', { field: 'title', most: groupLimits.title });
	return title || null;
}

/** How somebody agreed, as it is kept. @throws group.consent_needed, group.agreed_form */
function agreedFrom(text: string | null, needed: boolean): string | null {
	if (!needed) return null;
	if (text === null) throw refuse('group.consent_needed', { field: 'agreed' });
	const agreed = withoutCodes(text.trim());
	const [least, most] = [leastAgreed, groupLimits.agreed];
	if (agreed.length < least || agreed.length > most)
		throw refuse('group.agreed_form', { field: 'agreedHow', least, most });
	return agreed;
}

/** @throws what speaks against somebody's sharing a purse here */
async function refuseOtherPurse(tx: Tx, groupId: string, memberIds: readonly string[]): Promise<void> {
	if (memberIds.length === 0) return;
	const rows = await tx
		.select({ groupId: memberGroups.id, kind: memberGroups.kind })
		.from(groupMembers)
		.innerJoin(memberGroups, eq(memberGroups.id, groupMembers.groupId))
		.where(
			and(inArray(groupMembers.memberId, [...memberIds]), isNull(groupMembers.endedAt), eq(groupMembers.shares, true))
		);
	const elsewhere = rows.find((row) => row.groupId !== groupId);
	if (elsewhere) throw refuse('group.has_purse', { field: 'memberId', ...elsewhere });
}

export interface Adding {
	groupId: string;
	memberId: string;
	role: GroupRole;
	title: string | null;
	/** how they agreed that their points go into the purse: needed for a household; null: they did not */
	agreed: string | null;
}

/**
 * Somebody joins. Where the group has a purse and they use it, all their points go into it.
 * @throws group.unknown, .ended, .no_member, .not_joined, .member_blocked, .member_there, .has_purse, .full, .consent_needed,
 * .agreed_form, .role_form, .text_long; member.merged
 */
export async function addMember(tx: Tx, command: Adding, by: By, now: Date): Promise<{ id: string }> {
	const { groupId, memberId } = command;
	const { group, people, there } = await lockGroup(tx, groupId, [memberId]);
	const [person] = people;
	if (!person || person.erasedAt) throw refuse('group.no_member', { field: 'memberId' });
	if (person.mergedInto) throw customersRefusals.refuse('member.merged', { field: 'memberId' });
	if (!person.joinedAt) throw refuse('group.not_joined', { field: 'memberId' });
	if (person.blockedAt) throw refuse('group.member_blocked', { field: 'memberId' });
	if (there.some((one) => one.memberId === memberId)) throw refuse('group.member_there', { field: 'memberId' });
	if (there.length >= mostMembers[group.kind]) throw refuse('group.full', { most: mostMembers[group.kind] });
	const role = roleIn(group.kind, command.role);
	const shares = group.shares && usesPurse(role);
	if (shares) await refuseOtherPurse(tx, groupId, [memberId]);
	const agreed = agreedFrom(command.agreed, group.kind === 'household');
	if (role === 'head') await demote(tx, group, there);
	const id = newId('groupMember', now);
	const row = { id, groupId, memberId, role, title: titleFrom(command.title), shares, since: now, agreed };
	try {
		await tx.insert(groupMembers).values({ ...row, staffId: staffOf(by) });
	} catch (error) {
		if (constraintOf(error) === 'group_members_one_purse') throw refuse('group.has_purse', { field: 'memberId' });
		throw error;
	}
	if (shares) await enterPurse(tx, groupId, [memberId], now);
	const deeds: Deed[] = [
		{
			action: 'group.member_added',
			subject: groupSubject(groupId),
			title: titleOf(group),
			after: { memberId, role, shares, agreed },
			hidden: ['agreed']
		},
		{ action: 'member.joined_group', subject: memberSubject(memberId), after: { groupId, role, shares } }
	];
	await keepTrail(tx, by, deeds, now);
	return { id };
}

/** There is one head: whoever was it becomes one of the others. */
async function demote(tx: Tx, group: GroupRow, there: readonly GroupMemberRow[]): Promise<void> {
	const role = group.kind === 'household' ? 'member' : 'buyer';
	const head = there.find((one) => one.role === 'head');
	if (head) await tx.update(groupMembers).set({ role }).where(eq(groupMembers.id, head.id));
}

/**
 * Changes what somebody is in a group. Who becomes a contact of a firm with a purse leaves the purse, with nothing; who was
 * one comes into it with all they have.
 * @throws group.unknown, .ended, .no_member, .head_leaves (a household needs its head: make another one head), .has_purse,
 * .role_form, .text_long
 */
export async function setRole(
	tx: Tx,
	command: { groupId: string; memberId: string; role: GroupRole; title: string | null },
	by: By,
	now: Date
): Promise<void> {
	const { groupId, memberId } = command;
	const { group, there } = await lockGroup(tx, groupId, [memberId]);
	const mine = there.find((one) => one.memberId === memberId);
	if (!mine) throw refuse('group.no_member');
	const [role, title] = [roleIn(group.kind, command.role), titleFrom(command.title)];
	if (role === mine.role && title === mine.title) return;
	if (mine.role === 'head' && role !== 'head' && group.kind === 'household')
		throw refuse('group.head_leaves', { field: 'role' });
	if (role === 'head' && mine.role !== 'head') await demote(tx, group, there);
	const shares = group.shares && usesPurse(role);
	if (shares && !mine.shares) await refuseOtherPurse(tx, groupId, [memberId]);
	await tx.update(groupMembers).set({ role, title, shares }).where(eq(groupMembers.id, mine.id));
	if (shares && !mine.shares) await enterPurse(tx, groupId, [memberId], now);
	if (!shares && mine.shares) await leavePurse(tx, { groupId, memberId, points: 0 }, now);
	await keepTrail(
		tx,
		by,
		{
			action: 'group.role_changed',
			subject: groupSubject(groupId),
			title: titleOf(group),
			before: { memberId, role: mine.role, title: mine.title },
			after: { memberId, role, title }
		},
		now
	);
}

export interface Leaving {
	groupId: string;
	memberId: string;
	/** of what is in the purse, to take along */
	points: number;
	/** why, where the house does it */
	reason: string | null;
}

/**
 * Somebody leaves: what is in the purse stays there but for the points that they are given along.
 * @throws group.unknown, .ended, .no_member, .head_leaves (others are there: make one of them head), .last_member (of a
 * household: it ends instead), .points_form, .points_few
 */
export async function leave(tx: Tx, command: Leaving, by: By, now: Date): Promise<void> {
	const { groupId, memberId, points, reason } = command;
	const { group, there } = await lockGroup(tx, groupId, [memberId]);
	const mine = there.find((one) => one.memberId === memberId);
	if (!mine) throw refuse('group.no_member');
	const against = againstLeaving(group.kind, mine.role, there.length);
	if (against) throw refuse(against);
	if (mine.shares) await leavePurse(tx, { groupId, memberId, points }, now);
	else if (points !== 0) throw refuse('group.points_form', { field: 'points' });
	await tx
		.update(groupMembers)
		.set({ endedAt: now, endedByStaffId: staffOf(by) })
		.where(eq(groupMembers.id, mine.id));
	const after = { memberId, points };
	const deeds: Deed[] = [
		{ action: 'group.member_left', subject: groupSubject(groupId), title: titleOf(group), after, reason },
		{ action: 'member.left_group', subject: memberSubject(memberId), after: { groupId, points }, reason }
	];
	await keepTrail(tx, by, deeds, now);
}

/** Who of these shares a purse: what stops a group from beginning to share. */
export const refusePurses = refuseOtherPurse;
