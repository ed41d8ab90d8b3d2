import { eq, inArray } from 'drizzle-orm';
import type { Rights, Role } from '#core/actor';
import type { Reads } from '#platform/db';
import { isBuiltIn, known, permissionsOf } from './permissions.ts';
import { roles } from './tables.server.ts';

interface Holder {
	role: Role;
	storeIds: readonly string[] | null;
}

/** What holders of roles may do, as the roles are now; each role of the house's own is read once. */
export async function rightsOfAll<H extends Holder>(reads: Reads, holders: readonly H[]): Promise<Map<H, Rights>> {
	const asked = [...new Set(holders.map(({ role }) => role))].filter((role) => !isBuiltIn(role));
	const rows =
		asked.length === 0
			? []
			: await reads
					.select({ id: roles.id, permissions: roles.permissions })
					.from(roles)
					.where(inArray(roles.id, asked as `rol_${string}`[]));
	const ofOwn = new Map<string, readonly string[]>(rows.map(({ id, permissions }) => [id, known(permissions)]));
	return new Map(
		holders.map((holder) => {
			const { role, storeIds } = holder;
			const permissions = isBuiltIn(role) ? permissionsOf(role) : (ofOwn.get(role) ?? []);
			return [holder, { role, permissions, storeIds }];
		})
	);
}

/** What the holder of a role may do, as the role is now. */
export async function rightsOf(reads: Reads, holder: Holder): Promise<Rights> {
	return (await rightsOfAll(reads, [holder])).get(holder) as Rights;
}

/** Whether somebody holds every one of these permissions, wherever they may use them. */
export const holdsAll = (holder: Pick<Rights, 'permissions'>, permissions: readonly string[]): boolean =>
	permissions.every((permission) => holder.permissions.includes(permission));

/** Whether somebody's stores (null: every store) include all of these. */
export const reachesAll = (own: Rights['storeIds'], others: Rights['storeIds']): boolean =>
	own === null || (others !== null && others.every((id) => own.includes(id)));

/** Whether some of somebody's stores are among these: a colleague of theirs. Who works everywhere works there too. */
export const sharesStore = (own: Rights['storeIds'], others: Rights['storeIds']): boolean =>
	own === null || others === null || others.some((id) => own.includes(id));

/** What the house calls a role of its own; null for the built-in ones. */
export async function findRoleName(reads: Reads, role: Role): Promise<string | null> {
	if (isBuiltIn(role)) return null;
	const [row] = await reads.select({ name: roles.name }).from(roles).where(eq(roles.id, role));
	return row?.name ?? null;
}
