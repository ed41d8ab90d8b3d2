import type { Role } from '#core/actor';
import { openSession, type AuthContext } from './auth.server.ts';
import { hasConsole } from './permissions.ts';
import { identityRefusals } from './refusals.ts';
import { findStaffOf } from './staff.server.ts';

const { refuse } = identityRefusals;

export interface Admitted {
	staffId: string;
	name: string;
	role: Role;
}

/**
 * The one door of the console: whoever has proved who they are gets their session here.
 * @throws identity.password_wrong (no colleague, or one who left), identity.no_console
 */
export async function admitToConsole(context: AuthContext, userId: string): Promise<Admitted> {
	const person = await findStaffOf(context.db, userId);
	if (!person) throw refuse('identity.password_wrong');
	if (!hasConsole(person)) throw refuse('identity.no_console');
	await openSession(context, userId);
	const { staffId, name, role } = person;
	return { staffId, name, role };
}
