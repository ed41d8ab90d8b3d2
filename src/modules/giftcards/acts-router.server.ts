import { eq } from 'drizzle-orm';
import * as z from 'zod/mini';
import { inTransaction, type Tx } from '#platform/db';
import { wake } from '#platform/jobs';
import { tellChanged } from '#platform/live';
import { procedure } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { programmeOf } from '#stores/server';
import * as acts from './acts.server.ts';
import { cardCurrencies, listBatches, makeBatch, noteCodesRead, printCodes, stopBatch } from './batches.server.ts';
import { cardJobName } from './gift-jobs.server.ts';
import { findByCode } from './cards.server.ts';
import { reveal } from './codes.server.ts';
import { removePin } from './pin-acts.server.ts';
import { cardRules, saveCardRules } from './policy.server.ts';
import { giftCardRefusals } from './refusals.ts';
import { giftCards } from './tables.server.ts';

const id = z.string().check(z.maxLength(40));
const key = z.string().check(z.maxLength(64));
const reason = z.string().check(z.maxLength(1000));
const act = z.object({ key, id, reason });

const expiry = z.union([
	z.strictObject({ kind: z.literal('never') }),
	z.strictObject({ kind: z.enum(['after_sale', 'after_use']), months: z.number() })
]);
/** The form alone: what is wrong with a number is said by the rules' own check, with its field. */
const rules = z.strictObject({
	terms: z
		.array(
			z.strictObject({
				currency: z.string().check(z.maxLength(10)),
				leastCents: z.number(),
				mostCents: z.number(),
				amounts: z.array(z.number()).check(z.maxLength(20)),
				highestCents: z.nullable(z.number()),
				pinFromCents: z.nullable(z.number())
			})
		)
		.check(z.maxLength(50)),
	earnsPoints: z.boolean(),
	expiry,
	expiryByStore: z.record(id, expiry),
	refundsEnd: z.optional(z.boolean())
});

type Ctx = Parameters<typeof writeOnce>[0];

/** Carries out an act on one card, once, and tells whoever looks at it. */
async function onCard<I extends { key: string; id: string }, A>(
	ctx: Ctx,
	verb: string,
	input: I,
	run: (tx: Tx) => Promise<A>,
	others: readonly string[] = []
): Promise<A | null> {
	const answer = await writeOnce(ctx, `giftcards.${verb}`, input, async (tx) => (await run(tx)) ?? null);
	tellChanged(ctx.db, [input.id, ...others]);
	return answer;
}

/** What people of the house do to cards, and how the house sells them. */
export const actProcedures = {
	block: procedure('giftcards.write')
		.input(act)
		.mutation(({ ctx, input }) => onCard(ctx, 'block', input, (tx) => acts.block(tx, input, ctx, ctx.now))),

	unblock: procedure('giftcards.write')
		.input(act)
		.mutation(({ ctx, input }) => onCard(ctx, 'unblock', input, (tx) => acts.unblock(tx, input, ctx, ctx.now))),

	/** The new card's code is in this answer and nowhere else; one in a wallet is shown to its holder alone. */
	replace: procedure('giftcards.write')
		.input(act)
		.mutation(async ({ ctx, input }) => {
			const made = await onCard(ctx, 'replace', input, (tx) => acts.replace(tx, input, ctx, ctx.now));
			const [card] = await ctx.db
				.select()
				.from(giftCards)
				.where(eq(giftCards.id, made?.id ?? ''));
			if (!card) throw giftCardRefusals.refuse('gift_card.not_found');
			return { id: card.id, lastSymbols: card.lastSymbols, code: card.memberId === null ? reveal(card) : null };
		}),

	/** @param input.into the other card's whole code or id */
	merge: procedure('giftcards.write')
		.input(z.object({ key, id, reason, into: z.string().check(z.maxLength(200)) }))
		.mutation(async ({ ctx, input }) => {
			const found = input.into.startsWith('gft_') ? null : await findByCode(ctx.db, input.into);
			const intoId = found?.card.id ?? input.into;
			if (!intoId.startsWith('gft_')) throw giftCardRefusals.refuse('gift_card.not_found', { field: 'into' });
			// The code stays out of what is kept with the key.
			const { into: _, ...rest } = input;
			const command = { ...rest, intoId };
			await onCard(ctx, 'merge', command, (tx) => acts.merge(tx, command, ctx, ctx.now), [intoId]);
			return { intoId };
		}),

	correct: procedure('giftcards.adjust')
		.input(z.object({ key, id, reason, cents: z.number() }))
		.mutation(({ ctx, input }) => onCard(ctx, 'correct', input, (tx) => acts.correct(tx, input, ctx, ctx.now))),

	changeExpiry: procedure('giftcards.adjust')
		.input(z.object({ key, id, reason, expiresAt: z.nullable(z.date()) }))
		.mutation(({ ctx, input }) =>
			onCard(ctx, 'change_expiry', input, (tx) => acts.changeExpiry(tx, input, ctx, ctx.now))
		),

	removePin: procedure('giftcards.write')
		.input(act)
		.mutation(({ ctx, input }) => onCard(ctx, 'remove_pin', input, (tx) => removePin(tx, input, ctx, ctx.now))),

	batches: procedure('giftcards.read')
		.input(z.object({ cursor: z.nullable(id) }))
		.query(async ({ ctx, input }) => {
			const [page, currencies, { timeZone }] = await Promise.all([
				listBatches(ctx.db, input.cursor),
				cardCurrencies(ctx.db),
				programmeOf(ctx.db)
			]);
			return { ...page, timeZone, currencies };
		}),

	makeBatch: procedure('giftcards.issue')
		.input(
			z.object({
				key,
				name: z.string().check(z.maxLength(1000)),
				cards: z.number(),
				valueCents: z.nullable(z.number()),
				currency: z.string().check(z.maxLength(3)),
				expiresAt: z.nullable(z.date())
			})
		)
		.mutation(async ({ ctx, input }) => {
			const made = await writeOnce(ctx, 'giftcards.make_batch', input, (tx) => makeBatch(tx, input, ctx, ctx.now));
			await wake(cardJobName);
			return made;
		}),

	/** Makes no more cards of a batch that is on its way. */
	stopBatch: procedure('giftcards.issue')
		.input(z.object({ key, id }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'giftcards.stop_batch', input, (tx) => stopBatch(tx, input.id, ctx, ctx.now))
		),

	/** The codes of a batch, for its printer. The first part of a file stands in the trail. */
	printCodes: procedure('giftcards.issue')
		.input(z.object({ id, cursor: z.nullable(id) }))
		.mutation(async ({ ctx, input }) => {
			if (input.cursor === null) await inTransaction(ctx.db, (tx) => noteCodesRead(tx, input.id, ctx, ctx.now));
			return printCodes(ctx.db, input);
		}),

	rules: procedure('giftcards.read').query(({ ctx }) => cardRules(ctx.db)),

	saveRules: procedure('programme.write')
		.input(z.object({ key, version: z.number(), rules }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'giftcards.save_rules', input, (tx) => saveCardRules(tx, input, ctx, ctx.now))
		)
};
