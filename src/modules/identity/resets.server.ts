import { and, eq, gt, isNull } from 'drizzle-orm';
import { newId } from '#core/ids';
import type { Language } from '#core/languages';
import { later, minute } from '#core/time';
import { afterwards } from '#platform/afterwards';
import { inTransaction, type Reads, type Tx } from '#platform/db';
import type { Mail } from '#platform/mail/mail';
import { keepTrail, type By } from '#platform/trail';
import type { AuthContext } from './auth.server.ts';
import { limits } from './limits.server.ts';
import { linkHash, linkTo, newLinkToken } from './links.server.ts';
import { passwordChangedMail, resetMail } from './mails.server.ts';
import { keepPassword, newPasswordHash } from './new-password.server.ts';
import { identityRefusals } from './refusals.ts';
import { endSessions } from './sessions.server.ts';
import { passwordResets, staff, users } from './tables.server.ts';
import { claimTry, forgetTries, minutesUntil } from './tries.server.ts';

const { refuse } = identityRefusals;

export const resetMinutes = 30;

type Context = Pick<AuthContext, 'db' | 'ip'> & { mail: Mail; language: Language; origin: string; requestId: string };

/**
 * Sends a link with which a forgotten password is replaced. The answer is the same for everybody and comes before
 * anything is looked up, so that neither it nor its time tells who works here.
 * @param email in the form of `emailSchema`
 * @throws identity.too_many_tries (`minutes`): per address asked for, known or not, and per network address
 */
export async function requestReset(context: Context, email: string, now: Date): Promise<{ validMinutes: number }> {
	const until =
		(await claimTry(context.db, `resets of ${email}`, limits.resetsPerEmail, now)) ??
		(await claimTry(context.db, `resets from ${context.ip}`, limits.resetsPerAddress, now));
	if (until) throw refuse('identity.too_many_tries', { minutes: minutesUntil(until, now) });
	afterwards('reset', async () => {
		const person = await findPerson(context.db, eq(users.email, email));
		if (person) await sendReset(context, person, now);
	});
	return { validMinutes: resetMinutes };
}

interface Person {
	userId: string;
	staffId: string;
	email: string;
	language: Language | null;
}

async function findPerson(reads: Reads, who: ReturnType<typeof eq>): Promise<Person | null> {
	const [row] = await reads
		.select({ userId: users.id, staffId: staff.id, email: users.email, language: staff.language })
		.from(users)
		.innerJoin(staff, eq(staff.userId, users.id))
		.where(and(who, isNull(staff.disabledAt)));
	return row ?? null;
}

/** @throws whatever the mail server says */
async function sendReset(context: Context, person: Person, now: Date): Promise<void> {
	const token = await inTransaction(context.db, (tx) => makeReset(tx, person.userId, now));
	const link = linkTo(context.origin, 'reset', token);
	await context.mail.send(await resetMail(person.email, link, resetMinutes, person.language ?? context.language));
}

/** A link for this user; earlier ones are void. */
export async function makeReset(tx: Tx, userId: string, now: Date): Promise<string> {
	await voidResets(tx, userId, now);
	const { token, tokenHash } = newLinkToken();
	const expiresAt = later(now, resetMinutes * minute);
	await tx.insert(passwordResets).values({ id: newId('reset', now), userId, tokenHash, createdAt: now, expiresAt });
	return token;
}

/** No link of this user opens anything any more. */
export async function voidResets(tx: Tx, userId: string, now: Date): Promise<void> {
	await tx
		.update(passwordResets)
		.set({ usedAt: now })
		.where(and(eq(passwordResets.userId, userId), isNull(passwordResets.usedAt)));
}

/**
 * Replaces a forgotten password. Every sign-in of theirs to the console ends, the lock of wrong passwords is lifted, and
 * a mail says what happened. It opens no session: whoever has a second step still has to take it.
 * @throws identity.reset_unknown (never made, used, replaced by a newer one, or over), identity.too_many_tries
 * (`minutes`), identity.password_too_short (`least`), identity.password_too_simple
 */
export async function resetPassword(
	context: Context,
	{ token, password }: { token: string; password: string },
	now: Date
): Promise<void> {
	const until = await claimTry(context.db, `links from ${context.ip}`, limits.linksPerAddress, now);
	if (until) throw refuse('identity.too_many_tries', { minutes: minutesUntil(until, now) });
	const isOpen = and(
		eq(passwordResets.tokenHash, linkHash(token)),
		isNull(passwordResets.usedAt),
		gt(passwordResets.expiresAt, now)
	);
	const [known] = await context.db.select({ id: passwordResets.id }).from(passwordResets).where(isOpen);
	if (!known) throw refuse('identity.reset_unknown');
	// A password that is refused leaves the link good for another.
	const hash = await newPasswordHash(password);
	const person = await inTransaction(context.db, async (tx) => {
		const [claimed] = await tx.update(passwordResets).set({ usedAt: now }).where(isOpen).returning();
		const found = claimed && (await findPerson(tx, eq(users.id, claimed.userId)));
		if (!found) throw refuse('identity.reset_unknown');
		await keepPassword(tx, found.userId, hash, now);
		await endSessions(tx, found.userId);
		const by: By = { actor: { kind: 'guest' }, requestId: context.requestId };
		await keepTrail(tx, by, { action: 'staff.password_reset', subject: { kind: 'staff', id: found.staffId } }, now);
		return found;
	});
	await forgetTries(context.db, `password of ${person.email}`, limits.passwordPerAccount);
	tellChanged({ ...context, language: person.language ?? context.language }, person.email);
}

/** Tells somebody by mail that their password is another now, in case it was not them. */
export function tellChanged({ mail, language }: Pick<Context, 'mail' | 'language'>, email: string): void {
	afterwards('password-changed-mail', async () => mail.send(await passwordChangedMail(email, language)));
}
