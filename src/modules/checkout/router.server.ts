import * as z from 'zod';
import { Refusal } from '#core/refusal';
import { sendSoldCard, soldGift } from '#giftcards/server';
import { procedure, router } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { askSchema } from '#pricing';
import { releaseHolds } from '#vouchers/server';
import { needSoldHere } from './card-mail.server.ts';
import { quoteAtTill } from './preview.server.ts';
import { identify } from './identify.server.ts';
import { codeKinds, shown } from './index.ts';
import { adminRouter, tillReturns } from './returns-router.server.ts';
import { codesAgain } from './slip-codes.server.ts';
import { receiptToPrint, slipByNumber } from './slips.server.ts';

export { adminRouter };
export { claimRouter, claimTillRouter, claimWalletRouter } from './claim-router.server.ts';

const key = z.string().max(64);

export const tillRouter = router({
	/** What a scanned or typed text is. A mutation, so that no code ever stands in an address. */
	identify: procedure('till.sell')
		.input(z.object({ text: z.string().max(1000), wanted: z.enum(codeKinds).nullable() }))
		.mutation(({ ctx, input }) => {
			const { deviceId, storeId } = ctx.actor;
			return identify(ctx.looking, { ...input, deviceId, storeId }, ctx.now);
		}),

	/**
	 * Facts and quote of an open basket. A mutation, since an ask holds ids that do not belong into addresses. With the
	 * basket's name its vouchers are held for it, anew each time; asked without vouchers it lets go of them.
	 */
	quote: procedure('till.sell')
		.input(z.object({ ask: askSchema, basket: z.string().max(64).nullable().default(null) }))
		.mutation(async ({ ctx, input }) => {
			const { deviceId, storeId } = ctx.actor;
			const { ask, basket } = input;
			const holder = basket === null ? undefined : { caller: deviceId, basket };
			const answer = await quoteAtTill(ctx.looking, { ask, storeId, ...(holder ? { holder } : {}) }, ctx.now);
			if (!answer.ok) throw new Refusal(answer.refusal);
			return shown(answer);
		}),

	/** Lets go of a voucher that another basket holds, when the shopper stands here. */
	letGo: procedure('till.manual')
		.input(z.object({ key, rightId: z.string().max(40) }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'checkout.let_go', input, (tx) => releaseHolds(tx, { codeIds: [input.rightId] }, ctx, ctx.now))
		),

	receipt: procedure('till.sell')
		.input(z.object({ number: z.string().max(40) }))
		.mutation(({ ctx, input }) => receiptToPrint(ctx.db, input.number)),

	/** The slip of a return, to print again. */
	slip: procedure('till.sell')
		.input(z.object({ number: z.string().max(40) }))
		.mutation(({ ctx, input }) => slipByNumber(ctx.db, input.number)),

	/** Codes that a page which was loaded anew showed and did not print. A mutation: they do not lie in any cache. */
	codesAgain: procedure('till.sell')
		.input(z.object({ keys: z.array(key).min(1).max(2) }))
		.mutation(({ ctx, input }) => codesAgain(ctx.db, { caller: ctx.actor.deviceId, ...input }, ctx.now)),

	/** A card that this till has just sold to nobody known leaves by e-mail, to whom it is meant for. */
	mailCard: procedure('till.sell')
		.input(z.object({ ...soldGift.shape, receiptId: z.string().max(40) }))
		.mutation(async ({ ctx, input: { receiptId, ...input } }) => {
			const { deviceId } = ctx.actor;
			await needSoldHere(ctx.db, { receiptId, cardId: input.cardId, deviceId }, ctx.now);
			return sendSoldCard(ctx, input);
		}),

	...tillReturns
});
