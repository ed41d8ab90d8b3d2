import { eq } from 'drizzle-orm';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { isPhoneCountry } from './phone.server.ts';
import { customersRefusals } from './refusals.ts';
import { memberPolicies } from './tables.server.ts';

/** One per database: a fixed key makes a second one impossible. */
const only = 'members';

export interface MemberPolicy {
	/** ISO 3166 alpha-2: where telephone numbers without a country are from; null: they are refused */
	phoneCountry: string | null;
	/** 0: nobody has saved one yet */
	version: number;
}

export async function memberPolicyOf(reads: Reads): Promise<MemberPolicy> {
	const [row] = await reads.select().from(memberPolicies).where(eq(memberPolicies.id, only));
	return { phoneCountry: row?.phoneCountry ?? null, version: row?.version ?? 0 };
}

/** @throws member_policy.country_form, member_policy.changed_meanwhile (`version`) */
export async function saveMemberPolicy(
	tx: Tx,
	{ phoneCountry, version }: MemberPolicy,
	by: By,
	now: Date
): Promise<{ version: number }> {
	if (phoneCountry !== null && !isPhoneCountry(phoneCountry))
		throw customersRefusals.refuse('member_policy.country_form', { field: 'phoneCountry' });
	const before = await memberPolicyOf(tx);
	const next = version + 1;
	const saved = await tx
		.insert(memberPolicies)
		.values({ id: only, phoneCountry, version: next, updatedAt: now })
		.onConflictDoUpdate({
			target: memberPolicies.id,
			set: { phoneCountry, version: next, updatedAt: now },
			setWhere: eq(memberPolicies.version, version)
		})
		.returning({ version: memberPolicies.version });
	if (saved.length === 0 || before.version !== version) {
		const { version: present } = await memberPolicyOf(tx);
		throw customersRefusals.refuse('member_policy.changed_meanwhile', { version: present });
	}
	const subject = { kind: 'programme', id: only };
	const [was, is] = [{ phoneCountry: before.phoneCountry }, { phoneCountry }];
	await keepTrail(tx, by, { action: 'member_policy.changed', subject, before: was, after: is }, now);
	return { version: next };
}
