import { and, eq } from 'drizzle-orm';
import { later } from '#core/time';
import type { Tx } from '#platform/db';
import { findSession, type AuthContext } from './auth.server.ts';
import { requestCode, signInWithCode } from './codes.server.ts';
import type { SessionRow } from './index.ts';
import { identityRefusals } from './refusals.ts';
import { endSession, endSessions, freshFor, listSessions } from './sessions.server.ts';
import { sessions } from './tables.server.ts';

const { refuse } = identityRefusals;

/** @throws access of somebody whose session has just ended: identity.session_unknown */
async function ownSession(context: AuthContext) {
	const found = await findSession('wallet', context);
	const [row] = found ? await context.db.select().from(sessions).where(eq(sessions.id, found.sessionId)) : [];
	if (!found || !row) throw refuse('identity.session_unknown');
	return { ...row, email: found.email };
}

/**
 * For what a phone left lying about must not be enough for: whoever holds it has given a code within the last minutes.
 * @throws identity.prove_by_code
 */
export async function mustBeFreshInWallet(context: AuthContext, now: Date): Promise<void> {
	const { createdAt } = await ownSession(context);
	if (later(createdAt, freshFor) <= now) throw refuse('identity.prove_by_code');
}

/** Sends a code to the address that one is signed in with. @throws as `requestCode` */
export async function sendProof(
	context: Parameters<typeof requestCode>[0],
	now: Date
): Promise<{ email: string; validMinutes: number }> {
	const { email } = await ownSession(context);
	return { email, ...(await requestCode(context, email, now)) };
}

/**
 * Proves with such a code that the phone is in the hands of whoever reads that address. A code opens a session of its
 * own: it takes the place of the one before.
 * @throws as `signInWithCode`
 */
export async function proveInWallet(context: AuthContext, code: string, now: Date): Promise<void> {
	const { id, userId, email } = await ownSession(context);
	await signInWithCode(context, email, code, now);
	await context.db.delete(sessions).where(and(eq(sessions.userId, userId), eq(sessions.id, id)));
}

/** Where a shopper is signed in, the one used last first. */
export async function walletSessions(context: AuthContext, now: Date): Promise<SessionRow[]> {
	const { id, userId } = await ownSession(context);
	return listSessions(context.db, { userId, face: 'wallet', currentId: id }, now);
}

/**
 * Ends one of a shopper's sign-ins, or all but this one.
 * @param sessionId null: all others
 * @throws identity.session_unknown
 */
export async function endWalletSessions(context: AuthContext, tx: Tx, sessionId: string | null): Promise<void> {
	const { id, userId } = await ownSession(context);
	if (sessionId === null) await endSessions(tx, userId, id, 'wallet');
	else await endSession(tx, { userId, id: sessionId, face: 'wallet' });
}
