import { eq } from 'drizzle-orm';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { voucherRefusals } from './refusals.ts';
import { defaultHoldMinutes, mostHoldMinutes } from './rules.ts';
import { voucherPolicies } from './tables.server.ts';

/** One policy per database: a fixed key makes a second one impossible. */
const only = 'vouchers';

export interface VouchersPolicy {
	/** how long an open basket keeps its vouchers when nothing is heard of it any more */
	holdMinutes: number;
}

/** What the house allows, and its version (0: nobody has saved one yet). */
export async function policyOf(reads: Reads): Promise<{ policy: VouchersPolicy; version: number }> {
	const [row] = await reads.select().from(voucherPolicies).where(eq(voucherPolicies.id, only));
	if (!row) return { policy: { holdMinutes: defaultHoldMinutes }, version: 0 };
	return { policy: { holdMinutes: row.holdMinutes }, version: row.version };
}

/**
 * Changes the policy, provided that nobody did since `version` was read.
 * @throws voucher.hold_minutes_form (`most`), voucher.policy_changed (`version`)
 */
export async function savePolicy(
	tx: Tx,
	{ policy, version }: { policy: VouchersPolicy; version: number },
	by: By,
	now: Date
): Promise<{ version: number }> {
	const { holdMinutes } = policy;
	if (!Number.isSafeInteger(holdMinutes) || holdMinutes < 1 || holdMinutes > mostHoldMinutes)
		throw voucherRefusals.refuse('voucher.hold_minutes_form', { field: 'holdMinutes', most: mostHoldMinutes });
	const before = await policyOf(tx);
	const next = version + 1;
	const saved = await tx
		.insert(voucherPolicies)
		.values({ id: only, holdMinutes, version: next, updatedAt: now })
		.onConflictDoUpdate({
			target: voucherPolicies.id,
			set: { holdMinutes, version: next, updatedAt: now },
			setWhere: eq(voucherPolicies.version, version)
		})
		.returning({ version: voucherPolicies.version });
	// An insert where somebody saved before, or an update of another version: both find the present one.
	if (saved.length === 0 || before.version !== version)
		throw voucherRefusals.refuse('voucher.policy_changed', { version: (await policyOf(tx)).version });
	const subject = { kind: 'programme', id: only };
	const deed = { action: 'voucher.policy_changed', subject, before: { ...before.policy }, after: { holdMinutes } };
	await keepTrail(tx, by, deed, now);
	return { version: next };
}
