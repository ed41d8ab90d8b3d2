import * as z from 'zod';
import { hour, minute } from '#core/time';
import { reasonOf, type MemberSteps } from '#customers/server';
import { claimTry, minutesUntil, type Limit } from '#identity/server';
import type { Db } from '#platform/db';
import { tellChanged } from '#platform/live';
import { procedure, router } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { claimReceipt } from './claim.server.ts';
import { claimRefusals } from './claim-refusals.ts';

const key = z.string().max(64);
const number = z.string().max(200);

/** Numbers of receipts have 50 bits; whoever types many is looking for other people's. */
const limits: readonly Limit[] = [
	{ tries: 10, within: 15 * minute },
	{ tries: 40, within: 24 * hour }
];

/** @throws claim.too_often, with the minutes until the next try */
async function countTry(ctx: { db: Db; now: Date }, who: string, within: readonly Limit[]): Promise<void> {
	const until = await claimTry(ctx.db, `receipts added by ${who}`, within, ctx.now);
	if (until) throw claimRefusals.refuse('claim.too_often', { minutes: minutesUntil(until, ctx.now) });
}

/** @param steps what each module does when two of its members become one */
export const claimWalletRouter = (steps: readonly MemberSteps[]) =>
	router({
		/** Adds a receipt of a purchase without one's code. A mutation, so that its number stands in no address. */
		claim: procedure('wallet.own')
			.input(z.object({ key, number }))
			.mutation(async ({ ctx, input }) => {
				const { memberId } = ctx.actor;
				await countTry(ctx, memberId, limits);
				const claim = { memberId, number: input.number, reason: null };
				const claimed = await writeOnce(ctx, 'checkout.claim', input, (tx) =>
					claimReceipt(tx, claim, steps, ctx, ctx.now)
				);
				tellChanged(ctx.db, [memberId]);
				return claimed;
			})
	});

/** A counter adds a few a day; whoever tries many looks for receipts that people left lying. */
const tillLimits: readonly Limit[] = [
	{ tries: 20, within: 15 * minute },
	{ tries: 60, within: 24 * hour }
];

/** @param steps as for the wallet's */
export const claimTillRouter = (steps: readonly MemberSteps[]) =>
	router({
		/** The same for the member who stands at the counter: of the till's own store, unless the cashier may make exceptions. */
		claim: procedure('till.sell')
			.input(z.object({ key, memberId: z.string().max(40), number }))
			.mutation(async ({ ctx, input }) => {
				const { staff, storeId } = ctx.actor;
				await countTry(ctx, staff.id, tillLimits);
				const onlyStoreId = ctx.may('till.manual') ? null : storeId;
				const claimed = await writeOnce(ctx, 'checkout.claim_at_till', input, (tx) =>
					claimReceipt(tx, { ...input, reason: null, onlyStoreId }, steps, ctx, ctx.now)
				);
				tellChanged(ctx.db, [input.memberId]);
				return claimed;
			})
	});

/** @param steps as for the wallet's */
export const claimRouter = (steps: readonly MemberSteps[]) =>
	router({
		/** The same for a member who stands before somebody of the house. */
		claim: procedure('members.write')
			.input(z.object({ key, memberId: z.string().max(40), number, reason: z.string().max(2000) }))
			.mutation(async ({ ctx, input }) => {
				const claim = { memberId: input.memberId, number: input.number, reason: reasonOf(input.reason) };
				const claimed = await writeOnce(ctx, 'checkout.claim_for', input, (tx) =>
					claimReceipt(tx, claim, steps, ctx, ctx.now)
				);
				tellChanged(ctx.db, [input.memberId]);
				return claimed;
			})
	});
