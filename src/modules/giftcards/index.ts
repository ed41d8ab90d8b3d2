/**
 * Gift cards: money that is spent by whoever holds the code.
 *
 * Owns: cards, their codes, who holds them.
 * Promises: a card's code is never stored in the clear nor logged; an issued card's money is in the ledger or will be when
 * it is activated, once; every screen but the one that reveals it shows the last four symbols only.
 * Never: keeps a balance of its own (the ledger's account `money` of the card is the balance).
 */
export { cardStates, issueProblem, limits, masked, shownSymbols, stateOf } from './rules.ts';
export type { CardState, IssueCommand } from './rules.ts';
export { giftCardRefusals } from './refusals.ts';
export {
	giftDesigns,
	giftLimits,
	isOpenGift,
	type CardLook,
	type GiftDesign,
	type GiftState,
	type GivenGift,
	type OpenedGift
} from './gift.ts';
export { giftRefusals } from './gift-refusals.ts';
export type { CardMovement, HeldCard, OpenCard } from './held.ts';
