import { and, eq, inArray, notExists } from 'drizzle-orm';
import { listOf } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { sessions, staff, users } from './tables.server.ts';

/**
 * Forgets shoppers: their address, their sessions, how they signed in. Whoever also works here keeps their account and
 * loses the wallet's sessions alone.
 * @param emails addresses that codes may be on their way to
 */
export async function forgetUsers(tx: Tx, userIds: readonly string[], emails: readonly string[]): Promise<void> {
	// better-auth keeps a code under the purpose and the address: `sign-in-otp-ada@example.com`.
	await sqlOf(tx).unsafe(
		`delete from verifications v using unnest($1::text[]) as x(email)
		where lower(v.identifier) = 'sign-in-otp-' || lower(x.email)`,
		[listOf(emails)]
	);
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

/** From where shoppers are signed in to the wallet. */
export async function signInsOf(reads: Reads, userIds: readonly string[]): Promise<object[]> {
	if (userIds.length === 0) return [];
	return reads
		.select({
			signedInAt: sessions.createdAt,
			lastUsedAt: sessions.updatedAt,
			ipAddress: sessions.ipAddress,
			browser: sessions.userAgent
		})
		.from(sessions)
		.where(and(inArray(sessions.userId, [...userIds]), eq(sessions.face, 'wallet')))
		.orderBy(sessions.createdAt);
}
