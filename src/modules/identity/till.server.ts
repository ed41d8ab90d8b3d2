import { and, asc, eq, isNotNull, isNull, or, sql } from 'drizzle-orm';
import type { Role, Till } from '#core/actor';
import { newId } from '#core/ids';
import { hour, later, minute } from '#core/time';
import { inTransaction, type Db, type Reads, type Tx } from '#platform/db';
import { keepTrail } from '#platform/trail';
import { tokenHash } from './devices.server.ts';
import { limits } from './limits.server.ts';
import { westernDigits } from './index.ts';
import { isPin } from './pins.server.ts';
import { identityRefusals } from './refusals.ts';
import { newPinHash } from './staff.server.ts';
import { rightsOf } from './rights.server.ts';
import { devices, staff, tillSessions } from './tables.server.ts';
import { lookAtTill } from './till-look.server.ts';
import { claimTry, forgetTries, giveBackTry, minutesUntil, triesLeft } from './tries.server.ts';

const { refuse } = identityRefusals;

/** A till that nobody touched for so long asks for a PIN again. */
export const idleTime = 4 * hour;

/** How often a tablet's and a cashier's last sign of life is written down. */
const seenEvery = minute;

/** Works in this store and has not left. */
const worksAt = (storeId: string) =>
	and(isNull(staff.disabledAt), or(isNull(staff.storeIds), sql`${storeId} = any(${staff.storeIds})`));

/** Who may sign in at a store's tills, by name. */
export async function listCashiers(reads: Reads, storeId: string): Promise<{ id: string; name: string; role: Role }[]> {
	return reads
		.select({ id: staff.id, name: staff.name, role: staff.role })
		.from(staff)
		.where(and(worksAt(storeId), isNotNull(staff.pinHash)))
		.orderBy(asc(staff.name), asc(staff.id));
}

interface TillSignIn {
	till: Till;
	staffId: string;
	pin: string;
	/** their own, from somebody whose PIN was given to them */
	fresh?: string | null;
	requestId?: string | null;
}

/**
 * Signs a cashier in at a tablet; whoever stood there is signed out. Five wrong PINs lock this cashier on this tablet
 * for a quarter of an hour: nobody can lock a colleague out of the other tills, nor everybody out of this one. Whoever
 * guesses at many names on one tablet meets a wider limit, which is for all of them.
 * A PIN that somebody else chose opens nothing until its holder chooses their own with it.
 * @throws identity.pin_change_first, identity.pin_same, identity.pin_too_simple, identity.pin_is_tablets,
 * identity.pin_wrong (`triesLeft`; also when such a cashier does not work here), identity.pin_locked and
 * identity.tablet_locked (`minutes`)
 */
export async function signInAtTill(
	db: Db,
	{ till, staffId, pin, fresh = null, requestId = null }: TillSignIn,
	now: Date
): Promise<NonNullable<Till['staff']>> {
	const [person] = await db
		.select({
			id: staff.id,
			name: staff.name,
			role: staff.role,
			storeIds: staff.storeIds,
			pinHash: staff.pinHash,
			pinGivenAt: staff.pinGivenAt
		})
		.from(staff)
		.where(and(eq(staff.id, staffId), worksAt(till.storeId)));
	// Tries are tries at one PIN: a new one from the console begins with a clean slate, on every tablet.
	const cashier = `pin ${staffId} ${till.deviceId} ${person?.pinHash ?? ''}`;
	const tablet = `pins ${till.deviceId}`;
	const until = await claimTry(db, cashier, limits.pinPerCashier, now);
	if (until) throw refuse('identity.pin_locked', { minutes: minutesUntil(until, now) });
	// Asked second: what a locked cashier goes on typing must not use up the others' tries.
	const allUntil = await claimTry(db, tablet, limits.pinPerTablet, now);
	if (allUntil) {
		await giveBackTry(db, cashier, limits.pinPerCashier, now);
		throw refuse('identity.tablet_locked', { minutes: minutesUntil(allUntil, now) });
	}
	if (!(await isPin(pin, person?.pinHash ?? null)) || !person) {
		throw refuse('identity.pin_wrong', { triesLeft: await triesLeft(db, cashier, limits.pinPerCashier[0]) });
	}
	await forgetTries(db, cashier, limits.pinPerCashier);
	// Only this one is given back: a colleague's own PIN must not wipe away the guesses at the others'.
	await giveBackTry(db, tablet, limits.pinPerTablet, now);
	const rights = await rightsOf(db, person);
	if (person.pinGivenAt && fresh === null) throw refuse('identity.pin_change_first');
	if (fresh === pin) throw refuse('identity.pin_same');
	const own = person.pinGivenAt && fresh !== null ? await newPinHash(fresh) : null;
	await inTransaction(db, async (tx) => {
		// One sign-in at a time per tablet; a tablet revoked meanwhile is out.
		const [device] = await tx
			.select({ id: devices.id, name: devices.name })
			.from(devices)
			.where(and(eq(devices.id, till.deviceId), isNull(devices.revokedAt)))
			.for('update');
		if (!device) throw refuse('identity.device_unknown');
		if (own !== null) {
			if (digitsOf(device.name).includes(fresh as string)) throw refuse('identity.pin_is_tablets');
			await choosePin(tx, { id: person.id, from: person.pinHash, to: own }, now);
			const actor = { ...till, staff: { id: person.id, name: person.name, ...rights } };
			const deed = { action: 'staff.pin_chosen', subject: { kind: 'staff', id: person.id } };
			await keepTrail(tx, { actor, requestId }, deed, now);
		}
		await tx
			.update(tillSessions)
			.set({ signedOutAt: now })
			.where(and(eq(tillSessions.deviceId, till.deviceId), isNull(tillSessions.signedOutAt)));
		await tx.insert(tillSessions).values({
			id: newId('tillSession', now),
			deviceId: till.deviceId,
			staffId: person.id,
			signedInAt: now,
			lastSeenAt: now
		});
	});
	return { id: person.id, name: person.name, ...rights };
}

/** Figures of a name, in Latin digits, each run by itself. */
const digitsOf = (name: string): readonly string[] => westernDigits(name).match(/\d+/g) ?? [];

/** Puts one's own PIN in place of the one that was given, unless somebody gave another meanwhile. */
async function choosePin(tx: Tx, { id, from, to }: { id: string; from: string | null; to: string }, now: Date) {
	const [chosen] = await tx
		.update(staff)
		.set({ pinHash: to, pinGivenAt: null })
		.where(and(eq(staff.id, id), from === null ? isNull(staff.pinHash) : eq(staff.pinHash, from)))
		.returning({ id: staff.id });
	if (!chosen) throw refuse('identity.pin_wrong', { triesLeft: limits.pinPerCashier[0].tries });
	await tx
		.update(tillSessions)
		.set({ signedOutAt: now })
		.where(and(eq(tillSessions.staffId, id), isNull(tillSessions.signedOutAt)));
}

/** Signs out whoever stands at the tablet; the tablet stays enrolled. */
export async function signOutAtTill(db: Db, deviceId: string, now: Date): Promise<void> {
	await db
		.update(tillSessions)
		.set({ signedOutAt: now })
		.where(and(eq(tillSessions.deviceId, deviceId), isNull(tillSessions.signedOutAt)));
}

/**
 * The tablet that a token belongs to, and who stands there; null for unknown and revoked ones.
 * @param idle the tablet asks by itself: nobody has touched it, so it is no sign of life of the cashier's
 */
export async function findTill(db: Db, token: string, now: Date, { idle = false } = {}): Promise<Till | null> {
	const found = await lookAtTill(db, { tokenHash: tokenHash(token), since: later(now, -idleTime) });
	if (!found) return null;
	const { till, deviceSeenAt, session } = found;
	const due = later(now, -seenEvery);
	if (deviceSeenAt < due) await db.update(devices).set({ lastSeenAt: now }).where(eq(devices.id, till.deviceId));
	if (!idle && session && session.seenAt < due)
		await db.update(tillSessions).set({ lastSeenAt: now }).where(eq(tillSessions.id, session.id));
	return till;
}

/** What a tablet is told of who stands there: what they may do at a till, and nothing of the console. */
export function shownAtTill(staff: NonNullable<Till['staff']>) {
	const { id, name, role, permissions } = staff;
	return { id, name, role, permissions: permissions.filter((permission) => permission.startsWith('till.')) };
}
