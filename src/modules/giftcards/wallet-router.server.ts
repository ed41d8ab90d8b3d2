import * as z from 'zod/mini';
import { procedure, router } from '#platform/trpc';
import { heldCard, heldCards } from './wallet-views.server.ts';

export const walletRouter = router({
	held: procedure('wallet.own').query(({ ctx }) => heldCards(ctx.db, ctx.actor.memberId, ctx.now)),

	/** One card with its code. */
	open: procedure('wallet.own')
		.input(z.object({ id: z.string().check(z.maxLength(40)) }))
		.query(({ ctx, input }) => heldCard(ctx.db, ctx.actor.memberId, input.id, ctx.now))
});
