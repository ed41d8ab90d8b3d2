import { declareRefusals } from '#core/refusal';
import type { RefusalData } from '#core/refusal';
import type { Cents, Thousandths } from '#core/amounts';
import type { ReceiptView, RefundTo, ReturnReason, ReturnView, SoldGiftCard } from '#purchases';
import type { Ask, Facts, Quote, Unit } from '#pricing';

/**
 * Checkout: one tap, all or nothing.
 *
 * Owns: gathering facts for a quote, the commit of a sale, its undoing.
 * Promises: what the preview showed is what is committed, or the answer is a refusal that carries the new quote; points,
 * vouchers, gift cards and the receipt move in one transaction under one idempotency key; a batch's refusals do not hurt
 * its neighbours.
 * Never: decides a price (pricing does) or keeps a balance (the ledger does).
 */
export const checkoutRefusals = declareRefusals({
	'quote.stale': 'conflict',
	/** sold in another store, and this house takes goods back where they were bought */
	'return.other_store': 'forbidden',
	/** a gift card that paid can take nothing back any more, and money for it needs a right */
	'return.card_unusable': 'forbidden',
	/** the card that shall take the money: unknown, not active, of another currency */
	'return.card_unknown': 'not_found',
	'return.card_not_active': 'conflict',
	'return.card_currency': 'unprocessable',
	/** points were spent or a card was blocked since the figures were shown: nothing happened */
	'return.changed_meanwhile': 'conflict',
	/** for money instead of a card, and for goods without a receipt: somebody with the right gives their PIN */
	'return.needs_approval': 'forbidden',
	/** without a receipt: not in this house, nothing in it, a line that cannot be, worth more than is allowed */
	'return.blind_off': 'forbidden',
	'return.blind_nothing': 'invalid',
	'return.blind_line': 'invalid',
	'return.blind_too_much': 'forbidden',
	/** a gift card that was sold: it is in somebody else's hands, or blocked, expired, closed */
	'return.gift_card_elsewhere': 'conflict',
	'return.gift_card_closed': 'conflict',
	'return.reason_form': 'invalid',
	'till.no_cashier': 'unauthenticated'
});

export { codeKinds, codeRefusals, isContact } from './identified.ts';
export type { CodeKind, Identified, MemberCard } from './identified.ts';

/** A sale to commit. `fingerprint` is that of the quote the cashier and the member agreed to. */
export interface Sale {
	key: string;
	ask: Ask;
	/** null only from the house itself (seed, import): whatever the quote says is agreed to */
	fingerprint: string | null;
}

/** Goods to take back: everything that is left, or quantities by line position. */
export interface ReturnRequest {
	key: string;
	receiptId: string;
	lines: 'everything' | { position: number; quantity: Thousandths }[];
	reasonKind?: ReturnReason | null;
	/** in somebody's own words */
	reason: string | null;
	/** money: into the hand (absent), or on a gift card as store credit */
	refundTo?: RefundTo;
	/** which one; null or absent: a new one */
	toCardId?: string | null;
	/** what was to be handed back when the cashier agreed; when it would be something else by now, nothing happens */
	agreedCents?: Cents | null;
}

/** Goods without their receipt: a product, or an amount that somebody typed. */
export interface BlindLine {
	productId: string | null;
	quantity: Thousandths;
	/** of an amount; a product's price is the house's to say */
	unitCents: Cents | null;
}

export interface BlindQuote {
	currency: string;
	lines: {
		productId: string | null;
		name: string;
		unit: Unit;
		quantity: Thousandths;
		unitCents: Cents;
		cents: Cents;
	}[];
	totalCents: Cents;
	refundTo: RefundTo;
	mostCents: Cents | null;
}

export interface BlindDone extends BlindQuote {
	id: string;
	number: string;
	happenedAt: string;
	card: { id: string; lastSymbols: string; fresh: boolean } | null;
}

/** A receipt as the till prints it. */
export type TillReceipt = ReceiptView & {
	/** null: nobody stood there */
	cashierName: string | null;
};

/** A return as its slip says it, with or without a receipt. */
export interface ReturnSlip {
	number: string;
	happenedAt: string;
	currency: string;
	/** null: there was none */
	receiptNumber: string | null;
	storeId: string;
	storeName: string;
	cashierName: string | null;
	lines: { name: string; giftCard: SoldGiftCard | null; unit: Unit; quantity: Thousandths; cents: Cents }[];
	figures: Pick<
		ReturnView,
		| 'totalCents'
		| 'refundCents'
		| 'giftCardCents'
		| 'chargedCents'
		| 'pointsGivenBack'
		| 'pointsTakenBack'
		| 'pointsOwed'
		| 'pointsCharged'
		| 'pointsForgiven'
		| 'pointsLapsed'
		| 'tenders'
	>;
}

/** Where and by whom. */
export interface Counter {
	/** whose idempotency keys: the tablet, the API client, the house */
	caller: string;
	storeId: string;
	deviceId: string | null;
	staffId: string | null;
}

export interface Refused {
	ok: false;
	refusal: RefusalData;
	/** the quote as it is now, where the refusal came from the facts; its facts let the till go on */
	now?: { quote: Quote; facts: Facts };
}

export type SaleResult = { ok: true; receipt: ReceiptView; replayed: boolean } | Refused;
export type ReturnResult = { ok: true; given: ReturnView; replayed: boolean } | Refused;

/** Facts and quote as a tablet may see them: without what the goods cost the house. */
export function shown({ facts, quote }: { facts: Facts; quote: Quote }): { facts: Facts; quote: Quote } {
	const products = Object.entries(facts.products).map(
		([id, product]) => [id, { ...product, costCents: null }] as const
	);
	return {
		facts: { ...facts, products: Object.fromEntries(products) },
		quote: { ...quote, lines: quote.lines.map((line) => ({ ...line, costCents: null })) }
	};
}
