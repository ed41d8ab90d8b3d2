import { readCode } from '#core/codes';
import { numberIn } from '#customers';
import { findByLinkedCode } from '#customers/server';
import { findByCode as findCard } from '#giftcards/server';
import { sqlOf, type Reads } from '#platform/db';
import { findByCode as findVoucher } from '#vouchers/server';

/** What a code led to. */
export type LookedUp =
	| { kind: 'member'; memberId: string }
	/** a voucher or gift card that lies with nobody: its own page tells more */
	| { kind: 'voucher'; codeId: string }
	| { kind: 'giftCard'; cardId: string }
	/** a payment card's number was typed: it is not ours to read */
	| { kind: 'paymentCard' }
	/** it has the form of a code of ours, and nobody has it */
	| { kind: 'unknownCode' }
	/** no code: a name, an address, a telephone number */
	| { kind: 'words' };

/**
 * Whom a code names: a member's number or code, a plastic card or an old barcode, or whoever holds a voucher or a gift
 * card.
 */
export async function lookUp(reads: Reads, text: string): Promise<LookedUp> {
	if (/[@+]/.test(text)) return { kind: 'words' };
	const reading = readCode(text);
	switch (reading.kind) {
		case 'paymentCard':
			return { kind: 'paymentCard' };
		case 'member':
		case 'rotatingMember':
			return byNumber(reads, numberIn(reading.code));
		case 'giftCard': {
			const found = await findCard(reads, reading.code);
			if (!found) return { kind: 'unknownCode' };
			const { id, memberId } = found.card;
			return memberId ? { kind: 'member', memberId } : { kind: 'giftCard', cardId: id };
		}
		case 'voucher':
			return (await holderOf(reads, reading.code)) ?? { kind: 'unknownCode' };
		case 'receipt':
		case 'mistyped':
			return { kind: 'unknownCode' };
		case 'malformed':
			return { kind: 'words' };
		default: {
			const member = await findByLinkedCode(reads, reading.code);
			if (member) return { kind: 'member', memberId: member.id };
			if (reading.code.length === 10 && /\d/.test(reading.code)) {
				const numbered = await byNumber(reads, reading.code);
				if (numbered.kind === 'member') return numbered;
			}
			return (await holderOf(reads, reading.code)) ?? { kind: 'words' };
		}
	}
}

async function byNumber(reads: Reads, number: string): Promise<LookedUp> {
	const [row] = await sqlOf(reads)<{ id: string }[]>`
		select coalesce(merged_into, id) as id from members where number = ${number} and erased_at is null`;
	return row ? { kind: 'member', memberId: row.id } : { kind: 'unknownCode' };
}

async function holderOf(reads: Reads, code: string): Promise<LookedUp | null> {
	const found = await findVoucher(reads, code);
	if (!found) return null;
	const { id, memberId } = found.code;
	return memberId ? { kind: 'member', memberId } : { kind: 'voucher', codeId: id };
}
