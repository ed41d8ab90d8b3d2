import { createHash } from 'node:crypto';
import { and, eq, gt, inArray, lt, lte, sql } from 'drizzle-orm';
import { later, minute } from '#core/time';
import type { Db } from '#platform/db';
import { tries } from './tables.server.ts';

/** So many tries within a window, counted from the first of them. */
export interface Limit {
	tries: number;
	/** milliseconds */
	within: number;
}

const subjectOf = (about: string, limit: Limit): string =>
	createHash('sha256').update(`${limit.within} ${about}`).digest('base64url');

/**
 * Claims a try before it is made, in one statement per limit, so that a hundred guesses at once are a hundred tries.
 * Written outside of any transaction of the caller: a refusal must not undo the count. What a window refuses does not
 * count in the wider ones after it: who is locked for minutes and goes on typing is not locked for the day.
 * @param limits the narrowest window first
 * @param about what is tried, such as `pin stf_… dev_…`; only its hash is stored
 * @returns null when the try may be made, else the instant from which the next one may
 */
export async function claimTry(db: Db, about: string, limits: readonly Limit[], now: Date): Promise<Date | null> {
	for (const limit of limits) {
		const over = sql`${tries.expiresAt} <= ${now.toISOString()}`;
		const [row] = await db
			.insert(tries)
			.values({ subject: subjectOf(about, limit), count: 1, expiresAt: later(now, limit.within) })
			.onConflictDoUpdate({
				target: tries.subject,
				set: {
					count: sql`case when ${over} then 1 else least(${tries.count}, 1000000) + 1 end`,
					expiresAt: sql`case when ${over} then excluded.expires_at else ${tries.expiresAt} end`
				}
			})
			.returning({ count: tries.count, expiresAt: tries.expiresAt });
		if (row && row.count > limit.tries) return row.expiresAt;
	}
	return null;
}

/** How many tries are left within the strictest window. */
export async function triesLeft(db: Db, about: string, limit: Limit): Promise<number> {
	const [row] = await db
		.select()
		.from(tries)
		.where(eq(tries.subject, subjectOf(about, limit)));
	return Math.max(0, limit.tries - (row?.count ?? 0));
}

/**
 * Gives back a try that turned out not to be a guess, once. A window that began after it was claimed is left alone.
 * @param claimedAt the `now` it was claimed with
 */
export async function giveBackTry(db: Db, about: string, limits: readonly Limit[], claimedAt: Date): Promise<void> {
	for (const limit of limits) {
		await db
			.update(tries)
			.set({ count: sql`${tries.count} - 1` })
			.where(
				and(
					eq(tries.subject, subjectOf(about, limit)),
					gt(tries.count, 0),
					lte(tries.expiresAt, later(claimedAt, limit.within))
				)
			);
	}
}

/** A success wipes the slate. */
export async function forgetTries(db: Db, about: string, limits: readonly Limit[]): Promise<void> {
	const subjects = limits.map((limit) => subjectOf(about, limit));
	await db.delete(tries).where(inArray(tries.subject, subjects));
}

export async function sweepTries(db: Db, now: Date): Promise<void> {
	await db.delete(tries).where(lt(tries.expiresAt, now));
}

/** Whole minutes from now until then, at least one: what a person is told. */
export const minutesUntil = (then: Date, now: Date): number =>
	Math.max(1, Math.ceil((then.getTime() - now.getTime()) / minute));
