import { later } from '#core/time';
import type { Language } from '#core/languages';
import { m } from '#messages';
import type { CardDeed } from '#pricing';
import type { SoldGiftCard } from '#purchases';
import { day, money } from '#ui/format.ts';

/** A gift card that a line sells, in words: on the till, on receipts and in the wallet. */
export function soldCardName({ deed, lastSymbols: symbols }: { deed: CardDeed; lastSymbols: string }): string {
	if (symbols === '') return m.sold_card_new();
	if (deed === 'topped_up') return m.sold_card_top_up({ symbols });
	return deed === 'issued' ? m.sold_card_digital({ symbols }) : m.sold_card({ symbols });
}

/**
 * What a card that a line sold pays since, and until when: `worth €25.00 · good until 31 March 2029`; empty where a receipt
 * does not tell. Cards that were sold before receipts told it held what the line cost.
 */
export function soldCardNote(
	{ giftCard, netCents }: { giftCard: SoldGiftCard | null; netCents: number },
	{ currency, timeZone, language }: { currency: string; timeZone: string; language: Language }
): string {
	if (!giftCard) return '';
	const { deed, endsAt, worthCents = deed === 'topped_up' ? null : netCents } = giftCard;
	const parts = [];
	if (worthCents !== null) parts.push(m.sold_card_worth({ amount: money(worthCents, currency, language) }));
	// Its last day is the one before it pays no more.
	if (endsAt) parts.push(m.sold_card_until({ day: day(later(new Date(endsAt), -1), language, timeZone) }));
	return parts.join(' · ');
}

/** What a receipt's line is called; empty for an amount without a name: each face has its own word for that. */
export const lineName = (line: { name: string; giftCard: { deed: CardDeed; lastSymbols: string } | null }): string =>
	line.giftCard ? soldCardName(line.giftCard) : line.name;
