import * as z from 'zod/mini';
import { purchaseRefusals } from '#purchases';
import { getReceipt } from '#purchases/server';
import { isRefusal } from '#core/refusal';
import { purseOf } from '#groups/server';
import { procedure, publicProcedure, router } from '#platform/trpc';
import { programmeOf } from '#stores/server';
import { walletHistory } from './history.server.ts';
import { walletOverview } from './overview.server.ts';

export const walletRouter = router({
	/** Whose wallet this is, for the sign-in page; null while the shop is being set up. */
	shop: publicProcedure.query(async ({ ctx }) => {
		try {
			const { name, timeZone, currency } = await programmeOf(ctx.db);
			return { name, timeZone, currency };
		} catch (error) {
			if (isRefusal(error) && error.code === 'programme.missing') return null;
			throw error;
		}
	}),

	overview: procedure('wallet.own').query(({ ctx }) => walletOverview(ctx.db, ctx.actor.memberId, ctx.now)),

	/** Under which names changes of the member's points are told besides their own: nothing where they share no purse. */
	sharing: procedure('wallet.own').query(async ({ ctx }) => {
		const purse = await purseOf(ctx.db, ctx.actor.memberId);
		return purse ? [purse.groupId, ...purse.others.map(({ memberId }) => memberId)] : [];
	}),

	history: procedure('wallet.own')
		.input(z.object({ cursor: z.nullable(z.string().check(z.maxLength(100))) }))
		.query(({ ctx, input }) => walletHistory(ctx.db, ctx.actor.memberId, { cursor: input.cursor })),

	/** One receipt with everything on it; somebody else's is as unknown as one that never was. */
	receipt: procedure('wallet.own')
		.input(z.object({ id: z.string().check(z.maxLength(40)) }))
		.query(async ({ ctx, input }) => {
			const receipt = await getReceipt(ctx.db, input.id);
			if (receipt.memberId !== ctx.actor.memberId) throw purchaseRefusals.refuse('receipt.unknown');
			return receipt;
		})
});
