import { createHash, randomBytes } from 'node:crypto';
import { and, desc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { storesOf } from '#core/actor';
import { isChecked, normaliseCode, randomBody, withCheck } from '#core/codes';
import { newId } from '#core/ids';
import { later, minute } from '#core/time';
import { inTransaction, type Db, type Reads, type Tx } from '#platform/db';
import { needStore } from '#platform/reach';
import { requestRefusals } from '#platform/refusals';
import { keepTrail, type By } from '#platform/trail';
import type { DeviceRow } from './index.ts';
import { limits } from './limits.server.ts';
import { identityRefusals } from './refusals.ts';
import { devices, enrolmentCodes, staff, tillSessions } from './tables.server.ts';
import { claimTry, minutesUntil } from './tries.server.ts';

const { refuse } = identityRefusals;

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** `T`, seven random symbols and a check symbol: nearly 35 bits for a quarter of an hour. */
const enrolmentLength = 9;

/**
 * A new code. It has at most three digits, so that no PIN, which has at least four, is ever its digits: what a manager
 * reads out at a counter must not be what opens a till there. Costs a fifth of a bit.
 */
export function newEnrolmentCode(): string {
	for (;;) {
		const code = withCheck(`T${randomBody(enrolmentLength - 2)}`);
		if (code.replace(/\D/g, '').length <= 3) return code;
	}
}

export const enrolmentMinutes = 15;

/** A code that makes one tablet a till of this store when it is typed there. */
export async function makeEnrolmentCode(
	tx: Tx,
	command: { storeId: string; name: string; by: string },
	now: Date
): Promise<{ id: string; code: string; expiresAt: Date }> {
	const code = newEnrolmentCode();
	const id = newId('enrolment', now);
	const expiresAt = later(now, enrolmentMinutes * minute);
	await tx.insert(enrolmentCodes).values({
		id,
		codeHash: hashOf(code),
		storeId: command.storeId,
		name: command.name,
		createdBy: command.by,
		createdAt: now,
		expiresAt
	});
	return { id, code, expiresAt };
}

/**
 * Another code in place of one whose answer got lost, for the same tablet and as long as before.
 * @throws identity.enrolment_unknown when it was used or is over
 */
export async function remakeEnrolmentCode(db: Db, id: string, now: Date): Promise<{ code: string; expiresAt: Date }> {
	const code = newEnrolmentCode();
	const [made] = await db
		.update(enrolmentCodes)
		.set({ codeHash: hashOf(code) })
		.where(and(eq(enrolmentCodes.id, id), isNull(enrolmentCodes.usedAt), gt(enrolmentCodes.expiresAt, now)))
		.returning({ expiresAt: enrolmentCodes.expiresAt });
	if (!made) throw refuse('identity.enrolment_unknown');
	return { code, expiresAt: made.expiresAt };
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
		const { storeId, name } = claimed;
		const by: By = { actor: { kind: 'till', deviceId, storeId, staff: null }, requestId: null };
		const subject = { kind: 'device', id: deviceId };
		await keepTrail(tx, by, { action: 'device.enrolled', subject, title: name, after: { name, storeId } }, now);
		return { deviceId, storeId, name, token };
	});
}

/**
 * Takes a tablet out: its next request is a stranger's.
 * @throws identity.device_unknown, access.other_store
 */
export async function revokeDevice(tx: Tx, deviceId: string, by: By, now: Date): Promise<void> {
	const [row] = await tx.select().from(devices).where(eq(devices.id, deviceId)).for('update');
	if (!row) {
		throw storesOf(by.actor) === null
			? refuse('identity.device_unknown')
			: requestRefusals.refuse('access.other_store');
	}
	needStore(by.actor, row.storeId);
	if (row.revokedAt) return;
	await tx.update(devices).set({ revokedAt: now }).where(eq(devices.id, deviceId));
	await tx
		.update(tillSessions)
		.set({ signedOutAt: now })
		.where(and(eq(tillSessions.deviceId, deviceId), isNull(tillSessions.signedOutAt)));
	const { name, storeId } = row;
	const subject = { kind: 'device', id: deviceId };
	await keepTrail(tx, by, { action: 'device.revoked', subject, title: name, storeId }, now);
}

/**
 * All tablets ever enrolled: those in use first, newest first.
 * @param storeIds of these stores; null: of all
 */
export async function listDevices(reads: Reads, storeIds: readonly string[] | null): Promise<DeviceRow[]> {
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
		.where(storeIds === null ? undefined : inArray(devices.storeId, [...storeIds]))
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
