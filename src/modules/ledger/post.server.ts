import { never } from '#core/must';
import { inTransaction, type Db } from '#platform/db';
import { openBook, type Book } from './book.server.ts';
import type { MoveCommand, PostCommand, Posted } from './money.ts';

/** A plain posting of money. `open` makes the account when it is missing, such as a gift card's at its activation. */
export type Posting =
	| ({ verb: 'credit'; open?: { floor: number | null } } & PostCommand)
	| ({ verb: 'debit' } & PostCommand)
	| ({ verb: 'move' } & MoveCommand);

const ownersOf = (posting: Posting): string[] =>
	posting.verb === 'move' ? [posting.from.ownerId, posting.to.ownerId] : [posting.ownerId];

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

/**
 * Posts in one transaction, one answer each in their order. A refused posting changes nothing and hurts no other. A
 * `transferId` makes a posting safe to repeat: the same again is answered as replayed.
 */
export const post = (db: Db, postings: readonly Posting[], now: Date): Promise<Posted[]> =>
	inTransaction(db, async (tx) => {
		const transferIds = postings.flatMap(({ transferId }) => transferId ?? []);
		const book = await openBook(tx, postings.flatMap(ownersOf), now, { lock: true, transferIds });
		const answers = postings.map((posting) => apply(book, posting));
		await book.write(tx);
		return answers;
	});
