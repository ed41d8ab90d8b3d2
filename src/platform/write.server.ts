import { callerOf } from '#core/actor';
import { inTransaction, type Tx } from './db.server.ts';
import { once } from './once.server.ts';
import type { Context } from './trpc.server.ts';

/**
 * One write of a procedure, in one transaction, under the caller's idempotency key: the same again returns the first
 * answer, and is not carried out.
 * @param name of the procedure: a key used for one procedure is refused for another
 * @param input with the key; the rest must be the same when it is repeated
 * @param run its answer must survive JSON; it is stored with the key, so that no secret may be in it
 * @throws refusal `key.reused`, `key.malformed`
 */
export async function writeOnce<T>(
	ctx: Pick<Context, 'db' | 'actor' | 'now'>,
	name: string,
	input: { key: string },
	run: (tx: Tx) => Promise<T>
): Promise<T> {
	const { key, ...rest } = input;
	const { answer } = await inTransaction(ctx.db, (tx) =>
		once(tx, { caller: callerOf(ctx.actor), key, input: [name, rest], now: ctx.now }, () => run(tx))
	);
	return answer;
}
