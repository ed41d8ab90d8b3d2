import { and, eq, gte, sql } from 'drizzle-orm';
import { day, later } from '#core/time';
import { giftCardRefusals } from '#giftcards';
import type { Reads } from '#platform/db';
import { receiptLines, receipts } from '#purchases/tables';

/**
 * Whether a card was made by a sale of this till within a day: only then the counter may send it to somebody.
 * @throws gift_card.not_found
 */
export async function needSoldHere(
	reads: Reads,
	{ receiptId, cardId, deviceId }: { receiptId: string; cardId: string; deviceId: string },
	now: Date
): Promise<void> {
	const [line] = await reads
		.select({ receiptId: receiptLines.receiptId })
		.from(receiptLines)
		.innerJoin(receipts, eq(receipts.id, receiptLines.receiptId))
		.where(
			and(
				eq(receiptLines.receiptId, receiptId),
				eq(receipts.deviceId, deviceId),
				gte(receipts.committedAt, later(now, -day)),
				sql`${receiptLines.giftCard}->>'id' = ${cardId} and ${receiptLines.giftCard}->>'deed' = 'issued'`
			)
		)
		.limit(1);
	if (!line) throw giftCardRefusals.refuse('gift_card.not_found');
}
