import { createHmac, timingSafeEqual } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { later, minute, second } from '#core/time';
import { derivedKey } from '#platform/seal';
import type { AuthContext } from './auth.server.ts';
import { cookieOptions } from './cookies.server.ts';
import { authAccounts } from './tables.server.ts';

/**
 * Between the password and the second step there is no session, only a ticket: a signed cookie that says whose password
 * was right. It opens nothing by itself, ends after ten minutes, and is void as soon as the password is another.
 */
const lasts = 10 * minute;

const nameOf = (secure: boolean): string => `${secure ? '__Host-' : ''}admin-step`;

type Context = Pick<AuthContext, 'db' | 'secret' | 'secure' | 'cookies'>;

async function signatureOf({ db, secret }: Context, userId: string, madeAt: number): Promise<Buffer> {
	const [account] = await db
		.select({ password: authAccounts.password })
		.from(authAccounts)
		.where(and(eq(authAccounts.userId, userId), eq(authAccounts.providerId, 'credential')));
	return createHmac('sha256', derivedKey(secret, 'identity/ticket'))
		.update(JSON.stringify([userId, madeAt, account?.password ?? null]))
		.digest();
}

/** Gives the browser a ticket of whoever gave the right password. */
export async function giveTicket(context: Context, userId: string, now: Date): Promise<void> {
	const { cookies, secure } = context;
	const madeAt = now.getTime();
	const signature = (await signatureOf(context, userId, madeAt)).toString('base64url');
	const age = { maxAge: lasts / second };
	cookies.set(nameOf(secure), `${userId}.${madeAt}.${signature}`, { ...cookieOptions(secure), ...age });
}

/** Whose ticket the browser shows; null: none, a forged one, or one that is over. */
export async function readTicket(context: Context, now: Date): Promise<{ userId: string } | null> {
	const [userId = '', made = '', signature = ''] = (context.cookies.get(nameOf(context.secure)) ?? '').split('.');
	const madeAt = Number(made);
	if (!Number.isSafeInteger(madeAt) || madeAt > now.getTime() || later(new Date(madeAt), lasts) <= now) return null;
	const given = Buffer.from(signature, 'base64url');
	const expected = await signatureOf(context, userId, madeAt);
	return given.length === expected.length && timingSafeEqual(given, expected) ? { userId } : null;
}

export const takeTicketBack = ({ cookies, secure }: Pick<Context, 'cookies' | 'secure'>): void =>
	cookies.set(nameOf(secure), '', { ...cookieOptions(secure), maxAge: 0 });
