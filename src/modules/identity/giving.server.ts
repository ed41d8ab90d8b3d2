import { asc } from 'drizzle-orm';
import { builtInRoles, type Role, type Staff } from '#core/actor';
import type { Reads } from '#platform/db';
import type { GivableRole } from './index.ts';
import { hasConsole } from './permissions.ts';
import { holdsAll, reachesAll, rightsOf } from './rights.server.ts';
import { roles } from './tables.server.ts';

/** Somebody in the console who lets others in. */
export type Giver = Staff;

interface Gift {
	role: Role;
	/** null: every store */
	storeIds: readonly string[] | null;
}

/** Whether somebody may make others what this is: nobody gives more than they have, and only an owner makes owners. */
export async function mayGive(reads: Reads, by: Giver, gift: Gift): Promise<boolean> {
	if (gift.role === 'owner') return by.role === 'owner';
	const { permissions } = await rightsOf(reads, gift);
	return holdsAll(by, permissions) && reachesAll(by.storeIds, gift.storeIds);
}

/** Whether a role opens the console. */
export const opensConsole = async (reads: Reads, role: Role): Promise<boolean> =>
	hasConsole(await rightsOf(reads, { role, storeIds: null }));

/** The roles of the console that somebody may give, built-in ones first, the house's own by name. */
export async function givableRoles(reads: Reads, by: Giver): Promise<GivableRole[]> {
	if (!by.permissions.includes('staff.write')) return [];
	const own = await reads.select({ role: roles.id, name: roles.name }).from(roles).orderBy(asc(roles.name));
	const all = [...builtInRoles.map((role): GivableRole => ({ role, name: null })), ...own] as GivableRole[];
	const found: GivableRole[] = [];
	for (const each of all) {
		const gift = { role: each.role, storeIds: by.storeIds };
		if ((await opensConsole(reads, each.role)) && (await mayGive(reads, by, gift))) found.push(each);
	}
	return found;
}
