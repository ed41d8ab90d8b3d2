import { createHash } from 'node:crypto';
import { eq, inArray, lt, sql } from 'drizzle-orm';
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
 * Written outside of any transaction of the caller: a refusal must not undo the count.
 * @param about what is tried, such as `pin stf_… dev_…`; only its hash is stored
 * @returns null when the try may be made, else the instant from which the next one may
 */
export async function claimTry(db: Db, about: string, limits: readonly Limit[], now: Date): Promise<Date | null> {
	let until: Date | null = null;
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
		if (row && row.count > limit.tries && (until === null || row.expiresAt > until)) until = row.expiresAt;
	}
	return until;
}

/** How many tries are left within the strictest window. */
export async function triesLeft(db: Db, about: string, limit: Limit): Promise<number> {
	const [row] = await db
		.select()
		.from(tries)
		.where(eq(tries.subject, subjectOf(about, limit)));
	return Math.max(0, limit.tries - (row?.count ?? 0));
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
