import { declareRefusals } from '#core/refusal';
import type { Points } from '#core/amounts';
import type { GroupKind } from '#groups';
import type { AttributeKind, AttributeValue } from '#customers';
import type { GiftCardFact, MemberFact, Right } from '#pricing';
import type { CatalogueProduct } from '#stores';

/** What a till may look for. A scan that nobody asked for may be anything. */
export const codeKinds = ['member', 'voucher', 'giftCard', 'receipt', 'product'] as const;
export type CodeKind = (typeof codeKinds)[number];

/** Why a scanned or typed text leads nowhere. The text itself never goes into details or logs. */
export const codeRefusals = declareRefusals({
	/** a payment card was scanned or typed: it is not ours to read */
	'code.payment_card': 'invalid',
	'code.malformed': 'invalid',
	/** it has the form of one of ours, but the check symbol does not fit */
	'code.mistyped_member': 'invalid',
	'code.mistyped_voucher': 'invalid',
	'code.mistyped_gift_card': 'invalid',
	'code.mistyped_receipt': 'invalid',
	/** not a voucher, not a product's barcode, nothing else we know */
	'code.unknown': 'not_found',
	'code.unknown_member': 'not_found',
	'code.unknown_product': 'not_found',
	'code.unknown_voucher': 'not_found',
	'code.unknown_gift_card': 'not_found',
	'code.unknown_receipt': 'not_found',
	/** `minutes` until members may be asked for by address or number again */
	'code.asked_too_often': 'limited',
	'code.unknown_contact': 'not_found',
	/** a code of another kind than the field asked for */
	'code.is_member': 'unprocessable',
	'code.is_voucher': 'unprocessable',
	'code.is_gift_card': 'unprocessable',
	'code.is_receipt': 'unprocessable',
	'code.is_product': 'unprocessable'
});

/** Whether a text may be an e-mail address or a telephone number with its country: codes have no such signs. */
export const isContact = (text: string): boolean =>
	text.length <= 254 && /^\s*(\+[\d\s()./·–-]{6,}|\S+@\S+)\s*$/.test(text);

/** What the cashier sees of a member: who, what they have, what ends next. No address, no history. */
export interface MemberCard {
	fact: MemberFact;
	/** null: has not told us */
	name: string | null;
	/** false: made by a guest sale, nobody has claimed it yet */
	joined: boolean;
	/** a static code tells who somebody is, not that they are here; so does an address or number that was told */
	via: 'rotating' | 'static' | 'told';
	/** what the house wants to see at the till of what it knows about them */
	attributes: { label: string; kind: AttributeKind; value: AttributeValue }[];
	/** points of the types beside those that pay */
	types: { typeId: string; name: string; points: Points }[];
	/** whose points they are, where a purse is shared, or a firm that they buy for; null: their own */
	group: { kind: GroupKind; name: string } | null;
	/** the points that expire next, and when; null: none do */
	nextExpiry: { points: Points; endsAt: string } | null;
	/** the pending points that become spendable next, and when */
	nextMaturing: { points: Points; maturesAt: string } | null;
	/** vouchers in the wallet, soonest end first */
	rights: Right[];
	/** gift cards in the wallet that can pay */
	giftCards: GiftCardFact[];
}

/** What a scanned or typed text turned out to be. */
export type Identified =
	| { kind: 'member'; member: MemberCard }
	| { kind: 'voucher'; right: Right }
	| { kind: 'giftCard'; card: GiftCardFact }
	| { kind: 'receipt'; receiptId: string; number: string }
	| { kind: 'product'; product: CatalogueProduct };
