import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import { builtInRoles, type Role, type Staff } from '#core/actor';
import { newId } from '#core/ids';
import { constraintOf, type Reads, type Tx } from '#platform/db';
import { requestRefusals } from '#platform/refusals';
import { keepTrail, type By } from '#platform/trail';
import type { RoleRow } from './index.ts';
import { completed, known, permissionsOf } from './permissions.ts';
import { identityRefusals } from './refusals.ts';
import { holdsAll } from './rights.server.ts';
import { roles, staff } from './tables.server.ts';

const { refuse } = identityRefusals;

type RoleId = `rol_${string}`;

/** Every role, the built-in ones first; with how many people have it who have not left. */
export async function listRoles(reads: Reads): Promise<RoleRow[]> {
	const [own, counts] = await Promise.all([
		reads
			.select()
			.from(roles)
			.orderBy(sql`${roles.archivedAt} is not null`, asc(roles.name), asc(roles.id)),
		reads
			.select({ role: staff.role, people: sql<number>`count(*)::int` })
			.from(staff)
			.where(isNull(staff.disabledAt))
			.groupBy(staff.role)
	]);
	const people = (id: Role) => counts.find(({ role }) => role === id)?.people ?? 0;
	return [
		...builtInRoles.map((id) => ({
			id,
			name: null,
			permissions: [...permissionsOf(id)],
			people: people(id),
			version: 1,
			archivedAt: null
		})),
		...own.map(({ id, name, permissions, version, archivedAt }) => ({
			id,
			name,
			permissions: known(permissions),
			people: people(id),
			version,
			archivedAt
		}))
	];
}

/** What a role of one's own may hold: something, and nothing that its maker does not. */
function chosen(by: By, names: readonly string[]): string[] {
	const permissions = completed(names);
	if (!permissions) throw refuse('identity.permission_unknown', { field: 'permissions' });
	if (permissions.length === 0) throw refuse('identity.role_empty', { field: 'permissions' });
	if (!holdsAll(by.actor as Staff, permissions)) throw refuse('identity.above_your_role', { field: 'permissions' });
	return permissions;
}

const named = async <T>(write: () => Promise<T>): Promise<T> => {
	try {
		return await write();
	} catch (error) {
		if (constraintOf(error) === 'roles_name') throw refuse('identity.role_name_taken', { field: 'name' });
		throw error;
	}
};

/**
 * Makes a role of the house's own; what its permissions need comes with them.
 * @throws identity.role_name_taken, identity.role_empty, identity.permission_unknown, identity.above_your_role
 */
export async function createRole(
	tx: Tx,
	role: { name: string; permissions: readonly string[] },
	by: By,
	now: Date
): Promise<{ roleId: string }> {
	const id = newId('role', now) as RoleId;
	const permissions = chosen(by, role.permissions);
	await named(() => tx.insert(roles).values({ id, name: role.name, permissions, createdAt: now }));
	const subject = { kind: 'role', id };
	await keepTrail(
		tx,
		by,
		{ action: 'role.created', subject, title: role.name, after: { name: role.name, permissions } },
		now
	);
	return { roleId: id };
}

async function lockRole(tx: Tx, by: By, roleId: string) {
	const [row] = await tx
		.select()
		.from(roles)
		.where(eq(roles.id, roleId as RoleId))
		.for('update');
	if (!row || row.archivedAt) throw refuse('identity.role_unknown');
	// Whoever acts may have lost their own rights meanwhile, or hold this very role.
	const [self] = await tx
		.select({ role: staff.role, disabledAt: staff.disabledAt })
		.from(staff)
		.where(eq(staff.id, (by.actor as Staff).staffId))
		.for('share');
	if (!self || self.disabledAt || self.role !== (by.actor as Staff).role)
		throw requestRefusals.refuse('access.not_allowed');
	if (self.role === row.id) throw refuse('identity.own_role');
	if (!holdsAll(by.actor as Staff, known(row.permissions))) throw refuse('identity.above_your_role');
	return row;
}

/**
 * Changes what a role of one's own is called and may do: for everybody who has it, from their next request on.
 * @returns the new version
 * @throws identity.role_changed_meanwhile (attachment: what is there now), identity.own_role, and as `createRole`
 */
export async function editRole(
	tx: Tx,
	change: { roleId: string; version: number; name: string; permissions: readonly string[] },
	by: By,
	now: Date
): Promise<{ version: number }> {
	const row = await lockRole(tx, by, change.roleId);
	const before = { name: row.name, permissions: known(row.permissions) };
	if (row.version !== change.version)
		throw refuse('identity.role_changed_meanwhile', {}, { ...before, version: row.version });
	const after = { name: change.name, permissions: chosen(by, change.permissions) };
	const version = row.version + 1;
	await named(() =>
		tx
			.update(roles)
			.set({ ...after, version })
			.where(eq(roles.id, row.id))
	);
	const subject = { kind: 'role', id: row.id };
	await keepTrail(tx, by, { action: 'role.edited', subject, title: after.name, before, after }, now);
	return { version };
}

/**
 * Puts a role away that nobody has any more.
 * @throws identity.role_in_use (`people`), identity.role_unknown, identity.own_role, identity.above_your_role
 */
export async function archiveRole(tx: Tx, command: { roleId: string }, by: By, now: Date): Promise<void> {
	const row = await lockRole(tx, by, command.roleId);
	const holders = await tx
		.select({ id: staff.id })
		.from(staff)
		.where(and(eq(staff.role, row.id), isNull(staff.disabledAt)));
	if (holders.length > 0) throw refuse('identity.role_in_use', { people: holders.length });
	await tx
		.update(roles)
		.set({ archivedAt: now, version: row.version + 1 })
		.where(eq(roles.id, row.id));
	const subject = { kind: 'role', id: row.id };
	await keepTrail(tx, by, { action: 'role.archived', subject, title: row.name }, now);
}
