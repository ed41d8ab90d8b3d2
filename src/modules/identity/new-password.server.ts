import { hashPassword } from 'better-auth/crypto';
import { leastPassword } from './index.ts';
import { identityRefusals } from './refusals.ts';
import { isSimplePassword } from './simple-password.ts';

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
