import { erasing, forgetCodeUses } from '#customers/server';
import { expireCards, giftCardJobs } from '#giftcards/server';
import { identityJobs } from '#identity/server';
import { importJobs } from '#imports/server';
import { lifeOf } from '#ledger';
import { expire, mature, releaseHolds } from '#ledger/server';
import { inTransaction, type Db } from '#platform/db';
import type { Job } from '#platform/jobs';
import { tellChanged } from '#platform/live';
import { deliver, type Handler } from '#platform/outbox';
import { lapseInactive } from '#points/server';
import { reminderJobs } from '#reminders/server';
import { findProgramme } from '#stores/server';
import { memberSteps } from './member-steps.server.ts';

/** Who wants to hear of which event. Modules that come later add theirs here. */
export const handlers: ReadonlyMap<string, readonly Handler[]> = new Map();

async function deliverAll(db: Db): Promise<void> {
	for (;;) {
		const { delivered } = await deliver(db, handlers, { most: 5000 });
		if (delivered < 5000) return;
	}
}

/** Everything that happens by the clock. Each works in short batches, and a rerun does nothing twice. */
export const jobs: readonly Job[] = [
	{
		name: 'ledger.expire',
		cron: '5 * * * *',
		run: async ({ db, now }) => void (await expire(db, { now, told: (ownerIds) => tellChanged(db, ownerIds) }))
	},
	{
		name: 'ledger.mature',
		cron: '*/10 * * * *',
		async run({ db, now }) {
			const programme = await findProgramme(db);
			// A house that nobody has set up yet has no points that could mature.
			if (!programme) return;
			const { rules, timeZone } = programme;
			await mature(db, {
				now,
				life: (maturedAt) => lifeOf(rules.earn.expiry, maturedAt, timeZone),
				told: (ownerIds) => tellChanged(db, ownerIds)
			});
		}
	},
	{
		name: 'giftcards.expire',
		cron: '40 2 * * *',
		run: async ({ db, now }) => void (await expireCards(db, { now, told: (ids) => tellChanged(db, ids) }))
	},
	{
		name: 'points.lapse_inactive',
		cron: '20 2 * * *',
		async run({ db, now }) {
			if (await findProgramme(db)) await lapseInactive(db, { now, told: (ids) => tellChanged(db, ids) });
		}
	},
	{
		name: 'ledger.release_holds',
		cron: '*/5 * * * *',
		run: async ({ db, now }) => void (await releaseHolds(db, { now }))
	},
	{ name: 'outbox.deliver', cron: '* * * * *', run: ({ db }) => deliverAll(db) },
	{
		name: 'customers.forget_code_uses',
		cron: '50 * * * *',
		run: async ({ db, now }) => void (await inTransaction(db, (tx) => forgetCodeUses(tx, now)))
	},
	erasing(memberSteps),
	...giftCardJobs,
	...identityJobs,
	...importJobs,
	...reminderJobs
];
