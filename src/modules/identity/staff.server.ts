import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Rights, Role } from '#core/actor';
import { newId } from '#core/ids';
import { constraintOf, type Db, type Reads, type Tx } from '#platform/db';
import { isSimplePin, type StaffRow } from './index.ts';
import { newPasswordHash } from './new-password.server.ts';
import { hashPin } from './pins.server.ts';
import { identityRefusals } from './refusals.ts';
import { rightsOf } from './rights.server.ts';
import { authAccounts, roles, sessions, staff, tillSessions, users } from './tables.server.ts';

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
	/** four to six digits */
	pin: string;
	/** null: every store */
	storeIds: readonly string[] | null;
}

/**
 * Adds a cashier who has a PIN and no console.
 * @throws identity.pin_too_simple
 */
export const createCashier = async (tx: Tx, cashier: NewCashier, now: Date): Promise<{ staffId: string }> => ({
	staffId: await addStaff(tx, { ...cashier, role: 'cashier', userId: null }, now)
});

async function addStaff(
	tx: Tx,
	row: {
		name: string;
		role: Role;
		userId: string | null;
		pin?: string | null;
		storeIds?: readonly string[] | null;
	},
	now: Date
): Promise<string> {
	const id = newId('staff', now);
	const pinHash = row.pin ? await newPinHash(row.pin) : null;
	const storeIds = row.storeIds ? [...row.storeIds] : null;
	try {
		await tx
			.insert(staff)
			.values({ id, userId: row.userId, name: row.name, role: row.role, pinHash, storeIds, createdAt: now });
	} catch (error) {
		if (constraintOf(error) === 'staff_user') throw refuse('identity.email_taken');
		throw error;
	}
	return id;
}

function newPinHash(pin: string): Promise<string> {
	if (isSimplePin(pin)) throw refuse('identity.pin_too_simple');
	return hashPin(pin);
}

/** Staff below a manager may be changed by managers, everybody by owners. */
async function getChangeable(tx: Tx, staffId: string, by: { staffId: string; role: Role }) {
	const [row] = await tx.select().from(staff).where(eq(staff.id, staffId)).for('update');
	if (!row) throw refuse('identity.staff_unknown');
	if (by.role !== 'owner' && row.role !== 'cashier' && row.id !== by.staffId) {
		throw refuse('identity.above_your_role');
	}
	return row;
}

/**
 * Gives somebody a new PIN; who is signed in at a till with the old one stays so. Tills count wrong tries per PIN: who was
 * locked out by guesses at the old one is not any more.
 * @throws identity.staff_unknown, identity.above_your_role, identity.pin_too_simple
 */
export async function setPin(
	tx: Tx,
	command: { staffId: string; pin: string; by: { staffId: string; role: Role } }
): Promise<void> {
	const row = await getChangeable(tx, command.staffId, command.by);
	await tx
		.update(staff)
		.set({ pinHash: await newPinHash(command.pin) })
		.where(eq(staff.id, row.id));
}

/**
 * Somebody has left: every sign-in of theirs ends at once, at the tills and in the console.
 * @throws identity.staff_unknown, identity.above_your_role, identity.not_yourself
 */
export async function disableStaff(
	tx: Tx,
	command: { staffId: string; by: { staffId: string; role: Role } },
	now: Date
): Promise<void> {
	if (command.staffId === command.by.staffId) throw refuse('identity.not_yourself');
	const row = await getChangeable(tx, command.staffId, command.by);
	if (row.disabledAt) return;
	await tx.update(staff).set({ disabledAt: now }).where(eq(staff.id, row.id));
	await tx
		.update(tillSessions)
		.set({ signedOutAt: now })
		.where(and(eq(tillSessions.staffId, row.id), isNull(tillSessions.signedOutAt)));
	if (row.userId) {
		await tx.delete(sessions).where(and(eq(sessions.userId, row.userId), eq(sessions.face, 'admin')));
	}
}

/** Everybody of the house, those who left last, by name. */
export async function listStaff(reads: Reads): Promise<StaffRow[]> {
	const rows = await reads
		.select({ row: staff, email: users.email, roleName: roles.name })
		.from(staff)
		.leftJoin(roles, eq(roles.id, staff.role))
		.leftJoin(users, eq(users.id, staff.userId))
		.orderBy(sql`${staff.disabledAt} is not null`, staff.name, staff.id);
	return rows.map(({ row, email, roleName }) => ({
		id: row.id,
		name: row.name,
		role: row.role,
		roleName,
		email,
		hasPin: row.pinHash !== null,
		storeIds: row.storeIds,
		createdAt: row.createdAt,
		disabledAt: row.disabledAt
	}));
}

/** The person of the house behind a user with their rights as they are now, unless that person has left. */
export async function findStaffOf(
	reads: Db | Tx,
	userId: string
): Promise<({ staffId: string; name: string } & Rights) | null> {
	const [row] = await reads
		.select({ staffId: staff.id, name: staff.name, role: staff.role, storeIds: staff.storeIds })
		.from(staff)
		.where(and(eq(staff.userId, userId), isNull(staff.disabledAt)));
	return row ? { staffId: row.staffId, name: row.name, ...(await rightsOf(reads, row)) } : null;
}
