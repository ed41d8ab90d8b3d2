import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { eq } from 'drizzle-orm';
import type { Staff } from '#core/actor';
import { must } from '#core/must';
import { afterwards } from '#platform/afterwards';
import { inTransaction, type Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import type { Context } from '#platform/trpc';
import { admitToConsole, type Admitted, type DoorContext } from './door.server.ts';
import { limits } from './limits.server.ts';
import { passkeyMail } from './mails.server.ts';
import {
	acceptedPasskeys,
	askPasskey,
	beginPasskey,
	hasPasskey,
	keepPasskey,
	readPasskey,
	removePasskey,
	renamePasskey,
	type AcceptedPasskeys,
	type Shown
} from './passkeys.server.ts';
import { identityRefusals } from './refusals.ts';
import { countRecoveryCodes, dropRecoveryCodes, findSecondFactor, makeRecoveryCodes } from './second-factor.server.ts';
import { getWaiting } from './second-step.server.ts';
import { currentSession, keepProof, mustBeFresh } from './sessions.server.ts';
import { asksSecondFactor, findSignInRules } from './sign-in-rules.server.ts';
import { findStaffOf } from './staff.server.ts';
import { staff, users } from './tables.server.ts';
import { claimTry, minutesUntil } from './tries.server.ts';
import { deviceOf } from './user-agent.ts';

const { refuse } = identityRefusals;

/** Somebody at the door, whom nobody knows yet. */
export type AtDoor = DoorContext & Pick<Context, 'origin' | 'requestId'>;
/** Somebody signed in. */
type Inside = AtDoor & By & { actor: Staff };

/** What a browser needs to ask for a passkey at the sign-in. @throws identity.passkeys_impossible */
export const askAtDoor = (context: AtDoor, now: Date) =>
	askPasskey(context, { purpose: 'sign in', bound: '', userId: null }, now);

/**
 * Opens the console with a passkey alone.
 * @throws identity.passkey_over, identity.passkey_unknown (also of somebody who left), identity.passkey_wrong,
 * identity.passkey_copied, identity.too_many_tries (`minutes`), identity.no_console
 */
export async function signInWithPasskey(
	context: AtDoor,
	response: AuthenticationResponseJSON,
	now: Date
): Promise<Admitted> {
	const until = await claimTry(context.db, `sign-ins from ${context.ip}`, limits.signInsPerAddress, now);
	if (until) throw refuse('identity.too_many_tries', { minutes: minutesUntil(until, now) });
	const asked = { purpose: 'sign in' as const, bound: '', response };
	const { userId } = await readPasskey(context, asked, (passkey) => tellCopied(context, passkey, now), now);
	if (!(await findStaffOf(context.db, userId))) throw refuse('identity.passkey_unknown');
	return admitToConsole(context, userId, 'two', now);
}

/** What a browser needs so that whoever is signed in proves with a passkey that it is them. */
export async function askToProve(context: Inside, now: Date) {
	const { id } = await currentSession(context);
	return askPasskey(context, { purpose: 'prove', bound: id, userId: context.actor.userId }, now);
}

/**
 * For the next ten minutes weighty things go through.
 * @throws those of `readPasskey`, identity.too_many_tries (`minutes`)
 */
export async function proveWithPasskey(
	context: Inside,
	response: AuthenticationResponseJSON,
	now: Date
): Promise<void> {
	const { id } = await currentSession(context);
	const asked = { purpose: 'prove' as const, bound: id, response };
	const { userId } = await readPasskey(context, asked, (passkey) => tellCopied(context, passkey, now), now);
	// A passkey of somebody else on the same device proves nothing here.
	if (userId !== context.actor.userId) throw refuse('identity.passkey_unknown');
	await keepProof(context.db, id, now);
}

/** What a browser needs to make a passkey, and what to call it unless its owner knows better. */
interface Begun {
	options: Awaited<ReturnType<typeof beginPasskey>>;
	name: string;
}

/** The device as its browser names it, such as `Firefox, Windows`. */
function nameOfDevice({ headers }: AtDoor): string {
	const { browser, system } = deviceOf(headers.get('user-agent'));
	return [browser, system].filter((name) => name !== null).join(', ') || 'Passkey';
}

/** Begins a passkey of whoever is signed in. @throws identity.prove_again, those of `beginPasskey` */
export async function beginOwnPasskey(context: Inside, now: Date): Promise<Begun> {
	await mustBeFresh(context, now);
	const { id: bound, email } = await currentSession(context);
	const { userId, name } = context.actor;
	const options = await beginPasskey(context, { userId, email, name, bound }, now);
	return { options, name: nameOfDevice(context) };
}

interface Kept {
	id: string;
	/** shown this once; null: there are some already, or nobody asks for them */
	recoveryCodes: string[] | null;
}

interface Made {
	name: string;
	response: RegistrationResponseJSON;
}

/**
 * Keeps a passkey of whoever is signed in.
 * @returns with recovery codes where the house asks for a second step and there are none yet
 * @throws identity.prove_again, those of `keepPasskey`
 */
export async function keepOwnPasskey(context: Inside, { name, response }: Made, now: Date): Promise<Kept> {
	await mustBeFresh(context, now);
	const { id: bound, email } = await currentSession(context);
	const { userId } = context.actor;
	return keep(context, { userId, email, bound, name, response }, context.actor, now);
}

/** Begins a passkey of somebody of whom the house asks a second step. @throws identity.second_step_over */
export async function beginPasskeyEnrolment(context: AtDoor, now: Date): Promise<Begun> {
	const { userId, email, person } = await getWaiting(context, ['enrol'], now);
	const options = await beginPasskey(context, { userId, email, name: person.name, bound: userId }, now);
	return { options, name: nameOfDevice(context) };
}

/**
 * Keeps the passkey and opens the console; the recovery codes are shown this once.
 * @throws identity.second_step_over, those of `keepPasskey`
 */
export async function finishPasskeyEnrolment(context: AtDoor, { name, response }: Made, now: Date): Promise<Kept> {
	const { userId, email, person } = await getWaiting(context, ['enrol'], now);
	const actor = { kind: 'staff' as const, userId, ...person };
	const made = await keep(context, { userId, email, bound: userId, name, response }, actor, now);
	const admitted = await admitToConsole(context, userId, 'two', now);
	must(admitted.staffId === person.staffId, 'whoever made the passkey is let in');
	return made;
}

async function keep(
	context: AtDoor,
	command: Made & { userId: string; email: string; bound: string },
	actor: Staff,
	now: Date
): Promise<Kept> {
	let kept = null as Kept | null;
	await keepPasskey(
		context,
		command,
		async (tx, id) => {
			kept = { id, recoveryCodes: null };
			kept.recoveryCodes = await codesWhereMissing(tx, context.secret, actor, now);
			await keepPasskeyTrail(tx, { actor, requestId: context.requestId }, 'staff.passkey_added', now);
		},
		now
	);
	tell(context, 'added', command.email);
	must(kept, 'a passkey that was kept has an id');
	return kept;
}

async function codesWhereMissing(tx: Tx, secret: string, { userId, permissions }: Staff, now: Date) {
	const { secondFactor } = await findSignInRules(tx);
	if (!asksSecondFactor(secondFactor, { permissions }) || (await countRecoveryCodes(tx, userId)) > 0) return null;
	return makeRecoveryCodes(tx, secret, userId, now);
}

const keepPasskeyTrail = (tx: Tx, by: By & { actor: Staff }, action: string, now: Date) =>
	keepTrail(tx, by, { action, subject: { kind: 'staff', id: by.actor.staffId } }, now);

/** Gives one's own passkey another name. @throws identity.passkey_unknown */
export async function renameOwnPasskey(
	tx: Tx,
	{ id, name }: { id: string; name: string },
	by: By & { actor: Staff },
	now: Date
): Promise<void> {
	const was = await renamePasskey(tx, { userId: by.actor.userId, id, name });
	const deed = { action: 'staff.passkey_renamed', subject: { kind: 'staff', id: by.actor.staffId } };
	if (was.name !== name) await keepTrail(tx, by, { ...deed, before: was, after: { name }, hidden: ['name'] }, now);
}

/**
 * Removes one's own passkey.
 * @throws identity.prove_again, identity.passkey_unknown, identity.second_factor_required (the house asks for a second
 * step, and this is the only one)
 * @returns those that are left, for the device
 */
export async function dropOwnPasskey(context: Inside, id: string, now: Date): Promise<AcceptedPasskeys | null> {
	await mustBeFresh(context, now);
	const { userId } = context.actor;
	await inTransaction(context.db, async (tx) => {
		// Two passkeys removed at once must not both find the other one there.
		await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
		await removePasskey(tx, { userId, id });
		if (!(await hasPasskey(tx, userId)) && !(await findSecondFactor(tx, userId))) {
			const rules = await findSignInRules(tx);
			if (asksSecondFactor(rules.secondFactor, context.actor)) throw refuse('identity.second_factor_required');
			await dropRecoveryCodes(tx, userId);
		}
		await keepPasskeyTrail(tx, context, 'staff.passkey_removed', now);
	});
	tell(context, 'removed', (await currentSession(context)).email);
	return acceptedPasskeys(context, userId);
}

/** A copied passkey is locked already; its owner is told, and it stands in the trail. */
async function tellCopied(context: AtDoor, { userId }: Shown, now: Date): Promise<void> {
	const [person] = await context.db
		.select({ email: users.email, language: staff.language, staffId: staff.id })
		.from(staff)
		.innerJoin(users, eq(users.id, staff.userId))
		.where(eq(staff.userId, userId));
	if (!person) return;
	const deed = { action: 'staff.passkey_copied', subject: { kind: 'staff', id: person.staffId } };
	const by = { actor: { kind: 'house' as const }, requestId: context.requestId };
	await inTransaction(context.db, (tx) => keepTrail(tx, by, deed, now));
	// Not in the language of whoever holds the copy.
	tell({ ...context, language: person.language ?? context.language }, 'copied', person.email);
}

/** A mail about it, in case it was not them. */
function tell(
	{ mail, language }: Pick<DoorContext, 'mail' | 'language'>,
	what: Parameters<typeof passkeyMail>[1],
	email: string
): void {
	afterwards('passkey-mail', async () => mail.send(await passkeyMail(email, what, language)));
}
