import { createHash, randomBytes } from 'node:crypto';
import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import { isChecked, normaliseCode, randomBody, withCheck } from '#core/codes';
import { newId } from '#core/ids';
import { later, minute } from '#core/time';
import { inTransaction, type Db, type Reads, type Tx } from '#platform/db';
import type { DeviceRow } from './index.ts';
import { limits } from './limits.server.ts';
import { identityRefusals } from './refusals.ts';
import { devices, enrolmentCodes, staff, tillSessions } from './tables.server.ts';
import { claimTry, minutesUntil } from './tries.server.ts';

const { refuse } = identityRefusals;

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** `T`, seven random symbols and a check symbol: 35 bits for a quarter of an hour. */
const enrolmentLength = 9;
export const enrolmentMinutes = 15;

/** A code that makes one tablet a till of this store when it is typed there. */
export async function makeEnrolmentCode(
	tx: Tx,
	command: { storeId: string; name: string; by: string },
	now: Date
): Promise<{ code: string; expiresAt: Date }> {
	const code = withCheck(`T${randomBody(enrolmentLength - 2)}`);
	const expiresAt = later(now, enrolmentMinutes * minute);
	await tx.insert(enrolmentCodes).values({
		id: newId('enrolment', now),
		codeHash: hashOf(code),
		storeId: command.storeId,
		name: command.name,
		createdBy: command.by,
		createdAt: now,
		expiresAt
	});
	return { code, expiresAt };
}

/** `til_` and 256 random bits; the database has only its hash. */
const newToken = (): string => `til_${randomBytes(32).toString('base64url')}`;

export const isDeviceToken = (text: string): boolean => /^til_[\w-]{43}$/.test(text);

/** What the database knows of a token. */
export const tokenHash = hashOf;

/**
 * Makes a tablet a till. A code works once, also when two tablets send it at the same moment.
 * @param ip for counting tries
 * @throws identity.enrolment_mistyped, identity.enrolment_unknown, identity.too_many_tries (`minutes`)
 */
export async function enrol(
	db: Db,
	{ code, ip }: { code: string; ip: string },
	now: Date
): Promise<{ deviceId: string; storeId: string; name: string; token: string }> {
	const read = normaliseCode(code);
	if (read.length !== enrolmentLength || !read.startsWith('T') || !isChecked(read)) {
		throw refuse('identity.enrolment_mistyped');
	}
	const until = await claimTry(db, `enrolments from ${ip}`, limits.enrolmentsPerAddress, now);
	if (until) throw refuse('identity.too_many_tries', { minutes: minutesUntil(until, now) });
	return inTransaction(db, async (tx) => {
		const [claimed] = await tx
			.update(enrolmentCodes)
			.set({ usedAt: now })
			.where(
				and(eq(enrolmentCodes.codeHash, hashOf(read)), isNull(enrolmentCodes.usedAt), gt(enrolmentCodes.expiresAt, now))
			)
			.returning();
		if (!claimed) throw refuse('identity.enrolment_unknown');
		const token = newToken();
		const deviceId = newId('device', now);
		await tx.insert(devices).values({
			id: deviceId,
			storeId: claimed.storeId,
			name: claimed.name,
			tokenHash: hashOf(token),
			enrolledBy: claimed.createdBy,
			enrolledAt: now,
			lastSeenAt: now
		});
		return { deviceId, storeId: claimed.storeId, name: claimed.name, token };
	});
}

/**
 * Takes a tablet out: its next request is a stranger's.
 * @throws identity.device_unknown
 */
export async function revokeDevice(tx: Tx, deviceId: string, now: Date): Promise<void> {
	const [found] = await tx
		.update(devices)
		.set({ revokedAt: sql`coalesce(${devices.revokedAt}, ${now.toISOString()})` })
		.where(eq(devices.id, deviceId))
		.returning({ id: devices.id });
	if (!found) throw refuse('identity.device_unknown');
	await tx
		.update(tillSessions)
		.set({ signedOutAt: now })
		.where(and(eq(tillSessions.deviceId, deviceId), isNull(tillSessions.signedOutAt)));
}

/** All tablets ever enrolled: those in use first, newest first. */
export async function listDevices(reads: Reads): Promise<DeviceRow[]> {
	const cashier = reads
		.select({ deviceId: tillSessions.deviceId, name: sql<string>`${staff.name}`.as('cashier') })
		.from(tillSessions)
		.innerJoin(staff, eq(staff.id, tillSessions.staffId))
		.where(isNull(tillSessions.signedOutAt))
		.as('standing');
	const rows = await reads
		.select({ device: devices, enrolledBy: staff.name, cashier: cashier.name })
		.from(devices)
		.innerJoin(staff, eq(staff.id, devices.enrolledBy))
		.leftJoin(cashier, eq(cashier.deviceId, devices.id))
		.orderBy(sql`${devices.revokedAt} is not null`, desc(devices.enrolledAt), devices.id);
	return rows.map(({ device, enrolledBy, cashier: at }) => ({
		id: device.id,
		name: device.name,
		storeId: device.storeId,
		enrolledBy,
		enrolledAt: device.enrolledAt,
		lastSeenAt: device.lastSeenAt,
		revokedAt: device.revokedAt,
		cashier: at
	}));
}
