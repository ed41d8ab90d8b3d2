import { inArray } from 'drizzle-orm';
import { readCode } from '#core/codes';
import { present } from '#core/must';
import { day, later } from '#core/time';
import { dataPolicyOf, familyOf, putTogether, type MemberSteps } from '#customers/server';
import { members } from '#customers/tables';
import { handOver } from '#giftcards/server';
import { pointsOf } from '#ledger/server';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { getReceiptByNumber } from '#purchases/server';
import { isRefusal } from '#core/refusal';
import type { ReceiptView } from '#purchases';
import { programmeOf } from '#stores/server';
import { claimRefusals } from './claim-refusals.ts';

const { refuse } = claimRefusals;

/** @throws claim.no_receipt, claim.mistyped, claim.unknown, claim.is_return */
async function receiptBy(reads: Reads, text: string): Promise<ReceiptView> {
	const reading = readCode(text);
	if (reading.kind === 'mistyped' && reading.as === 'receipt') throw refuse('claim.mistyped', { field: 'number' });
	if (reading.kind === 'other' && reading.as === 'receipt') throw refuse('claim.mistyped', { field: 'number' });
	if (reading.kind !== 'receipt') throw refuse('claim.no_receipt', { field: 'number' });
	try {
		return await getReceiptByNumber(reads, reading.code);
	} catch (error) {
		if (!isRefusal(error)) throw error;
		throw refuse(error.code === 'return.is_return' ? 'claim.is_return' : 'claim.unknown', { field: 'number' });
	}
}

/** What a member gets with a receipt that is added. */
export interface Claimed {
	receiptId: string;
	/** that they have now, or will have once these mature; 0: the points have ended meanwhile, or it earned none */
	points: number;
}

/**
 * A purchase made without the member's code becomes theirs: whoever bought it was nobody yet, and is put together with
 * them. The points are those that the receipt earned then, by the rules of that day and with their dates, less what came
 * back; they lay ready since. Gift cards sold on it went to whoever held them, and stay there. Done once, whoever tries:
 * the second finds it taken.
 * @param command `number` as scanned or typed; `reason` by a person of the house, 3 to 200 characters; `onlyStoreId`: bought
 * there alone, absent: wherever
 * @throws those of `claimRefusals` but claim.too_often; member.unknown, member.erasing
 */
export async function claimReceipt(
	tx: Tx,
	command: { memberId: string; number: string; reason: string | null; onlyStoreId?: string | null },
	steps: readonly MemberSteps[],
	by: By,
	now: Date
): Promise<Claimed> {
	const { memberId, number, reason, onlyStoreId = null } = command;
	const [{ policy }, programme] = [await dataPolicyOf(tx), await programmeOf(tx)];
	if (policy.claimDays === 0) throw refuse('claim.off', { field: 'number' });
	const { id, memberId: buyerId, storeId, storeName } = await receiptBy(tx, number);
	if ((await familyOf(tx, memberId)).includes(buyerId)) throw refuse('claim.yours', { field: 'number' });
	if (onlyStoreId !== null && storeId !== onlyStoreId) throw refuse('claim.other_store', { storeName });
	const rows = await tx
		.select()
		.from(members)
		.where(inArray(members.id, [memberId, buyerId]))
		.orderBy(members.id)
		.for('update');
	const [buyer, member] = [buyerId, memberId].map((id) => rows.find((row) => row.id === id));
	// Read again under the lock: what came back meanwhile counts.
	const receipt = await receiptBy(tx, number);
	if (receipt.memberId === memberId) throw refuse('claim.yours', { field: 'number' });
	if (!buyer || buyer.joinedAt || buyer.mergedInto || buyer.erasedAt) throw refuse('claim.taken', { field: 'number' });
	if (member?.blockedAt) throw refuse('claim.member_blocked', { field: 'number' });
	if (later(new Date(receipt.happenedAt), policy.claimDays * day) <= now)
		throw refuse('claim.too_old', { field: 'number', days: policy.claimDays });
	if (receipt.currency !== programme.currency)
		throw refuse('claim.currency', { field: 'number', currency: programme.currency });
	if (receipt.lines.every((line) => line.returned >= line.quantity))
		throw refuse('claim.returned', { field: 'number' });
	const earned = present((await pointsOf(tx, [buyerId], now)).get(buyerId), 'everybody has points, if none');
	await handOver(tx, buyerId);
	await putTogether(tx, { fromId: buyerId, intoId: memberId }, steps, now);
	const deed = { action: 'receipt.claimed', subject: { kind: 'receipt', id }, after: { memberId }, reason };
	await keepTrail(tx, by, { ...deed, title: receipt.number, storeId: receipt.storeId }, now);
	return { receiptId: id, points: earned.spendable + earned.pending };
}
