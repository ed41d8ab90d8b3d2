import { must, never } from '#core/must';
import { listsOf } from '#platform/bulk';
import { inTransaction, sqlOf, type Db, type Reads } from '#platform/db';
import { openBook, type Book } from './book.server.ts';
import * as money from './money.ts';
import type { MoveCommand, PostCommand, Posted } from './money.ts';
import { readTransfers } from './read.server.ts';
import { emptyState } from './state.ts';

/** A plain posting of money. `open` makes the account when it is missing, such as a gift card's at its activation. */
export type Posting =
	| ({ verb: 'credit'; open?: { floor: number | null } } & PostCommand)
	| ({ verb: 'debit' } & PostCommand)
	| ({ verb: 'move' } & MoveCommand);

/** Whose accounts it touches, the payer's of a move first. */
const ownersOf = (posting: Posting): string[] =>
	posting.verb === 'move' ? [posting.from.ownerId, posting.to.ownerId] : [posting.ownerId];

/** What no other posting may touch before this one is done: its owners, and its id. */
export const namesOf = (posting: Posting): string[] =>
	posting.transferId ? [...ownersOf(posting), posting.transferId] : ownersOf(posting);

function apply(book: Book, posting: Posting): Posted {
	switch (posting.verb) {
		case 'credit': {
			const opened = posting.open ? book.openAccount({ ...posting, floor: posting.open.floor }) : { ok: true as const };
			return opened.ok ? book.credit(posting) : opened;
		}
		case 'debit':
			return book.debit(posting);
		case 'move':
			return book.move(posting);
		default:
			return never(posting);
	}
}

/** With the balance of the account, a move's payer's, after it; of a replay, after the first. */
export type PostingAnswer = Extract<Posted, { ok: false }> | (Extract<Posted, { ok: true }> & { balance: number });

/**
 * Posts in one transaction, one answer each in their order. A refused posting changes nothing and hurts no other. A
 * `transferId` makes a posting safe to repeat: the same again is answered as replayed.
 */
export const postAll = (db: Db, postings: readonly Posting[], now: Date): Promise<PostingAnswer[]> =>
	inTransaction(db, async (tx) => {
		const transferIds = postings.flatMap(({ transferId }) => transferId ?? []);
		const book = await openBook(tx, postings.flatMap(ownersOf), now, { lock: true, transferIds });
		const answers = postings.map((posting) => apply(book, posting));
		await book.write(tx);
		const balances = await balancesAfter(
			tx,
			postings.flatMap((posting, place) => {
				const answer = answers[place];
				return answer?.ok ? { ownerId: ownersOf(posting)[0], transferId: answer.transferIds[0] } : [];
			})
		);
		return answers.map((answer): PostingAnswer => {
			if (!answer.ok) return answer;
			const balance = balances.get(answer.transferIds[0] ?? '');
			must(balance !== undefined, 'a posting has an entry of its owner');
			return { ...answer, balance };
		});
	});

/**
 * What debits that were made before are answered again, without locking anybody; null for those that were not made.
 */
export async function debitsBefore(
	reads: Reads,
	debits: readonly (PostCommand & { transferId: string })[],
	now: Date
): Promise<(PostingAnswer | null)[]> {
	const rows = await readTransfers(
		sqlOf(reads),
		debits.map(({ transferId }) => transferId)
	);
	const state = emptyState(now);
	state.known = new Map(rows.map((row) => [row.id, row]));
	const balances = await balancesAfter(
		reads,
		rows.map(({ id, debitOwnerId }) => ({ ownerId: debitOwnerId, transferId: id }))
	);
	return debits.map((debit) => {
		const answer = money.repeatedDebit(state, debit);
		return answer?.ok ? { ...answer, balance: balances.get(debit.transferId) ?? 0 } : answer;
	});
}

/** Balances of owners' accounts after transfers, by the transfer's id. */
async function balancesAfter(
	reads: Reads,
	asked: { ownerId: string | undefined; transferId: string | undefined }[]
): Promise<Map<string, number>> {
	if (asked.length === 0) return new Map();
	const rows = await sqlOf(reads).unsafe<{ transfer_id: string; balance: number }[]>(
		`select e.transfer_id, e.credited_after - e.debited_after as balance
		from unnest($1::text[], $2::text[]) as x(owner_id, transfer_id)
		join entries e on e.owner_id = x.owner_id collate "C" and e.transfer_id = x.transfer_id collate "C"`,
		listsOf(asked, ['ownerId', 'transferId']),
		{ prepare: true }
	);
	return new Map(rows.map(({ transfer_id, balance }) => [transfer_id, balance]));
}
