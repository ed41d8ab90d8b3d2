import { verifyPassword } from 'better-auth/crypto';
import { and, eq, ne } from 'drizzle-orm';
import type { Role } from '#core/actor';
import { inTransaction } from '#platform/db';
import { findSession, openWithPassword, refusedAs, type AuthContext } from './auth.server.ts';
import { limits } from './limits.server.ts';
import { newPasswordHash } from './new-password.server.ts';
import { hasConsole } from './permissions.ts';
import { identityRefusals } from './refusals.ts';
import { findStaffOf } from './staff.server.ts';
import { authAccounts, sessions } from './tables.server.ts';
import { claimTry, forgetTries, minutesUntil } from './tries.server.ts';

const { refuse } = identityRefusals;

/**
 * Opens the console with e-mail and password. Eight wrong tries lock the address for a quarter of an hour, known or
 * not; the right password unlocks nothing meanwhile.
 * @param email in the form of `emailSchema`
 * @throws identity.password_wrong (also for shoppers and for those who left), identity.too_many_tries (`minutes`),
 * identity.no_console
 */
export async function signInWithPassword(
	context: AuthContext,
	email: string,
	password: string,
	now: Date
): Promise<{ staffId: string; name: string; role: Role }> {
	const about = `password of ${email}`;
	const until =
		(await claimTry(context.db, about, limits.passwordPerAccount, now)) ??
		(await claimTry(context.db, `sign-ins from ${context.ip}`, limits.signInsPerAddress, now));
	if (until) throw refuse('identity.too_many_tries', { minutes: minutesUntil(until, now) });
	try {
		const person = await openWithPassword(context, email, password, async (userId) => {
			const found = await findStaffOf(context.db, userId);
			if (!found) throw refuse('identity.password_wrong');
			if (!hasConsole(found)) throw refuse('identity.no_console');
			return found;
		});
		await forgetTries(context.db, about, limits.passwordPerAccount);
		const { staffId, name, role } = person;
		return { staffId, name, role };
	} catch (error) {
		if (refusedAs(error) !== null) throw refuse('identity.password_wrong');
		throw error;
	}
}

/**
 * Gives whoever is signed in a new password and ends their other sign-ins to the console. Guesses at the old one are
 * counted as those at the door are, and beside them: somebody else's tries there lock nobody out here.
 * @throws identity.password_old_wrong, identity.too_many_tries (`minutes`), identity.password_too_short (`least`),
 * identity.password_too_simple
 */
export async function changePassword(
	context: AuthContext,
	{ userId, old, fresh }: { userId: string; old: string; fresh: string },
	now: Date
): Promise<void> {
	const about = `change of password ${userId}`;
	const until = await claimTry(context.db, about, limits.passwordPerAccount, now);
	if (until) throw refuse('identity.too_many_tries', { minutes: minutesUntil(until, now) });
	const session = await findSession('admin', context);
	const ofUser = and(eq(authAccounts.userId, userId), eq(authAccounts.providerId, 'credential'));
	const [account] = await context.db.select({ hash: authAccounts.password }).from(authAccounts).where(ofUser);
	if (!session || !account?.hash || !(await verifyPassword({ hash: account.hash, password: old })))
		throw refuse('identity.password_old_wrong');
	await forgetTries(context.db, about, limits.passwordPerAccount);
	const password = await newPasswordHash(fresh);
	await inTransaction(context.db, async (tx) => {
		await tx.update(authAccounts).set({ password, updatedAt: now }).where(ofUser);
		await tx
			.delete(sessions)
			.where(and(eq(sessions.userId, userId), eq(sessions.face, 'admin'), ne(sessions.id, session.sessionId)));
	});
}
