import * as z from 'zod/mini';
import { hour, minute, roundings as endRoundings } from '#core/time';
import { claimTry, minutesUntil, type Limit } from '#identity/server';
import { tellChanged } from '#platform/live';
import { procedure, router, wideProcedure } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { adjust, extend, transfer } from './acts.server.ts';
import { pointsRefusals } from './index.ts';
import { policyOf, savePolicy } from './policy.server.ts';
import { pointTypes, savePointTypes } from './point-type.server.ts';
import { actsOf } from './views.server.ts';

const givingLimit: readonly Limit[] = [
	{ tries: 20, within: 15 * minute },
	{ tries: 60, within: 24 * hour }
];

const id = z.string().check(z.maxLength(40));
const key = z.string().check(z.maxLength(64));
const text = z.string().check(z.maxLength(1000));
const day = z.string().check(
	z.regex(/^\d{4}-\d{2}-\d{2}$/),
	z.refine((text) => !Number.isNaN(Date.parse(`${text}T00:00:00Z`)))
);

// Whether the numbers make sense is for the module to say, beside their fields.
const typeEarning = z.union([
	z.object({ kind: z.literal('by_hand') }),
	z.object({ kind: z.literal('visit'), points: z.number(), leastCents: z.number() }),
	z.object({ kind: z.literal('amount'), points: z.number(), perCents: z.number() })
]);
const typeExpiry = z.object({
	days: z.nullable(z.number()),
	rounding: z.enum(endRoundings),
	monthDay: z.nullable(text)
});
const typeTransfer = z.object({ least: z.number(), mostPerDay: z.nullable(z.number()) });

export const adminRouter = router({
	/** What this person may move by hand, and what the house allows its members. */
	policy: procedure('programme.read').query(({ ctx }) => policyOf(ctx.db)),

	savePolicy: wideProcedure('programme.write')
		.input(
			z.object({
				key,
				version: z.int(),
				policy: z.strictObject({
					adjust: z.strictObject({
						most: z.nullable(z.number()),
						mostPerDay: z.nullable(z.number()),
						mayOwe: z.boolean()
					}),
					transfer: z.strictObject({
						enabled: z.boolean(),
						least: z.number(),
						mostPerDay: z.nullable(z.number())
					}),
					returned: z.union([
						z.strictObject({ kind: z.enum(['owed', 'charged']) }),
						z.strictObject({ kind: z.literal('forgiven'), mostPoints: z.number() })
					]),
					warnDays: z.nullable(z.number())
				})
			})
		)
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'points.save_policy', input, (tx) => savePolicy(tx, input, ctx, ctx.now))
		),

	types: procedure('programme.read').query(({ ctx }) => pointTypes(ctx.db)),

	saveTypes: wideProcedure('programme.write')
		.input(
			z.object({
				key,
				version: z.int(),
				types: z
					.array(
						z.object({
							id: z.nullable(id),
							name: text,
							earn: typeEarning,
							expiry: typeExpiry,
							inactiveDays: z.optional(z.number()),
							transfer: z.optional(typeTransfer),
							archived: z.boolean()
						})
					)
					.check(z.maxLength(100))
			})
		)
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'points.save_types', input, (tx) => savePointTypes(tx, input, ctx, ctx.now))
		),

	/** Manual moves of a member's points, with who and why. */
	acts: procedure('ledger.read')
		.input(z.object({ memberId: id, cursor: z.nullable(text) }))
		.query(({ ctx, input }) => actsOf(ctx.db, input)),

	adjust: procedure('ledger.adjust')
		.input(
			z.object({
				key,
				memberId: id,
				points: z.number(),
				typeId: z.optional(z.nullable(id)),
				reason: text,
				note: z.nullable(text)
			})
		)
		.mutation(async ({ ctx, input }) => {
			const limited = !ctx.may('ledger.adjust_freely');
			const done = await writeOnce(ctx, 'points.adjust', input, (tx) =>
				adjust(tx, { ...input, limited }, ctx, ctx.now)
			);
			tellChanged(ctx.db, [input.memberId]);
			return done;
		}),

	extend: procedure('ledger.adjust')
		.input(z.object({ key, memberId: id, typeId: z.optional(z.nullable(id)), untilDay: day, reason: text }))
		.mutation(async ({ ctx, input }) => {
			const done = await writeOnce(ctx, 'points.extend', input, (tx) => extend(tx, input, ctx, ctx.now));
			tellChanged(ctx.db, [input.memberId]);
			return done;
		})
});

export const walletRouter = router({
	/** Gives points to the member with this code or number. */
	transfer: procedure('wallet.own')
		.input(
			z.object({
				key,
				to: z.string().check(z.maxLength(200)),
				points: z.number(),
				typeId: z.optional(z.nullable(id)),
				note: z.nullable(text)
			})
		)
		.mutation(async ({ ctx, input }) => {
			const { memberId } = ctx.actor;
			// Numbers have fifty bits, but nobody needs to try many.
			const until = await claimTry(ctx.db, `points given by ${memberId}`, givingLimit, ctx.now);
			if (until) throw pointsRefusals.refuse('points.transfer_too_often', { minutes: minutesUntil(until, ctx.now) });
			const { toMemberId } = await writeOnce(ctx, 'points.transfer', input, (tx) =>
				transfer(tx, { ...input, memberId }, ctx, ctx.now)
			);
			tellChanged(ctx.db, [memberId, toMemberId]);
			return null;
		})
});
