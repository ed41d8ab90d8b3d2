import { expect, test } from 'vitest';
import { testDatabase } from '../../tests/support/database.ts';
import { startJobs, type JobContext } from './jobs.server.ts';

const { db, url } = await testDatabase();

const until = async (condition: () => boolean, seconds = 20) => {
	for (let i = 0; i < seconds * 10 && !condition(); i++) await new Promise((done) => setTimeout(done, 100));
};

test('a job runs once however many processes wait for it, with its own instant', async () => {
	const now = new Date('2026-03-01T10:00:00Z');
	const ran: JobContext[] = [];
	const troubles: unknown[] = [];
	const jobs = [{ name: 'test.count', cron: '* * * * *', run: async (context: JobContext) => void ran.push(context) }];
	const options = {
		directUrl: url,
		db,
		clock: () => now,
		onTrouble: (_: string, error: unknown) => troubles.push(error)
	};
	const first = await startJobs(jobs, options);
	const second = await startJobs(jobs, options);
	try {
		await first.runNow('test.count');
		await until(() => ran.length > 0);
		await new Promise((done) => setTimeout(done, 500));
		expect(troubles).toEqual([]);
		expect(ran.map((context) => context.now)).toEqual([now]);
	} finally {
		await Promise.all([first.stop(), second.stop()]);
	}
}, 60_000);
