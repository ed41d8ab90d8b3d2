import type { Cents } from '#core/amounts';
import { must } from '#core/must';
import { accountNames } from '#ledger';
import { openBook } from '#ledger/server';
import { inTransaction, sqlOf, type Db, type Reads } from '#platform/db';
import { counterNames } from './cards.server.ts';

/** Of a card: what its end has taken, less what came back since. */
export async function writtenOff(reads: Reads, cardId: string): Promise<Cents> {
	const [row] = await sqlOf(reads)<{ cents: number }[]>`
		select coalesce(-sum(amount), 0)::bigint as cents from entries
		where owner_id = ${cardId} and name = ${accountNames.money} and reason in ('expired', 'expiry_lifted')`;
	return row?.cents ?? 0;
}

interface Options {
	now: Date;
	/** cards in one transaction */
	most?: number;
	told?: (cardIds: string[]) => void;
}

/**
 * Writes off what is left on cards whose end has come: the house owes it no more. Money that came after the end (a refund)
 * stays for somebody to look at, and so does what an open purchase holds.
 */
export async function expireCards(db: Db, { now, most = 500, told = () => undefined }: Options): Promise<number> {
	let written = 0;
	let after = '';
	for (;;) {
		const ids = await inTransaction(db, async (tx) => {
			const sql = sqlOf(tx);
			// The row's lock keeps its end from being moved meanwhile; a card that pays just now is met again tomorrow.
			const due = await sql<{ id: string; currency: string }[]>`
				select g.id, g.currency from gift_cards g
				join accounts a on a.owner_id = g.id and a.name = ${accountNames.money}
				where g.expires_at <= ${now.toISOString()} and g.id > ${after} collate "C" and a.credited > a.debited
					and not exists (select from entries e where e.owner_id = g.id and e.posted_at > g.expires_at)
				order by g.id limit ${most} for no key update of g skip locked`;
			const book = await openBook(
				tx,
				due.map(({ id }) => id),
				now,
				{ lock: true }
			);
			for (const { id, currency } of due) {
				const amount = book.available(id, accountNames.money);
				if (amount <= 0) continue;
				const posting = { ownerId: id, name: accountNames.money, unit: currency, amount, reason: 'expired', ref: id };
				must(book.debit({ ...posting, counterName: counterNames.expired }).ok, 'what is left can be written off');
			}
			await book.write(tx);
			return due.map(({ id }) => id);
		});
		if (ids.length === 0) return written;
		written += ids.length;
		after = ids.at(-1) as string;
		told(ids);
	}
}
