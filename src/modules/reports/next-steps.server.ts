import { day, later } from '#core/time';
import { sqlOf, type Reads } from '#platform/db';
import type { NextSteps } from './index.ts';

/** How long a house counts as new. */
const newDays = 60;

/** What a new house still has to do before its first day at the counter; null for a house that is no longer new. */
export async function nextSteps(reads: Reads, now: Date): Promise<NextSteps | null> {
	const [row] = await sqlOf(reads)<({ fresh: boolean } & NextSteps)[]>`
		select not exists (select 1 from stores where created_at < ${later(now, -newDays * day).toISOString()}) as fresh,
			exists (select 1 from staff where pin_hash is not null and disabled_at is null) as cashier,
			exists (select 1 from devices where revoked_at is null) as tablet,
			exists (select 1 from programmes where version > 1) as rules,
			exists (select 1 from vouchers) as voucher`;
	if (!row?.fresh) return null;
	const { cashier, tablet, rules, voucher } = row;
	return { cashier, tablet, rules, voucher };
}
