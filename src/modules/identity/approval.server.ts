import { and, eq, isNull, or, sql } from 'drizzle-orm';
import type { Till } from '#core/actor';
import type { Db, Reads } from '#platform/db';
import { limits } from './limits.server.ts';
import { isPin } from './pins.server.ts';
import { identityRefusals } from './refusals.ts';
import { holdsAll, rightsOf, rightsOfAll } from './rights.server.ts';
import { staff } from './tables.server.ts';
import { listCashiers } from './till.server.ts';
import { claimTry, forgetTries, giveBackTry, minutesUntil, triesLeft } from './tries.server.ts';

const { refuse } = identityRefusals;

/** Who may allow something at a store's tills that a cashier may not do alone, by name. */
export async function listApprovers(
	reads: Reads,
	storeId: string,
	permission: string
): Promise<{ id: string; name: string }[]> {
	const people = await listCashiers(reads, storeId);
	const holders = people.map((person) => ({ ...person, storeIds: null }));
	const rights = await rightsOfAll(reads, holders);
	return holders
		.filter((holder) => holdsAll(rights.get(holder) ?? { permissions: [] }, [permission]))
		.map(({ id, name }) => ({ id, name }));
}

/**
 * Somebody gives their PIN at a till where another cashier stands, for one deed: nobody is signed in or out by it. The
 * same tries are counted as when they sign in there.
 * @throws identity.pin_wrong, identity.pin_locked, identity.tablet_locked, identity.pin_change_first,
 * identity.may_not_approve
 */
export async function approveAtTill(
	db: Db,
	{ till, staffId, pin, permission }: { till: Till; staffId: string; pin: string; permission: string },
	now: Date
): Promise<{ staffId: string }> {
	const works = or(isNull(staff.storeIds), sql`${till.storeId} = any(${staff.storeIds})`);
	const [person] = await db
		.select()
		.from(staff)
		.where(and(eq(staff.id, staffId), isNull(staff.disabledAt), works));
	const own = `pin ${staffId} ${till.deviceId} ${person?.pinHash ?? ''}`;
	const tablet = `pins ${till.deviceId}`;
	const until = await claimTry(db, own, limits.pinPerCashier, now);
	if (until) throw refuse('identity.pin_locked', { minutes: minutesUntil(until, now) });
	const allUntil = await claimTry(db, tablet, limits.pinPerTablet, now);
	if (allUntil) {
		await giveBackTry(db, own, limits.pinPerCashier, now);
		throw refuse('identity.tablet_locked', { minutes: minutesUntil(allUntil, now) });
	}
	if (!(await isPin(pin, person?.pinHash ?? null)) || !person)
		throw refuse('identity.pin_wrong', { triesLeft: await triesLeft(db, own, limits.pinPerCashier[0]) });
	await forgetTries(db, own, limits.pinPerCashier);
	await giveBackTry(db, tablet, limits.pinPerTablet, now);
	if (person.pinGivenAt) throw refuse('identity.pin_change_first');
	const { role, storeIds } = person;
	if (!holdsAll(await rightsOf(db, { role, storeIds }), [permission])) throw refuse('identity.may_not_approve');
	return { staffId };
}
