import { declareRefusals } from '#core/refusal';
import { sum, type Cents, type Points, type Thousandths } from '#core/amounts';
import type { CardDeed, QuotedTax, SoldType, Step, Unit } from '#pricing';

/**
 * Purchases: what happened, for good.
 *
 * Owns: receipts, their lines and tenders, returns, rolling figures per member.
 * Promises: a receipt is never changed; a return is a fact of its own; every cent and point is kept by line, so that any
 * sequence of partial returns adds up to the receipt exactly.
 * Never: decides a price or moves a balance.
 */
export const purchaseRefusals = declareRefusals({
	'receipt.unknown': 'not_found',
	/** a return's own number: what came back does not come back again */
	'return.is_return': 'conflict',
	'return.policy_form': 'invalid',
	'return.policy_changed': 'conflict'
});

/** A gift card that a line put money on. */
export interface SoldGiftCard {
	deed: CardDeed;
	id: string;
	/** as they were when it was sold */
	lastSymbols: string;
	/** what it paid after this, and from when on no longer (null: no end); absent: from before receipts told it */
	worthCents?: Cents;
	endsAt?: string | null;
}

/** What a house allows when goods come back. */
export interface ReturnPolicy {
	/** whether a till takes back what another store sold */
	otherStores: boolean;
	/**
	 * A voucher of a single holder whose use comes back is good for at least so many days more, even when it had expired;
	 * 0: its dates stay. A shared code's dates are everybody's and stay in any case.
	 */
	voucherDays: number;
	withoutReceipt: {
		enabled: boolean;
		/** worth of one return in the store's currency; null: no limit */
		mostCents: Cents | null;
		/** what goods are worth: their price today, or the lowest of the last `lowestDays` days if that is less */
		price: 'today' | 'lowest';
		lowestDays: number;
		refundTo: RefundTo;
	};
}

/** Money that would be handed back: in the hand, or on a gift card. */
export type RefundTo = 'hand' | 'card';

export const defaultReturnPolicy: ReturnPolicy = {
	otherStores: true,
	voucherDays: 0,
	withoutReceipt: { enabled: true, mostCents: 10_000, price: 'lowest', lowestDays: 30, refundTo: 'card' }
};

export const returnReasons = ['faulty', 'unwanted', 'wrong_size', 'mistake', 'other'] as const;
export type ReturnReason = (typeof returnReasons)[number];

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
	/** after discounts, with its tax where that is added */
	netCents: Cents;
	/** the tax it bears, one of the receipt's; null: none */
	taxId: string | null;
	/** of `netCents` */
	taxCents: Cents;
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

/** One way in which a return gave something back. */
export interface ReturnTender {
	kind: 'points' | 'gift_card' | 'hand';
	/** the gift card that took it */
	cardId?: string;
	lastSymbols?: string;
	/** it was made for this return */
	fresh?: true;
	/** the card that had paid, where another one took it or money was handed back for it */
	insteadOf?: { cardId: string; lastSymbols: string };
	cents: Cents;
	points: Points;
}

/** What a return took back of a type of points beside those that pay. */
export interface TypeTakenBack {
	typeId: string;
	points: Points;
	/** earned by the same goods, and had ended unused by then */
	lapsed?: Points;
}

export interface ReturnView {
	id: string;
	/** null: from before slips had numbers */
	number: string | null;
	receiptId: string;
	happenedAt: string;
	/** worth of the goods = what points had paid of it + refundCents + giftCardCents + chargedCents */
	totalCents: Cents;
	/** to hand back as cash or card */
	refundCents: Cents;
	/** put on gift cards */
	giftCardCents: Cents;
	/** kept of the money for `pointsCharged` */
	chargedCents: Cents;
	pointsGivenBack: Points;
	pointsTakenBack: Points;
	/** of the points taken back: spent already, now owed */
	pointsOwed: Points;
	/** spent already: paid for in money, and forgiven */
	pointsCharged: Points;
	pointsForgiven: Points;
	/** had ended unused by then: not taken */
	pointsLapsed: Points;
	/** taken back of the types of points beside those that pay */
	typesTakenBack: TypeTakenBack[];
	tenders: ReturnTender[];
	reasonKind: ReturnReason | null;
	reason: string | null;
	/** of `giftCardCents`: what gift cards had paid of the line, wherever it went */
	lines: { position: number; quantity: Thousandths; netCents: Cents; taxCents: Cents; giftCardCents: Cents }[];
	/** the receipt of what went out for it */
	exchangedFor: { receiptId: string; number: string } | null;
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
	/** by class; null: from before receipts told it */
	taxes: QuotedTax[] | null;
	/** of them what the prices did not contain */
	taxAddedCents: Cents;
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
	/** whose goods came back when these went out, and the money they brought */
	exchangeOf: { receiptId: string; number: string; returnId: string; refundCents: Cents } | null;
}

/** What a receipt earned of the types of points beside those that pay, as its explanation says. */
export function typesEarnedOn({ steps }: Pick<ReceiptView, 'steps'>): (SoldType & { name: string })[] {
	return steps.flatMap(({ code, points, details }) =>
		code === 'earned_type'
			? {
					typeId: String(details.typeId),
					name: String(details.typeName),
					points,
					by: details.by === 'visit' ? 'visit' : 'amount'
				}
			: []
	);
}

/** What of each tax came back with the goods of a return: with the lines' shares, so that they add up to the receipt's. */
export function taxesBack(receipt: Pick<ReceiptView, 'taxes' | 'lines'>, back: Pick<ReturnView, 'lines'>): QuotedTax[] {
	const soldOf = new Map(receipt.lines.map((line) => [line.position, line]));
	return (receipt.taxes ?? []).flatMap((tax) => {
		const its = back.lines.filter(({ position }) => soldOf.get(position)?.taxId === tax.id);
		if (its.length === 0) return [];
		const cents = sum(its.map(({ taxCents }) => taxCents));
		return [{ ...tax, cents, netCents: sum(its.map(({ netCents }) => netCents)) - cents }];
	});
}
