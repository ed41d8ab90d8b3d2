import type { InferInsertModel } from 'drizzle-orm';
import { insertRows } from '#platform/bulk';
import type { Raw } from '#platform/db';
import {
	memberFigures,
	receiptLines,
	receipts,
	receiptSteps,
	receiptTenders,
	returnLines,
	returns
} from './tables.server.ts';

/** One receipt with all that hangs on it, as rows. */
export interface ReceiptRows {
	receipt: InferInsertModel<typeof receipts>;
	lines: InferInsertModel<typeof receiptLines>[];
	tenders: InferInsertModel<typeof receiptTenders>[];
	steps: InferInsertModel<typeof receiptSteps>;
}

/** One return with its lines, as rows. */
export interface ReturnRows {
	head: InferInsertModel<typeof returns>;
	lines: InferInsertModel<typeof returnLines>[];
}

/** What a purchase or return adds to a member's rolling figures. */
interface FigureChange {
	memberId: string;
	visits: number;
	spentCents: number;
	returnedCents: number;
	at: Date;
}

/**
 * Adds to the rolling figures, one row per member. Sums are made here, so that a member who bought twice in a batch is
 * touched once; the caller holds the members' locks.
 */
async function addToFigures(sql: Raw, changes: readonly FigureChange[]): Promise<void> {
	const byMember = new Map<string, FigureChange & { firstAt: Date; lastAt: Date }>();
	for (const change of changes) {
		const sum = byMember.get(change.memberId);
		if (!sum) byMember.set(change.memberId, { ...change, firstAt: change.at, lastAt: change.at });
		else {
			sum.visits += change.visits;
			sum.spentCents += change.spentCents;
			sum.returnedCents += change.returnedCents;
			if (change.at < sum.firstAt) sum.firstAt = change.at;
			if (change.at > sum.lastAt) sum.lastAt = change.at;
		}
	}
	const rows = [...byMember.values()]
		.sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
		.map(({ memberId, visits, spentCents, returnedCents, firstAt, lastAt }) => ({
			memberId,
			visits,
			spentCents,
			returnedCents,
			firstAt,
			lastAt
		}));
	await insertRows(
		sql,
		memberFigures,
		rows,
		`on conflict (member_id) do update set visits = member_figures.visits + excluded.visits,
			spent_cents = member_figures.spent_cents + excluded.spent_cents,
			returned_cents = member_figures.returned_cents + excluded.returned_cents,
			first_at = least(member_figures.first_at, excluded.first_at),
			last_at = greatest(member_figures.last_at, excluded.last_at)`
	);
}

/** Stores receipts: one statement per table for the whole batch, sent together. The members must exist already. */
export async function recordReceipts(sql: Raw, sales: readonly ReceiptRows[]): Promise<void> {
	await Promise.all([
		insertRows(
			sql,
			receipts,
			sales.map((sale) => sale.receipt)
		),
		insertRows(
			sql,
			receiptLines,
			sales.flatMap((sale) => sale.lines)
		),
		insertRows(
			sql,
			receiptTenders,
			sales.flatMap((sale) => sale.tenders)
		),
		insertRows(
			sql,
			receiptSteps,
			sales.map((sale) => sale.steps)
		),
		addToFigures(
			sql,
			sales.map(({ receipt }) => ({
				memberId: receipt.memberId,
				visits: 1,
				spentCents: receipt.totalCents,
				returnedCents: 0,
				at: receipt.happenedAt
			}))
		)
	]);
}

/** Stores returns; the unique key of return_lines makes each unit returnable once. */
export async function recordReturns(sql: Raw, given: readonly ReturnRows[]): Promise<void> {
	await Promise.all([
		insertRows(
			sql,
			returns,
			given.map((one) => one.head)
		),
		insertRows(
			sql,
			returnLines,
			given.flatMap((one) => one.lines)
		),
		addToFigures(
			sql,
			given.map(({ head }) => ({
				memberId: head.memberId,
				visits: 0,
				spentCents: 0,
				returnedCents: head.totalCents,
				at: head.happenedAt
			}))
		)
	]);
}
