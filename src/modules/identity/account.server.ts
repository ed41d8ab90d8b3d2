import { verifyPassword } from 'better-auth/crypto';
import { and, eq } from 'drizzle-orm';
import type { Staff } from '#core/actor';
import { inTransaction, type Reads } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import type { DoorContext } from './door.server.ts';
import { limits } from './limits.server.ts';
import { secondFactorMail } from './mails.server.ts';
import { hasPasskey, listPasskeys, passkeyHost } from './passkeys.server.ts';
import { identityRefusals } from './refusals.ts';
import {
	confirmSecondFactor,
	countRecoveryCodes,
	findSecondFactor,
	makeRecoveryCodes,
	removeSecondFactor,
	useSecondCode
} from './second-factor.server.ts';
import { currentSession, endSessions, isFresh, keepProof, mustBeFresh } from './sessions.server.ts';
import { asksSecondFactor, findSignInRules } from './sign-in-rules.server.ts';
import { authAccounts } from './tables.server.ts';
import { claimTry, forgetTries, minutesUntil } from './tries.server.ts';
import { afterwards } from '#platform/afterwards';

const { refuse } = identityRefusals;

type Context = DoorContext & By & { actor: Staff; origin: string };

/** What somebody sees of their own account. */
export async function viewAccount(context: Context, now: Date) {
	const { userId, name, role } = context.actor;
	const [session, secondFactor, codesLeft, passkeys, rules] = await Promise.all([
		currentSession(context),
		findSecondFactor(context.db, userId),
		countRecoveryCodes(context.db, userId),
		listPasskeys(context.db, userId),
		findSignInRules(context.db)
	]);
	return {
		name,
		role,
		email: session.email,
		secondFactor,
		codesLeft,
		passkeys,
		/** whether browsers make passkeys for this address */
		passkeysPossible: passkeyHost(context.origin) !== null,
		required: asksSecondFactor(rules.secondFactor, context.actor),
		fresh: isFresh(session.provedAt, now)
	};
}

async function isPasswordOf(reads: Reads, userId: string, password: string): Promise<boolean> {
	const [account] = await reads
		.select({ hash: authAccounts.password })
		.from(authAccounts)
		.where(and(eq(authAccounts.userId, userId), eq(authAccounts.providerId, 'credential')));
	return Boolean(account?.hash) && verifyPassword({ hash: account?.hash ?? '', password });
}

/**
 * Whoever sits at the desk proves once more that it is their account: with the password, and with a code where they have
 * an app. For the next ten minutes weighty things go through.
 * @throws identity.password_old_wrong, identity.second_code_wrong, identity.too_many_tries (`minutes`)
 */
export async function proveAgain(
	context: Context,
	{ password, code }: { password: string; code: string | null },
	now: Date
): Promise<void> {
	const { db, actor } = context;
	const about = `change of password ${actor.userId}`;
	const until = await claimTry(db, about, limits.passwordPerAccount, now);
	if (until) throw refuse('identity.too_many_tries', { minutes: minutesUntil(until, now) });
	if (!(await isPasswordOf(db, actor.userId, password))) throw refuse('identity.password_old_wrong');
	await forgetTries(db, about, limits.passwordPerAccount);
	if (await findSecondFactor(db, actor.userId)) {
		if (code === null) throw refuse('identity.second_code_wrong');
		await useSecondCode(context, { userId: actor.userId, code }, now);
	}
	await keepProof(db, (await currentSession(context)).id, now);
}

const subjectOf = ({ actor }: Context) => ({ kind: 'staff', id: actor.staffId });

/**
 * Confirms one's app with a code. Sign-ins elsewhere that were opened by the password alone end.
 * @throws those of `confirmSecondFactor`, identity.prove_again
 */
export async function keepSecondFactor(
	context: Context,
	code: string,
	now: Date
): Promise<{ recoveryCodes: string[] }> {
	const { userId } = context.actor;
	await mustBeFresh(context, now);
	const { id } = await currentSession(context);
	const made = await confirmSecondFactor(
		context,
		{ userId, code },
		async (tx) => {
			await endSessions(tx, userId, id);
			await keepTrail(tx, context, { action: 'staff.second_factor_added', subject: subjectOf(context) }, now);
		},
		now
	);
	tellOf(context, 'added', (await currentSession(context)).email);
	return made;
}

/**
 * Gives up one's own app.
 * @throws identity.prove_again, identity.second_factor_required (the house asks for a second step, and there is no
 * passkey), identity.second_factor_unknown
 */
export async function dropSecondFactor(context: Context, now: Date): Promise<void> {
	await mustBeFresh(context, now);
	await inTransaction(context.db, async (tx) => {
		const rules = await findSignInRules(tx);
		const { userId } = context.actor;
		if (asksSecondFactor(rules.secondFactor, context.actor) && !(await hasPasskey(tx, userId)))
			throw refuse('identity.second_factor_required');
		if (!(await removeSecondFactor(tx, userId))) throw refuse('identity.second_factor_unknown');
		await keepTrail(tx, context, { action: 'staff.second_factor_removed', subject: subjectOf(context) }, now);
	});
	tellOf(context, 'removed', (await currentSession(context)).email);
}

/**
 * New recovery codes in place of all earlier ones, shown this once.
 * @throws identity.prove_again, identity.second_factor_unknown
 */
export async function renewRecoveryCodes(context: Context, now: Date): Promise<{ recoveryCodes: string[] }> {
	const { userId } = context.actor;
	await mustBeFresh(context, now);
	if (!(await findSecondFactor(context.db, userId)) && !(await hasPasskey(context.db, userId)))
		throw refuse('identity.second_factor_unknown');
	const codes = await inTransaction(context.db, async (tx) => {
		await keepTrail(tx, context, { action: 'staff.recovery_codes_renewed', subject: subjectOf(context) }, now);
		return makeRecoveryCodes(tx, context.secret, userId, now);
	});
	return { recoveryCodes: codes };
}

/** A mail about it, in case it was not them. */
export function tellOf(
	{ mail, language }: Pick<DoorContext, 'mail' | 'language'>,
	what: 'added' | 'removed',
	email: string
): void {
	afterwards('second-factor-mail', async () => mail.send(await secondFactorMail(email, what, language)));
}
