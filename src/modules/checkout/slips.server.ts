import { asc, eq } from 'drizzle-orm';
import { present } from '#core/must';
import { giftCards } from '#giftcards/tables';
import { staff } from '#identity/tables';
import type { Reads } from '#platform/db';
import { purchaseRefusals, type ReturnTender } from '#purchases';
import { getReceipt, getReceiptByNumber } from '#purchases/server';
import { blindReturnLines, blindReturns, receipts, returns } from '#purchases/tables';
import { stores } from '#stores/tables';
import type { ReturnSlip, TillReceipt } from './index.ts';

/** Who stood at the till. */
async function nameOf(reads: Reads, staffId: string | null): Promise<string | null> {
	if (staffId === null) return null;
	const [row] = await reads.select({ name: staff.name }).from(staff).where(eq(staff.id, staffId));
	return row?.name ?? null;
}

/** A receipt to look at or print again, by the number on it. @throws receipt.unknown, return.is_return */
export async function receiptToPrint(reads: Reads, number: string): Promise<TillReceipt> {
	const [view, [row]] = await Promise.all([
		getReceiptByNumber(reads, number),
		reads
			.select({ name: staff.name })
			.from(receipts)
			.innerJoin(staff, eq(staff.id, receipts.staffId))
			.where(eq(receipts.number, number))
	]);
	return { ...view, cashierName: row?.name ?? null };
}

/**
 * The slip of a return by its own number, with or without a receipt. A new card's code is not on it: it was printed with
 * the first one, and nowhere else.
 * @throws receipt.unknown
 */
export async function slipByNumber(reads: Reads, number: string): Promise<ReturnSlip> {
	const [row] = await reads
		.select({ id: returns.id, receiptId: returns.receiptId, staffId: returns.staffId, storeId: returns.storeId })
		.from(returns)
		.where(eq(returns.number, number));
	if (!row) return blindSlip(reads, number);
	const [receipt, cashierName, [store]] = await Promise.all([
		getReceipt(reads, row.receiptId),
		nameOf(reads, row.staffId),
		reads.select({ name: stores.name }).from(stores).where(eq(stores.id, row.storeId))
	]);
	const given = present(
		receipt.returns.find(({ id }) => id === row.id),
		'a return belongs to its receipt'
	);
	return {
		figures: given,
		number,
		happenedAt: given.happenedAt,
		currency: receipt.currency,
		receiptNumber: receipt.number,
		storeId: row.storeId,
		storeName: store?.name ?? '',
		cashierName,
		lines: given.lines.flatMap(({ position, quantity, netCents }) => {
			const sold = receipt.lines.find((line) => line.position === position);
			return sold ? [{ name: sold.name, giftCard: sold.giftCard, unit: sold.unit, quantity, cents: netCents }] : [];
		})
	};
}

const noPoints = {
	chargedCents: 0,
	pointsGivenBack: 0,
	pointsTakenBack: 0,
	pointsOwed: 0,
	pointsCharged: 0,
	pointsForgiven: 0,
	pointsLapsed: 0
};

async function blindSlip(reads: Reads, number: string): Promise<ReturnSlip> {
	const [row] = await reads
		.select({ head: blindReturns, storeName: stores.name, card: giftCards, cashierName: staff.name })
		.from(blindReturns)
		.innerJoin(stores, eq(stores.id, blindReturns.storeId))
		.leftJoin(giftCards, eq(giftCards.id, blindReturns.cardId))
		.leftJoin(staff, eq(staff.id, blindReturns.staffId))
		.where(eq(blindReturns.number, number));
	if (!row) throw purchaseRefusals.refuse('receipt.unknown');
	const { head, card, storeName, cashierName } = row;
	const { currency, totalCents, refundCents, giftCardCents } = head;
	const lines = await reads
		.select()
		.from(blindReturnLines)
		.where(eq(blindReturnLines.returnId, head.id))
		.orderBy(asc(blindReturnLines.position));
	// A card that was made for it is as old as the return itself.
	const fresh = card?.issuedAt.getTime() === head.happenedAt.getTime() ? ({ fresh: true } as const) : {};
	const tender: ReturnTender = card
		? { kind: 'gift_card', cardId: card.id, lastSymbols: card.lastSymbols, cents: giftCardCents, points: 0, ...fresh }
		: { kind: 'hand', cents: refundCents, points: 0 };
	return {
		figures: { ...noPoints, totalCents, refundCents, giftCardCents, tenders: [tender] },
		number,
		happenedAt: head.happenedAt.toISOString(),
		currency,
		receiptNumber: null,
		storeId: head.storeId,
		storeName,
		cashierName,
		lines: lines.map(({ name, unit, quantityThousandths: quantity, cents }) => ({
			...{ name, giftCard: null, unit, quantity, cents }
		}))
	};
}
