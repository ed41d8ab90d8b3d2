import { randomInt } from 'node:crypto';
import { newId } from '#core/ids';
import { must } from '#core/must';
import { postingDeskOf, type Posting } from '#ledger/server';
import type { Db } from '#platform/db';
import { idOfKey } from '#platform/once';
import { throughHttp, type Door } from './http.ts';
import type { Sample } from './measure.ts';
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

/** Charges through a running server, as a web shop sends them. @param posted takes the ids of those that were acknowledged */
export const chargeThroughHttp = (
	{ posted, ...door }: Door & { posted: string[] },
	seconds: number,
	callers: number
): Promise<Sample> =>
	throughHttp(door, seconds, callers, async (send, till) => {
		const key = newId('request', new Date());
		const cardId = walletOf.cardId(door.house.shopper());
		const answer = (await send('/api/v1/gift-cards/charge', till, { key, cardId, cents: 1 })) as { replayed: boolean };
		must(!answer.replayed, 'a charge of the benchmark is a new one');
		posted.push(idOfKey('transfer', { caller: till.deviceId, key }));
		return true;
	});
