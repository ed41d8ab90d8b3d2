import { eq, inArray } from 'drizzle-orm';
import { members } from '#customers/tables';
import type { Reads } from '#platform/db';
import { stores } from '#stores/tables';
import { purchaseRefusals, type ReceiptView, type ReturnView } from './index.ts';
import { receiptView } from './receipt.ts';
import { receiptLines, receipts, returnLines, returns } from './tables.server.ts';

async function returnsOf(reads: Reads, receiptIds: string[]): Promise<Map<string, ReturnView[]>> {
	const heads = await reads.select().from(returns).where(inArray(returns.receiptId, receiptIds)).orderBy(returns.id);
	const rows = heads.length
		? await reads
				.select()
				.from(returnLines)
				.where(inArray(returnLines.receiptId, receiptIds))
				.orderBy(returnLines.position)
		: [];
	const byReceipt = new Map<string, ReturnView[]>();
	for (const head of heads) {
		const view: ReturnView = {
			id: head.id,
			receiptId: head.receiptId,
			happenedAt: head.happenedAt.toISOString(),
			totalCents: head.totalCents,
			refundCents: head.refundCents,
			giftCardCents: head.giftCardCents,
			pointsGivenBack: head.pointsGivenBack,
			pointsTakenBack: head.pointsTakenBack,
			pointsOwed: head.pointsOwed,
			reason: head.reason,
			lines: rows
				.filter((row) => row.returnId === head.id)
				.map((row) => ({
					position: row.position,
					quantity: row.toThousandths - row.fromThousandths,
					netCents: row.netCents
				}))
		};
		byReceipt.set(head.receiptId, [...(byReceipt.get(head.receiptId) ?? []), view]);
	}
	return byReceipt;
}

/** Receipts with everything on them, in the order of the ids given; unknown ids are left out. */
export async function receiptViews(reads: Reads, ids: string[]): Promise<ReceiptView[]> {
	if (ids.length === 0) return [];
	const [heads, lines, given] = await Promise.all([
		reads
			.select({ receipt: receipts, storeName: stores.name, joinedAt: members.joinedAt })
			.from(receipts)
			.innerJoin(stores, eq(stores.id, receipts.storeId))
			.innerJoin(members, eq(members.id, receipts.memberId))
			.where(inArray(receipts.id, ids)),
		reads.select().from(receiptLines).where(inArray(receiptLines.receiptId, ids)).orderBy(receiptLines.position),
		returnsOf(reads, ids)
	]);
	const linesOf = Map.groupBy(lines, (line) => line.receiptId);
	const byId = new Map(
		heads.map(({ receipt, storeName, joinedAt }) => {
			const rows = { receipt, lines: linesOf.get(receipt.id) ?? [] };
			const beside = { storeName, memberJoined: joinedAt !== null, returns: given.get(receipt.id) ?? [] };
			return [receipt.id, receiptView(rows, beside)];
		})
	);
	return ids.flatMap((id) => byId.get(id) ?? []);
}

/** @throws refusal `receipt.unknown` */
export async function getReceipt(reads: Reads, id: string): Promise<ReceiptView> {
	const [view] = await receiptViews(reads, [id]);
	if (!view) throw purchaseRefusals.refuse('receipt.unknown');
	return view;
}

/** By the number printed on it, normalised. @throws refusal `receipt.unknown` */
export async function getReceiptByNumber(reads: Reads, number: string): Promise<ReceiptView> {
	const [row] = await reads.select({ id: receipts.id }).from(receipts).where(eq(receipts.number, number));
	if (!row) throw purchaseRefusals.refuse('receipt.unknown');
	return getReceipt(reads, row.id);
}

/** In which currencies a store has sold. Asked when somebody changes a store's currency, which is next to never. */
export async function currenciesSold(reads: Reads, storeId: string): Promise<string[]> {
	const rows = await reads
		.selectDistinct({ currency: receipts.currency })
		.from(receipts)
		.where(eq(receipts.storeId, storeId))
		.limit(10);
	return rows.map(({ currency }) => currency);
}
