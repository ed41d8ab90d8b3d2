import type { Cents, Points } from '#core/amounts';

/**
 * Reminders: somebody is told before something of theirs ends.
 *
 * Owns: what was told to whom.
 * Promises: each end is told once, in the member's language, as many days before as the house says; a letter that the mail
 * server does not take is tried again an hour later.
 * Never: decides what ends when (the ledger, the points' rules and the gift cards do); writes to who is blocked, leaves, or has no address.
 *
 * These letters are part of the service that somebody joined for, and say nothing else: they need no consent to news. The
 * house sends none until it says how many days before.
 */

/** A type of points beside those that pay. */
export interface NamedType {
	id: string;
	name: string;
}

/** Something of a member's that ends soon, and that they have not been told of. */
export type Ending =
	/** `type`: null: those that pay; `away`: they live longer, but lapse then unless the member comes before */
	| { subject: 'points'; type: NamedType | null; endsAt: Date; points: Points; away: boolean }
	| { subject: 'gift_card'; cardId: string; lastSymbols: string; endsAt: Date; cents: Cents; currency: string };
