import { randomInt } from 'node:crypto';
import { newId } from '#core/ids';
import { must } from '#core/must';
import { postingDeskOf, type Posting } from '#ledger/server';
import type { Db } from '#platform/db';
import { wallet, walletOf } from './wallets.ts';

/** How single postings are spread over gift cards' accounts. */
export type Spreading =
	/** a charge, which every card pays to the one account of the programme */
	| 'charge'
	/** from one card to another, both chosen at random: nothing is shared */
	| 'pairs'
	/** a charge of one card only */
	| 'one';

const amount = { unit: wallet.currency, amount: 1, reason: 'charged', ref: null };
const money = (n: number) => ({ ownerId: walletOf.cardId(n), name: 'money' });

function postingOf(spreading: Spreading, accounts: number, transferId: string): Posting {
	const from = spreading === 'one' ? 0 : randomInt(accounts);
	if (spreading !== 'pairs')
		return { verb: 'debit', ...money(from), ...amount, counterName: 'giftcards/charged', transferId };
	const to = (from + 1 + randomInt(accounts - 1)) % accounts;
	return { verb: 'move', from: money(from), to: money(to), ...amount, transferId };
}

/** One posting, as the module is asked for it. @returns its id, which was acknowledged */
export async function postOne(db: Db, spreading: Spreading, accounts: number): Promise<string> {
	const now = new Date();
	const transferId = newId('transfer', now);
	const answer = await postingDeskOf(db).post(postingOf(spreading, accounts, transferId), now);
	must(answer.ok && !answer.replayed, 'a posting of the benchmark is in order');
	return transferId;
}
