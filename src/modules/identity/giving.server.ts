import type { Role, Staff } from '#core/actor';
import type { Reads } from '#platform/db';
import { hasConsole } from './permissions.ts';
import { holdsAll, reachesAll, rightsOf } from './rights.server.ts';

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
