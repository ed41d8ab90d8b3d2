import { eq, inArray, or, sql } from 'drizzle-orm';
import { newId } from '#core/ids';
import { must } from '#core/must';
import { Writes } from '#platform/bulk';
import { sqlOf, type Tx } from '#platform/db';
import { emit } from '#platform/outbox';
import { keepTrail, withoutCodes, type By } from '#platform/trail';
import { refuseErasing } from './erasing.server.ts';
import { customersRefusals, reasonLength } from './index.ts';
import type { MemberSteps } from './steps.server.ts';
import { members } from './tables.server.ts';
import { wordsOf } from './words.ts';

const { refuse } = customersRefusals;
type Row = typeof members.$inferSelect;

export interface Merge {
	/** who goes: their codes, number and address lead to the other from now on */
	fromId: string;
	/** who stays */
	intoId: string;
	/** why, 3 to 200 characters */
	reason: string;
}

/**
 * Two members become one, for good. Points (with their dates), pending ones, debts, vouchers and gift cards change their
 * owner; receipts and entries stay as they were written and are read through the one who stays. What they told us is put
 * together: the kept one's own words count, the other's fill the gaps. A block of either stays.
 *
 * Merging into somebody who is merged is refused, and whoever had been merged into the one who goes follows them: one
 * step always arrives, and there are no circles.
 * @throws member.unknown (also when erased), member.merge_self, member.merged (one of them is merged already),
 * member.erasing, member.reason_form
 */
export async function merge(
	tx: Tx,
	{ fromId, intoId, reason }: Merge,
	steps: readonly MemberSteps[],
	by: By,
	now: Date
): Promise<{ memberId: string; mergedId: string }> {
	const why = reasonOf(reason);
	await putTogether(tx, { fromId, intoId }, steps, now);
	const subject = (id: string) => ({ kind: 'member', id });
	await keepTrail(
		tx,
		by,
		[
			{ action: 'member.merged', subject: subject(intoId), after: { mergedId: fromId }, reason: why },
			{ action: 'member.merged_away', subject: subject(fromId), after: { memberId: intoId }, reason: why }
		],
		now
	);
	return { memberId: intoId, mergedId: fromId };
}

/**
 * Two members become one; whoever calls it says so in the trail.
 * @throws member.unknown, member.merge_self, member.merged, member.erasing
 */
export async function putTogether(
	tx: Tx,
	{ fromId, intoId }: { fromId: string; intoId: string },
	steps: readonly MemberSteps[],
	now: Date
): Promise<void> {
	if (fromId === intoId) throw refuse('member.merge_self');
	const { from, into } = await lockBoth(tx, fromId, intoId);
	await refuseErasing(tx, [fromId, intoId]);
	const ref = newId('merge', now);
	for (const { merge } of steps) await merge(tx, { from: fromId, into: intoId, ref }, now);
	await together(tx, from, into, now);
	const writes = new Writes();
	const payload = { memberId: intoId, mergedId: fromId };
	emit(writes, [{ topic: 'member.merged', subjectId: intoId, payload }], now);
	await writes.send(sqlOf(tx));
}

/** Trimmed, with codes in it masked. @throws member.reason_form */
export function reasonOf(text: string): string {
	const reason = withoutCodes(text.trim());
	if (reason.length < reasonLength.least || reason.length > reasonLength.most)
		throw refuse('member.reason_form', { field: 'reason', ...reasonLength });
	return reason;
}

/** Both, and who was merged into the one who goes, in the order of their ids: as sales and other merges lock them. */
async function lockBoth(tx: Tx, fromId: string, intoId: string): Promise<{ from: Row; into: Row }> {
	const rows = await tx
		.select()
		.from(members)
		.where(or(inArray(members.id, [fromId, intoId]), eq(members.mergedInto, fromId)))
		.orderBy(members.id)
		.for('update');
	const from = rows.find(({ id }) => id === fromId);
	const into = rows.find(({ id }) => id === intoId);
	if (!from || !into || from.erasedAt || into.erasedAt) throw refuse('member.unknown');
	if (from.mergedInto || into.mergedInto) throw refuse('member.merged');
	return { from, into };
}

const earliest = (...dates: (Date | null)[]): Date | null =>
	dates.filter((date) => date !== null).sort((a, b) => a.getTime() - b.getTime())[0] ?? null;

/**
 * An address, number or sign-in that the kept one lacks becomes theirs; one that they have too stays with the row that goes,
 * where it leads to them all the same.
 */
async function together(tx: Tx, from: Row, into: Row, now: Date): Promise<void> {
	const gone = {
		email: into.email === null ? null : from.email,
		phone: into.phone === null ? null : from.phone,
		userId: into.userId === null ? null : from.userId
	};
	await tx
		.update(members)
		.set({ ...gone, words: wordsOf({ ...from, ...gone }), mergedInto: into.id, mergedAt: now })
		.where(eq(members.id, from.id));
	await tx.update(members).set({ mergedInto: into.id }).where(eq(members.mergedInto, from.id));
	const kept = {
		email: into.email ?? from.email,
		phone: into.phone ?? from.phone,
		userId: into.userId ?? from.userId,
		name: into.name ?? from.name,
		language: into.language ?? from.language,
		...birthdayOf(into.birthday === null ? from : into),
		address: into.address ?? from.address,
		note: [into.note, from.note].filter((note) => note !== null).join('\n') || null,
		joinedAt: earliest(into.joinedAt, from.joinedAt),
		blockedAt: earliest(into.blockedAt, from.blockedAt)
	};
	await tx
		.update(members)
		.set({ ...kept, words: wordsOf(kept), version: into.version + 1 })
		.where(eq(members.id, into.id));
	const [circle] = await tx
		.select({ id: members.id })
		.from(members)
		.where(sql`${members.id} = ${into.id} and ${members.mergedInto} is not null`);
	must(!circle, 'whoever is kept is not merged themselves');
}

const birthdayOf = ({ birthday, birthYear }: Row) => ({ birthday, birthYear });
