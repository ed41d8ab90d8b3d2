import { sum, type Cents } from '#core/amounts';
import type { RefusalData } from '#core/refusal';
import { returnRefusals, type ReturnedLine } from '#pricing';
import type { ReceiptView } from '#purchases';
import { checkoutRefusals } from './index.ts';
import type { RefundableCard } from './refund.ts';

/** A card that a receipt sold, and comes back with it. */
export interface SoldBack {
	id: string;
	cents: Cents;
	/** it was made or activated by the sale: nothing is left of it; else the sale put money on it, which is taken off */
	closes: boolean;
}

/** What has to be known of cards that come back. */
export interface SoldCardFacts {
	receipt: Pick<ReceiptView, 'lines' | 'memberId' | 'currency'>;
	cards: ReadonlyMap<string, RefundableCard>;
	holders: ReadonlyMap<string, { memberId: string | null; given: boolean }>;
	/** the card that shall take the money: not one that is closed by it */
	toCardId: string | null;
	/** what a card can pay now */
	available: (cardId: string) => Cents;
}

/**
 * Which gift cards of a receipt come back with the lines that do. One that the receipt sold comes back whole, while nothing
 * was spent of it and nothing more put on it; money that topped one up, while as much is on it. Never one that lies in
 * somebody else's wallet, or waits for whom it was given to: it would be taken from them.
 * @returns the cards, or why they stay: return.gift_card_sold, .gift_card_elsewhere, .gift_card_closed
 */
export function cardsSoldBack(facts: SoldCardFacts, back: readonly ReturnedLine[]): SoldBack[] | RefusalData {
	const taken: SoldBack[] = [];
	for (const { position, netCents } of back) {
		const sold = facts.receipt.lines.find((line) => line.position === position)?.giftCard;
		if (!sold) continue;
		const before = sum(taken.filter(({ id }) => id === sold.id).map(({ cents }) => cents));
		const one = { id: sold.id, cents: netCents, closes: sold.deed !== 'topped_up' };
		const refusal = staysSold(facts, { ...one, lastSymbols: sold.lastSymbols, before });
		if (refusal) return { ...refusal, details: { position, ...refusal.details } };
		taken.push(one);
	}
	return taken;
}

function staysSold(
	{ receipt, cards, holders, toCardId, available }: SoldCardFacts,
	{ id, cents, closes, lastSymbols, before }: SoldBack & { lastSymbols: string; before: Cents }
): RefusalData | null {
	if (cards.get(id)?.state !== 'active') return checkoutRefusals.data('return.gift_card_closed', { lastSymbols });
	const holder = holders.get(id);
	if (!holder || holder.given || (holder.memberId !== null && holder.memberId !== receipt.memberId))
		return checkoutRefusals.data('return.gift_card_elsewhere', { lastSymbols });
	if (closes && id === toCardId) return checkoutRefusals.data('return.card_not_active', { lastSymbols });
	const leftCents = available(id) - before;
	if (closes ? leftCents === cents : leftCents >= cents) return null;
	const { currency } = receipt;
	return returnRefusals.data('return.gift_card_sold', { lastSymbols, leftCents, soldCents: cents, currency });
}
