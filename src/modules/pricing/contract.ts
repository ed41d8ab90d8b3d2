import type { Cents, Points, Thousandths } from '#core/amounts';
import type { RefusalData } from '#core/refusal';
import type { CardRules, Conditions, Effect, ProgrammeRules, Stacking } from './rules.ts';

/**
 * One line as the till has it. An amount line costs what was typed. A product costs what the catalogue says; `unitCents`
 * is then only what the till showed, and whether that is still agreed is told by the quote's fingerprint.
 */
export interface BasketLine {
	/** the till's own name for the line, unique in the basket */
	key: string;
	/** null: an amount typed in */
	productId: string | null;
	/** what an amount line is called on the receipt; null: the shop's word for it */
	name: string | null;
	/** null unless an amount line was given a category */
	categoryId: string | null;
	quantity: Thousandths;
	/** price of 1000 thousandths */
	unitCents: Cents;
	/** an amount typed in that is a charge for delivery; a product never is */
	delivery?: boolean | undefined;
	/** the line sells money on a gift card, no goods; `unitCents` is how much, for a card of fixed value what that is */
	giftCard?: CardEntry | undefined;
}

/** What a line does to a gift card: plastic is activated, a new one is issued to the member, an active one is topped up. */
export const cardDeeds = ['activated', 'issued', 'topped_up'] as const;
export type CardDeed = (typeof cardDeeds)[number];

export interface CardEntry {
	deed: CardDeed;
	/** null: the card is made by the sale */
	id: string | null;
}

/** A gift card that a line sold money on, as quotes and receipts name it. */
export interface SoldCard {
	deed: CardDeed;
	/** null in a quote for a card that the sale will make */
	id: string | null;
	/** empty for a card that the sale will make */
	lastSymbols: string;
}

export interface Basket {
	currency: string;
	lines: BasketLine[];
}

/** What the cashier and the member want. Plain data: the same object previews, commits and back-tests. */
export interface Ask {
	memberId: string | null;
	basket: Basket;
	/** ids of voucher codes to redeem; of two that do not go together the first counts, their turns follow their effects */
	rightIds: string[];
	/** gift cards to charge, in this order; `cents` null: as much as possible */
	giftCards: {
		id: string;
		cents: Cents | null;
		/** the house's word that the card's PIN was entered here, where it has one */
		proof?: string | null | undefined;
	}[];
	/** points to spend; `most`: as many as the rules, the balance and the total allow */
	points: Points | 'most';
}

/** What a quantity counts. */
export type Unit = 'piece' | 'kilogram';

export interface ProductFact {
	id: string;
	name: string;
	categoryId: string;
	unit: Unit;
	priceCents: Cents;
	costCents: Cents | null;
	/** the tax class it bears; null or absent: the ordinary one */
	taxId?: string | null | undefined;
	archived: boolean;
}

/** A tax class. Its rate is in thousandths of a per cent (per cent mille): 8875 is 8.875 %. */
export interface TaxFact {
	id: string;
	name: string;
	pcm: number;
}

export interface StoreTaxes {
	/** whether the prices contain the tax; if not, it is added */
	included: boolean;
	/** in the house's order */
	classes: TaxFact[];
	/** for amounts typed in and products without a class; null: they bear none */
	ordinaryId: string | null;
}

/** A right somebody has: a voucher's code today, an offer later. `kind` prefixes its refusals. */
export interface Right {
	id: string;
	kind: 'voucher';
	/** the definition it comes from */
	sourceId: string;
	title: string;
	currency: string;
	effect: Effect;
	conditions: Conditions;
	stacking: Stacking;
	startsAt: string | null;
	endsAt: string | null;
	paused: boolean;
	voided: boolean;
	/** how often it can be used in all, by its definition; 1: once only; null: without limit */
	usesInAll: number | null;
	/** of those, still left; null: without limit */
	usesLeft: number | null;
	/** whether each member may use it only so often: then it needs a known member */
	limitedPerMember: boolean;
	/** left for the asking member; null when there is no such limit or no member */
	usesLeftForMember: number | null;
	/** only this member may use it; null: whoever brings it */
	onlyForMemberId: string | null;
	/** its last uses are held for baskets at other tills, the first of them until then; null: they are not */
	heldUntil: string | null;
}

export interface GiftCardFact {
	id: string;
	lastSymbols: string;
	currency: string;
	/** what it can pay now: balance less what is on hold */
	availableCents: Cents;
	state: 'active' | 'inactive' | 'replaced' | 'blocked' | 'expired';
	/** what an inactive card is sold for; null: the till says */
	valueCents: Cents | null;
	/** whether a PIN was set for it, and whether whoever asks has shown to know it */
	pin: 'none' | 'needed' | 'given';
}

export interface MemberFact {
	id: string;
	blocked: boolean;
	/** spendable now, expired points left out */
	spendablePoints: Points;
	pendingPoints: Points;
	/** owed: later earnings pay this first */
	debtPoints: Points;
}

/** Everything the quote may know, gathered once; plain data that may travel to the browser. */
export interface Facts {
	programme: { currency: string; timeZone: string; rules: ProgrammeRules };
	/** `taxes` absent: the house keeps none */
	store: { id: string; currency: string; timeZone: string; taxes?: StoreTaxes | undefined };
	products: Record<string, ProductFact>;
	member: MemberFact | null;
	/** those asked for, and those the member holds */
	rights: Right[];
	giftCards: GiftCardFact[];
	/** how the house sells gift cards; absent: the basket holds none, or none are sold */
	cardRules?: CardRules | null | undefined;
}

export interface QuotedDiscount {
	rightId: string;
	cents: Cents;
}

export interface QuotedLine {
	key: string;
	productId: string | null;
	categoryId: string | null;
	/** as on the receipt; empty for an amount without a name: the faces say it in the reader's language */
	name: string;
	quantity: Thousandths;
	unit: Unit;
	unitCents: Cents;
	listCents: Cents;
	discounts: QuotedDiscount[];
	discountCents: Cents;
	/** after discounts, with its tax where that is added = pointsPaidCents + giftCardCents + toPayCents */
	netCents: Cents;
	/** the tax class it bears; null: none */
	taxId: string | null;
	/** of `netCents` */
	taxCents: Cents;
	pointsPaidCents: Cents;
	pointsSpent: Points;
	giftCardCents: Cents;
	toPayCents: Cents;
	pointsEarned: Points;
	costCents: Cents | null;
	/** the gift card that the line sells money on; null: goods */
	giftCard: SoldCard | null;
}

/**
 * One step of the explanation: what was done, to which line (null: the whole basket), by how much. The faces put it
 * into words; the code is a message key `step_<code>`. Amounts are sizes, never negative: the code says which way.
 * By code they add up: `priced` to the list price, those with a `rightId` to the discount, `tax_added` to the tax beyond
 * the prices, `paid_with_…` to what points and gift cards pay, `to_pay` to the rest, `earned` or `earned_pending` to the points earned, and the `baseCents`
 * of those with all `not_earning_…` to the total. `earned_type` says what is earned of a type beside (`typeId`, `typeName`,
 * `by`: amount or visit). `debt_first` says how many of the earned points pay a debt.
 */
export interface Step {
	code:
		| 'priced'
		| 'percent_off'
		| 'amount_off'
		| 'free_product'
		| 'fixed_price'
		| 'cheapest_free'
		| 'n_for_m'
		| 'free_delivery'
		| 'tax_added'
		| 'paid_with_points'
		| 'paid_with_gift_card'
		| 'earned'
		| 'earned_pending'
		| 'earned_type'
		| 'not_earning_currency'
		| 'not_earning_category'
		| 'not_earning_product'
		| 'not_earning_discounted'
		| 'not_earning_gift_card'
		| 'not_earning_tax'
		| 'not_earning_paid_with_points'
		| 'not_earning_paid_with_gift_card'
		| 'debt_first'
		| 'to_pay';
	lineKey: string | null;
	rightId: string | null;
	giftCardId: string | null;
	cents: Cents;
	points: Points;
	/** further facts for the sentence, named as in refusals: amounts end in `Cents`, instants in `At` (ISO) */
	details: Record<string, string | number>;
}

export interface AppliedRight {
	id: string;
	kind: 'voucher';
	sourceId: string;
	title: string;
	cents: Cents;
}

/** A right that was asked for or is held by the member and does not apply, and why: what is missing, by how much. */
export interface RefusedRight {
	id: string;
	kind: 'voucher';
	title: string;
	asked: boolean;
	refusal: RefusalData;
}

export interface TypeEarned {
	typeId: string;
	points: Points;
}

/** What a basket bears of one tax. */
export interface QuotedTax extends TaxFact {
	included: boolean;
	/** what bears it, without it */
	netCents: Cents;
	cents: Cents;
}

export interface Quote {
	/** the store's */
	currency: string;
	/** in the basket's order; lines that cannot be priced are left out and are among the problems */
	lines: QuotedLine[];
	listCents: Cents;
	discountCents: Cents;
	/** tax that the prices do not contain */
	taxAddedCents: Cents;
	/** listCents − discountCents + taxAddedCents */
	totalCents: Cents;
	/** every tax in the total, by class */
	taxes: QuotedTax[];
	/** part of the total that puts money on gift cards: neither points nor gift cards pay it */
	cardsSoldCents: Cents;
	pointsSpent: Points;
	pointsPaidCents: Cents;
	/** in the order asked; `cents` may be 0 (the card is empty, or nothing was left to pay): then nothing is charged */
	giftCards: { id: string; lastSymbols: string; cents: Cents; leftCents: Cents }[];
	giftCardCents: Cents;
	toPayCents: Cents;
	pointsEarned: Points;
	/** ISO instant until when the earned points are pending; null: spendable at once */
	earnedPendingUntil: string | null;
	/** what is earned of the other types of points, in their order; absent: nothing */
	typesEarned?: TypeEarned[];
	/** what points could pay here: for the till's slider. `maximum` 0: none can be spent on this basket */
	pointsRange: { minimum: Points; maximum: Points; step: Points; worthPoints: Points; worthCents: Cents };
	applied: AppliedRight[];
	/** rights not asked for that would apply, and what each would save alone; the best first */
	possible: AppliedRight[];
	refused: RefusedRight[];
	/**
	 * other refusals: basket, gift card, points, member. A commit is possible when there is none of these and no refused
	 * right was asked for.
	 */
	problems: RefusalData[];
	steps: Step[];
	/** equal fingerprints mean: the same lines, prices, discounts, payments and points (see `agreed`) */
	fingerprint: string;
}
