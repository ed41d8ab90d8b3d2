import type { Role } from '#core/actor';
import { openWithPassword, refusedAs, type AuthContext } from './auth.server.ts';
import { limits } from './limits.server.ts';
import { permissionsOf } from './permissions.ts';
import { identityRefusals } from './refusals.ts';
import { findStaffOf } from './staff.server.ts';
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
			if (permissionsOf(found.role).length === 0) throw refuse('identity.no_console');
			return found;
		});
		await forgetTries(context.db, about, limits.passwordPerAccount);
		return person;
	} catch (error) {
		if (refusedAs(error) !== null) throw refuse('identity.password_wrong');
		throw error;
	}
}
