import { eq } from 'drizzle-orm';
import type { Role } from '#core/actor';
import type { Language } from '#core/languages';
import type { Mail } from '#platform/mail/mail';
import { openSession, type AuthContext } from './auth.server.ts';
import type { SecondStep } from './index.ts';
import { rememberDevice } from './known-devices.server.ts';
import { hasConsole } from './permissions.ts';
import { identityRefusals } from './refusals.ts';
import { missingStep } from './second-factor.server.ts';
import { findStaffOf } from './staff.server.ts';
import { sessions } from './tables.server.ts';
import { giveTicket, takeTicketBack } from './ticket.server.ts';

const { refuse } = identityRefusals;

export type DoorContext = AuthContext & { mail: Mail; language: Language };

/** What was proved: a password alone, or two things of which one is in somebody's hands. */
export type Proof = 'password' | 'two';

export interface Admitted {
	staffId: string;
	name: string;
	role: Role;
}

async function getColleague({ db }: Pick<AuthContext, 'db'>, userId: string) {
	const person = await findStaffOf(db, userId);
	if (!person) throw refuse('identity.password_wrong');
	if (!hasConsole(person)) throw refuse('identity.no_console');
	return person;
}

/**
 * The one door of the console: whoever has proved who they are gets their session here. It asks itself whether the proof
 * is enough: no way around it opens anything.
 * @throws identity.password_wrong (no colleague, or one who left), identity.no_console, identity.second_step_first
 */
export async function admitToConsole(context: DoorContext, userId: string, proof: Proof, now: Date): Promise<Admitted> {
	const person = await getColleague(context, userId);
	if (proof === 'password' && (await missingStep(context.db, { userId, ...person })) !== null)
		throw refuse('identity.second_step_first');
	const { sessionId } = await openSession(context, userId);
	await context.db.update(sessions).set({ provedAt: now }).where(eq(sessions.id, sessionId));
	takeTicketBack(context);
	await rememberDevice(context, userId, now);
	const { staffId, name, role } = person;
	return { staffId, name, role };
}

/** What comes of the right password: the console, or the step that is missing before it. */
export type Entered = { step: null; person: Admitted } | { step: SecondStep; person: null };

/**
 * Goes on after the right password: into the console, or with a ticket to the second step.
 * @throws identity.password_wrong (no colleague, or one who left), identity.no_console
 */
export async function enter(context: DoorContext, userId: string, now: Date): Promise<Entered> {
	const person = await getColleague(context, userId);
	const step = await missingStep(context.db, { userId, ...person });
	if (step === null) return { step, person: await admitToConsole(context, userId, 'password', now) };
	await giveTicket(context, userId, now);
	return { step, person: null };
}
