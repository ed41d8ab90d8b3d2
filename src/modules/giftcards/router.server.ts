import { inArray } from 'drizzle-orm';
import * as z from 'zod/mini';
import { Refusal } from '#core/refusal';
import { membersNamed } from '#customers/server';
import type { Reads } from '#platform/db';
import { tellChanged } from '#platform/live';
import { keepTrail } from '#platform/trail';
import { procedure, router } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { programmeOf } from '#stores/server';
import { actProcedures } from './acts-router.server.ts';
import { cardPage, listCards } from './admin-views.server.ts';
import { activate, findByCode, issue } from './cards.server.ts';
import { reveal } from './codes.server.ts';
import { giftCardRefusals } from './refusals.ts';
import { cardStates, limits } from './rules.ts';
import { giftCards } from './tables.server.ts';

const id = z.string().check(z.maxLength(40));
const key = z.string().check(z.maxLength(64));
const text = z.string().check(z.maxLength(200));

/** Cards with their codes in the clear, in the order of the ids: for the answer of the issue and for nothing else. */
async function revealed(reads: Reads, ids: readonly string[]) {
	const rows = await reads
		.select()
		.from(giftCards)
		.where(inArray(giftCards.id, [...ids]));
	const byId = new Map(rows.map((row) => [row.id, row]));
	return ids.flatMap((id) => {
		const row = byId.get(id);
		return row
			? [{ id, code: reveal(row), cents: row.initialCents, currency: row.currency, expiresAt: row.expiresAt }]
			: [];
	});
}

export const adminRouter = router({
	...actProcedures,

	list: procedure('giftcards.read')
		.input(z.object({ state: z.nullable(z.enum(cardStates)), text, cursor: z.nullable(id) }))
		.query(async ({ ctx, input }) => {
			const [page, { timeZone, currency }] = await Promise.all([
				listCards(ctx.db, input, ctx.now),
				programmeOf(ctx.db)
			]);
			return { ...page, timeZone, currency };
		}),

	get: procedure('giftcards.read')
		.input(z.object({ id, cursor: z.nullable(text) }))
		.query(async ({ ctx, input }) => {
			const [page, { timeZone }] = await Promise.all([cardPage(ctx.db, input, ctx.now), programmeOf(ctx.db)]);
			return { ...page, timeZone };
		}),

	/** What a card is issued in, and whose days its expiry is counted by. */
	programme: procedure('giftcards.read').query(async ({ ctx }) => {
		const { name, currency, timeZone } = await programmeOf(ctx.db);
		return { name, currency, timeZone };
	}),

	/** By the whole code. A mutation, since a code must not stand in an address or a log of addresses. */
	find: procedure('giftcards.read')
		.input(z.object({ code: z.string().check(z.maxLength(200)) }))
		.mutation(async ({ ctx, input }) => {
			const found = await findByCode(ctx.db, input.code);
			if (!found) throw giftCardRefusals.refuse('gift_card.not_found');
			return { id: found.card.id };
		}),

	/**
	 * Issues cards of one value. Their codes are in this answer and nowhere else; the key's stored answer has the ids only,
	 * so that a repeated call can show the codes again to the same caller.
	 */
	issue: procedure('giftcards.issue')
		.input(
			z.object({
				key,
				count: z.number(),
				cents: z.number(),
				/** e-mail address, number or code; null: for whoever holds it */
				member: z.nullable(text),
				active: z.boolean(),
				expiresAt: z.nullable(z.date())
			})
		)
		.mutation(async ({ ctx, input }) => {
			const holders: string[] = [];
			const { ids } = await writeOnce(ctx, 'giftcards.issue', input, async (tx) => {
				const { count, cents, member, active, expiresAt } = input;
				const most = member === null ? limits.atOnce : 1;
				if (!Number.isSafeInteger(count) || count < 1 || count > most)
					throw giftCardRefusals.refuse('gift_card.count_form', { field: 'count', most });
				const [named] = member === null ? [] : await membersNamed(tx, [member]);
				if (member !== null && !named) throw giftCardRefusals.refuse('gift_card.member_unknown', { field: 'member' });
				if (named) holders.push(named.id);
				const { currency } = await programmeOf(tx);
				const command = { cents, currency, memberId: named?.id ?? null, active, expiresAt };
				const cards = await issue(
					tx,
					Array.from({ length: count }, () => command),
					ctx.now
				);
				// All or none: they are equal, so that what refuses one refuses all.
				const ids = cards.map((card) => {
					if (!card.ok) throw new Refusal(card.refusal);
					return card.id;
				});
				const after = { valueCents: cents, currency, expiresAt, active };
				const deeds = ids.map((id) => ({ action: 'gift_card.issued', subject: { kind: 'gift_card', id }, after }));
				await keepTrail(tx, ctx, deeds, ctx.now);
				return { ids };
			});
			tellChanged(ctx.db, holders);
			return { cards: await revealed(ctx.db, ids) };
		}),

	activate: procedure('giftcards.write')
		.input(z.object({ key, id }))
		.mutation(async ({ ctx, input }) => {
			await writeOnce(ctx, 'giftcards.activate', input, async (tx) => {
				const [result] = await activate(tx, [input.id], ctx.now);
				if (result && !result.ok) throw new Refusal(result.refusal);
				const subject = { kind: 'gift_card', id: input.id };
				await keepTrail(tx, ctx, { action: 'gift_card.activated', subject }, ctx.now);
				return null;
			});
			tellChanged(ctx.db, [input.id]);
			return null;
		})
});

export { tillRouter } from './till-router.server.ts';
export { giftsAdminRouter, giftsWalletRouter } from './gifts-router.server.ts';
export { walletRouter } from './wallet-router.server.ts';
