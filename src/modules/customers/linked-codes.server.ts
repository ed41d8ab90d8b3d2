import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import { readCode } from '#core/codes';
import { newId } from '#core/ids';
import type { RefusalData } from '#core/refusal';
import { later, minute } from '#core/time';
import { insertRows } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { findProductByBarcode } from '#stores/server';
import type { LinkedCodeKind, Member } from './index.ts';
import { memberOf } from './members.server.ts';
import { customersRefusals } from './refusals.ts';
import { memberCodes, memberCodeUses, members } from './tables.server.ts';

const { data, refuse } = customersRefusals;

/** codes that one member may have beside their own */
export const mostLinkedCodes = 20;
/** how long somebody who showed their phone counts as standing there */
const shownFor = 10 * minute;

export type LinkedCode = Pick<typeof memberCodes.$inferSelect, 'id' | 'code' | 'kind' | 'addedAt' | 'endedAt'>;

/** A foreign code as a scanner gives it, or what is wrong with it. One that looks like ours would never be looked up here. */
export function readLinkedCode(text: string): { code: string } | { refusal: RefusalData } {
	const reading = readCode(text);
	if (reading.kind === 'paymentCard') return { refusal: data('member_card.payment_card', { field: 'code' }) };
	if (reading.kind === 'malformed' || (reading.kind === 'other' && reading.code.length < 4))
		return { refusal: data('member_card.form', { field: 'code' }) };
	if (reading.kind !== 'other') return { refusal: data('member_card.is_ours', { field: 'code' }) };
	return { code: reading.code };
}

/** What names a member besides their own code, those in use first. */
export async function linkedCodesOf(reads: Reads, memberId: string): Promise<LinkedCode[]> {
	const { id, code, kind, addedAt, endedAt } = memberCodes;
	return reads
		.select({ id, code, kind, addedAt, endedAt })
		.from(memberCodes)
		.where(eq(memberCodes.memberId, memberId))
		.orderBy(desc(isNull(endedAt)), desc(addedAt), desc(id))
		.limit(100);
}

/** Whose plastic card or old barcode this is; null: nobody's, or somebody's who was erased. */
export async function findByLinkedCode(reads: Reads, code: string): Promise<Member | null> {
	const [row] = await reads
		.select({ member: members })
		.from(memberCodes)
		.innerJoin(members, eq(members.id, memberCodes.memberId))
		.where(and(eq(memberCodes.code, code), isNull(memberCodes.endedAt), isNull(members.erasedAt)));
	return row ? memberOf(row.member) : null;
}

/**
 * Makes a plastic card or an old barcode name a member. The caller holds the member's row. The member's again: nothing
 * happens.
 * @throws member_card.form, .payment_card, .is_ours, .is_product, .too_many, .taken (`memberId`, of whom it is)
 */
export async function claimCode(
	tx: Tx,
	{ memberId, text, kind }: { memberId: string; text: string; kind: LinkedCodeKind },
	now: Date
): Promise<{ id: string; fresh: boolean }> {
	const reading = readLinkedCode(text);
	if ('refusal' in reading) throw refuse(reading.refusal.code as 'member_card.form', reading.refusal.details);
	const { code } = reading;
	if (await findProductByBarcode(tx, code)) throw refuse('member_card.is_product', { field: 'code' });
	const mine = await linkedCodesOf(tx, memberId);
	const there = mine.find((one) => one.code === code && one.endedAt === null);
	if (there) return { id: there.id, fresh: false };
	if (mine.filter(({ endedAt }) => endedAt === null).length >= mostLinkedCodes)
		throw refuse('member_card.too_many', { most: mostLinkedCodes });
	const row = { id: newId('memberCode', now), memberId, code, kind, addedAt: now, endedAt: null };
	const made = await insertRows(sqlOf(tx), memberCodes, [row], 'on conflict do nothing returning id');
	if (made.length > 0) return { id: row.id, fresh: true };
	const [owner] = await tx
		.select({ memberId: memberCodes.memberId })
		.from(memberCodes)
		.where(and(eq(memberCodes.code, code), isNull(memberCodes.endedAt)));
	throw refuse('member_card.taken', { field: 'code', memberId: owner?.memberId ?? null });
}

/** Whether this tablet saw the member's phone just now: then a card is linked in front of them. */
async function showedPhone(tx: Tx, memberId: string, deviceId: string, now: Date): Promise<boolean> {
	const [use] = await tx
		.select({ usedAt: memberCodeUses.usedAt })
		.from(memberCodeUses)
		.where(
			and(
				eq(memberCodeUses.memberId, memberId),
				eq(memberCodeUses.deviceId, deviceId),
				gt(memberCodeUses.usedAt, later(now, -shownFor))
			)
		)
		.limit(1);
	return use !== undefined;
}

/**
 * Links a card or an old barcode to a member.
 * @param mustShow at a till without the right to do it by hand: whose phone this tablet did not see is refused, or anybody
 * could link a card of theirs to somebody else's points
 * @throws member.unknown, member_card.show_phone, and those of `claimCode`
 */
export async function linkCode(
	tx: Tx,
	command: { memberId: string; code: string; kind: LinkedCodeKind; mustShow?: { deviceId: string } | null },
	by: By,
	now: Date
): Promise<{ id: string }> {
	const { memberId, kind, mustShow } = command;
	const [row] = await tx.select().from(members).where(eq(members.id, memberId)).for('update');
	if (!row || row.erasedAt) throw refuse('member.unknown');
	if (mustShow && !(await showedPhone(tx, memberId, mustShow.deviceId, now))) throw refuse('member_card.show_phone');
	const { id, fresh } = await claimCode(tx, { memberId, text: command.code, kind }, now);
	if (fresh)
		await keepTrail(
			tx,
			by,
			{ action: 'member_card.linked', subject: { kind: 'member', id: memberId }, after: { kind } },
			now
		);
	return { id };
}

/** A card that was lost or given back names nobody any more. One that has ended stays so. @throws member_card.unknown */
export async function endCode(tx: Tx, { id }: { id: string }, by: By, now: Date): Promise<{ memberId: string }> {
	const [row] = await tx.select().from(memberCodes).where(eq(memberCodes.id, id)).for('update');
	if (!row) throw refuse('member_card.unknown');
	if (row.endedAt) return { memberId: row.memberId };
	await tx.update(memberCodes).set({ endedAt: now }).where(eq(memberCodes.id, id));
	const subject = { kind: 'member', id: row.memberId };
	await keepTrail(tx, by, { action: 'member_card.ended', subject, before: { kind: row.kind }, after: {} }, now);
	return { memberId: row.memberId };
}
