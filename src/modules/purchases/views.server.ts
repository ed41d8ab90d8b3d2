import { eq, inArray, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { members } from '#customers/tables';
import type { Refusal } from '#core/refusal';
import type { Reads } from '#platform/db';
import { stores } from '#stores/tables';
import { purchaseRefusals, type ReceiptView, type ReturnView } from './index.ts';
import { receiptView, returnView } from './receipt.ts';
import { blindReturns, exchanges, receiptLines, receipts, returnLines, returns } from './tables.server.ts';

/** Who took the place of a receipt's member. */
const kept = alias(members, 'kept');

async function returnsOf(reads: Reads, receiptIds: string[]): Promise<Map<string, ReturnView[]>> {
	const heads = await reads
		.select({ head: returns, exchangedFor: { receiptId: exchanges.receiptId, number: receipts.number } })
		.from(returns)
		.leftJoin(exchanges, eq(exchanges.returnId, returns.id))
		.leftJoin(receipts, eq(receipts.id, exchanges.receiptId))
		.where(inArray(returns.receiptId, receiptIds))
		.orderBy(returns.id);
	const rows = heads.length
		? await reads
				.select()
				.from(returnLines)
				.where(inArray(returnLines.receiptId, receiptIds))
				.orderBy(returnLines.position)
		: [];
	const byReceipt = new Map<string, ReturnView[]>();
	for (const { head, exchangedFor } of heads) {
		const lines = rows.filter((row) => row.returnId === head.id);
		const { receiptId, number } = exchangedFor;
		const view = returnView(head, lines, receiptId && number ? { receiptId, number } : null);
		byReceipt.set(head.receiptId, [...(byReceipt.get(head.receiptId) ?? []), view]);
	}
	return byReceipt;
}

/** Of receipts that went out in an exchange: for what. */
async function exchangesOf(reads: Reads, receiptIds: string[]): Promise<Map<string, ReceiptView['exchangeOf']>> {
	const rows = await reads
		.select({
			receiptId: exchanges.receiptId,
			from: {
				receiptId: exchanges.fromReceiptId,
				number: receipts.number,
				returnId: exchanges.returnId,
				refundCents: returns.refundCents
			}
		})
		.from(exchanges)
		.innerJoin(returns, eq(returns.id, exchanges.returnId))
		.innerJoin(receipts, eq(receipts.id, exchanges.fromReceiptId))
		.where(inArray(exchanges.receiptId, receiptIds));
	return new Map(rows.map(({ receiptId, from }) => [receiptId, from]));
}

/** Receipts with everything on them, in the order of the ids given; unknown ids are left out. */
export async function receiptViews(reads: Reads, ids: string[]): Promise<ReceiptView[]> {
	if (ids.length === 0) return [];
	const [heads, lines, given, exchanged] = await Promise.all([
		reads
			.select({
				receipt: receipts,
				storeName: stores.name,
				// Sold to somebody who was merged, it is told as the kept one's.
				memberId: sql<string>`coalesce(${members.mergedInto}, ${members.id})`,
				joinedAt: members.joinedAt,
				keptJoinedAt: kept.joinedAt
			})
			.from(receipts)
			.innerJoin(stores, eq(stores.id, receipts.storeId))
			.innerJoin(members, eq(members.id, receipts.memberId))
			.leftJoin(kept, eq(kept.id, members.mergedInto))
			.where(inArray(receipts.id, ids)),
		reads.select().from(receiptLines).where(inArray(receiptLines.receiptId, ids)).orderBy(receiptLines.position),
		returnsOf(reads, ids),
		exchangesOf(reads, ids)
	]);
	const linesOf = Map.groupBy(lines, (line) => line.receiptId);
	const byId = new Map(
		heads.map(({ receipt, storeName, memberId, joinedAt, keptJoinedAt }) => {
			const rows = { receipt: { ...receipt, memberId }, lines: linesOf.get(receipt.id) ?? [] };
			const beside = {
				storeName,
				memberJoined: (keptJoinedAt ?? joinedAt) !== null,
				returns: given.get(receipt.id) ?? [],
				exchangeOf: exchanged.get(receipt.id) ?? null
			};
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

/** By the number printed on it, normalised. @throws refusal `receipt.unknown`, `return.is_return` */
export async function getReceiptByNumber(reads: Reads, number: string): Promise<ReceiptView> {
	const [row] = await reads.select({ id: receipts.id }).from(receipts).where(eq(receipts.number, number));
	if (!row) throw (await isReturn(reads, number)) ?? purchaseRefusals.refuse('receipt.unknown');
	return getReceipt(reads, row.id);
}

/** The refusal of a number that is not a receipt's but a return's; null: it is neither. */
export async function isReturn(reads: Reads, number: string): Promise<Refusal | null> {
	const [[back], [blind]] = await Promise.all([
		reads.select({ id: returns.id }).from(returns).where(eq(returns.number, number)),
		reads.select({ id: blindReturns.id }).from(blindReturns).where(eq(blindReturns.number, number))
	]);
	return back || blind ? purchaseRefusals.refuse('return.is_return') : null;
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
