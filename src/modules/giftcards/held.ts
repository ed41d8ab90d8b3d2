import type { Cents } from '#core/amounts';
import type { CardState } from './rules.ts';

/** A card as its holder sees it. Lists carry no code. */
export interface HeldCard {
	id: string;
	lastSymbols: string;
	currency: string;
	/** what it can pay now */
	balanceCents: Cents;
	initialCents: Cents;
	state: CardState;
	/** first instant at which it no longer pays; null: never expires */
	expiresAt: Date | null;
	issuedAt: Date;
}

/** One movement of a card's money. */
export interface CardMovement {
	at: Date;
	cents: Cents;
	/** the ledger's word for it: `activated`, `charged`, `refunded`, … */
	reason: string;
	/** the receipt or return it belongs to; null: none of ours */
	ref: string | null;
}

export interface OpenCard extends HeldCard {
	/** to show at the till; null while the card cannot pay */
	code: string | null;
	hasPin: boolean;
	/** the house wants one on cards of this value */
	pinStays: boolean;
	movements: CardMovement[];
}
