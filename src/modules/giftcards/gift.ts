import type { Cents } from '#core/amounts';
import type { CardState } from './rules.ts';

/** A card given to a person: what both sides of the wire know of it. */

/** Drawn by `GiftArt.svelte`. */
export const giftDesigns = ['ribbon', 'birthday', 'thanks', 'winter', 'hearts'] as const;
export type GiftDesign = (typeof giftDesigns)[number];

export const giftLimits = {
	/** characters of what is written on it */
	words: 300,
	/** characters of a name */
	name: 80,
	/** days ahead that it may be sent */
	daysAhead: 366,
	/** how often its address may be changed */
	changes: 10
} as const;

/**
 * `waiting`: its day has not come; `sending`: due, or tried without luck; `sent`: the letter is on its way; `passed`: the
 * giver has the link; `undelivered`: nobody took the letter.
 */
export const giftStates = [
	...(['waiting', 'sending', 'sent', 'passed', 'undelivered', 'opened', 'claimed', 'cancelled'] as const)
] as const;
export type GiftState = (typeof giftStates)[number];

interface GiftDates {
	email: string | null;
	sendAt: Date;
	sentAt: Date | null;
	undeliveredAt: Date | null;
	openedAt: Date | null;
	claimedAt: Date | null;
	cancelledAt: Date | null;
}

/** What became of a gift. */
export function giftStateOf(gift: GiftDates, now: Date): GiftState {
	if (gift.cancelledAt) return 'cancelled';
	if (gift.claimedAt) return 'claimed';
	if (gift.openedAt) return 'opened';
	if (gift.email === null) return 'passed';
	if (gift.sentAt) return 'sent';
	if (gift.undeliveredAt) return 'undelivered';
	return gift.sendAt > now ? 'waiting' : 'sending';
}

/** Whether the giver may still change the address or take it back. */
export const isOpenGift = (state: GiftState): boolean => state !== 'claimed' && state !== 'cancelled';

/** A gift as its giver sees it, and as the console shows it. */
export interface GivenGift {
	id: string;
	version: number;
	cardId: string;
	lastSymbols: string;
	balanceCents: Cents;
	currency: string;
	giverName: string;
	/** false: the house gave it */
	byMember: boolean;
	receiverName: string;
	/** null: by link */
	email: string | null;
	words: string;
	design: GiftDesign;
	state: GiftState;
	createdAt: Date;
	sendAt: Date;
	sentAt: Date | null;
	openedAt: Date | null;
	claimedAt: Date | null;
	cancelledAt: Date | null;
}

/** A gift as whoever opens its link sees it. */
export interface OpenedGift {
	giverName: string;
	receiverName: string;
	words: string;
	design: GiftDesign;
	programme: { name: string; timeZone: string };
	/** `yours`: it lies in the wallet of whoever looks; `taken`: in somebody else's */
	claim: 'free' | 'yours' | 'taken';
	/** null where it is taken */
	card: {
		/** null unless it lies in one's wallet */
		id: string | null;
		lastSymbols: string;
		balanceCents: Cents;
		currency: string;
		state: CardState;
		expiresAt: Date | null;
		/** to show at the till; null: it cannot pay, or lies in a wallet, where it has another code */
		code: string | null;
	} | null;
	/** whoever looks gave it themselves */
	own: boolean;
}

/** What a code is worth, for whoever holds it. */
export interface CardLook {
	lastSymbols: string;
	state: Exclude<CardState, 'blocked' | 'replaced'>;
	balanceCents: Cents;
	currency: string;
	expiresAt: Date | null;
	programme: { name: string; timeZone: string };
}
