import { eq } from 'drizzle-orm';
import * as z from 'zod/mini';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { defaultDataPolicy, type DataPolicy } from './index.ts';
import { customersRefusals } from './refusals.ts';
import { dataPolicies } from './tables.server.ts';

/** One per database: a fixed key makes a second one impossible. */
const only = 'data';

const days = (most: number) => z.int().check(z.minimum(0), z.maximum(most));
const policySchema = z.strictObject({
	erasureDays: days(30),
	ownBirthday: z.enum(['once', 'free']),
	claimDays: days(365)
});

/** What members may do with their own data, and the version of that (0: nobody has saved one yet). */
export async function dataPolicyOf(reads: Reads): Promise<{ policy: DataPolicy; version: number }> {
	const [row] = await reads.select().from(dataPolicies).where(eq(dataPolicies.id, only));
	return row
		? { policy: { ...defaultDataPolicy, ...row.policy }, version: row.version }
		: { policy: defaultDataPolicy, version: 0 };
}

/**
 * Changes the policy, provided that nobody did since `version` was read.
 * @throws data_policy.form (`field`), data_policy.changed_meanwhile (`version`)
 */
export async function saveDataPolicy(
	tx: Tx,
	{ policy, version }: { policy: DataPolicy; version: number },
	by: By,
	now: Date
): Promise<{ version: number }> {
	const { refuse } = customersRefusals;
	const checked = policySchema.safeParse(policy);
	if (!checked.success) throw refuse('data_policy.form', { field: checked.error.issues[0]?.path.join('.') ?? '' });
	const before = await dataPolicyOf(tx);
	const next = version + 1;
	const saved = await tx
		.insert(dataPolicies)
		.values({ id: only, policy: checked.data, version: next, updatedAt: now })
		.onConflictDoUpdate({
			target: dataPolicies.id,
			set: { policy: checked.data, version: next, updatedAt: now },
			setWhere: eq(dataPolicies.version, version)
		})
		.returning({ version: dataPolicies.version });
	// An insert where somebody saved before, or an update of another version: both find the present one.
	if (saved.length === 0 || before.version !== version)
		throw refuse('data_policy.changed_meanwhile', { version: (await dataPolicyOf(tx)).version });
	const subject = { kind: 'programme', id: only };
	const deed = {
		action: 'member_policy.data_changed',
		subject,
		before: { ...before.policy },
		after: { ...checked.data }
	};
	await keepTrail(tx, by, deed, now);
	return { version: next };
}
