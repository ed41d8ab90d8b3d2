import { and, eq, inArray, isNull } from 'drizzle-orm';
import { newId } from '#core/ids';
import { reasonOf, wordsOf } from '#customers/server';
import type { Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { addMember, lockAll, lockGroup, refusePurses, staffOf, titleOf, type Adding } from './belonging.server.ts';
import { groupLimits, groupsRefusals, usesPurse, type GroupInput, type GroupKind } from './index.ts';
import { emptyPurse, enterPurse, leadOn } from './purse.server.ts';
import { groupMembers, memberGroups } from './tables.server.ts';

const { refuse } = groupsRefusals;

const tidy = (text: string | null): string | null =>
	(text ?? '').replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '').trim() || null;

function sound(input: GroupInput, kind: GroupKind): GroupInput {
	const name = tidy(input.name)?.replace(/\s+/g, ' ') ?? '';
	if (name.length < 1 || name.length > groupLimits.name)
		throw refuse('group.name_form', { field: 'name', least: 1, most: groupLimits.name });
	const most = { vatNumber: 'number', registrationNumber: 'number', billingAddress: 'address', note: 'note' } as const;
	const told = { ...input, name };
	for (const [field, limit] of Object.entries(most) as [keyof typeof most, (typeof most)[keyof typeof most]][]) {
		const text = kind === 'household' && field !== 'note' ? null : tidy(input[field]);
		if ((text?.length ?? 0) > groupLimits[limit]) throw refuse('group.text_long', { field, most: groupLimits[limit] });
		told[field] = text;
	}
	return told;
}

const searched = ({ name, vatNumber, registrationNumber }: GroupInput): string | null =>
	wordsOf({
		name: [name, vatNumber, registrationNumber].filter((text) => text !== null).join(' '),
		email: null,
		phone: null
	});

/** What the trail keeps: names of households, addresses and notes are about people. */
const hidden = (kind: GroupKind) =>
	kind === 'household' ? ['name', 'note'] : ['vatNumber', 'registrationNumber', 'billingAddress', 'note'];

export interface Founding {
	kind: GroupKind;
	group: GroupInput;
	/** of a firm: one purse for all its buyers; a household always has one */
	shares: boolean;
	/** who heads it; a household has a head from the first moment */
	head: Pick<Adding, 'memberId' | 'title' | 'agreed'> | null;
}

/** @throws group.name_form, .text_long, .head_needed, and as `addMember` */
export async function found(tx: Tx, command: Founding, by: By, now: Date): Promise<{ id: string }> {
	const { kind, head } = command;
	const input = sound(command.group, kind);
	if (kind === 'household' && !head) throw refuse('group.head_needed', { field: 'memberId' });
	const id = newId('memberGroup', now);
	const shares = kind === 'household' || command.shares;
	await tx.insert(memberGroups).values({ id, kind, ...input, words: searched(input), shares, createdAt: now });
	await keepTrail(
		tx,
		by,
		{
			action: 'group.created',
			subject: { kind: 'group', id },
			title: titleOf({ kind, name: input.name }),
			after: { kind, shares, ...input },
			hidden: hidden(kind)
		},
		now
	);
	if (head) await addMember(tx, { groupId: id, role: 'head', ...head }, by, now);
	return { id };
}

/** @throws group.unknown, .ended, .changed_meanwhile (`version`), .name_form, .text_long */
export async function edit(
	tx: Tx,
	command: { id: string; version: number; group: GroupInput },
	by: By,
	now: Date
): Promise<void> {
	const { id, version } = command;
	const { group } = await lockGroup(tx, id, []);
	if (group.version !== version) throw refuse('group.changed_meanwhile', { version: group.version });
	const input = sound(command.group, group.kind);
	await tx
		.update(memberGroups)
		.set({ ...input, words: searched(input), version: version + 1 })
		.where(eq(memberGroups.id, id));
	const { name, vatNumber, registrationNumber, billingAddress, note } = group;
	await keepTrail(
		tx,
		by,
		{
			action: 'group.changed',
			subject: { kind: 'group', id },
			title: titleOf({ kind: group.kind, name: input.name }),
			before: { name, vatNumber, registrationNumber, billingAddress, note },
			after: { ...input },
			hidden: hidden(group.kind)
		},
		now
	);
}

/**
 * A firm's buyers share one purse from now on, or have each their own. What they have goes into it; what is in it goes to
 * one of them.
 * @throws group.unknown, .ended, .changed_meanwhile, .has_purse (one of them shares another), .heir_needed, .no_member (the
 * heir), .role_form (a household always shares)
 */
export async function setShares(
	tx: Tx,
	command: { id: string; version: number; shares: boolean; heirId: string | null },
	by: By,
	now: Date
): Promise<void> {
	const { id, version, shares, heirId } = command;
	const { group, there } = await lockAll(tx, id);
	if (group.version !== version) throw refuse('group.changed_meanwhile', { version: group.version });
	if (group.kind === 'household') throw refuse('group.role_form', { field: 'shares' });
	if (group.shares === shares) return;
	const buyers = there.filter(({ role }) => usesPurse(role)).map(({ memberId }) => memberId);
	if (shares) await refusePurses(tx, id, buyers);
	await tx
		.update(memberGroups)
		.set({ shares, version: version + 1 })
		.where(eq(memberGroups.id, id));
	if (buyers.length > 0)
		await tx
			.update(groupMembers)
			.set({ shares })
			.where(and(eq(groupMembers.groupId, id), inArray(groupMembers.memberId, buyers), isNull(groupMembers.endedAt)));
	if (shares) await enterPurse(tx, id, buyers, now);
	else {
		if (heirId !== null && !there.some(({ memberId }) => memberId === heirId)) throw refuse('group.no_member');
		await emptyPurse(tx, { groupId: id, memberIds: buyers, heirId }, now);
	}
	const subject = { kind: 'group', id };
	const title = titleOf(group);
	await keepTrail(
		tx,
		by,
		shares
			? { action: 'group.shared', subject, title }
			: { action: 'group.unshared', subject, title, after: { heirId } },
		now
	);
}

/**
 * A group ends, for good: everybody's points are their own again, and what is in the purse goes to one of them.
 * @param heirId somebody who belongs to it; null: only where there is nothing in the purse
 * @throws group.unknown, .ended, .no_member (the heir), .heir_needed; member.reason_form
 */
export async function end(
	tx: Tx,
	command: { id: string; heirId: string | null; reason: string },
	by: By,
	now: Date
): Promise<void> {
	const { id, heirId } = command;
	const reason = reasonOf(command.reason);
	const { group, there } = await lockAll(tx, id);
	if (heirId !== null && !there.some(({ memberId }) => memberId === heirId)) throw refuse('group.no_member');
	const sharing = there.filter(({ shares }) => shares).map(({ memberId }) => memberId);
	await tx
		.update(groupMembers)
		.set({ endedAt: now, endedByStaffId: staffOf(by) })
		.where(and(eq(groupMembers.groupId, id), isNull(groupMembers.endedAt)));
	if (group.shares) {
		await emptyPurse(tx, { groupId: id, memberIds: sharing, heirId }, now);
		if (heirId !== null) await leadOn(tx, id, heirId);
	}
	await tx
		.update(memberGroups)
		.set({ endedAt: now, heirMemberId: heirId, version: group.version + 1 })
		.where(eq(memberGroups.id, id));
	const ended = (memberId: string) => ({
		action: 'member.left_group',
		subject: { kind: 'member', id: memberId },
		after: { groupId: id },
		reason
	});
	const deed = {
		action: 'group.ended',
		subject: { kind: 'group', id },
		title: titleOf(group),
		after: { heirId },
		reason
	};
	await keepTrail(tx, by, [deed, ...there.map(({ memberId }) => ended(memberId))], now);
}
