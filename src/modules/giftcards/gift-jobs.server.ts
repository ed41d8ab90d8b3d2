import type { Job } from '#platform/jobs';
import { tellChanged } from '#platform/live';
import { mail } from '#platform/mail/door';
import { settings } from '#platform/settings';
import { findProgramme } from '#stores/server';
import { makeOnwards } from './batches.server.ts';
import { sendGifts } from './gift-send.server.ts';

export const giftJobName = 'giftcards.send_gifts';
export const cardJobName = 'giftcards.make_cards';

/** What gift cards do by the clock. */
export const giftCardJobs: readonly Job[] = [
	{
		name: cardJobName,
		cron: '* * * * *',
		soon: 1,
		run: async ({ db, now, clock = () => now, signal }) =>
			void (await makeOnwards(db, { clock, ...(signal && { signal }) }))
	},
	{
		name: giftJobName,
		cron: '* * * * *',
		soon: 2,
		async run({ db, now, clock = () => now, signal }) {
			if (!(await findProgramme(db))) return;
			const { origin, port } = settings();
			// Without an origin mail does not leave this machine: see the settings.
			const address = origin ?? `http://localhost:${port}`;
			await sendGifts(db, { mail: mail(), origin: address, clock, signal, told: (ids) => tellChanged(db, ids) });
		}
	}
];
