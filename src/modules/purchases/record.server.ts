import type { InferSelectModel } from 'drizzle-orm';
import { must } from '#core/must';
import type { Writes } from '#platform/bulk';
import type { Tx } from '#platform/db';
import { packedLine, type LineRow } from './lines.ts';
import {
	blindReturnLines,
	blindReturns,
	exchanges,
	memberFigures,
	receipts,
	returnLines,
	returns
} from './tables.server.ts';

type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

/**
 * One receipt with all that hangs on it, as rows. What speaks of gift cards sold is left out where a batch sold none: an
 * ordinary sale writes no column for it.
 */
export interface ReceiptRows {
	receipt: Optional<Omit<InferSelectModel<typeof receipts>, 'lines'>, 'cardsSoldCents'>;
	lines: LineRow[];
}

/** One return with its lines, as rows. */
export interface ReturnRows {
	head: InferSelectModel<typeof returns>;
	lines: InferSelectModel<typeof returnLines>[];
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
function addToFigures(writes: Writes, changes: readonly FigureChange[]): void {
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
	writes.insert(memberFigures, rows, {
		suffix: `on conflict (member_id) do update set visits = member_figures.visits + excluded.visits,
			spent_cents = member_figures.spent_cents + excluded.spent_cents,
			returned_cents = member_figures.returned_cents + excluded.returned_cents,
			first_at = least(member_figures.first_at, excluded.first_at),
			last_at = greatest(member_figures.last_at, excluded.last_at)`
	});
}

/** Stores receipts: one part per table for the whole batch, lines with their receipt. The caller has the members locked. */
export function recordReceipts(writes: Writes, sales: readonly ReceiptRows[]): void {
	// All rows of an insert have the same columns: those for gift cards come with a batch that sold one.
	const sellsCards = sales.some(({ receipt }) => receipt.cardsSoldCents !== undefined);
	writes.insert(
		receipts,
		sales.map(({ receipt, lines }) => {
			must(
				lines.every(({ position }, place) => position === place),
				'lines lie in the order of their receipt'
			);
			const row = { ...receipt, lines: lines.map(packedLine) };
			return sellsCards ? { ...row, cardsSoldCents: receipt.cardsSoldCents ?? 0 } : row;
		}),
		{ same: ['committedAt'] }
	);
	addToFigures(
		writes,
		sales.map(({ receipt }) => ({
			memberId: receipt.memberId,
			visits: 1,
			spentCents: receipt.totalCents - (receipt.cardsSoldCents ?? 0),
			returnedCents: 0,
			at: receipt.happenedAt
		}))
	);
}

/** Stores returns; the unique key of return_lines makes each unit returnable once. */
export function recordReturns(writes: Writes, given: readonly ReturnRows[]): void {
	writes.insert(
		returns,
		given.map((one) => one.head)
	);
	writes.insert(
		returnLines,
		given.flatMap((one) => one.lines)
	);
	addToFigures(
		writes,
		given.map(({ head }) => ({
			memberId: head.memberId,
			visits: 0,
			spentCents: 0,
			returnedCents: head.totalCents - (head.cardsTakenBackCents ?? 0),
			at: head.happenedAt
		}))
	);
}

/** Stores goods taken back without their receipt. They belong to nobody's figures: whose they were is not known. */
export function recordBlindReturn(
	writes: Writes,
	head: InferSelectModel<typeof blindReturns>,
	lines: readonly (Omit<InferSelectModel<typeof blindReturnLines>, 'returnId' | 'position' | 'quantityThousandths'> & {
		quantity: number;
	})[]
): void {
	writes.insert(blindReturns, [head]);
	writes.insert(
		blindReturnLines,
		lines.map(({ quantity, productId, name, unit, unitCents, cents }, position) => ({
			returnId: head.id,
			position,
			productId,
			name,
			quantityThousandths: quantity,
			unit,
			unitCents,
			cents
		}))
	);
}

/** Keeps that a return and a sale were one exchange. */
export async function recordExchange(tx: Tx, row: InferSelectModel<typeof exchanges>): Promise<void> {
	await tx.insert(exchanges).values(row);
}
