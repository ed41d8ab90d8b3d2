import { expect, test } from 'vitest';
import { testDatabase } from '../../tests/support/database.ts';
import { testSettings } from '../../tests/support/shop.ts';
import { jobs } from './jobs.server.ts';

const { db, url } = await testDatabase();
testSettings(url);

test.each(jobs)('$name finds nothing to do in a house that nobody has set up', async ({ run }) => {
	const signal = new AbortController().signal;
	await expect(
		run({ db, now: new Date('2026-03-01T10:00:00Z'), signal } as Parameters<typeof run>[0])
	).resolves.toBeUndefined();
});
