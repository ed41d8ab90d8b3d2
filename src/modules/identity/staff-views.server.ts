import { and, asc, desc, eq, sql } from 'drizzle-orm';
import type { Rights } from '#core/actor';
import type { Reads } from '#platform/db';
import { requestRefusals } from '#platform/refusals';
import { changeableBy } from './authority.server.ts';
import type { Colleague, StaffRow } from './index.ts';
import { identityRefusals } from './refusals.ts';
import { sharesStore } from './rights.server.ts';
import { devices, roles, sessions, staff, tillSessions, users } from './tables.server.ts';

const everybody: Rights = { role: 'owner', permissions: [], storeIds: null };

/** Everybody of the house, those who left last, by name. */
export const listStaff = (reads: Reads): Promise<StaffRow[]> => colleagues(reads, everybody);

/** The people who work where somebody does, those who left last, by name; with whether that somebody may change them. */
export async function colleagues(reads: Reads, own: Rights): Promise<StaffRow[]> {
	const rows = await rowsOf(reads);
	return shownTo(
		reads,
		own,
		rows.filter(({ row }) => sharesStore(own.storeIds, row.storeIds))
	);
}

/**
 * One colleague, and where they stand and stood at tills, the latest first.
 * @throws identity.staff_unknown, access.other_store
 */
export async function getColleague(reads: Reads, own: Rights, staffId: string): Promise<Colleague> {
	const [found] = await rowsOf(reads, staffId);
	if (!found || !sharesStore(own.storeIds, found.row.storeIds))
		throw own.storeIds === null
			? identityRefusals.refuse('identity.staff_unknown')
			: requestRefusals.refuse('access.other_store');
	const [shown] = await shownTo(reads, own, [found]);
	const tills = await reads
		.select({
			id: tillSessions.id,
			device: devices.name,
			storeId: devices.storeId,
			signedInAt: tillSessions.signedInAt,
			lastSeenAt: tillSessions.lastSeenAt,
			signedOutAt: tillSessions.signedOutAt
		})
		.from(tillSessions)
		.innerJoin(devices, eq(devices.id, tillSessions.deviceId))
		.where(eq(tillSessions.staffId, staffId))
		.orderBy(desc(tillSessions.signedInAt), desc(tillSessions.id))
		.limit(20);
	return {
		...(shown as StaffRow),
		tills: tills.filter(({ storeId }) => own.storeIds === null || own.storeIds.includes(storeId))
	};
}

type Found = Awaited<ReturnType<typeof rowsOf>>[number];

function rowsOf(reads: Reads, staffId?: string) {
	const seen = sql<string | null>`greatest(
		(select max(${tillSessions.lastSeenAt}) from ${tillSessions} where ${tillSessions.staffId} = ${staff.id}),
		(select max(${sessions.updatedAt}) from ${sessions}
			where ${sessions.userId} = ${staff.userId} and ${sessions.face} = 'admin'))`;
	return reads
		.select({ row: staff, email: users.email, roleName: roles.name, seenAt: seen })
		.from(staff)
		.leftJoin(roles, eq(roles.id, staff.role))
		.leftJoin(users, eq(users.id, staff.userId))
		.where(and(staffId === undefined ? undefined : eq(staff.id, staffId)))
		.orderBy(sql`${staff.disabledAt} is not null`, asc(staff.name), asc(staff.id));
}

async function shownTo(reads: Reads, own: Rights, rows: readonly Found[]): Promise<StaffRow[]> {
	const changeable = await changeableBy(
		reads,
		own,
		rows.map(({ row }) => row)
	);
	return rows.map(({ row, email, roleName, seenAt }) => ({
		id: row.id,
		name: row.name,
		role: row.role,
		roleName,
		email,
		hasPin: row.pinHash !== null,
		storeIds: row.storeIds,
		version: row.version,
		createdAt: row.createdAt,
		lastSeenAt: seenAt === null ? null : new Date(seenAt),
		disabledAt: row.disabledAt,
		changeable: changeable.has(row.id)
	}));
}
