import { and, desc, eq, gt, ne } from 'drizzle-orm';
import { later, minute } from '#core/time';
import type { Db, Reads, Tx } from '#platform/db';
import { findSession, type AuthContext } from './auth.server.ts';
import type { SessionRow } from './index.ts';
import { identityRefusals } from './refusals.ts';
import { sessions } from './tables.server.ts';
import { deviceOf } from './user-agent.ts';

const { refuse } = identityRefusals;

/** How long somebody who has just proved who they are is believed in weighty matters. */
export const freshFor = 10 * minute;

type SessionFace = 'admin' | 'wallet';

const onFace = (userId: string, face: SessionFace) => and(eq(sessions.userId, userId), eq(sessions.face, face));

/** Somebody's sign-ins to a face (the console) that are not over, the one used last first. */
export async function listSessions(
	reads: Reads,
	{ userId, currentId, face = 'admin' }: { userId: string; currentId: string | null; face?: SessionFace },
	now: Date
): Promise<SessionRow[]> {
	const rows = await reads
		.select()
		.from(sessions)
		.where(and(onFace(userId, face), gt(sessions.expiresAt, now)))
		.orderBy(desc(sessions.updatedAt), desc(sessions.id));
	return rows.map((row) => ({
		id: row.id,
		...deviceOf(row.userAgent),
		signedInAt: row.createdAt,
		lastUsedAt: row.updatedAt,
		current: row.id === currentId
	}));
}

/**
 * Ends one sign-in of somebody's to a face (the console).
 * @throws identity.session_unknown
 */
export async function endSession(
	tx: Tx,
	{ userId, id, face = 'admin' }: { userId: string; id: string; face?: SessionFace }
): Promise<void> {
	const ended = await tx
		.delete(sessions)
		.where(and(onFace(userId, face), eq(sessions.id, id)))
		.returning({ id: sessions.id });
	if (ended.length === 0) throw refuse('identity.session_unknown');
}

/** Ends every sign-in of somebody's to a face (the console), but one. @returns how many */
export async function endSessions(
	tx: Tx | Db,
	userId: string,
	but: string | null = null,
	face: SessionFace = 'admin'
): Promise<number> {
	const ended = await tx
		.delete(sessions)
		.where(but === null ? onFace(userId, face) : and(onFace(userId, face), ne(sessions.id, but)))
		.returning({ id: sessions.id });
	return ended.length;
}

/** The session of the request, which its procedure has already asked for. */
export async function currentSession(
	context: AuthContext
): Promise<{ id: string; email: string; provedAt: Date | null }> {
	const found = await findSession('admin', context);
	const [row] = found ? await context.db.select().from(sessions).where(eq(sessions.id, found.sessionId)) : [];
	if (!found || !row) throw refuse('identity.session_unknown');
	return { id: row.id, email: found.email, provedAt: row.provedAt };
}

export const isFresh = (provedAt: Date | null, now: Date): boolean =>
	provedAt !== null && later(provedAt, freshFor) > now;

/**
 * For what is so weighty that a desk left open must not be enough: passwords, second factors, keys.
 * @throws identity.prove_again
 */
export async function mustBeFresh(context: AuthContext, now: Date): Promise<void> {
	if (!isFresh((await currentSession(context)).provedAt, now)) throw refuse('identity.prove_again');
}

/** Keeps that whoever holds the session has just proved who they are. */
export async function keepProof(db: Db, id: string, now: Date): Promise<void> {
	await db.update(sessions).set({ provedAt: now }).where(eq(sessions.id, id));
}
