import { forgetCodeUses } from '#customers/server';
import { identityJobs } from '#identity/server';
import { inTransaction, sqlOf, type Db } from '#platform/db';
import type { Job } from '#platform/jobs';
import { deliver, type Handler } from '#platform/outbox';

/** Who wants to hear of which event. Modules that come later add theirs here. */
export const handlers: ReadonlyMap<string, readonly Handler[]> = new Map();

/** Delivered events are kept for a month, for questions. */
const keptDays = 30;

async function deliverAll(db: Db, now: Date): Promise<void> {
	for (;;) {
		const { delivered } = await deliver(db, handlers, now, { most: 5000 });
		if (delivered < 5000) return;
	}
}

/** Everything that happens by the clock. Each works in short batches, and a rerun does nothing twice. */
export const jobs: readonly Job[] = [
	{ name: 'outbox.deliver', cron: '* * * * *', run: ({ db, now }) => deliverAll(db, now) },
	{
		name: 'outbox.forget',
		cron: '40 3 * * *',
		async run({ db, now }) {
			await sqlOf(
				db
			)`delete from outbox where delivered_at < ${now.toISOString()}::timestamptz - make_interval(days => ${keptDays})`;
		}
	},
	{
		name: 'customers.forget_code_uses',
		cron: '50 * * * *',
		run: async ({ db, now }) => void (await inTransaction(db, (tx) => forgetCodeUses(tx, now)))
	},
	...identityJobs
];
