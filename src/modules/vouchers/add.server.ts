import { eq } from 'drizzle-orm';
import { declareRefusals } from '#core/refusal';
import { readCode } from '#core/codes';
import type { Tx } from '#platform/db';
import { rightRefusals } from '#pricing';
import { validityOf } from './rules.ts';
import { voucherCodes, vouchers } from './tables.server.ts';

/** Why a code that a shopper typed does not go into the wallet. */
export const addRefusals = declareRefusals({
	'voucher.add_mistyped': 'invalid',
	/** codes of ours that are no vouchers: each has its own sentence */
	'voucher.add_receipt': 'unprocessable',
	'voucher.add_member_code': 'unprocessable',
	'voucher.add_gift_card': 'unprocessable',
	'voucher.add_payment_card': 'unprocessable',
	/** too many codes typed; `minutes` until the next */
	'voucher.add_too_often': 'limited',
	/** one code for everybody: nothing to keep, it is shown or said at the till */
	'voucher.add_for_everybody': 'unprocessable'
});

const otherKinds = {
	receipt: 'voucher.add_receipt',
	member: 'voucher.add_member_code',
	rotatingMember: 'voucher.add_member_code',
	giftCard: 'voucher.add_gift_card',
	paymentCard: 'voucher.add_payment_card'
} as const;

/**
 * Puts a code that somebody was given on paper or by a friend into their wallet, where it is theirs alone from then on.
 * Adding it again changes nothing.
 * @returns the id of the code
 * @throws voucher.unknown, .voided, .expired, .already_used, .other_member, .add_mistyped, .add_for_everybody, and for a
 * code of another kind .add_receipt, .add_member_code, .add_gift_card, .add_payment_card
 */
export async function addToWallet(
	tx: Tx,
	{ memberId, code }: { memberId: string; code: string },
	now: Date
): Promise<{ codeId: string }> {
	const reading = readCode(code);
	if (reading.kind === 'mistyped') throw addRefusals.refuse('voucher.add_mistyped');
	if (reading.kind === 'malformed') throw rightRefusals.refuse('voucher.unknown');
	if (reading.kind !== 'voucher' && reading.kind !== 'other') throw addRefusals.refuse(otherKinds[reading.kind]);
	const [row] = await tx
		.select({ code: voucherCodes, voucher: vouchers })
		.from(voucherCodes)
		.innerJoin(vouchers, eq(vouchers.id, voucherCodes.voucherId))
		.where(eq(voucherCodes.code, reading.code))
		// Two who type the same code at once: the second sees whose it became.
		.for('update', { of: voucherCodes });
	if (!row) {
		const slip = reading.kind === 'other' && reading.as !== null;
		throw slip ? addRefusals.refuse('voucher.add_mistyped') : rightRefusals.refuse('voucher.unknown');
	}
	const { code: found, voucher } = row;
	if (found.memberId === memberId && !found.voidedAt) return { codeId: found.id };
	if (found.memberId !== null) throw rightRefusals.refuse('voucher.other_member');
	if (found.voidedAt || voucher.archivedAt) throw rightRefusals.refuse('voucher.voided');
	if (voucher.codeKind === 'shared') throw addRefusals.refuse('voucher.add_for_everybody');
	// Stock that was not given to anybody yet is nobody's, whoever got hold of its number.
	if (voucher.holding === 'assigned') throw rightRefusals.refuse('voucher.other_member');
	const { endsAt } = validityOf(voucher, found);
	if (endsAt && endsAt <= now) throw rightRefusals.refuse('voucher.expired');
	if (found.usesLeft === 0) throw rightRefusals.refuse('voucher.already_used');
	await tx.update(voucherCodes).set({ memberId, issuedAt: now }).where(eq(voucherCodes.id, found.id));
	return { codeId: found.id };
}
