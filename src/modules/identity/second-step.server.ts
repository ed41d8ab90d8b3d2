import { eq } from 'drizzle-orm';
import { must } from '#core/must';
import { keepTrail } from '#platform/trail';
import { tellOf } from './account.server.ts';
import { admitToConsole, type Admitted, type DoorContext } from './door.server.ts';
import type { SecondStep } from './index.ts';
import { identityRefusals } from './refusals.ts';
import { beginSecondFactor, confirmSecondFactor, missingStep, useSecondCode } from './second-factor.server.ts';
import { findStaffOf } from './staff.server.ts';
import { users } from './tables.server.ts';
import { readTicket } from './ticket.server.ts';

const { refuse } = identityRefusals;

/** Who has given the right password and what is missing; null without a ticket, and where nothing is missing any more. */
async function findWaiting(context: DoorContext, now: Date) {
	const ticket = await readTicket(context, now);
	const person = ticket && (await findStaffOf(context.db, ticket.userId));
	if (!ticket || !person) return null;
	const [user] = await context.db.select({ email: users.email }).from(users).where(eq(users.id, ticket.userId));
	const step = await missingStep(context.db, { ...ticket, ...person });
	return user && step ? { userId: ticket.userId, email: user.email, person, step } : null;
}

/** Who has given the right password, and misses one of these steps. @throws identity.second_step_over */
export async function getWaiting(context: DoorContext, steps: readonly SecondStep[], now: Date) {
	const waiting = await findWaiting(context, now);
	if (!waiting || !steps.includes(waiting.step)) throw refuse('identity.second_step_over');
	return waiting;
}

/** What the page of the second step shows; null: the password first. */
export async function viewSecondStep(
	context: DoorContext,
	now: Date
): Promise<{ step: SecondStep; email: string } | null> {
	const waiting = await findWaiting(context, now);
	return waiting && { step: waiting.step, email: waiting.email };
}

/**
 * Opens the console with a code of the app or a recovery code; a passkey opens it by itself (`signInWithPasskey`).
 * @throws identity.second_step_over, identity.second_code_wrong, identity.too_many_tries (`minutes`)
 */
export async function takeSecondStep(
	context: DoorContext,
	code: string,
	now: Date
): Promise<Admitted & { recovery: boolean }> {
	const { userId } = await getWaiting(context, ['code', 'passkey'], now);
	const { recovery } = await useSecondCode(context, { userId, code }, now);
	return { ...(await admitToConsole(context, userId, 'two', now)), recovery };
}

/** The secret for the app of somebody of whom the house asks one. @throws identity.second_step_over */
export async function beginEnrolment(context: DoorContext, now: Date): Promise<{ secret: string; address: string }> {
	return beginSecondFactor(context, await getWaiting(context, ['enrol'], now), now);
}

/**
 * Confirms the app with a code and opens the console; the recovery codes are shown this once.
 * @throws identity.second_step_over, identity.second_code_wrong, identity.too_many_tries (`minutes`)
 */
export async function finishEnrolment(
	context: DoorContext & { requestId: string },
	code: string,
	now: Date
): Promise<{ recoveryCodes: string[] }> {
	const { userId, email, person } = await getWaiting(context, ['enrol'], now);
	const by = { actor: { kind: 'staff' as const, userId, ...person }, requestId: context.requestId };
	const subject = { kind: 'staff', id: person.staffId };
	const made = await confirmSecondFactor(
		context,
		{ userId, code },
		(tx) => keepTrail(tx, by, { action: 'staff.second_factor_added', subject }, now),
		now
	);
	const admitted = await admitToConsole(context, userId, 'two', now);
	must(admitted.staffId === person.staffId, 'whoever set up the app is let in');
	tellOf(context, 'added', email);
	return made;
}
