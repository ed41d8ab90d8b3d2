import { createHmac } from 'node:crypto';
import { and, count, eq, isNotNull, isNull, lt, or } from 'drizzle-orm';
import type { Rights } from '#core/actor';
import { normaliseCode, randomBody } from '#core/codes';
import { inTransaction, type Db, type Reads, type Tx } from '#platform/db';
import { derivedKey, sealFor } from '#platform/seal';
import type { AuthContext } from './auth.server.ts';
import type { SecondStep } from './index.ts';
import { limits } from './limits.server.ts';
import { hasPasskey } from './passkeys.server.ts';
import { identityRefusals } from './refusals.ts';
import { asksSecondFactor, findSignInRules } from './sign-in-rules.server.ts';
import { recoveryCodes, secondFactors } from './tables.server.ts';
import { newTotpSecret, stepOfCode, totpAddress } from './totp.server.ts';
import { claimTry, forgetTries, minutesUntil } from './tries.server.ts';

const { refuse } = identityRefusals;

type Context = Pick<AuthContext, 'db' | 'secret'>;

const sealOf = (secret: string) => sealFor(secret, 'identity/second-factor');

const isConfirmed = (userId: string) => and(eq(secondFactors.userId, userId), isNotNull(secondFactors.confirmedAt));

/** Since when somebody has a second factor, and how many recovery codes are left; null: none. */
export async function findSecondFactor(
	reads: Reads,
	userId: string
): Promise<{ since: Date; codesLeft: number } | null> {
	const [row] = await reads.select({ since: secondFactors.confirmedAt }).from(secondFactors).where(isConfirmed(userId));
	if (!row?.since) return null;
	return { since: row.since, codesLeft: await countRecoveryCodes(reads, userId) };
}

/** How many of somebody's recovery codes are left. */
export async function countRecoveryCodes(reads: Reads, userId: string): Promise<number> {
	const [left] = await reads
		.select({ count: count() })
		.from(recoveryCodes)
		.where(and(eq(recoveryCodes.userId, userId), isNull(recoveryCodes.usedAt)));
	return left?.count ?? 0;
}

/**
 * What is missing after the right password; null: nothing. Whoever has an app is always asked for its code; a passkey is
 * asked for where the house wants a second step.
 */
export async function missingStep(
	reads: Reads,
	person: { userId: string } & Pick<Rights, 'permissions'>
): Promise<SecondStep | null> {
	if (await findSecondFactor(reads, person.userId)) return 'code';
	const { secondFactor } = await findSignInRules(reads);
	if (!asksSecondFactor(secondFactor, person)) return null;
	return (await hasPasskey(reads, person.userId)) ? 'passkey' : 'enrol';
}

/**
 * A new secret for an authenticator app; it proves nothing until a code of the app confirms it. Asked again before that,
 * it answers the same secret, so that a page loaded twice does not void what the app has scanned.
 * @throws identity.second_factor_exists
 */
export async function beginSecondFactor(
	{ db, secret: house }: Context,
	{ userId, email }: { userId: string; email: string },
	now: Date
): Promise<{ secret: string; address: string }> {
	const { seal, open } = sealOf(house);
	const fresh = { secretCipher: seal(newTotpSecret(), userId), createdAt: now };
	await db
		.insert(secondFactors)
		.values({ userId, ...fresh })
		.onConflictDoNothing();
	const [row] = await db.select().from(secondFactors).where(eq(secondFactors.userId, userId));
	if (!row || row.confirmedAt) throw refuse('identity.second_factor_exists');
	const secret = open(row.secretCipher, userId);
	return { secret, address: totpAddress(secret, email) };
}

/**
 * Confirms the app with one of its codes, and makes the recovery codes, which are shown this once.
 * @throws identity.second_factor_unknown, identity.second_factor_exists, identity.second_code_wrong,
 * identity.too_many_tries (`minutes`)
 */
export async function confirmSecondFactor(
	context: Context,
	{ userId, code }: { userId: string; code: string },
	then: (tx: Tx) => Promise<unknown>,
	now: Date
): Promise<{ recoveryCodes: string[] }> {
	await claimCode(context.db, userId, now);
	const codes = await inTransaction(context.db, async (tx) => {
		const [row] = await tx.select().from(secondFactors).where(eq(secondFactors.userId, userId)).for('update');
		if (!row) throw refuse('identity.second_factor_unknown');
		if (row.confirmedAt) throw refuse('identity.second_factor_exists');
		const step = stepOfCode(sealOf(context.secret).open(row.secretCipher, userId), code, now, null);
		if (step === null) throw refuse('identity.second_code_wrong');
		const confirmed = { confirmedAt: now, lastStep: step };
		await tx.update(secondFactors).set(confirmed).where(eq(secondFactors.userId, userId));
		await then(tx);
		return makeRecoveryCodes(tx, context.secret, userId, now);
	});
	await forgetTries(context.db, aboutCodes(userId), limits.secondStepPerAccount);
	return { recoveryCodes: codes };
}

const aboutCodes = (userId: string): string => `second step of ${userId}`;

async function claimCode(db: Db, userId: string, now: Date): Promise<void> {
	const until = await claimTry(db, aboutCodes(userId), limits.secondStepPerAccount, now);
	if (until) throw refuse('identity.too_many_tries', { minutes: minutesUntil(until, now) });
}

/**
 * Uses a code of the app, or a recovery code; each counts once, also when it is sent twice at the same moment.
 * @throws identity.second_code_wrong, identity.too_many_tries (`minutes`)
 */
export async function useSecondCode(
	context: Context,
	{ userId, code }: { userId: string; code: string },
	now: Date
): Promise<{ recovery: boolean }> {
	await claimCode(context.db, userId, now);
	const recovery = !/^\d{6}$/.test(code);
	const used = recovery
		? await useRecoveryCode(context, userId, code, now)
		: await useAppCode(context, userId, code, now);
	if (!used) throw refuse('identity.second_code_wrong');
	await forgetTries(context.db, aboutCodes(userId), limits.secondStepPerAccount);
	return { recovery };
}

async function useAppCode({ db, secret }: Context, userId: string, code: string, now: Date): Promise<boolean> {
	const [row] = await db.select().from(secondFactors).where(isConfirmed(userId));
	if (!row) return false;
	const step = stepOfCode(sealOf(secret).open(row.secretCipher, userId), code, now, row.lastStep);
	if (step === null) return false;
	const claimed = await db
		.update(secondFactors)
		.set({ lastStep: step })
		.where(and(isConfirmed(userId), or(isNull(secondFactors.lastStep), lt(secondFactors.lastStep, step))))
		.returning({ userId: secondFactors.userId });
	return claimed.length === 1;
}

async function useRecoveryCode({ db, secret }: Context, userId: string, code: string, now: Date): Promise<boolean> {
	const isThis = and(
		eq(recoveryCodes.userId, userId),
		eq(recoveryCodes.codeHash, hashOfRecovery(secret, userId, code)),
		isNull(recoveryCodes.usedAt)
	);
	// Codes go with the last app or passkey, and an app that is only being set up has none.
	const claimed = await db.update(recoveryCodes).set({ usedAt: now }).where(isThis).returning();
	return claimed.length === 1;
}

export const recoveryCodeCount = 10;
/** symbols of 5 bits: 50 bits, behind a password and a lock */
const recoveryLength = 10;

const hashOfRecovery = (secret: string, userId: string, code: string): string =>
	createHmac('sha256', derivedKey(secret, 'identity/recovery'))
		.update(`${userId} ${normaliseCode(code)}`)
		.digest('hex');

/** New recovery codes in place of all earlier ones. */
export async function makeRecoveryCodes(tx: Tx, secret: string, userId: string, now: Date): Promise<string[]> {
	await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
	const codes = Array.from({ length: recoveryCodeCount }, () => randomBody(recoveryLength));
	await tx
		.insert(recoveryCodes)
		.values(codes.map((code) => ({ userId, codeHash: hashOfRecovery(secret, userId, code), createdAt: now })));
	return codes.map((code) => `${code.slice(0, 5)}-${code.slice(5)}`);
}

/**
 * Takes somebody's app away, and the recovery codes where no passkey needs them.
 * @returns whether there was one
 */
export async function removeSecondFactor(tx: Tx, userId: string): Promise<boolean> {
	const removed = await tx.delete(secondFactors).where(eq(secondFactors.userId, userId)).returning();
	if (!(await hasPasskey(tx, userId))) await dropRecoveryCodes(tx, userId);
	return removed.length > 0;
}

export async function dropRecoveryCodes(tx: Tx, userId: string): Promise<void> {
	await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
}
