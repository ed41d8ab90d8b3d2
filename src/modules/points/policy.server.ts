import { eq } from 'drizzle-orm';
import * as z from 'zod/mini';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { transferSchema } from '#pricing';
import { defaultPolicy, mostPoints, mostWarnDays, pointsRefusals, type PointsPolicy } from './index.ts';
import { pointsPolicies } from './tables.server.ts';

/** One policy per database: a fixed key makes a second one impossible. */
const only = 'points';

const points = z.int().check(z.minimum(1), z.maximum(mostPoints));
const limit = z.nullable(points);
const policySchema = z.strictObject({
	adjust: z.strictObject({ most: limit, mostPerDay: limit, mayOwe: z.boolean() }),
	transfer: z.strictObject({ ...transferSchema.shape, enabled: z.boolean() }),
	returned: z.union([
		z.strictObject({ kind: z.enum(['owed', 'charged']) }),
		z.strictObject({ kind: z.literal('forgiven'), mostPoints: points })
	]),
	warnDays: z.nullable(z.int().check(z.minimum(1), z.maximum(mostWarnDays)))
});

/** What the house allows, and its version (0: nobody has saved one yet). */
export async function policyOf(reads: Reads): Promise<{ policy: PointsPolicy; version: number }> {
	const [row] = await reads.select().from(pointsPolicies).where(eq(pointsPolicies.id, only));
	// One saved before a part of it existed has that part as a house begins with it.
	return row
		? { policy: { ...defaultPolicy, ...row.policy }, version: row.version }
		: { policy: defaultPolicy, version: 0 };
}

/**
 * Changes the policy, provided that nobody did since `version` was read.
 * @throws points.policy_form (`field`), points.policy_changed (`version`)
 */
export async function savePolicy(
	tx: Tx,
	{ policy, version }: { policy: PointsPolicy; version: number },
	by: By,
	now: Date
): Promise<{ version: number }> {
	const checked = policySchema.safeParse(policy);
	if (!checked.success) {
		const field = checked.error.issues[0]?.path.join('.') ?? '';
		throw pointsRefusals.refuse('points.policy_form', { field });
	}
	const before = await policyOf(tx);
	const next = version + 1;
	const saved = await tx
		.insert(pointsPolicies)
		.values({ id: only, policy: checked.data, version: next, updatedAt: now })
		.onConflictDoUpdate({
			target: pointsPolicies.id,
			set: { policy: checked.data, version: next, updatedAt: now },
			setWhere: eq(pointsPolicies.version, version)
		})
		.returning({ version: pointsPolicies.version });
	// An insert where somebody saved before, or an update of another version: both find the present one.
	if (saved.length === 0 || before.version !== version) {
		throw pointsRefusals.refuse('points.policy_changed', { version: (await policyOf(tx)).version });
	}
	await keepTrail(
		tx,
		by,
		{
			action: 'points.policy_changed',
			subject: { kind: 'programme', id: only },
			before: { ...before.policy },
			after: { ...checked.data }
		},
		now
	);
	return { version: next };
}
