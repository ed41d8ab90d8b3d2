import type { PointsBalance } from '#ledger';
import type { Cents, Points } from '#core/amounts';
import type { Change } from '#platform/trail';
import type { ReturnReason } from '#purchases';

/**
 * Reports: read models for the console.
 *
 * Owns: nothing. It reads all tables and writes none.
 * Promises: a day is the programme's day; what a screen shows in a chart and in a table are the same numbers; amounts of
 * other currencies are never added to the programme's.
 * Never: is asked by a till or a wallet.
 */

/**
 * What happened in a stretch of time, in the programme's currency, all on one basis: after the returns that happened in
 * the same stretch, whenever the goods were bought.
 */
export interface Figures {
	/** paid for goods after discounts, less what was returned */
	salesCents: Cents;
	/** worth of the goods that came back, with and without their receipts */
	returnsCents: Cents;
	/** sales made; a return makes none of them undone */
	receipts: number;
	/** sales after returns by receipt; null without receipts */
	averageCents: Cents | null;
	/** less what returns took back */
	pointsEarned: Points;
	/** less what returns gave back */
	pointsSpent: Points;
	/** those given back are not counted */
	vouchersRedeemed: number;
	voucherCents: Cents;
	/** cards that got their money, sold or given */
	giftCardsIssued: number;
	giftCardsIssuedCents: Cents;
	/** less what returns put back on cards */
	giftCardsChargedCents: Cents;
	membersJoined: number;
}

export interface DayFigures extends Figures {
	/** ISO date in the programme's time zone */
	day: string;
}

/** Goods that came back for one reason. */
export interface ReturnedFor {
	/** null: nobody said why */
	reason: ReturnReason | null;
	returns: number;
	cents: Cents;
	/** of them: without their receipt */
	blindReturns: number;
	blindCents: Cents;
}

/** What the programme owes its customers at an instant. */
export interface Outstanding {
	/** of members, households and firms */
	spendablePoints: Points;
	pendingPoints: Points;
	/** on receipts of nobody known that can still be added to a wallet */
	unclaimedPoints: Points;
	/** what all of these points would pay, by the rules of now */
	pointsWorthCents: Cents;
	/** points taken back that were spent already */
	debtPoints: Points;
	giftCards: number;
	giftCardCents: Cents;
}

export interface Today {
	currency: string;
	timeZone: string;
	/** ISO date */
	day: string;
	at: Date;
	today: Figures;
	/** until the same time of the day */
	yesterday: Figures;
	/** the same weekday of the week before, until the same time of the day */
	weekAgo: Figures;
	/** oldest first, the last one is today */
	days: DayFigures[];
	/** in these days; what was worth most first */
	returned: ReturnedFor[];
	/** of the whole house; null for those who are limited to some stores */
	outstanding: Outstanding | null;
	/** receipts of today in other currencies; empty in a shop with one */
	otherCurrencies: { currency: string; receipts: number; salesCents: Cents }[];
}

/** Somebody tried codes of gift cards in numbers. */
export interface CodesTried {
	/** the last alarm */
	at: Date;
	/** alarms of the last day, at most one in a quarter of an hour for each source */
	times: number;
}

/** What a new house does first, and whether it did. */
export interface NextSteps {
	/** somebody can sign in at a till */
	cashier: boolean;
	tablet: boolean;
	/** the programme's rules were saved once by a person */
	rules: boolean;
	voucher: boolean;
}

export const memberOrders = ['newest', 'recent', 'spent'] as const;
/** newest: joined last; recent: bought last; spent: bought most. */
export type MemberOrder = (typeof memberOrders)[number];

export interface MemberFilter {
	/** what somebody typed; empty: everybody */
	text: string;
	tagId: string | null;
	/** of these the member must have a value, or this one: a text or choice, a day, true or false, thousandths, cents */
	attribute: { id: string; value: string } | null;
	joinedFrom: Date | null;
	joinedBefore: Date | null;
	/** null: either */
	blocked: boolean | null;
}
export const allMembers: MemberFilter = {
	text: '',
	tagId: null,
	attribute: null,
	joinedFrom: null,
	joinedBefore: null,
	blocked: null
};

export interface MemberQuery {
	filter: MemberFilter;
	order: MemberOrder;
	descending: boolean;
	cursor: string | null;
	size?: number;
	/** how many are looked at in the list's order before the filters' own indexes are asked */
	reach?: number;
}

export interface MemberRow {
	id: string;
	number: string;
	name: string | null;
	email: string | null;
	phone: string | null;
	tagIds: string[];
	joinedAt: Date;
	blocked: boolean;
	visits: number;
	/** paid for goods, less what was returned, in the programme's currency */
	spentCents: Cents;
	lastAt: Date | null;
	spendablePoints: Points;
}

export interface MemberPage {
	currency: string;
	timeZone: string;
	member: {
		id: string;
		number: string;
		/** the code that a scanner reads from a printed card */
		code: string;
		name: string | null;
		email: string | null;
		phone: string | null;
		language: string | null;
		createdAt: Date;
		joinedAt: Date | null;
		blocked: boolean;
	};
	figures: { visits: number; spentCents: Cents; returnedCents: Cents; firstAt: Date; lastAt: Date } | null;
	receipts: ReceiptRow[];
	vouchers: HeldVoucher[];
	giftCards: HeldCard[];
}

export interface HeldVoucher {
	codeId: string;
	voucherId: string;
	title: string;
	code: string;
	usesLeft: number | null;
	redeemed: number;
	issuedAt: Date;
	startsAt: Date | null;
	endsAt: Date | null;
	pausedAt: Date | null;
	archivedAt: Date | null;
	voidedAt: Date | null;
}

export interface HeldCard {
	id: string;
	lastSymbols: string;
	currency: string;
	balanceCents: Cents;
	activatedAt: Date | null;
	blockedAt: Date | null;
	replacedAt: Date | null;
	expiresAt: Date | null;
}

export interface ReceiptFilter {
	storeId: string | null;
	/** ISO dates in the programme's time zone, both included */
	fromDay: string | null;
	toDay: string | null;
	memberId: string | null;
	/** a receipt's number, or its beginning */
	number: string | null;
}

/** A receipt or the slip of a return, as the tablet that made it lists it. */
export interface TillReceiptRow {
	kind: 'sale' | 'return';
	number: string;
	happenedAt: string;
	currency: string;
	/** below zero: of goods that came back */
	totalCents: Cents;
}

export interface ReceiptRow {
	id: string;
	number: string;
	happenedAt: Date;
	storeName: string;
	member: { id: string; name: string | null; joined: boolean };
	currency: string;
	totalCents: Cents;
	discountCents: Cents;
	giftCardCents: Cents;
	pointsEarned: Points;
	pointsSpent: Points;
	returnedCents: Cents;
}

/** Sums over all receipts of a filter, in the programme's currency. */
export interface ReceiptTotals {
	receipts: number;
	/** less what came back of these receipts, whenever that was */
	totalCents: Cents;
	returnedCents: Cents;
}

/** What a receipt's page shows beside the receipt itself. */
export interface ReceiptBeside {
	timeZone: string;
	member: { id: string; number: string; name: string | null; joined: boolean };
	staffName: string | null;
	deviceName: string | null;
	/** by code id: the voucher behind each right in the explanation */
	vouchers: { codeId: string; voucherId: string; title: string; cents: Cents; givenBackAt: Date | null }[];
	giftCards: { id: string; lastSymbols: string }[];
	/** who took what back */
	returnedBy: Record<string, string | null>;
}

/** One use of a voucher, for its page. */
export interface VoucherUse {
	id: string;
	at: Date;
	cents: Cents;
	givenBackAt: Date | null;
	receipt: { id: string; number: string };
	member: { id: string; number: string; name: string | null; joined: boolean };
	staffName: string | null;
	code: string;
}

export interface TrailFilter {
	/** part of a subject's name, of a reason, or of a name of the house's people */
	text: string;
	/** the first word of actions, such as `voucher` */
	area: string | null;
	staffId: string | null;
	subjectId: string | null;
	/** ISO dates in the programme's time zone, both included */
	fromDay: string | null;
	toDay: string | null;
}

/** One entry of the audit trail: who did what to what, and what is other than before. */
export interface TrailEntry {
	id: string;
	at: Date;
	/** dotted, past tense: `voucher.paused` */
	action: string;
	subject: { kind: string; id: string; title: string | null };
	changes: Change[];
	/** of the stores, people, roles, goods … that the changes name, by id; what is gone is missing */
	names: Record<string, string>;
	reason: string | null;
	who: {
		kind: 'till' | 'shopper' | 'staff' | 'house' | 'client' | 'guest';
		staffId: string | null;
		name: string | null;
		device: string | null;
		store: string | null;
		memberId: string | null;
	};
}

/** What moved on all gift cards of one currency in a month, by why. Closing = opening + all of them. */
export interface LiabilityMonth {
	/** ISO month: 2026-03 */
	month: string;
	openingCents: Cents;
	/** sold and topped up, less what was taken back */
	soldCents: Cents;
	/** paid with cards; not above zero */
	chargedCents: Cents;
	/** put back on cards by returns */
	refundedCents: Cents;
	/** never used in time, less what a later end brought back; not above zero in sum */
	expiredCents: Cents;
	/** by hand, and whatever else the house's books name */
	otherCents: Cents;
	closingCents: Cents;
}

/** What the house owes the holders of its gift cards, in one currency. */
export interface Liability {
	currency: string;
	/** on all cards now: the ledger's own balances */
	outstandingCents: Cents;
	/** cards with something on them */
	cards: number;
	/** on all cards at the end of the day asked for */
	asOfCents: Cents;
	/** the months up to that day, oldest first */
	months: LiabilityMonth[];
}

/** One of two members who may become one. */
export interface MergeSide {
	member: MemberPage['member'];
	currency: string;
	timeZone: string;
	points: PointsBalance;
	/** that can still be used */
	vouchers: number;
	giftCards: { id: string; lastSymbols: string; currency: string; balanceCents: number }[];
	/** `MM-DD` */
	birthday: string | null;
	receipts: number;
	/** plastic cards and older barcodes */
	codes: number;
	visits: number;
	spentCents: number;
	consents: { purpose: string; givenAt: Date }[];
}

export interface MergePreview {
	from: MergeSide;
	into: MergeSide;
	/** what the one who stays will have */
	after: {
		spendable: number;
		pending: number;
		debt: number;
		vouchers: number;
		visits: number;
		spentCents: number;
		blocked: boolean;
	};
}

/** Members who are likely one person, those who came first at the front. */
export interface DuplicateGroup {
	why: 'email' | 'name';
	members: { id: string; name: string | null; email: string | null; number: string }[];
}
