import { and, eq, isNull } from 'drizzle-orm';
import type { Rights, Role } from '#core/actor';
import { newId } from '#core/ids';
import { constraintOf, type Reads, type Tx } from '#platform/db';
import { isSimplePin } from './index.ts';
import { newPasswordHash } from './new-password.server.ts';
import { hashPin } from './pins.server.ts';
import { identityRefusals } from './refusals.ts';
import { rightsOf } from './rights.server.ts';
import { authAccounts, staff, users } from './tables.server.ts';

const { refuse } = identityRefusals;

export interface Invitation {
	name: string;
	/** in the form of `emailSchema` */
	email: string;
	/** `leastPassword` to 128 characters */
	password: string;
	role: Role;
	/** null: every store */
	storeIds?: readonly string[] | null;
	/** for those who also stand at a till */
	pin?: string | null;
}

/**
 * Makes somebody staff with a sign-in to the console. Somebody who already is a shopper keeps that account and gets a
 * password for the console beside it.
 * @throws identity.email_taken when the address already is staff's, identity.password_too_short (`least`),
 * identity.password_too_simple, identity.pin_too_simple
 */
export async function inviteStaff(
	tx: Tx,
	invitation: Invitation,
	now: Date
): Promise<{ staffId: string; userId: string }> {
	const password = await newPasswordHash(invitation.password);
	const [user] = await tx
		.insert(users)
		.values({
			id: newId('user', now),
			name: invitation.name,
			email: invitation.email,
			// Who invites vouches for the address. Unverified, a first e-mail code would wipe the password.
			emailVerified: true,
			createdAt: now,
			updatedAt: now
		})
		.onConflictDoUpdate({ target: users.email, set: { updatedAt: now, emailVerified: true } })
		.returning({ id: users.id });
	const userId = (user as { id: string }).id;
	const staffId = await addStaff(tx, { ...invitation, userId }, now);
	await tx.insert(authAccounts).values({
		id: newId('account', now),
		userId,
		accountId: userId,
		providerId: 'credential',
		password,
		createdAt: now,
		updatedAt: now
	});
	return { staffId, userId };
}

export interface NewCashier {
	name: string;
	/** `cashier` unless said otherwise */
	role?: Role;
	/** four to six digits */
	pin: string;
	/** somebody else chose the PIN: it is good for choosing one's own at the first sign-in, and for nothing else */
	pinGiven?: boolean;
	/** null: every store */
	storeIds: readonly string[] | null;
}

/**
 * Adds a cashier who has a PIN and no console.
 * @throws identity.pin_too_simple
 */
export const createCashier = async (tx: Tx, cashier: NewCashier, now: Date): Promise<{ staffId: string }> => ({
	staffId: await addStaff(tx, { role: 'cashier', ...cashier, userId: null }, now)
});

async function addStaff(
	tx: Tx,
	row: {
		name: string;
		role: Role;
		userId: string | null;
		pin?: string | null;
		pinGiven?: boolean;
		storeIds?: readonly string[] | null;
	},
	now: Date
): Promise<string> {
	const id = newId('staff', now);
	const pinHash = row.pin ? await newPinHash(row.pin) : null;
	const storeIds = row.storeIds ? [...row.storeIds] : null;
	try {
		const pinGivenAt = row.pinGiven ? now : null;
		const { userId, name, role } = row;
		await tx.insert(staff).values({ id, userId, name, role, pinHash, pinGivenAt, storeIds, createdAt: now });
	} catch (error) {
		if (constraintOf(error) === 'staff_user') throw refuse('identity.email_taken');
		throw error;
	}
	return id;
}

/** @throws identity.pin_too_simple */
export function newPinHash(pin: string): Promise<string> {
	if (isSimplePin(pin)) throw refuse('identity.pin_too_simple');
	return hashPin(pin);
}

/** The person of the house behind a user with their rights as they are now, unless that person has left. */
export async function findStaffOf(
	reads: Reads,
	userId: string
): Promise<({ staffId: string; name: string } & Rights) | null> {
	const [row] = await reads
		.select({ staffId: staff.id, name: staff.name, role: staff.role, storeIds: staff.storeIds })
		.from(staff)
		.where(and(eq(staff.userId, userId), isNull(staff.disabledAt)));
	return row ? { staffId: row.staffId, name: row.name, ...(await rightsOf(reads, row)) } : null;
}
