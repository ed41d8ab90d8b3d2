import * as z from 'zod';
import type { Cashier } from '#core/actor';
import { Refusal } from '#core/refusal';
import { approveAtTill, listApprovers } from '#identity/server';
import type { Db } from '#platform/db';
import { tellChanged } from '#platform/live';
import { needStore } from '#platform/reach';
import { keepTrail } from '#platform/trail';
import { procedure, router, wideProcedure, type Context } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { askSchema } from '#pricing';
import { returnReasons } from '#purchases';
import { getReceipt, returnPolicyOf, saveReturnPolicy } from '#purchases/server';
import { quoteBlind, takeBackBlind } from './blind.server.ts';
import { counterOf, settled } from './counter.server.ts';
import { exchangeGoods, previewExchange } from './exchange.server.ts';
import { checkoutRefusals, shown, type Counter, type Refused } from './index.ts';
import { refundedCards, slipCodes, soldCards } from './slip-codes.server.ts';
import { previewReturn, undoSales } from './undo.server.ts';

const counter = (actor: Cashier): Counter => ({
	caller: actor.deviceId,
	storeId: actor.storeId,
	deviceId: actor.deviceId,
	staffId: actor.staff.id
});

const thrown = (refused: Refused): Refusal => new Refusal(refused.refusal, refused.now ? shown(refused.now) : null);

const id = z.string().max(40);
const key = z.string().max(64);
const cents = z.int().min(0).max(100_000_000_000);
const reasonKind = z.enum(returnReasons);
const lines = z.union([z.literal('everything'), z.array(z.object({ position: z.int(), quantity: z.int() })).max(500)]);

const returnRequest = z.object({
	receiptId: id,
	lines,
	reasonKind: reasonKind.nullable().default(null),
	reason: z.string().trim().max(200).nullable(),
	refundTo: z.enum(['hand', 'card']).default('hand'),
	toCardId: id.nullable().default(null),
	agreedCents: cents.nullable().default(null)
});

/** Somebody else's PIN, for what the cashier may not do alone. */
const approval = z
	.object({ staffId: id, pin: z.string().max(20) })
	.nullable()
	.default(null);

/** The right that lets a till give money for a card that can take none, and take goods back without their receipt. */
const beyond = 'till.return_without_receipt';

/**
 * Who allows it: the cashier, if they may, else whose PIN was given; null: nobody.
 * @throws what `approveAtTill` does
 */
async function allowedBy(
	ctx: Pick<Context, 'db' | 'now' | 'may'> & { actor: Cashier },
	given: z.infer<typeof approval>
): Promise<string | null> {
	if (given) return (await approveAtTill(ctx.db, { till: ctx.actor, ...given, permission: beyond }, ctx.now)).staffId;
	return ctx.may(beyond) ? ctx.actor.staff.id : null;
}

const blindRequest = z.object({
	lines: z.array(z.object({ productId: id.nullable(), quantity: z.int(), unitCents: z.int().nullable() })).max(100)
});

export const tillReturns = {
	/** What the house allows when goods come back, and who may allow more than the cashier. */
	returnRules: procedure('till.return').query(async ({ ctx }) => {
		const [{ policy }, approvers] = await Promise.all([
			returnPolicyOf(ctx.db),
			listApprovers(ctx.db, ctx.actor.storeId, beyond)
		]);
		return { policy, approvers };
	}),

	previewReturn: procedure('till.return')
		.input(returnRequest)
		.mutation(async ({ ctx, input }) => {
			const command = { ...counter(ctx.actor), ...input, agreedCents: null, key: 'preview' };
			const result = await previewReturn(ctx.db, { ...command, handForCards: ctx.may(beyond) }, ctx.now);
			if (result.ok) return { ...result.given, needsApproval: false };
			if (result.refusal.code !== 'return.card_unusable') throw thrown(result);
			// With somebody's leave it would be money: shown, and asked for when it is done.
			const allowed = await previewReturn(ctx.db, { ...command, handForCards: true }, ctx.now);
			if (!allowed.ok) throw thrown(allowed);
			return { ...allowed.given, needsApproval: true };
		}),

	takeBack: procedure('till.return')
		.input(returnRequest.extend({ key, approval }))
		.mutation(async ({ ctx, input: { approval: given, ...input } }) => {
			const approvedBy = await allowedBy(ctx, given);
			const command = { ...counter(ctx.actor), ...input, approvedBy: given ? approvedBy : null };
			const result = await counterOf(ctx.db).takeBack({ ...command, handForCards: approvedBy !== null }, ctx.now);
			if (!result.ok) throw thrown(result);
			const codes = await slipCodes(ctx.db, refundedCards(result.given));
			return { given: result.given, replayed: result.replayed, codes };
		}),

	/** What goods without their receipt are worth. */
	quoteWithoutReceipt: procedure('till.return')
		.input(blindRequest)
		.mutation(({ ctx, input }) => quoteBlind(ctx.db, { ...input, storeId: ctx.actor.storeId }, ctx.now)),

	/** Goods without their receipt, by right: the cashier's own, or that of whoever gives their PIN. */
	takeBackWithoutReceipt: procedure('till.return')
		.input(
			blindRequest.extend({
				key,
				memberId: id.nullable(),
				toCardId: id.nullable(),
				reasonKind,
				reason: z.string().trim().max(200).nullable(),
				agreedCents: cents,
				approval
			})
		)
		.mutation(async ({ ctx, input: { approval: given, ...input } }) => {
			const approvedBy = await allowedBy(ctx, given);
			if (approvedBy === null) throw checkoutRefusals.refuse('return.needs_approval');
			if (input.reasonKind === 'other' && (input.reason ?? '').length < 3)
				throw checkoutRefusals.refuse('return.reason_form', { field: 'reason' });
			const done = await writeOnce(ctx, 'checkout.take_back_without_receipt', input, (tx) =>
				takeBackBlind(tx, { ...counter(ctx.actor), ...input, approvedBy }, ctx, ctx.now)
			);
			const [code] = done.card?.fresh ? await slipCodes(ctx.db, [done.card.id]) : [];
			if (done.card && input.memberId) tellChanged(ctx.db, [input.memberId, done.card.id]);
			return { ...done, code: code?.code ?? null };
		}),

	previewExchange: procedure('till.return')
		.input(z.object({ goods: returnRequest, ask: askSchema, saleKey: key }))
		.mutation(async ({ ctx, input }) => {
			const at = counter(ctx.actor);
			const goods = { ...at, ...input.goods, key: 'preview-of-exchange', handForCards: true, agreedCents: null };
			const sale = { ...at, key: input.saleKey, ask: input.ask, fingerprint: null };
			const seen = await previewExchange(ctx.db, { goods, sale }, ctx.now);
			if (!('given' in seen)) throw thrown(seen);
			return { given: seen.given, ...shown(seen) };
		}),

	/** Goods come back and others go out: all or nothing. */
	exchange: procedure('till.return')
		.input(
			z.object({
				goods: returnRequest.extend({ key }),
				sale: z.object({ key, ask: askSchema, fingerprint: z.string().max(20_000) }),
				approval
			})
		)
		.mutation(async ({ ctx, input }) => {
			const approvedBy = await allowedBy(ctx, input.approval);
			const at = counter(ctx.actor);
			const rights = { handForCards: approvedBy !== null, approvedBy: input.approval ? approvedBy : null };
			const goods = { ...at, ...input.goods, ...rights };
			const done = await exchangeGoods(ctx.db, { goods, sale: { ...at, ...input.sale } }, ctx.now);
			if ('ok' in done) throw thrown(done);
			const { given, receipt } = done;
			if (!done.replayed) tellChanged(ctx.db, [receipt.memberId, receipt.storeId, ...refundedCards(given)]);
			const [codes, soldCodes] = await Promise.all([
				slipCodes(ctx.db, refundedCards(given)),
				slipCodes(ctx.db, soldCards(receipt))
			]);
			return { ...done, codes, soldCodes };
		})
};

/** A return from the console: of a sale within reach, with a reason, in the trail. */
async function undoFromConsole(
	db: Db,
	ctx: Pick<Context, 'now' | 'requestId'> & { actor: { kind: 'staff'; staffId: string } & Context['actor'] },
	input: z.infer<typeof returnRequest> & { key: string }
) {
	const receipt = await getReceipt(db, input.receiptId);
	const at = { caller: ctx.actor.staffId, storeId: receipt.storeId, deviceId: null, staffId: ctx.actor.staffId };
	return settled(db, async (tx) => {
		const command = { ...at, ...input, handForCards: true, anyStore: true };
		const [answer] = await undoSales(tx, [command], ctx.now);
		if (!answer?.result.ok) throw thrown(answer?.result as Refused);
		const { given, replayed } = answer.result;
		if (!replayed) {
			const { totalCents, refundCents, giftCardCents, pointsGivenBack, pointsTakenBack } = given;
			const after = { totalCents, refundCents, giftCardCents, pointsGivenBack, pointsTakenBack };
			const deed = { action: 'receipt.returned', subject: { kind: 'receipt', id: receipt.id }, title: receipt.number };
			await keepTrail(tx, ctx, { ...deed, after, reason: input.reason, storeId: receipt.storeId }, ctx.now);
		}
		return { given, ownerIds: answer.ownerIds };
	});
}

export const adminRouter = router({
	returnPolicy: procedure('programme.read').query(({ ctx }) => returnPolicyOf(ctx.db)),

	saveReturnPolicy: wideProcedure('programme.write')
		.input(
			z.object({
				key,
				version: z.int(),
				policy: z.strictObject({
					otherStores: z.boolean(),
					voucherDays: z.number(),
					withoutReceipt: z.strictObject({
						enabled: z.boolean(),
						mostCents: z.number().nullable(),
						price: z.enum(['today', 'lowest']),
						lowestDays: z.number(),
						refundTo: z.enum(['hand', 'card'])
					})
				})
			})
		)
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'checkout.save_return_policy', input, (tx) => saveReturnPolicy(tx, input, ctx, ctx.now))
		),

	previewUndo: procedure('receipts.undo')
		.input(returnRequest)
		.mutation(async ({ ctx, input }) => {
			const receipt = await getReceipt(ctx.db, input.receiptId);
			needStore(ctx.actor, receipt.storeId);
			const at = { caller: ctx.actor.staffId, storeId: receipt.storeId, deviceId: null, staffId: null, key: 'preview' };
			const command = { ...at, ...input, handForCards: true, anyStore: true, agreedCents: null };
			const result = await previewReturn(ctx.db, command, ctx.now);
			if (!result.ok) throw thrown(result);
			return result.given;
		}),

	/** Takes goods of a receipt back, whoever brings them to whichever desk. */
	undo: procedure('receipts.undo')
		.input(returnRequest.extend({ key }))
		.mutation(async ({ ctx, input }) => {
			const receipt = await getReceipt(ctx.db, input.receiptId);
			needStore(ctx.actor, receipt.storeId);
			if ((input.reason ?? '').length < 3) throw checkoutRefusals.refuse('return.reason_form', { field: 'reason' });
			const { given, ownerIds } = await undoFromConsole(ctx.db, ctx, input);
			tellChanged(ctx.db, ownerIds);
			return given;
		})
});
