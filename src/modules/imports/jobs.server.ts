import { later, minute } from '#core/time';
import { inTransaction } from '#platform/db';
import type { Job } from '#platform/jobs';
import { clearImports } from './steps.server.ts';
import { workOnImports } from './work.server.ts';

export const importsJob = 'imports.work';

/** A turn ends before the queue would take it for lost; the next one goes on behind the last batch. */
const turn = 10 * minute;

export const importJobs: readonly Job[] = [
	{
		name: importsJob,
		cron: '* * * * *',
		soon: 1,
		async run({ db, now, clock = () => now, signal }) {
			await workOnImports(db, { clock, until: later(clock(), turn), ...(signal && { signal }) });
		}
	},
	{
		name: 'imports.clear',
		cron: '20 * * * *',
		run: async ({ db, now }) => void (await inTransaction(db, (tx) => clearImports(tx, now)))
	}
];
