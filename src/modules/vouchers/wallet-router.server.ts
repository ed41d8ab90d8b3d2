import * as z from 'zod/mini';
import { hour, minute } from '#core/time';
import { claimTry, minutesUntil, type Limit } from '#identity/server';
import { tellChanged } from '#platform/live';
import { inTransaction } from '#platform/db';
import { procedure, router } from '#platform/trpc';
import { addRefusals, addToWallet } from './add.server.ts';
import { heldVouchers } from './wallet-views.server.ts';

/**
 * Voucher codes have 60 bits, but a manager's own words may be short: whoever guesses is stopped long before they find
 * one. A family adds its letters' codes in one evening; a shop's whole wireless network is one address.
 */
const limits = {
	perMember: [
		{ tries: 20, within: 15 * minute },
		{ tries: 100, within: 24 * hour }
	],
	perAddress: [{ tries: 200, within: 15 * minute }]
} as const satisfies Record<string, readonly Limit[]>;

export const walletRouter = router({
	held: procedure('wallet.own').query(({ ctx }) => heldVouchers(ctx.db, ctx.actor.memberId, ctx.now)),

	/** Puts a code that the shopper typed into their wallet. */
	add: procedure('wallet.own')
		.input(z.object({ code: z.string().check(z.maxLength(200)) }))
		.mutation(async ({ ctx, input }) => {
			const { memberId } = ctx.actor;
			for (const [about, allowed] of [
				[`voucher codes by ${memberId}`, limits.perMember],
				[`voucher codes from ${ctx.ip}`, limits.perAddress]
			] as const) {
				const until = await claimTry(ctx.db, about, allowed, ctx.now);
				if (until) throw addRefusals.refuse('voucher.add_too_often', { minutes: minutesUntil(until, ctx.now) });
			}
			const added = await inTransaction(ctx.db, (tx) => addToWallet(tx, { memberId, code: input.code }, ctx.now));
			tellChanged(ctx.db, [memberId]);
			return added;
		})
});
