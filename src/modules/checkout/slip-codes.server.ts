import { and, eq, exists, gte, inArray, isNull, not } from 'drizzle-orm';
import { hour, later } from '#core/time';
import { reveal } from '#giftcards/server';
import { giftCards, gifts } from '#giftcards/tables';
import type { Reads } from '#platform/db';
import { onceKeys } from '#platform/once.tables';
import type { ReceiptLineView, ReturnView } from '#purchases';
import { receiptLines, returns } from '#purchases/tables';

/** The code of a new card that lies in nobody's wallet. */
export interface SlipCode {
	cardId: string;
	code: string;
}

/** Cards that a return made. */
export const refundedCards = ({ tenders }: Pick<ReturnView, 'tenders'>): string[] =>
	tenders.flatMap(({ fresh, cardId }) => (fresh && cardId ? [cardId] : []));

/** Cards that a sale made. */
export const soldCards = ({ lines }: { lines: readonly Pick<ReceiptLineView, 'giftCard'>[] }): string[] =>
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

/** How long a till is told again what it showed. */
const kept = 12 * hour;

/**
 * The same codes again, for the tab of a till that was loaded anew before they were on paper: it alone knows the keys that
 * the sale or the return was sent with. A card that was sent to somebody meanwhile has none for it any more.
 */
export async function codesAgain(
	reads: Reads,
	{ caller, keys }: { caller: string; keys: readonly string[] },
	now: Date
): Promise<SlipCode[]> {
	const mine = and(eq(onceKeys.caller, caller), inArray(onceKeys.key, [...keys]), gte(onceKeys.at, later(now, -kept)));
	const deeds = await reads.select({ answer: onceKeys.answer }).from(onceKeys).where(mine);
	const answers = deeds.map(({ answer }) => answer as DeedAnswer);
	const sales = answers.flatMap(({ receiptId }) => receiptId ?? []);
	const takenBack = answers.flatMap(({ returnId }) => returnId ?? []);
	const [lines, refunds] = await Promise.all([
		sales.length === 0
			? []
			: reads
					.select({ giftCard: receiptLines.giftCard })
					.from(receiptLines)
					.where(inArray(receiptLines.receiptId, sales))
					.orderBy(receiptLines.position),
		takenBack.length === 0
			? []
			: reads.select({ tenders: returns.tenders }).from(returns).where(inArray(returns.id, takenBack))
	]);
	const blind = answers.flatMap(({ card }) => (card?.fresh ? card.id : []));
	return slipCodes(reads, [...soldCards({ lines }), ...refunds.flatMap(refundedCards), ...blind]);
}

/** What is kept with the key of a sale, of a return, of a return without its receipt. */
interface DeedAnswer {
	receiptId?: string;
	returnId?: string;
	card?: { id: string; fresh: boolean } | null;
}
