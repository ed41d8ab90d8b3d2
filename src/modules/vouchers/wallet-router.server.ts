import * as z from 'zod/mini';
import { inTransaction } from '#platform/db';
import { procedure, router } from '#platform/trpc';
import { addToWallet } from './add.server.ts';
import { heldVouchers } from './wallet-views.server.ts';

export const walletRouter = router({
	held: procedure('wallet.own').query(({ ctx }) => heldVouchers(ctx.db, ctx.actor.memberId, ctx.now)),

	/** Puts a code that the shopper typed into their wallet. */
	add: procedure('wallet.own')
		.input(z.object({ code: z.string().check(z.maxLength(200)) }))
		.mutation(({ ctx, input }) =>
			inTransaction(ctx.db, (tx) => addToWallet(tx, { memberId: ctx.actor.memberId, code: input.code }, ctx.now))
		)
});
