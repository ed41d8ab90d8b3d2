import { eq } from 'drizzle-orm';
import * as z from 'zod/mini';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import type { CardRules } from '#pricing';
import { programmeOf } from '#stores/server';
import { giftCardRefusals } from './refusals.ts';
import { defaultRules, limits } from './rules.ts';
import { giftCardPolicies } from './tables.server.ts';

/** One row per database: a fixed key makes a second one impossible. */
const only = 'giftcards';

const cents = z.int().check(z.minimum(1), z.maximum(limits.cents));
const months = z.int().check(z.minimum(1), z.maximum(limits.months));
const expiry = z.union([
	z.strictObject({ kind: z.literal('never') }),
	z.strictObject({ kind: z.enum(['after_sale', 'after_use']), months })
]);
const terms = z
	.strictObject({
		currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
		leastCents: cents,
		mostCents: cents,
		amounts: z.array(cents).check(z.maxLength(8)),
		highestCents: z.nullable(cents),
		pinFromCents: z.nullable(cents)
	})
	.check(
		z.refine(({ leastCents, mostCents }) => leastCents <= mostCents, { path: ['mostCents'] }),
		z.refine(({ mostCents, highestCents }) => highestCents === null || highestCents >= mostCents, {
			path: ['highestCents']
		}),
		z.refine(({ amounts, leastCents, mostCents }) => amounts.every((one) => one >= leastCents && one <= mostCents), {
			path: ['amounts']
		})
	);
const rulesSchema = z.strictObject({
	terms: z.array(terms).check(
		z.maxLength(20),
		z.refine((all) => new Set(all.map(({ currency }) => currency)).size === all.length, { path: ['currency'] })
	),
	earnsPoints: z.boolean(),
	expiry,
	expiryByStore: z.record(z.string().check(z.maxLength(40)), expiry),
	refundsEnd: z.optional(z.boolean())
});

/** How the house sells gift cards, and the version of that (0: nobody has saved one yet). */
export async function cardRules(reads: Reads): Promise<{ rules: CardRules; version: number }> {
	const [row] = await reads.select().from(giftCardPolicies).where(eq(giftCardPolicies.id, only));
	if (row) return { rules: row.rules, version: row.version };
	return { rules: defaultRules((await programmeOf(reads)).currency), version: 0 };
}

/**
 * Changes the rules, provided that nobody did since `version` was read.
 * @throws gift_card.rules_form (`field`), gift_card.rules_changed (`version`)
 */
export async function saveCardRules(
	tx: Tx,
	{ rules, version }: { rules: CardRules; version: number },
	by: By,
	now: Date
): Promise<{ version: number }> {
	const checked = rulesSchema.safeParse(rules);
	if (!checked.success) {
		const field = checked.error.issues[0]?.path.join('.') ?? '';
		throw giftCardRefusals.refuse('gift_card.rules_form', { field });
	}
	const before = await cardRules(tx);
	const next = version + 1;
	const saved = await tx
		.insert(giftCardPolicies)
		.values({ id: only, rules: checked.data, version: next, updatedAt: now })
		.onConflictDoUpdate({
			target: giftCardPolicies.id,
			set: { rules: checked.data, version: next, updatedAt: now },
			setWhere: eq(giftCardPolicies.version, version)
		})
		.returning({ version: giftCardPolicies.version });
	// An insert where somebody saved before, or an update of another version: both find the present one.
	if (saved.length === 0 || before.version !== version)
		throw giftCardRefusals.refuse('gift_card.rules_changed', { version: (await cardRules(tx)).version });
	await keepTrail(
		tx,
		by,
		{
			action: 'gift_card.rules_changed',
			subject: { kind: 'programme', id: only },
			before: { ...before.rules },
			after: { ...checked.data }
		},
		now
	);
	return { version: next };
}
