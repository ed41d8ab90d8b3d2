import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { lt } from 'drizzle-orm';
import { later, minute, second } from '#core/time';
import type { Db } from '#platform/db';
import { derivedKey } from '#platform/seal';
import type { AuthContext } from './auth.server.ts';
import { cookieOptions } from './cookies.server.ts';
import { spentChallenges } from './tables.server.ts';

/** What a passkey is asked for; a challenge for one is none for another. */
export type Purpose = 'sign in' | 'prove' | 'register';

/** As long as a page that waits for a passkey is left alone; it asks anew before that. */
export const challengeMinutes = 5;
const lasts = challengeMinutes * minute;

type Context = Pick<AuthContext, 'db' | 'secret' | 'secure' | 'cookies'>;

const nameOf = (secure: boolean): string => `${secure ? '__Host-' : ''}admin-passkey`;

const signatureOf = (secret: string, parts: readonly (string | number)[]): Buffer =>
	createHmac('sha256', derivedKey(secret, 'identity/passkey-challenge')).update(JSON.stringify(parts)).digest();

/**
 * Something random for a passkey to sign, kept by the browser itself in a signed cookie: whoever only opens the page of
 * the sign-in writes nothing into the database.
 * @param bound whom or what it is for: a session, a user; empty where nobody is known yet
 */
export function giveChallenge(
	{ secret, secure, cookies }: Context,
	purpose: Purpose,
	bound: string,
	now: Date
): Buffer<ArrayBuffer> {
	const random = randomBytes(32);
	const challenge = random.toString('base64url');
	const madeAt = now.getTime();
	const signature = signatureOf(secret, [purpose, bound, madeAt, challenge]).toString('base64url');
	const options = { ...cookieOptions(secure), maxAge: lasts / second };
	cookies.set(nameOf(secure), `${challenge}.${madeAt}.${signature}`, options);
	return Buffer.from(random);
}

/**
 * Spends the challenge that this browser was given, whether or not the answer to it turns out right: each counts once,
 * also when it is sent twice at the same moment.
 * @returns null: none, a forged one, one for something else, one that is over or spent
 */
export async function takeChallenge(
	{ db, secret, secure, cookies }: Context,
	purpose: Purpose,
	bound: string,
	now: Date
): Promise<string | null> {
	const [challenge = '', made = '', signature = ''] = (cookies.get(nameOf(secure)) ?? '').split('.');
	cookies.set(nameOf(secure), '', { ...cookieOptions(secure), maxAge: 0 });
	const madeAt = Number(made);
	if (!Number.isSafeInteger(madeAt) || madeAt > now.getTime()) return null;
	const expiresAt = later(new Date(madeAt), lasts);
	const given = Buffer.from(signature, 'base64url');
	const expected = signatureOf(secret, [purpose, bound, madeAt, challenge]);
	if (expiresAt <= now || given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
	const challengeHash = createHash('sha256').update(challenge).digest('hex');
	const claimed = await db
		.insert(spentChallenges)
		.values({ challengeHash, expiresAt })
		.onConflictDoNothing()
		.returning({ challengeHash: spentChallenges.challengeHash });
	return claimed.length === 1 ? challenge : null;
}

/** Forgets those that would be refused for their age. */
export async function sweepChallenges(db: Db, now: Date): Promise<void> {
	await db.delete(spentChallenges).where(lt(spentChallenges.expiresAt, now));
}
