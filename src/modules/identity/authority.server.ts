import { and, asc, eq, inArray, isNull, or } from 'drizzle-orm';
import type { Actor, Rights, Role } from '#core/actor';
import type { Reads, Tx } from '#platform/db';
import { requestRefusals } from '#platform/refusals';
import { isBuiltIn } from './permissions.ts';
import { identityRefusals } from './refusals.ts';
import { holdsAll, reachesAll, rightsOf, rightsOfAll, sharesStore } from './rights.server.ts';
import { roles, staff } from './tables.server.ts';

/**
 * Who may change whom. Nobody gives what they do not hold, nor touches somebody who may do more or works where they do
 * not; only owners make and change owners, and one owner always stays.
 */

const { refuse } = identityRefusals;

export type Person = typeof staff.$inferSelect;

/** Somebody who changes a colleague, and the colleague, locked; with rights as they are under the lock. */
interface Both {
	own: Rights;
	row: Person;
	others: Person[];
}

/**
 * Locks whoever acts, whoever is changed and every owner, in the order of their ids, and asks again whether the actor may
 * act at all: they may have lost their role since their request began. Of two owners who demote each other at once, the
 * second finds that they are none any more.
 * @param permission what the actor needs
 * @throws access.not_allowed, access.other_store, identity.staff_unknown
 */
export async function lockBoth(tx: Tx, actor: Actor, staffId: string, permission: string): Promise<Both> {
	if (actor.kind !== 'staff') throw requestRefusals.refuse('access.not_allowed');
	const rows = await tx
		.select()
		.from(staff)
		.where(or(inArray(staff.id, [actor.staffId, staffId]), and(eq(staff.role, 'owner'), isNull(staff.disabledAt))))
		.orderBy(asc(staff.id))
		.for('update');
	const self = rows.find(({ id }) => id === actor.staffId);
	if (!self || self.disabledAt) throw requestRefusals.refuse('access.not_allowed');
	const own = await rightsOf(tx, self);
	if (!own.permissions.includes(permission)) throw requestRefusals.refuse('access.not_allowed');
	const row = rows.find(({ id }) => id === staffId);
	if (!row || !sharesStore(own.storeIds, row.storeIds))
		throw own.storeIds === null ? refuse('identity.staff_unknown') : requestRefusals.refuse('access.other_store');
	return { own, row, others: rows.filter(({ id }) => id !== staffId) };
}

/**
 * Refuses to touch somebody who may do more than oneself, or works in stores that are none of one's own.
 * @throws identity.above_your_role, identity.wider_stores
 */
export async function checkTouch(reads: Reads, own: Rights, row: Pick<Person, 'role' | 'storeIds'>): Promise<void> {
	const theirs = await rightsOf(reads, row);
	if (isAbove(own, theirs)) throw refuse('identity.above_your_role');
	if (!reachesAll(own.storeIds, theirs.storeIds)) throw refuse('identity.wider_stores');
}

const isAbove = (own: Rights, other: Rights): boolean =>
	(other.role === 'owner' && own.role !== 'owner') || !holdsAll(own, other.permissions);

/**
 * Refuses to give a role that allows more than one's own, or stores that are none of one's own.
 * @throws identity.role_unknown, identity.above_your_role, identity.wider_stores, identity.owner_all_stores
 */
export async function checkGiven(
	reads: Reads,
	own: Rights,
	given: { role: Role; storeIds: readonly string[] | null }
): Promise<void> {
	if (!isBuiltIn(given.role)) {
		const [found] = await reads
			.select({ id: roles.id })
			.from(roles)
			.where(and(eq(roles.id, given.role), isNull(roles.archivedAt)))
			// It must not be put away before whoever gets it has it.
			.for('share');
		if (!found) throw refuse('identity.role_unknown', { field: 'role' });
	}
	if (isAbove(own, await rightsOf(reads, given))) throw refuse('identity.above_your_role', { field: 'role' });
	if (given.role === 'owner' && given.storeIds !== null)
		throw refuse('identity.owner_all_stores', { field: 'storeIds' });
	if (!reachesAll(own.storeIds, given.storeIds)) throw refuse('identity.wider_stores', { field: 'storeIds' });
}

/**
 * One owner who can sign in to the console always stays.
 * @param others everybody else who was locked, all owners among them
 * @throws identity.last_owner
 */
export function checkLastOwner(row: Person, others: readonly Person[]): void {
	if (row.role !== 'owner' || row.disabledAt) return;
	const left = others.some((other) => other.role === 'owner' && !other.disabledAt && other.userId !== null);
	if (!left) throw refuse('identity.last_owner');
}

/** For a list: which of these people somebody may change. */
export async function changeableBy(reads: Reads, own: Rights, people: readonly Person[]): Promise<Set<string>> {
	const theirs = await rightsOfAll(reads, people);
	return new Set(
		people
			.filter((person) => {
				const rights = theirs.get(person) as Rights;
				return !isAbove(own, rights) && reachesAll(own.storeIds, rights.storeIds);
			})
			.map(({ id }) => id)
	);
}
