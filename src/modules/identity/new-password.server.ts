import { hashPassword } from 'better-auth/crypto';
import { newId } from '#core/ids';
import type { Tx } from '#platform/db';
import { leastPassword } from './index.ts';
import { identityRefusals } from './refusals.ts';
import { isSimplePassword } from './simple-password.ts';
import { authAccounts } from './tables.server.ts';

const { refuse } = identityRefusals;

/**
 * The hash of a password that somebody chooses.
 * @throws identity.password_too_short (`least`), identity.password_too_simple
 */
export function newPasswordHash(password: string): Promise<string> {
	if (password.length < leastPassword) throw refuse('identity.password_too_short', { least: leastPassword });
	if (isSimplePassword(password)) throw refuse('identity.password_too_simple');
	return hashPassword(password);
}

/** Puts the hash of a new password in place of whatever there was. */
export async function keepPassword(tx: Tx, userId: string, password: string, now: Date): Promise<void> {
	await tx
		.insert(authAccounts)
		.values({
			id: newId('account', now),
			userId,
			accountId: userId,
			providerId: 'credential',
			password,
			createdAt: now,
			updatedAt: now
		})
		.onConflictDoUpdate({
			target: [authAccounts.userId, authAccounts.providerId, authAccounts.accountId],
			set: { password, updatedAt: now }
		});
}
