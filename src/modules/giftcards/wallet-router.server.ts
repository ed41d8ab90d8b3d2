import * as z from 'zod/mini';
import { procedure, router } from '#platform/trpc';
import { changeHolderPin } from './holder-pin.server.ts';
import { heldCard, heldCards } from './wallet-views.server.ts';

export const walletRouter = router({
	held: procedure('wallet.own').query(({ ctx }) => heldCards(ctx.db, ctx.actor.memberId, ctx.now)),

	/** One card with its code. */
	open: procedure('wallet.own')
		.input(z.object({ id: z.string().check(z.maxLength(40)) }))
		.query(({ ctx, input }) => heldCard(ctx.db, ctx.actor.memberId, input.id, ctx.now)),

	/** Gives one's own card a PIN, another one, or (null) none any more. */
	changePin: procedure('wallet.own')
		.input(
			z.object({
				id: z.string().check(z.maxLength(40)),
				current: z.nullable(z.string().check(z.maxLength(12))),
				pin: z.nullable(z.string().check(z.maxLength(12)))
			})
		)
		.mutation(async ({ ctx, input }) => {
			await changeHolderPin(ctx.db, { ...input, memberId: ctx.actor.memberId }, ctx, ctx.now);
			return null;
		})
});
