import { asc, isNull } from 'drizzle-orm';
import { builtInRoles, type Role, type Staff } from '#core/actor';
import { isRefusal } from '#core/refusal';
import type { Reads } from '#platform/db';
import { checkGiven } from './authority.server.ts';
import type { GivableRole } from './index.ts';
import { hasConsole } from './permissions.ts';
import { rightsOf } from './rights.server.ts';
import { roles } from './tables.server.ts';

/** Somebody in the console who lets others in. */
export type Giver = Staff;

/** Whether a role opens the console. */
export const opensConsole = async (reads: Reads, role: Role): Promise<boolean> =>
	hasConsole(await rightsOf(reads, { role, storeIds: null }));

/** The roles of the console that somebody may give, built-in ones first, the house's own by name. */
export async function givableRoles(reads: Reads, by: Giver): Promise<GivableRole[]> {
	if (!by.permissions.includes('staff.write')) return [];
	const own = await reads
		.select({ role: roles.id, name: roles.name })
		.from(roles)
		.where(isNull(roles.archivedAt))
		.orderBy(asc(roles.name));
	const all = [...builtInRoles.map((role): GivableRole => ({ role, name: null })), ...own] as GivableRole[];
	const found: GivableRole[] = [];
	for (const each of all) {
		if ((await opensConsole(reads, each.role)) && (await isGivable(reads, by, each.role))) found.push(each);
	}
	return found;
}

async function isGivable(reads: Reads, by: Giver, role: Role): Promise<boolean> {
	try {
		await checkGiven(reads, by, { role, storeIds: by.storeIds });
		return true;
	} catch (error) {
		if (isRefusal(error)) return false;
		throw error;
	}
}
