import { m } from '#messages';
import type { CardDeed } from '#pricing';

/** A gift card that a line sells, in words: on the till, on receipts and in the wallet. */
export function soldCardName({ deed, lastSymbols }: { deed: CardDeed; lastSymbols: string }): string {
	if (lastSymbols === '') return m.sold_card_new();
	return deed === 'topped_up' ? m.sold_card_top_up({ symbols: lastSymbols }) : m.sold_card({ symbols: lastSymbols });
}

/** What a receipt's line is called; empty for an amount without a name: each face has its own word for that. */
export const lineName = (line: { name: string; giftCard: { deed: CardDeed; lastSymbols: string } | null }): string =>
	line.giftCard ? soldCardName(line.giftCard) : line.name;
