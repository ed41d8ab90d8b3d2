import { randomBytes } from 'node:crypto';
import { hashPassword, verifyPassword } from 'better-auth/crypto';
import { and, eq } from 'drizzle-orm';
import type { Staff } from '#core/actor';
import { inTransaction, type Reads } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { enter, type DoorContext, type Entered } from './door.server.ts';
import { limits } from './limits.server.ts';
import { keepPassword, newPasswordHash } from './new-password.server.ts';
import { identityRefusals } from './refusals.ts';
import { tellChanged, voidResets } from './resets.server.ts';
import { currentSession, endSessions, mustBeFresh } from './sessions.server.ts';
import { authAccounts, users } from './tables.server.ts';
import { claimTry, forgetTries, minutesUntil } from './tries.server.ts';

const { refuse } = identityRefusals;

/**
 * Opens the console with e-mail and password. Eight wrong tries lock the address for a quarter of an hour, known or
 * not; the right password unlocks nothing meanwhile.
 * @param email in the form of `emailSchema`
 * @throws identity.password_wrong (also for shoppers and for those who left), identity.too_many_tries (`minutes`),
 * identity.no_console
 * @returns the console, or the step that is missing before it
 */
export async function signInWithPassword(
	context: DoorContext,
	email: string,
	password: string,
	now: Date
): Promise<Entered> {
	const about = `password of ${email}`;
	const until =
		(await claimTry(context.db, about, limits.passwordPerAccount, now)) ??
		(await claimTry(context.db, `sign-ins from ${context.ip}`, limits.signInsPerAddress, now));
	if (until) throw refuse('identity.too_many_tries', { minutes: minutesUntil(until, now) });
	const userId = await findUserBy(context.db, email, password);
	if (!userId) throw refuse('identity.password_wrong');
	const entered = await enter(context, userId, now);
	await forgetTries(context.db, about, limits.passwordPerAccount);
	return entered;
}

/** Hashed once, of nothing anybody could type: an unknown address takes as long as a wrong password. */
let nobody: Promise<string> | null = null;

/** The user whose address and password these are. */
async function findUserBy(reads: Reads, email: string, password: string): Promise<string | null> {
	const [row] = await reads
		.select({ userId: users.id, hash: authAccounts.password })
		.from(users)
		.innerJoin(authAccounts, and(eq(authAccounts.userId, users.id), eq(authAccounts.providerId, 'credential')))
		.where(eq(users.email, email));
	const hash = row?.hash ?? (await (nobody ??= hashPassword(randomBytes(32).toString('hex'))));
	return (await verifyPassword({ hash, password })) && row?.hash ? row.userId : null;
}

/**
 * Gives whoever is signed in a new password and ends their other sign-ins to the console. Guesses at the old one are
 * counted as those at the door are, and beside them: somebody else's tries there lock nobody out here.
 * @throws identity.prove_again, identity.password_old_wrong, identity.too_many_tries (`minutes`),
 * identity.password_too_short (`least`), identity.password_too_simple
 */
export async function changePassword(
	context: DoorContext,
	{ old, fresh }: { old: string; fresh: string },
	by: By & { actor: Staff },
	now: Date
): Promise<void> {
	const { userId, staffId } = by.actor;
	await mustBeFresh(context, now);
	const about = `change of password ${userId}`;
	const until = await claimTry(context.db, about, limits.passwordPerAccount, now);
	if (until) throw refuse('identity.too_many_tries', { minutes: minutesUntil(until, now) });
	const session = await currentSession(context);
	const ofUser = and(eq(authAccounts.userId, userId), eq(authAccounts.providerId, 'credential'));
	const [account] = await context.db.select({ hash: authAccounts.password }).from(authAccounts).where(ofUser);
	if (!account?.hash || !(await verifyPassword({ hash: account.hash, password: old })))
		throw refuse('identity.password_old_wrong');
	await forgetTries(context.db, about, limits.passwordPerAccount);
	const password = await newPasswordHash(fresh);
	await inTransaction(context.db, async (tx) => {
		await keepPassword(tx, userId, password, now);
		await endSessions(tx, userId, session.id);
		await voidResets(tx, userId, now);
		await keepTrail(tx, by, { action: 'staff.password_changed', subject: { kind: 'staff', id: staffId } }, now);
	});
	tellChanged(context, session.email);
}
