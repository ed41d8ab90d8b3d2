import { and, eq, exists, inArray, isNull, not } from 'drizzle-orm';
import { reveal } from '#giftcards/server';
import { giftCards, gifts } from '#giftcards/tables';
import type { Reads } from '#platform/db';
import type { ReceiptView, ReturnView } from '#purchases';

/** The code of a new card that lies in nobody's wallet. */
export interface SlipCode {
	cardId: string;
	code: string;
}

/** Cards that a return made. */
export const refundedCards = ({ tenders }: Pick<ReturnView, 'tenders'>): string[] =>
	tenders.flatMap(({ fresh, cardId }) => (fresh && cardId ? [cardId] : []));

/** Cards that a sale made. */
export const soldCards = ({ lines }: Pick<ReceiptView, 'lines'>): string[] =>
	lines.flatMap(({ giftCard }) => (giftCard?.deed === 'issued' ? giftCard.id : []));

/**
 * The codes of new cards that lie in nobody's wallet and were given to nobody: for the paper of the sale or the return that
 * made them, and for nothing else. Asked for by the answer to it and by the same request sent again; without cards it asks
 * the database nothing.
 */
export async function slipCodes(reads: Reads, cardIds: readonly string[]): Promise<SlipCode[]> {
	if (cardIds.length === 0) return [];
	const given = reads.select({ id: gifts.id }).from(gifts).where(eq(gifts.cardId, giftCards.id));
	const rows = await reads
		.select({ id: giftCards.id, codeCipher: giftCards.codeCipher })
		.from(giftCards)
		.where(and(inArray(giftCards.id, [...cardIds]), isNull(giftCards.memberId), not(exists(given))));
	return rows
		.map((row) => ({ cardId: row.id, code: reveal(row) }))
		.sort((a, b) => cardIds.indexOf(a.cardId) - cardIds.indexOf(b.cardId));
}
