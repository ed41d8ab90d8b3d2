import { hotRequests, hotSymbol } from '#wiring/rest/hot.server';
import { startJobs } from '#platform/jobs';
import { onShutdown } from '#platform/lifecycle';
import { log } from '#platform/log';
import { database, postingDatabase } from '#platform/pool';
import { settings } from '#platform/settings';
import { jobs } from './jobs.server.ts';

/** What runs beside the pages, started once with the server: the hot requests and the jobs. */
export async function startBackground(): Promise<void> {
	const clock = () => new Date();
	(globalThis as Record<symbol, unknown>)[hotSymbol] = hotRequests(
		() => database().db,
		clock,
		() => postingDatabase().db
	);
	const running = await startJobs(jobs, {
		directUrl: settings().database.directUrl,
		db: database().db,
		clock,
		onTrouble: (job, error) => log.error('a job failed', error, { job })
	});
	onShutdown('the jobs', () => running.stop(), 'draining');
}
