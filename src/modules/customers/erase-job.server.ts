import type { Job } from '#platform/jobs';
import { tellChanged } from '#platform/live';
import { log } from '#platform/log';
import { mail } from '#platform/mail/door';
import { findProgramme } from '#stores/server';
import { erasedMail } from './data-mails.server.ts';
import { eraseDue } from './erase.server.ts';
import type { MemberSteps } from './steps.server.ts';

export const erasureJob = 'customers.erase_due';

/** Erases those whose waiting time is over, and writes to each of them for the last time. */
export const erasing = (steps: readonly MemberSteps[]): Job => ({
	name: erasureJob,
	cron: '*/10 * * * *',
	soon: 2,
	async run({ db, now }) {
		const programme = await findProgramme(db);
		if (!programme) return;
		await eraseDue(db, steps, {
			now,
			async told({ memberIds, letter }) {
				tellChanged(db, memberIds);
				if (!letter) return;
				// What a mail server did not take is not tried again: to do so the address would have to be kept.
				await erasedMail(letter, programme)
					.then((message) => mail().send(message))
					.catch((error: unknown) => log.error('mail.not_sent', error));
			}
		});
	}
});
