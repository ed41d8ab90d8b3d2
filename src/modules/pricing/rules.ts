import type { EndRounding } from '#core/time';
import type { Cents, Points, Rounding, Thousandths } from '#core/amounts';

export interface PointsExpiry {
	days: number | null;
	rounding: EndRounding;
	monthDay: string | null;
}

/** How purchases earn points. `points` per `perCents` of what earns, rounded once per receipt and split over its lines. */
export interface EarnRules {
	points: Points;
	perCents: Cents;
	rounding: Rounding;
	/** whether a line with a discount earns on what was paid for it */
	discountedLines: boolean;
	/** whether the part paid with points earns again */
	paidWithPoints: boolean;
	/** whether the part paid with a gift card earns */
	paidWithGiftCard: boolean;
	excludedCategoryIds: string[];
	excludedProductIds: string[];
	/** days until earned points can be spent; 0: at once */
	pendingDays: number;
	/** when earned points expire: `days` after they can be spent (null: never), moved on to the end of a period */
	expiry: PointsExpiry;
	/** all points that pay of a member who was not active for so many days lapse; null: they do not */
	inactiveDays: number | null;
}

/**
 * How points pay. `worthPoints` points are worth `worthCents`, rounded down; points that would pay no further cent are
 * not taken. Like earning, in the programme's currency only.
 */
export interface SpendRules {
	enabled: boolean;
	worthPoints: Points;
	worthCents: Cents;
	/** fewer cannot be spent in one receipt */
	minimumPoints: Points;
	/** more cannot be spent in one receipt; null: no limit */
	maximumPoints: Points | null;
	/** points may pay at most this part of the total, in percent */
	maximumSharePercent: number;
	/** only multiples of this can be spent */
	stepPoints: Points;
	/** points given back by a return live at least this many days, whatever their first date was */
	givenBackMinimumDays: number;
}

/** When gift cards end: so many months after they were sold, or after they were last used. */
export type CardExpiry = { kind: 'never' } | { kind: 'after_sale' | 'after_use'; months: number };

/** How gift cards of one currency are sold. */
export interface CardTerms {
	/** ISO 4217 */
	currency: string;
	/** one card or one top-up is at least and at most so much; cards of a fixed value are sold for that */
	leastCents: Cents;
	mostCents: Cents;
	/** what the till offers to tap */
	amounts: Cents[];
	/** no top-up raises a balance above this; null: no limit */
	highestCents: Cents | null;
	/** plastic of this value or more is sold with a PIN only; null: never asked for */
	pinFromCents: Cents | null;
}

export interface CardRules {
	/** none: no gift cards are sold */
	terms: CardTerms[];
	/** whether money put on a gift card earns points */
	earnsPoints: boolean;
	expiry: CardExpiry;
	/** where another rule holds: by store */
	expiryByStore: Record<string, CardExpiry>;
	/** whether cards made for a refund end like those that are sold; absent: they never do, since their money was the shopper's */
	refundsEnd?: boolean | undefined;
}

/**
 * How points of another type are earned: by hand or by file only; once for each purchase in which what earns is worth at
 * least `leastCents`; or `points` per `perCents` of what earns, rounded down once for each receipt. What earns is what
 * earns the points that pay (see `EarnRules`).
 */
export type TypeEarning =
	| { kind: 'by_hand' }
	| { kind: 'visit'; points: Points; leastCents: Cents }
	| { kind: 'amount'; points: Points; perCents: Cents };

/** How members give each other points. */
export interface TransferRules {
	/** fewer cannot be given at once */
	least: Points;
	/** points that one member may give in a day; null: no limit */
	mostPerDay: Points | null;
}

/**
 * A type of points beside those that pay: visits, stars towards a level. It has a balance, dates and a history of its own,
 * and never pays at the till.
 */
export interface PointType {
	id: string;
	name: string;
	earn: TypeEarning;
	expiry: PointsExpiry;
	/** all that a member has of it lapses when they were not active for so many days; absent: it does not */
	inactiveDays?: number | undefined;
	/** absent: members cannot give them to each other */
	transfer?: TransferRules | undefined;
	/** nothing more is earned or given, by members neither; what they have stays until it ends */
	archived: boolean;
}

export interface ProgrammeRules {
	earn: EarnRules;
	spend: SpendRules;
	/** absent: there are none but those that pay */
	types?: PointType[] | undefined;
}

/** What a right does to the basket. A new kind is one entry here and one file in `effects`. */
export type Effect =
	/** whole percent off the eligible lines, at most `capCents`; rounded once, half a cent up, and split over them */
	| { kind: 'percent'; percent: number; capCents: Cents | null }
	/** an amount off the eligible lines, never more than they cost */
	| { kind: 'amount'; cents: Cents }
	/** up to `quantity` of one of these products for nothing: the dearest of them in the basket */
	| { kind: 'free_product'; productIds: string[]; quantity: Thousandths }
	/** an eligible piece (of weighed goods a kilogram) costs `cents`: up to `quantity` of them, the dearest first; null: all */
	| { kind: 'fixed_price'; cents: Cents; quantity: Thousandths | null }
	/** from `of` eligible pieces on, the `free` cheapest of all of them cost nothing, once */
	| { kind: 'cheapest_free'; of: number; free: number }
	/** of each full set of `of` eligible pieces only the `pay` dearest are paid; sets are filled from the dearest piece down; null: as many sets as fill */
	| { kind: 'n_for_m'; of: number; pay: number; sets: number | null }
	/** no charge for delivery, or `capCents` less */
	| { kind: 'free_delivery'; capCents: Cents | null };

/**
 * What a right goes together with on one receipt: with nothing else, with others, or with others but only one of its
 * group. Two codes of one voucher never go together.
 */
export type Stacking = { kind: 'alone' } | { kind: 'together' } | { kind: 'group'; group: string };

/**
 * When a right applies, and to which lines: those of one of the products or one of the categories. Empty lists mean: all.
 * Charges for delivery are no goods: they do not count for the minimum, and only free delivery takes something off them.
 * A free product needs such a line in the basket; what it makes free is said by the effect.
 */
export interface Conditions {
	/** the least price of all goods in the basket before discounts; 0: any */
	minimumCents: Cents;
	productIds: string[];
	categoryIds: string[];
	storeIds: string[];
}
