import { lt } from 'drizzle-orm';
import { day, later } from '#core/time';
import type { Db } from '#platform/db';
import type { Job } from '#platform/jobs';
import { sweepDevices } from './known-devices.server.ts';
import { sweepChallenges } from './passkey-challenge.server.ts';
import { enrolmentCodes, passwordResets, sessions, verifications } from './tables.server.ts';
import { sweepTries } from './tries.server.ts';

/** Forgets what is over: sessions, counted tries, codes of yesterday. May run as often as one likes. */
export async function sweep(db: Db, now: Date): Promise<void> {
	await sweepTries(db, now);
	await sweepDevices(db, now);
	await sweepChallenges(db, now);
	await db.delete(passwordResets).where(lt(passwordResets.expiresAt, later(now, -30 * day)));
	await db.delete(sessions).where(lt(sessions.expiresAt, now));
	await db.delete(verifications).where(lt(verifications.expiresAt, later(now, -day)));
	await db.delete(enrolmentCodes).where(lt(enrolmentCodes.expiresAt, later(now, -30 * day)));
}

export const identityJobs: readonly Job[] = [
	{ name: 'identity.sweep', cron: '17 3 * * *', run: ({ db, now }) => sweep(db, now) }
];
