import { sum, type Cents } from '#core/amounts';
import type { RefusalData } from '#core/refusal';
import type { GiftCardFact } from '#pricing';
import { cardsBack, type ReturnQuote } from '#pricing';
import type { ReceiptView, RefundTo, ReturnTender } from '#purchases';
import { checkoutRefusals } from './index.ts';

/** A card as a refund needs it. */
export type RefundableCard = Pick<GiftCardFact, 'id' | 'lastSymbols' | 'currency' | 'state'>;

/** What decides where a return's money goes. */
export interface RefundFacts {
	receipt: Pick<ReceiptView, 'tenders' | 'returns' | 'currency'>;
	back: Pick<ReturnQuote, 'refundCents' | 'giftCardCents'>;
	/** kept of the money for points that were spent already */
	chargedCents: Cents;
	/** whether the member has a wallet that a new card can lie in: joined, not blocked, not erased */
	hasWallet: boolean;
	cards: ReadonlyMap<string, RefundableCard>;
	/** the card in the place of a lost one */
	successorOf: ReadonlyMap<string, string>;
	wish: {
		refundTo: RefundTo;
		/** the card that takes the money; null: a new one */
		toCardId: string | null;
		/** money may be handed back for a card that can take nothing: somebody with the right said so */
		handForCards: boolean;
	};
}

/** Where it goes. What is put on a card that does not exist yet has no `cardId`. */
export interface RefundPlan {
	tenders: (ReturnTender & { toNew?: true })[];
	/** handed back */
	refundCents: Cents;
	/** put on cards */
	giftCardCents: Cents;
	/** of it on the new one */
	newCardCents: Cents;
}

/**
 * Where a return's money goes. What gift cards had paid goes back on them, each its own: on the card itself while it is
 * active; else on the card that took its place; else on the one that an earlier return of this receipt made for it; else
 * on a new one in the member's wallet; else into the hand, if somebody with the right says so. Everything else is handed
 * back, or put on a card as store credit: on the one named, or on a new one (in the wallet; without a wallet its code is
 * printed on the slip).
 *
 * An expired card is not revived: what was left on it when its time was over stays gone.
 * @returns the plan, or why it cannot be: return.card_unusable, return.card_unknown, return.card_not_active,
 * return.card_currency
 */
export function planRefund(facts: RefundFacts): RefundPlan | RefusalData {
	const plan: RefundPlan = { tenders: [], refundCents: 0, giftCardCents: 0, newCardCents: 0 };
	const { receipt, back, wish } = facts;
	for (const { id, cents } of partsOfCards(receipt, back.giftCardCents)) {
		const refusal = putBack(plan, facts, id, cents);
		if (refusal) return refusal;
	}
	const money = back.refundCents - facts.chargedCents;
	if (wish.refundTo === 'card' && money > 0) {
		const refusal = putCredit(plan, facts, money);
		if (refusal) return refusal;
	} else if (money > 0) hand(plan, money);
	return plan;
}

/** What each card that paid gets of a return: its own share, however the receipt comes back. */
function partsOfCards(receipt: RefundFacts['receipt'], cents: Cents): { id: string; cents: Cents }[] {
	const paid = receipt.tenders.flatMap((tender) =>
		tender.kind === 'gift_card' && tender.subjectId ? [{ id: tender.subjectId, cents: tender.cents }] : []
	);
	const before = sum(receipt.returns.flatMap(({ lines }) => lines.map((line) => line.giftCardCents)));
	return cardsBack(paid, before, before + cents).filter((part) => part.cents > 0);
}

function putBack(plan: RefundPlan, facts: RefundFacts, id: string, cents: Cents): RefusalData | null {
	const own = facts.cards.get(id);
	const lastSymbols = own?.lastSymbols ?? '';
	const taker = takerOf(facts, id);
	if (taker) onCard(plan, taker, cents, taker.id === id ? null : { cardId: id, lastSymbols });
	else if (facts.hasWallet) onNew(plan, cents, { cardId: id, lastSymbols });
	else if (facts.wish.handForCards) hand(plan, cents, { cardId: id, lastSymbols });
	else return checkoutRefusals.data('return.card_unusable', { lastSymbols });
	return null;
}

/** The active card that takes what one had paid, or null. */
function takerOf({ cards, successorOf, receipt }: RefundFacts, id: string): RefundableCard | null {
	const seen = new Set<string>();
	for (let at: string | undefined = id; at !== undefined && !seen.has(at); at = successorOf.get(at)) {
		seen.add(at);
		const card = cards.get(at);
		if (card?.state === 'active') return card;
	}
	for (const { tenders } of receipt.returns)
		for (const { insteadOf, cardId } of tenders) {
			const card = insteadOf?.cardId === id && cardId !== undefined ? cards.get(cardId) : undefined;
			if (card?.state === 'active') return card;
		}
	return null;
}

function putCredit(plan: RefundPlan, facts: RefundFacts, cents: Cents): RefusalData | null {
	const { toCardId } = facts.wish;
	if (toCardId === null) {
		onNew(plan, cents, null);
		return null;
	}
	const card = facts.cards.get(toCardId);
	if (!card) return checkoutRefusals.data('return.card_unknown');
	const { lastSymbols, currency } = card;
	if (card.state !== 'active') return checkoutRefusals.data('return.card_not_active', { lastSymbols });
	if (currency !== facts.receipt.currency)
		return checkoutRefusals.data('return.card_currency', {
			lastSymbols,
			currency,
			givenCurrency: facts.receipt.currency
		});
	onCard(plan, card, cents, null);
	return null;
}

type Instead = NonNullable<ReturnTender['insteadOf']> | null;

const insteadOf = (instead: Instead) => (instead ? { insteadOf: instead } : {});

function onCard(plan: RefundPlan, { id, lastSymbols }: RefundableCard, cents: Cents, instead: Instead): void {
	plan.tenders.push({ kind: 'gift_card', cardId: id, lastSymbols, ...insteadOf(instead), cents, points: 0 });
	plan.giftCardCents += cents;
}

function onNew(plan: RefundPlan, cents: Cents, instead: Instead): void {
	plan.tenders.push({ kind: 'gift_card', toNew: true, ...insteadOf(instead), cents, points: 0 });
	plan.giftCardCents += cents;
	plan.newCardCents += cents;
}

function hand(plan: RefundPlan, cents: Cents, instead: Instead = null): void {
	plan.tenders.push({ kind: 'hand', ...insteadOf(instead), cents, points: 0 });
	plan.refundCents += cents;
}
