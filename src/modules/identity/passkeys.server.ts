import { isIP } from 'node:net';
import type {
	AuthenticationResponseJSON,
	PublicKeyCredentialCreationOptionsJSON,
	PublicKeyCredentialRequestOptionsJSON,
	RegistrationResponseJSON
} from '@simplewebauthn/server';
import { and, count, desc, eq, isNull, lt } from 'drizzle-orm';
import { newId } from '#core/ids';
import { minute } from '#core/time';
import { constraintOf, inTransaction, type Db, type Reads, type Tx } from '#platform/db';
import { log } from '#platform/log';
import type { Context } from '#platform/trpc';
import type { AuthContext } from './auth.server.ts';
import type { PasskeyRow } from './index.ts';
import { challengeMinutes, giveChallenge, takeChallenge, type Purpose } from './passkey-challenge.server.ts';
import { identityRefusals } from './refusals.ts';
import { passkeys, users } from './tables.server.ts';

const { refuse } = identityRefusals;

/**
 * Passkeys: a key pair in somebody's device, which signs for this address alone and only after the device was unlocked
 * (fingerprint, face, PIN). That is two things at once, what one has and what one is or knows, so that whoever signs in
 * with one needs no second step. We keep the public half.
 */
export type PasskeyContext = AuthContext & Pick<Context, 'origin'>;

/** Loaded with the first passkey: neither the start nor the till needs it. */
const webauthn = () => import('@simplewebauthn/server');

/** As many as one person may have. */
export const mostPasskeys = 20;

/** The name browsers bind a passkey to; null where they make none: an address of digits, or one without https. */
export function passkeyHost(origin: string): string | null {
	const { hostname, protocol } = new URL(origin);
	if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return null;
	const local = hostname === 'localhost' || hostname.endsWith('.localhost');
	return protocol === 'https:' || local ? hostname : null;
}

function hostOf({ origin }: Pick<PasskeyContext, 'origin'>): string {
	const host = passkeyHost(origin);
	if (!host) throw refuse('identity.passkeys_impossible');
	return host;
}

export async function hasPasskey(reads: Reads, userId: string): Promise<boolean> {
	const [row] = await reads
		.select({ id: passkeys.id })
		.from(passkeys)
		.where(and(eq(passkeys.userId, userId), isNull(passkeys.copiedAt)))
		.limit(1);
	return row !== undefined;
}

/** Somebody's passkeys, the newest first. */
export const listPasskeys = (reads: Reads, userId: string): Promise<PasskeyRow[]> =>
	reads
		.select({
			id: passkeys.id,
			name: passkeys.name,
			synced: passkeys.synced,
			createdAt: passkeys.createdAt,
			lastUsedAt: passkeys.lastUsedAt,
			copiedAt: passkeys.copiedAt
		})
		.from(passkeys)
		.where(eq(passkeys.userId, userId))
		.orderBy(desc(passkeys.createdAt), desc(passkeys.id));

/**
 * What a browser needs to make a passkey for somebody; those they have are left out.
 * @param bound the session, or whoever else asks: only they can finish it
 * @throws identity.passkeys_impossible, identity.passkeys_full (`most`)
 */
export async function beginPasskey(
	context: PasskeyContext,
	{ userId, email, name, bound }: { userId: string; email: string; name: string; bound: string },
	now: Date
): Promise<PublicKeyCredentialCreationOptionsJSON> {
	const rpID = hostOf(context);
	const known = await context.db.select().from(passkeys).where(eq(passkeys.userId, userId));
	if (known.length >= mostPasskeys) throw refuse('identity.passkeys_full', { most: mostPasskeys });
	const { generateRegistrationOptions } = await webauthn();
	return generateRegistrationOptions({
		rpName: 'Pareto',
		rpID,
		userName: email,
		userDisplayName: name,
		userID: new TextEncoder().encode(userId),
		challenge: giveChallenge(context, 'register', bound, now),
		timeout: challengeMinutes * minute,
		attestationType: 'none',
		excludeCredentials: known.map(({ credentialId: id, transports }) => ({ id, transports })),
		// Without a resident key nobody could sign in without typing their address; without verification it is one factor.
		authenticatorSelection: { residentKey: 'required', userVerification: 'required' }
	});
}

/**
 * Checks what a browser made and keeps the passkey.
 * @param write carried out in the same transaction
 * @throws identity.passkey_over, identity.passkey_wrong, identity.passkey_exists, identity.passkeys_full (`most`)
 */
export async function keepPasskey(
	context: PasskeyContext,
	command: { userId: string; bound: string; name: string; response: RegistrationResponseJSON },
	write: (tx: Tx, id: string) => Promise<void>,
	now: Date
): Promise<void> {
	const { userId, bound, response } = command;
	const expected = await expectedOf(context, 'register', bound, now);
	const { verifyRegistrationResponse } = await webauthn();
	const made = await verifyRegistrationResponse({ response, ...expected, requireUserVerification: true }).catch(wrong);
	if (!made.verified) throw refuse('identity.passkey_wrong');
	const { credential, credentialDeviceType } = made.registrationInfo;
	const id = newId('passkey', now);
	const row = {
		id,
		userId,
		credentialId: credential.id,
		publicKey: Buffer.from(credential.publicKey).toString('base64'),
		counter: credential.counter,
		transports: (credential.transports ?? []).slice(0, 8),
		synced: credentialDeviceType === 'multiDevice',
		name: command.name,
		createdAt: now
	};
	try {
		await inTransaction(context.db, async (tx) => {
			// One after the other for each person, so that their number holds.
			await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
			const [has] = await tx.select({ count: count() }).from(passkeys).where(eq(passkeys.userId, userId));
			if ((has?.count ?? 0) >= mostPasskeys) throw refuse('identity.passkeys_full', { most: mostPasskeys });
			await tx.insert(passkeys).values(row);
			await write(tx, id);
		});
	} catch (error) {
		if (constraintOf(error) === 'passkeys_credential') throw refuse('identity.passkey_exists');
		throw error;
	}
}

/**
 * Asks a browser for a passkey.
 * @param userId whose; null: of whoever has one here
 */
export async function askPasskey(
	context: PasskeyContext,
	{ purpose, bound, userId }: { purpose: Purpose; bound: string; userId: string | null },
	now: Date
): Promise<PublicKeyCredentialRequestOptionsJSON> {
	const rpID = hostOf(context);
	const known = userId === null ? [] : await context.db.select().from(passkeys).where(eq(passkeys.userId, userId));
	const { generateAuthenticationOptions } = await webauthn();
	return generateAuthenticationOptions({
		rpID,
		challenge: giveChallenge(context, purpose, bound, now),
		timeout: challengeMinutes * minute,
		userVerification: 'required',
		allowCredentials: known.map(({ credentialId: id, transports }) => ({ id, transports }))
	});
}

export interface Shown {
	id: string;
	userId: string;
	name: string;
}

/**
 * Checks what a passkey has signed.
 * @param onCopied told of a passkey whose counter went back: two devices hold it, of which one is a copy
 * @throws identity.passkey_over, identity.passkey_unknown, identity.passkey_wrong, identity.passkey_copied
 */
export async function readPasskey(
	context: PasskeyContext,
	{ purpose, bound, response }: { purpose: Purpose; bound: string; response: AuthenticationResponseJSON },
	onCopied: (passkey: Shown) => Promise<void>,
	now: Date
): Promise<Shown> {
	const expected = await expectedOf(context, purpose, bound, now);
	const [row] = await context.db.select().from(passkeys).where(eq(passkeys.credentialId, response.id));
	if (!row) throw refuse('identity.passkey_unknown');
	if (row.copiedAt) throw refuse('identity.passkey_copied');
	const { verifyAuthenticationResponse } = await webauthn();
	const { verified, authenticationInfo } = await verifyAuthenticationResponse({
		response,
		...expected,
		requireUserVerification: true,
		// The counter is claimed below, in one statement: two answers at once must not both pass.
		credential: { id: row.credentialId, publicKey: new Uint8Array(Buffer.from(row.publicKey, 'base64')), counter: 0 }
	}).catch(wrong);
	if (!verified) throw refuse('identity.passkey_wrong');
	const { newCounter: counter, credentialDeviceType } = authenticationInfo;
	const shown = { id: row.id, userId: row.userId, name: row.name };
	const synced = credentialDeviceType === 'multiDevice';
	const forward = counter === 0 ? eq(passkeys.counter, 0) : lt(passkeys.counter, counter);
	const claimed = await context.db
		.update(passkeys)
		.set({ counter, synced, lastUsedAt: now })
		.where(and(eq(passkeys.id, row.id), isNull(passkeys.copiedAt), forward))
		.returning({ id: passkeys.id });
	if (claimed.length === 1) return shown;
	const locked = await context.db
		.update(passkeys)
		.set({ copiedAt: now })
		.where(and(eq(passkeys.id, row.id), isNull(passkeys.copiedAt)))
		.returning({ id: passkeys.id });
	if (locked.length === 1) await onCopied(shown);
	throw refuse('identity.passkey_copied');
}

/** What the answer must say of where it was made, and to what. @throws identity.passkey_over */
async function expectedOf(context: PasskeyContext, purpose: Purpose, bound: string, now: Date) {
	const challenge = await takeChallenge(context, purpose, bound, now);
	if (!challenge) throw refuse('identity.passkey_over');
	return { expectedChallenge: challenge, expectedOrigin: context.origin, expectedRPID: hostOf(context) };
}

/** The library says by throwing that an answer is malformed, of another site, or not signed as it should be. */
function wrong(error: unknown): never {
	log.info('passkey.wrong', { problem: error instanceof Error ? error.message.slice(0, 200) : null });
	throw refuse('identity.passkey_wrong');
}

/** @throws identity.passkey_unknown */
export async function renamePasskey(tx: Tx, { userId, id, name }: { userId: string; id: string; name: string }) {
	const [was] = await tx
		.select({ name: passkeys.name })
		.from(passkeys)
		.where(and(eq(passkeys.userId, userId), eq(passkeys.id, id)))
		.for('update');
	if (!was) throw refuse('identity.passkey_unknown');
	await tx.update(passkeys).set({ name }).where(eq(passkeys.id, id));
	return was;
}

/** @throws identity.passkey_unknown */
export async function removePasskey(tx: Tx, { userId, id }: { userId: string; id: string }): Promise<void> {
	const removed = await tx
		.delete(passkeys)
		.where(and(eq(passkeys.userId, userId), eq(passkeys.id, id)))
		.returning({ id: passkeys.id });
	if (removed.length === 0) throw refuse('identity.passkey_unknown');
}

export interface AcceptedPasskeys {
	rpID: string;
	/** base64url, as the device keeps it */
	userID: string;
	allAcceptedCredentialIDs: string[];
}

/**
 * What a browser is told after one was removed, so that the device offers those alone that still open the console
 * (W3C WebAuthn Level 3, signalAllAcceptedCredentials).
 * @returns null where browsers have none for this address
 */
export async function acceptedPasskeys(context: PasskeyContext, userId: string): Promise<AcceptedPasskeys | null> {
	const rpID = passkeyHost(context.origin);
	if (rpID === null) return null;
	const rows = await context.db
		.select({ credentialId: passkeys.credentialId })
		.from(passkeys)
		.where(eq(passkeys.userId, userId));
	return {
		rpID,
		userID: Buffer.from(userId).toString('base64url'),
		allAcceptedCredentialIDs: rows.map(({ credentialId }) => credentialId)
	};
}

/** Takes away all of somebody's. @returns how many */
export async function removePasskeys(tx: Tx | Db, userId: string): Promise<number> {
	const removed = await tx.delete(passkeys).where(eq(passkeys.userId, userId)).returning({ id: passkeys.id });
	return removed.length;
}
