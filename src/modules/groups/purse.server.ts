import { must } from '#core/must';
import { Refusal } from '#core/refusal';
import { openBook, postTo } from '#ledger/server';
import { sqlOf, type Tx } from '#platform/db';
import { groupsRefusals, pooledReason, unpooledReason } from './index.ts';

/**
 * What goes into a purse and out of it. The members are locked, and their group: nobody buys meanwhile. Whose accounts take
 * what is somebody's is changed while their books are locked, so that whoever waits for one finds the new way.
 */

/** These bring all that they have, and share from now on. */
export async function enterPurse(tx: Tx, groupId: string, memberIds: readonly string[], now: Date): Promise<void> {
	const book = await openBook(tx, [...memberIds, groupId], now, { lock: true, own: true });
	for (const fromOwnerId of memberIds) {
		const brought = book.absorb({ fromOwnerId, toOwnerId: groupId, reason: pooledReason, ref: fromOwnerId });
		if (!brought.ok) throw new Refusal(brought.refusal);
	}
	await book.write(tx);
	await postTo(tx, memberIds, groupId);
}

/**
 * One goes, and takes points along that are spendable now.
 * @throws group.points_form, group.points_few (`availablePoints`)
 */
export async function leavePurse(
	tx: Tx,
	{ groupId, memberId, points }: { groupId: string; memberId: string; points: number },
	now: Date
): Promise<void> {
	if (!Number.isSafeInteger(points) || points < 0)
		throw groupsRefusals.refuse('group.points_form', { field: 'points' });
	const book = await openBook(tx, [memberId, groupId], now, { lock: true, own: true });
	if (points > 0) {
		const given = book.movePoints({
			fromOwnerId: groupId,
			toOwnerId: memberId,
			points,
			reason: unpooledReason,
			ref: memberId
		});
		if (!given.ok) {
			const { spendable } = book.points(groupId);
			throw groupsRefusals.refuse('group.points_few', { field: 'points', availablePoints: spendable });
		}
		await book.write(tx);
	}
	await postTo(tx, [memberId], null);
}

/**
 * Nobody shares any more; all that is in the purse goes to one of them, and so does what comes to the purse later.
 * @param heirId null: there must be nothing in it
 * @throws group.heir_needed
 */
export async function emptyPurse(
	tx: Tx,
	{ groupId, memberIds, heirId }: { groupId: string; memberIds: readonly string[]; heirId: string | null },
	now: Date
): Promise<void> {
	const ids = [...new Set([...memberIds, ...(heirId === null ? [] : [heirId]), groupId])];
	await openBook(tx, ids, now, { lock: true, own: true });
	await postTo(tx, memberIds, null);
	if (heirId === null) {
		const left = await sqlOf(tx)`select from accounts where owner_id = ${groupId} and credited <> debited limit 1`;
		if (left.length > 0) throw groupsRefusals.refuse('group.heir_needed', { field: 'heirId' });
		return;
	}
	// An heir who shares another purse brings it there, as everything that is theirs.
	const whole = await openBook(tx, [heirId, groupId], now, { lock: true });
	must(whole.purseOf(groupId) === groupId, 'a purse that is emptied is nobody’s yet');
	const taken = whole.absorb({ fromOwnerId: groupId, toOwnerId: heirId, reason: unpooledReason, ref: heirId });
	if (!taken.ok) throw new Refusal(taken.refusal);
	await whole.write(tx);
}

/** What comes to a purse that has ended, from goods that are returned, goes on to whoever took what was in it. */
export const leadOn = (tx: Tx, groupId: string, heirId: string) => postTo(tx, [groupId], heirId);
