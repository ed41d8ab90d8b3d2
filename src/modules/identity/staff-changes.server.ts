import { and, eq, isNull } from 'drizzle-orm';
import type { Role, Staff } from '#core/actor';
import { must } from '#core/must';
import type { Tx } from '#platform/db';
import { keepTrail, type By, type Deed } from '#platform/trail';
import { checkGiven, checkLastOwner, checkTouch, lockBoth, type Person } from './authority.server.ts';
import { identityRefusals } from './refusals.ts';
import { findRoleName } from './rights.server.ts';
import { createCashier, newPinHash, type NewCashier } from './staff.server.ts';
import { sessions, staff, tillSessions } from './tables.server.ts';

const { refuse } = identityRefusals;

/** What the trail tells of a person; their name is theirs. */
const told = (row: Pick<Person, 'name' | 'role' | 'storeIds'>) => ({
	name: row.name,
	role: row.role,
	storeIds: row.storeIds
});
const deed = (action: string, id: string, rest: Partial<Deed> = {}): Deed => ({
	action,
	subject: { kind: 'staff', id },
	hidden: ['name'],
	...rest
});

/**
 * Adds somebody who stands at a till with a PIN and has no console yet.
 * @throws identity.pin_too_simple, and as `checkGiven`
 */
export async function addColleague(tx: Tx, person: NewCashier, by: By, now: Date): Promise<{ staffId: string }> {
	must(by.actor.kind === 'staff', 'somebody of the house adds colleagues');
	const { role = 'cashier', storeIds } = person;
	await checkGiven(tx, by.actor, { role, storeIds });
	const { staffId } = await createCashier(tx, { ...person, role, pinGiven: true }, now);
	await keepTrail(
		tx,
		by,
		deed('staff.added', staffId, { after: told({ ...person, role, storeIds: copy(storeIds) }) }),
		now
	);
	return { staffId };
}

const copy = (ids: readonly string[] | null): string[] | null => (ids === null ? null : [...new Set(ids)]);

export interface StaffChange {
	staffId: string;
	/** what the person's page showed */
	version: number;
	name: string;
	role: Role;
	/** null: every store */
	storeIds: readonly string[] | null;
}

/**
 * Gives somebody another name, role or stores; it counts from their next request on. One's own name may be changed, one's
 * own role and stores never.
 * @returns the new version
 * @throws identity.staff_changed_meanwhile (attachment: what is there now), identity.own_role, identity.last_owner, and as
 * `lockBoth`, `checkTouch`, `checkGiven`
 */
export async function changeStaff(tx: Tx, change: StaffChange, by: By, now: Date): Promise<{ version: number }> {
	const { own, row, others } = await lockBoth(tx, by.actor, change.staffId, 'staff.write');
	const storeIds = copy(change.storeIds);
	const same = (a: readonly string[] | null, b: readonly string[] | null) =>
		[...(a ?? ['*'])].sort().join() === [...(b ?? ['*'])].sort().join();
	if (row.version !== change.version) {
		const now = { ...told(row), roleName: await findRoleName(tx, row.role), version: row.version };
		throw refuse('identity.staff_changed_meanwhile', {}, now);
	}
	const moved = row.role !== change.role || !same(row.storeIds, storeIds);
	if (row.id === (by.actor as Staff).staffId) {
		if (moved) throw refuse('identity.own_role');
	} else {
		await checkTouch(tx, own, row);
		if (moved) await checkGiven(tx, own, { role: change.role, storeIds });
	}
	if (change.role !== 'owner') checkLastOwner(row, others);
	const version = row.version + 1;
	const fresh = { name: change.name, role: change.role, storeIds };
	await tx
		.update(staff)
		.set({ ...fresh, version })
		.where(eq(staff.id, row.id));
	await keepTrail(tx, by, deed('staff.changed', row.id, { before: told(row), after: told(fresh) }), now);
	return { version };
}

/**
 * Gives somebody a new PIN, with which they choose their own at the next sign-in; who is signed in at a till with the old one stays so. Tills count wrong tries per PIN: who was
 * locked out by guesses at the old one is not any more.
 * @throws identity.pin_too_simple, and as `lockBoth`, `checkTouch`
 */
export async function setPin(tx: Tx, command: { staffId: string; pin: string }, by: By, now: Date): Promise<void> {
	const { own, row } = await lockBoth(tx, by.actor, command.staffId, 'staff.write');
	if (row.id !== (by.actor as Staff).staffId) await checkTouch(tx, own, row);
	await tx
		.update(staff)
		.set({ pinHash: await newPinHash(command.pin), pinGivenAt: row.id === (by.actor as Staff).staffId ? null : now })
		.where(eq(staff.id, row.id));
	await keepTrail(tx, by, deed('staff.pin_set', row.id), now);
}

/**
 * Somebody has left: every sign-in of theirs ends at once, at the tills and in the console.
 * @throws identity.not_yourself, identity.last_owner, and as `lockBoth`, `checkTouch`
 */
export async function disableStaff(tx: Tx, command: { staffId: string }, by: By, now: Date): Promise<void> {
	const { own, row, others } = await lockBoth(tx, by.actor, command.staffId, 'staff.write');
	if (row.id === (by.actor as Staff).staffId) throw refuse('identity.not_yourself');
	await checkTouch(tx, own, row);
	checkLastOwner(row, others);
	if (row.disabledAt) return;
	await tx
		.update(staff)
		.set({ disabledAt: now, version: row.version + 1 })
		.where(eq(staff.id, row.id));
	await tx
		.update(tillSessions)
		.set({ signedOutAt: now })
		.where(and(eq(tillSessions.staffId, row.id), isNull(tillSessions.signedOutAt)));
	if (row.userId) {
		await tx.delete(sessions).where(and(eq(sessions.userId, row.userId), eq(sessions.face, 'admin')));
	}
	await keepTrail(
		tx,
		by,
		deed('staff.closed', row.id, { before: { disabled: false }, after: { disabled: true } }),
		now
	);
}

/**
 * Somebody comes back, with the role and the stores they had; their password and PIN work again.
 * @throws as `lockBoth`, `checkTouch`, `checkGiven` (their role may be gone)
 */
export async function restoreStaff(tx: Tx, command: { staffId: string }, by: By, now: Date): Promise<void> {
	const { own, row } = await lockBoth(tx, by.actor, command.staffId, 'staff.write');
	await checkTouch(tx, own, row);
	if (!row.disabledAt) return;
	await checkGiven(tx, own, row);
	await tx
		.update(staff)
		.set({ disabledAt: null, version: row.version + 1 })
		.where(eq(staff.id, row.id));
	const change = { before: { disabled: true }, after: { disabled: false } };
	await keepTrail(tx, by, deed('staff.restored', row.id, change), now);
}

/**
 * Signs somebody out of every till where they stand.
 * @throws as `lockBoth`, `checkTouch`
 */
export async function signOutOfTills(tx: Tx, command: { staffId: string }, by: By, now: Date): Promise<void> {
	const { own, row } = await lockBoth(tx, by.actor, command.staffId, 'staff.write');
	if (row.id !== (by.actor as Staff).staffId) await checkTouch(tx, own, row);
	const ended = await tx
		.update(tillSessions)
		.set({ signedOutAt: now })
		.where(and(eq(tillSessions.staffId, row.id), isNull(tillSessions.signedOutAt)))
		.returning({ id: tillSessions.id });
	if (ended.length > 0) await keepTrail(tx, by, deed('staff.signed_out', row.id), now);
}
