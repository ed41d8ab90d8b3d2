import { MembersMerged } from '#customers/server';
import { bucketOf, groupCommit, perDatabase } from '#platform/batch';
import { tellChanged } from '#platform/live';
import { inTransaction, type Db, type Tx } from '#platform/db';
import { isKeyTaken } from '#platform/once';
import { commitSales, type Learnt, type SaleCommand } from './commit.server.ts';
import type { ReturnResult, SaleResult } from './index.ts';
import { undoSales, type ReturnCommand } from './undo.server.ts';

/** A process's counter: sales and returns that arrive together are committed together, one answer each. */
export interface CounterDesk {
	sell(command: SaleCommand, now: Date): Promise<SaleResult>;
	takeBack(command: ReturnCommand, now: Date): Promise<ReturnResult>;
}

/**
 * A key that was taken undoes the batch; asked again, it is a replay. So does a member who was merged; asked again, it is a
 * matter of whoever took their place.
 */
export async function settled<R>(db: Db, run: (tx: Tx, learnt: Required<Learnt>) => Promise<R>): Promise<R> {
	const merged = new Map<string, string>();
	let newKeys = true;
	for (let attempt = 1; ; attempt++) {
		try {
			return await inTransaction(db, (tx) => run(tx, { merged, newKeys }));
		} catch (error) {
			if (attempt >= 5) throw error;
			if (error instanceof MembersMerged) follow(merged, error.into);
			else if (isKeyTaken(error)) newKeys = false;
			else throw error;
		}
	}
}

/** Adds what was learnt, also to what was learnt before: whoever took a place may have been merged in their turn. */
function follow(merged: Map<string, string>, into: ReadonlyMap<string, string>): void {
	for (const [id, kept] of merged) merged.set(id, into.get(kept) ?? kept);
	for (const [id, kept] of into) merged.set(id, kept);
}

/** The rows that a sale locks until it is committed, and its key. */
function locksOf({ caller, key, ask }: SaleCommand): string[] {
	const names = [...ask.rightIds, ...ask.giftCards.map(({ id }) => id), `${caller} ${key}`];
	if (ask.memberId !== null) names.push(ask.memberId);
	for (const { giftCard } of ask.basket.lines) if (giftCard?.id) names.push(giftCard.id);
	return names;
}

/** A batch happens at one instant: that of its latest command. */
const latest = (waiting: readonly { now: Date }[]): Date =>
	new Date(Math.max(...waiting.map(({ now }) => now.getTime())));

const ownersOf = (result: SaleResult): string[] =>
	result.ok && !result.replayed
		? [
				result.receipt.memberId,
				result.receipt.storeId,
				...result.receipt.tenders.flatMap((tender) => tender.subjectId ?? []),
				...result.receipt.lines.flatMap((line) => line.giftCard?.id ?? [])
			]
		: [];

/** @param afterCommit told whose things changed (member, gift-card and store ids), once per batch, after its commit */
export function openCounter(db: Db, afterCommit: (ownerIds: string[]) => void): CounterDesk {
	const tell = (ids: string[]) => {
		if (ids.length > 0) afterCommit([...new Set(ids)]);
	};
	const sell = groupCommit<{ command: SaleCommand; now: Date }, SaleResult>(
		async (waiting) => {
			const commands = waiting.map(({ command }) => command);
			const results = await settled(db, (tx, learnt) => commitSales(tx, commands, latest(waiting), learnt));
			tell(results.flatMap(ownersOf));
			return results;
		},
		{
			most: 64,
			inFlight: 2,
			locks: ({ command }) => locksOf(command),
			// A guest is nobody before their sale is committed.
			bucket: ({ command }) => bucketOf(command.ask.memberId ?? command.key)
		}
	);
	const takeBack = groupCommit<{ command: ReturnCommand; now: Date }, ReturnResult>(
		async (waiting) => {
			const commands = waiting.map(({ command }) => command);
			const results = await settled(db, (tx) => undoSales(tx, commands, latest(waiting)));
			tell(results.flatMap(({ ownerIds }) => ownerIds));
			return results.map(({ result }) => result);
		},
		{ most: 64, inFlight: 2 }
	);
	return {
		sell: (command, now) => sell({ command, now }),
		takeBack: (command, now) => takeBack({ command, now })
	};
}

/** The counter of this process for a database, with one queue however many requests ask for it. */
export const counterOf = perDatabase((db) => openCounter(db, (ownerIds) => tellChanged(db, ownerIds)));
