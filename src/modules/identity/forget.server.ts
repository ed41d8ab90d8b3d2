import { and, eq, inArray, notExists } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { sessions, staff, users } from './tables.server.ts';

/**
 * Forgets shoppers: their address, their sessions, how they signed in. Whoever also works here keeps their account and
 * loses the wallet's sessions alone.
 */
export async function forgetUsers(tx: Tx, userIds: readonly string[]): Promise<void> {
	if (userIds.length === 0) return;
	await tx.delete(sessions).where(and(inArray(sessions.userId, [...userIds]), eq(sessions.face, 'wallet')));
	await tx
		.delete(users)
		.where(
			and(
				inArray(users.id, [...userIds]),
				notExists(tx.select({ id: staff.id }).from(staff).where(eq(staff.userId, users.id)))
			)
		);
}
