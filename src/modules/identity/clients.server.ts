import { createHash, randomBytes } from 'node:crypto';
import { and, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import type { Actor, Staff } from '#core/actor';
import { newId } from '#core/ids';
import { later, minute } from '#core/time';
import { sqlOf, type Db, type Reads, type Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import type { ClientRow } from './index.ts';
import { clientPermissions } from './permissions.ts';
import { identityRefusals } from './refusals.ts';
import { holdsAll, reachesAll } from './rights.server.ts';
import { apiClients, staff } from './tables.server.ts';

/**
 * Programs that call the API with a key of their own. A key is shown once; the database has only its hash. It may do what
 * its scopes say, in its stores, until it expires or is taken back.
 */

const { refuse } = identityRefusals;

/** Told at sight from other secrets, so that scanners of repositories find one that got lost. */
const prefix = 'pk_';
export const isClientKey = (text: string): boolean => text.startsWith(prefix);

const newKey = (): string => prefix + randomBytes(32).toString('base64url');
const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** How often a client's last sign of life is written down. */
const usedEvery = minute;
/** A key whose answer got lost may be drawn anew for so long, while nobody has used it. */
const redrawMinutes = 15;

export interface NewClient {
	name: string;
	scopes: readonly string[];
	/** null: every store */
	storeIds: readonly string[] | null;
	/** null: never */
	expiresAt: Date | null;
}

/**
 * A program and its key, which is nowhere else.
 * @throws identity.client_scopes, .above_your_role, .wider_stores, .client_expiry
 */
export async function createClient(
	tx: Tx,
	{ name, scopes, storeIds, expiresAt }: NewClient,
	by: By & { actor: Staff },
	now: Date
): Promise<{ id: string; key: string }> {
	const wanted = clientPermissions.filter((scope) => scopes.includes(scope));
	if (wanted.length === 0 || wanted.length !== new Set(scopes).size) {
		throw refuse('identity.client_scopes', { field: 'scopes' });
	}
	if (!holdsAll(by.actor, wanted)) throw refuse('identity.above_your_role', { field: 'scopes' });
	if (!reachesAll(by.actor.storeIds, storeIds) || storeIds?.length === 0) {
		throw refuse('identity.wider_stores', { field: 'storeIds' });
	}
	if (expiresAt && expiresAt <= now) throw refuse('identity.client_expiry', { field: 'expiresAt' });
	const id = newId('client', now);
	const key = newKey();
	await tx.insert(apiClients).values({
		id,
		name,
		keyHash: hashOf(key),
		lastSymbols: key.slice(-4),
		scopes: wanted,
		storeIds: storeIds && [...storeIds],
		createdBy: by.actor.staffId,
		createdAt: now,
		expiresAt
	});
	const after = { scopes: wanted, storeIds, expiresAt };
	await keepTrail(tx, by, { action: 'client.created', subject: { kind: 'client', id }, title: name, after }, now);
	return { id, key };
}

/**
 * Another key in place of one whose answer got lost, while it is young and nobody used it.
 * @throws identity.client_shown
 */
export async function redrawKey(db: Db, id: string, now: Date): Promise<{ id: string; key: string }> {
	const key = newKey();
	const [drawn] = await db
		.update(apiClients)
		.set({ keyHash: hashOf(key), lastSymbols: key.slice(-4) })
		.where(
			and(
				eq(apiClients.id, id),
				isNull(apiClients.lastUsedAt),
				isNull(apiClients.revokedAt),
				gt(apiClients.createdAt, later(now, -redrawMinutes * minute))
			)
		)
		.returning({ id: apiClients.id });
	if (!drawn) throw refuse('identity.client_shown');
	return { id, key };
}

/**
 * Takes a key back: its next request is refused. Again it changes nothing.
 * @throws identity.client_unknown
 */
export async function revokeClient(tx: Tx, clientId: string, by: By, now: Date): Promise<void> {
	const [row] = await tx.select().from(apiClients).where(eq(apiClients.id, clientId)).for('update');
	if (!row) throw refuse('identity.client_unknown');
	if (row.revokedAt) return;
	await tx.update(apiClients).set({ revokedAt: now }).where(eq(apiClients.id, clientId));
	const subject = { kind: 'client', id: clientId };
	await keepTrail(tx, by, { action: 'client.revoked', subject, title: row.name }, now);
}

/** All programs, those that still may do something first. */
export async function listClients(reads: Reads): Promise<ClientRow[]> {
	const rows = await reads
		.select({ row: apiClients, by: staff.name })
		.from(apiClients)
		.innerJoin(staff, eq(staff.id, apiClients.createdBy))
		.orderBy(sql`${apiClients.revokedAt} is not null`, desc(apiClients.createdAt), desc(apiClients.id))
		.limit(500);
	return rows.map(({ row: { keyHash: _, createdBy: __, ...client }, by }) => ({ ...client, createdBy: by }));
}

interface ClientLook {
	id: string;
	name: string;
	scopes: string[];
	/** null: every store */
	store_ids: string[] | null;
	revoked: boolean;
	/** null: never */
	expired: boolean | null;
	/** its last sign of life is to be written down again */
	due: boolean;
}

/**
 * Which program a key belongs to.
 * @throws identity.client_key_unknown, .client_key_revoked, .client_key_expired
 */
export async function findClient(db: Db, key: string, now: Date): Promise<Extract<Actor, { kind: 'client' }>> {
	const [row] = /^pk_[\w-]{43}$/.test(key)
		? await sqlOf(db).unsafe<ClientLook[]>(
				`select id, name, to_json(scopes) as scopes, to_json(store_ids) as store_ids, revoked_at is not null as revoked,
					expires_at <= $2::timestamptz as expired, last_used_at is null or last_used_at < $3::timestamptz as due
				from api_clients where key_hash = $1`,
				[hashOf(key), now.toISOString(), later(now, -usedEvery).toISOString()],
				{ prepare: true }
			)
		: [];
	if (!row) throw refuse('identity.client_key_unknown');
	if (row.revoked) throw refuse('identity.client_key_revoked');
	if (row.expired) throw refuse('identity.client_key_expired');
	if (row.due) {
		const due = later(now, -usedEvery);
		await db
			.update(apiClients)
			.set({ lastUsedAt: now })
			.where(and(eq(apiClients.id, row.id), or(isNull(apiClients.lastUsedAt), lt(apiClients.lastUsedAt, due))));
	}
	return { kind: 'client', clientId: row.id, name: row.name, permissions: row.scopes, storeIds: row.store_ids };
}
