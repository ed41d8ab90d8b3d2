import type { RefusalData } from '#core/refusal';
import type { ReceiptView } from '#purchases';
import type { Attempt } from './sale.svelte.ts';
import { nowIn, type Approval, type Exchanged, type Now, type SlipCode, type TillServer } from './server.ts';

/**
 * How a commit ended.
 * `unsent`: no answer came. It may have arrived or not: the same attempt, sent again, tells which and never sells twice.
 */
export type CommitOutcome =
	| { kind: 'done'; receipt: ReceiptView; replayed: boolean; codes: SlipCode[]; exchanged?: Exchanged }
	| { kind: 'stale'; now: Now }
	| { kind: 'refused'; refusal: RefusalData }
	| { kind: 'unsent' };

/** Pauses before the tries after the first, in milliseconds: a lift's door, a roaming tablet. */
const pauses = [400, 1200];

/** A sale alone, or together with what comes back for it. */
async function send(server: Sender, { goods, ...sale }: Attempt, approval: Approval | null) {
	if (!goods) return server.commit(sale);
	const { receipt, replayed, ...exchanged } = await server.exchange({ ...sale, goods }, approval);
	return { receipt, replayed, codes: exchanged.soldCodes, exchanged };
}

type Sender = Pick<TillServer, 'commit' | 'exchange' | 'troubleOf'>;

/**
 * Sends an attempt, and again while no answer comes.
 * @param wait pauses, so that tests need not
 */
export async function commit(
	server: Sender,
	attempt: Attempt,
	approval: Approval | null = null,
	wait: (milliseconds: number) => Promise<void> = (milliseconds) =>
		new Promise((done) => setTimeout(done, milliseconds))
): Promise<CommitOutcome> {
	for (let tries = 0; ; tries++) {
		try {
			return { kind: 'done', ...(await send(server, attempt, approval)) };
		} catch (error) {
			const trouble = server.troubleOf(error);
			if (trouble.kind === 'refused') {
				const now = nowIn(trouble.attachment);
				return now ? { kind: 'stale', now } : { kind: 'refused', refusal: trouble.refusal };
			}
			const pause = pauses[tries];
			if (pause === undefined) return { kind: 'unsent' };
			await wait(pause);
		}
	}
}
