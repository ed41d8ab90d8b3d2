import { declareRefusals } from '#core/refusal';
import type { Cents, Points, Thousandths } from '#core/amounts';
import type { CardDeed, Step, Unit } from '#pricing';

/**
 * Purchases: what happened, for good.
 *
 * Owns: receipts, their lines and tenders, returns, rolling figures per member.
 * Promises: a receipt is never changed; a return is a fact of its own; every cent and point is kept by line, so that any
 * sequence of partial returns adds up to the receipt exactly.
 * Never: decides a price or moves a balance.
 */
export const purchaseRefusals = declareRefusals({
	'receipt.unknown': 'not_found'
});

/** A gift card that a line put money on. */
export interface SoldGiftCard {
	deed: CardDeed;
	id: string;
	lastSymbols: string;
}

/** One way in which a receipt was paid; `subjectId` is the gift card's. */
export interface Tender {
	kind: 'points' | 'gift_card' | 'other';
	subjectId: string | null;
	cents: Cents;
	points: Points;
}

/**
 * One step of the explanation that the quote gave. `position` is the line it speaks of, null: the whole basket. Prices are
 * no steps here: the lines say them.
 */
export type ReceiptStep = Omit<Step, 'lineKey'> & { position: number | null };

/** A step as it is kept: what is null, 0 or empty is left out. */
export type StoredStep = Pick<ReceiptStep, 'code'> & Partial<ReceiptStep>;

export interface ReceiptLineView {
	position: number;
	productId: string | null;
	name: string;
	quantity: Thousandths;
	unit: Unit;
	unitCents: Cents;
	listCents: Cents;
	discountCents: Cents;
	netCents: Cents;
	pointsPaidCents: Cents;
	pointsSpent: Points;
	giftCardCents: Cents;
	toPayCents: Cents;
	pointsEarned: Points;
	/** null: goods */
	giftCard: SoldGiftCard | null;
	/** given back so far */
	returned: Thousandths;
}

export interface ReturnView {
	id: string;
	receiptId: string;
	happenedAt: string;
	totalCents: Cents;
	/** to hand back as cash or card */
	refundCents: Cents;
	giftCardCents: Cents;
	pointsGivenBack: Points;
	pointsTakenBack: Points;
	/** of the points taken back: spent already, now owed */
	pointsOwed: Points;
	reason: string | null;
	lines: { position: number; quantity: Thousandths; netCents: Cents }[];
}

export interface ReceiptView {
	id: string;
	number: string;
	storeId: string;
	storeName: string;
	memberId: string;
	/** false: a guest sale that nobody has claimed yet */
	memberJoined: boolean;
	currency: string;
	happenedAt: string;
	listCents: Cents;
	discountCents: Cents;
	totalCents: Cents;
	/** part of the total that put money on gift cards */
	cardsSoldCents: Cents;
	pointsSpent: Points;
	pointsPaidCents: Cents;
	giftCardCents: Cents;
	toPayCents: Cents;
	pointsEarned: Points;
	earnedPendingUntil: string | null;
	lines: ReceiptLineView[];
	tenders: Tender[];
	steps: ReceiptStep[];
	returns: ReturnView[];
}
