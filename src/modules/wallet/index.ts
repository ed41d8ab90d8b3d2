import type { Cents, Points } from '#core/amounts';
import type { HeldCard } from '#giftcards';
import type { GroupKind } from '#groups';
import type { PointsBalance } from '#ledger';
import type { TypeBalance } from '#points';
import type { SpendableNow } from '#pricing';
import type { HeldVoucher } from '#vouchers';

/**
 * Wallet: what a shopper's screens put together from several modules.
 *
 * Owns: nothing. It reads through the other modules' doors and writes nowhere.
 * Promises: a shopper sees their own things and nobody else's; one call per screen.
 * Never: decides a price, a balance or a right.
 */

/** What a member's history tells, newest first: what was bought, given back, and what happened to points besides. */
export type WalletEvent =
	| {
			kind: 'purchase';
			id: string;
			at: Date;
			storeName: string;
			currency: string;
			totalCents: Cents;
			savedCents: Cents;
			giftCardCents: Cents;
			pointsEarned: Points;
			pointsSpent: Points;
			/** until when the earned points are pending; null: spendable at once */
			pendingUntil: Date | null;
			/** value of the goods given back so far */
			returnedCents: Cents;
	  }
	| {
			kind: 'return';
			id: string;
			at: Date;
			receiptId: string;
			storeName: string;
			currency: string;
			totalCents: Cents;
			giftCardCents: Cents;
			pointsGivenBack: Points;
			pointsTakenBack: Points;
			/** of the points taken back: spent already, now owed */
			pointsOwed: Points;
	  }
	| {
			kind: 'points';
			id: string;
			at: Date;
			/** the ledger's word for it: `expired`, `matured`, … */
			reason: string;
			/** what it did to the points; matured points are told as what became spendable */
			points: Points;
			/** what the points are called, where they are of another type than those that pay */
			typeName: string | null;
			/** a word from whoever moved them */
			note: string | null;
			/** who of those who share the purse: their first name, where it was somebody else's purchase */
			who: string | null;
	  };

/** Points of another type as the wallet shows them. */
export interface WalletType extends TypeBalance {
	/** when all of them lapse unless the member comes before; null: they do not lapse for that */
	lapsesAt: Date | null;
}

/** A member's points as their wallet shows them. */
export interface WalletPoints extends PointsBalance {
	/** what they can pay in one receipt, by the programme's step, minimum and maximum; null: points do not pay here */
	now: SpendableNow | null;
	/** when all of them lapse unless the member comes before; null: they do not lapse for that */
	lapsesAt: Date | null;
	/** fewer cannot be given to another member; null: points are not given here */
	leastGiven: Points | null;
	/** points of the types beside those that pay, in the house's order */
	types: WalletType[];
	/** with whom they are shared; null: they are the member's own */
	shared: { kind: GroupKind; name: string; others: (string | null)[] } | null;
}

/** Everything the wallet's first screen shows, and what the others need to be drawn around it. */
export interface WalletOverview {
	programme: { name: string; currency: string; timeZone: string };
	points: WalletPoints;
	/** vouchers that can be used now or soon, by when they end */
	vouchers: HeldVoucher[];
	/** cards that can pay, with something left on them */
	giftCards: HeldCard[];
	/** what ends before then is about to, by the days of the house's reminders; null: the house reminds of nothing */
	soonUntil: Date | null;
	/** the newest events */
	latest: WalletEvent[];
	/** the server's instant, which the member code is drawn by */
	now: Date;
}
