import { eq } from 'drizzle-orm';
import * as z from 'zod/mini';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { defaultReturnPolicy, purchaseRefusals, type ReturnPolicy } from './index.ts';
import { returnPolicies } from './tables.server.ts';

/** One policy per database: a fixed key makes a second one impossible. */
const only = 'returns';

const days = (least: number) => z.int().check(z.minimum(least), z.maximum(3660));
const policySchema = z.strictObject({
	otherStores: z.boolean(),
	voucherDays: days(0),
	withoutReceipt: z.strictObject({
		enabled: z.boolean(),
		mostCents: z.nullable(z.int().check(z.minimum(1), z.maximum(100_000_000))),
		price: z.enum(['today', 'lowest']),
		lowestDays: days(1),
		refundTo: z.enum(['hand', 'card'])
	})
});

/** What the house allows, and its version (0: nobody has saved one yet). */
export async function returnPolicyOf(reads: Reads): Promise<{ policy: ReturnPolicy; version: number }> {
	const [row] = await reads.select().from(returnPolicies).where(eq(returnPolicies.id, only));
	return row ? { policy: row.policy, version: row.version } : { policy: defaultReturnPolicy, version: 0 };
}

/**
 * Changes the policy, provided that nobody did since `version` was read.
 * @throws return.policy_form (`field`), return.policy_changed (`version`)
 */
export async function saveReturnPolicy(
	tx: Tx,
	{ policy, version }: { policy: ReturnPolicy; version: number },
	by: By,
	now: Date
): Promise<{ version: number }> {
	const checked = policySchema.safeParse(policy);
	if (!checked.success) {
		const field = checked.error.issues[0]?.path.join('.') ?? '';
		throw purchaseRefusals.refuse('return.policy_form', { field });
	}
	const before = await returnPolicyOf(tx);
	const next = version + 1;
	const set = { policy: checked.data, version: next, updatedAt: now };
	const saved = await tx
		.insert(returnPolicies)
		.values({ id: only, ...set })
		.onConflictDoUpdate({ target: returnPolicies.id, set, setWhere: eq(returnPolicies.version, version) })
		.returning({ version: returnPolicies.version });
	// An insert where somebody saved before, or an update of another version: both find the present one.
	if (saved.length === 0 || before.version !== version)
		throw purchaseRefusals.refuse('return.policy_changed', { version: (await returnPolicyOf(tx)).version });
	const deed = { action: 'programme.returns_changed', subject: { kind: 'programme', id: only } };
	await keepTrail(tx, by, { ...deed, before: flat(before.policy), after: flat(checked.data) }, now);
	return { version: next };
}

const flat = ({ withoutReceipt, ...rest }: ReturnPolicy) => ({
	...rest,
	withoutReceipt: withoutReceipt.enabled,
	withoutReceiptMostCents: withoutReceipt.mostCents,
	withoutReceiptPrice: withoutReceipt.price,
	withoutReceiptLowestDays: withoutReceipt.lowestDays,
	withoutReceiptRefundTo: withoutReceipt.refundTo
});
