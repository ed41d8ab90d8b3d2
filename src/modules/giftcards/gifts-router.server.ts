import * as z from 'zod/mini';
import { isLanguage } from '#core/languages';
import { minute } from '#core/time';
import { getMember, memberFacts } from '#customers/server';
import type { Limit } from '#identity/server';
import { afterwards } from '#platform/afterwards';
import { inTransaction } from '#platform/db';
import { tellChanged } from '#platform/live';
import { procedure, publicProcedure, router, type Context } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { programmeOf } from '#stores/server';
import { addCard, type Added } from './add-card.server.ts';
import { lookAtBalance } from './balance.server.ts';
import { claimGiftTry, claimLetter, giftWish, houseGift, startSending } from './gift-letters.server.ts';
import { giftLink } from './gift-links.server.ts';
import { cardTakenMail } from './gift-mails.server.ts';
import { giftsOf, giftsOfCard, openGift } from './gift-views.server.ts';
import { cancelGift, changeGift, claimGift, makeGift, needOwnCard, tokenOf, type Giver } from './gifts.server.ts';

const id = z.string().check(z.maxLength(40));
const token = z.string().check(z.regex(/^[\w-]{43}$/));
const cardKey = z.object({
	code: z.string().check(z.maxLength(200)),
	pin: z.nullable(z.string().check(z.maxLength(20)))
});

const { key, receiverName, email, sure, day } = giftWish;
const change = z.object({ key, id, version: z.number(), receiverName, email, sure, day });
const one = z.object({ key, id });

const linksPerAddress: readonly Limit[] = [{ tries: 60, within: 15 * minute }];

/** Opening a link: 256 bits cannot be guessed, but nobody needs to try for hours. */
const claimLink = (ctx: Context) => claimGiftTry(ctx, `gift links from ${ctx.ip}`, linksPerAddress);

/** Changing, taking back and passing on are the same for a member and for the house. */
const verbs = {
	async change(ctx: Context, input: z.infer<typeof change>, giver: Giver) {
		await claimLetter(ctx);
		await writeOnce(ctx, 'gifts.change', input, async (tx) => {
			await changeGift(tx, input, giver, ctx, ctx.now);
			return null;
		});
		await startSending(ctx, giver === 'house' ? [] : [giver.memberId]);
		return null;
	},
	async cancel(ctx: Context, input: z.infer<typeof one>, giver: Giver) {
		const { changed } = await writeOnce(ctx, 'gifts.cancel', input, async (tx) => {
			const { giverMemberId, cardId } = await cancelGift(tx, input, giver, ctx, ctx.now);
			return { changed: [giverMemberId, cardId] };
		});
		tellChanged(
			ctx.db,
			changed.filter((each) => each !== null)
		);
		return null;
	},
	async link(ctx: Context, input: { id: string }, giver: Giver) {
		const found = await inTransaction(ctx.db, (tx) => tokenOf(tx, input, giver));
		return { link: giftLink(ctx.origin, found) };
	}
};

export const giftsWalletRouter = router({
	/** What one has given away. */
	given: procedure('wallet.own').query(({ ctx }) => giftsOf(ctx.db, ctx.actor.memberId, ctx.now)),

	give: procedure('wallet.own')
		.input(z.object(giftWish))
		.mutation(async ({ ctx, input }) => {
			const { memberId } = ctx.actor;
			await needOwnCard(ctx.db, input.cardId, memberId);
			if (input.email !== null) await claimLetter(ctx);
			const made = await writeOnce(ctx, 'gifts.give', input, async (tx) => {
				const { name: giverName, email: own } = await getMember(tx, memberId);
				const from = { giverName: giverName ?? own ?? '', language: ctx.language };
				return makeGift(tx, { ...input, ...from }, { memberId }, ctx, ctx.now);
			});
			await startSending(ctx, [memberId]);
			return made;
		}),

	change: procedure('wallet.own')
		.input(change)
		.mutation(({ ctx, input }) => verbs.change(ctx, input, { memberId: ctx.actor.memberId })),

	cancel: procedure('wallet.own')
		.input(one)
		.mutation(({ ctx, input }) => verbs.cancel(ctx, input, { memberId: ctx.actor.memberId })),

	/** To pass on oneself. A mutation, since the answer is worth money and must be kept by nobody. */
	link: procedure('wallet.own')
		.input(z.object({ id }))
		.mutation(({ ctx, input }) => verbs.link(ctx, input, { memberId: ctx.actor.memberId })),

	/** What whoever holds the link sees; a mutation, so that the token stands in no address. */
	open: publicProcedure.input(z.object({ token })).mutation(async ({ ctx, input }) => {
		await claimLink(ctx);
		const memberId = ctx.actor.kind === 'shopper' ? ctx.actor.memberId : null;
		const { gift, changed } = await openGift(ctx.db, { token: input.token, memberId }, ctx.now);
		tellChanged(ctx.db, changed);
		return gift;
	}),

	claim: procedure('wallet.own')
		.input(z.object({ token }))
		.mutation(async ({ ctx, input }) => {
			await claimLink(ctx);
			const { memberId } = ctx.actor;
			const { cardId, giverMemberId } = await inTransaction(ctx.db, (tx) =>
				claimGift(tx, { token: input.token, memberId }, ctx, ctx.now)
			);
			tellChanged(
				ctx.db,
				[memberId, cardId, giverMemberId].filter((each) => each !== null)
			);
			return { cardId };
		}),

	/** Takes a card into one's wallet by its code. */
	add: procedure('wallet.own')
		.input(cardKey)
		.mutation(async ({ ctx, input }) => {
			const { memberId } = ctx.actor;
			const added = await addCard(ctx, { ...input, memberId }, ctx, ctx.now);
			const { cardId, formerId, giverMemberId } = added;
			tellChanged(
				ctx.db,
				[memberId, cardId, formerId, giverMemberId].filter((each) => each !== null)
			);
			if (formerId !== null) tellFormer(ctx, { ...added, formerId });
			return { cardId };
		}),

	/** What a code is worth, for anybody who has it; a mutation, so that the code stands in no address. */
	balance: publicProcedure.input(cardKey).mutation(({ ctx, input }) => lookAtBalance(ctx, input, ctx.now))
});

function tellFormer(ctx: Context, { formerId, lastSymbols }: Added & { formerId: string }): void {
	afterwards('gift_card.former_told', async () => {
		const former = (await memberFacts(ctx.db, [formerId])).get(formerId);
		if (!former?.email || former.erased) return;
		const language = isLanguage(former.language) ? former.language : ctx.language;
		const { name: shop } = await programmeOf(ctx.db);
		await ctx.mail.send(await cardTakenMail(former.email, { lastSymbols, shop }, language));
	});
}

/** For the console: what lies in no wallet is given by the house; gifts of members are helped with. */
export const giftsAdminRouter = router({
	ofCard: procedure('giftcards.read')
		.input(z.object({ cardId: id }))
		.query(async ({ ctx, input }) => {
			const [gifts, { name: house, timeZone }] = await Promise.all([
				giftsOfCard(ctx.db, input.cardId, ctx.now),
				programmeOf(ctx.db)
			]);
			return { gifts, house, timeZone };
		}),

	make: procedure('giftcards.issue')
		.input(houseGift)
		.mutation(async ({ ctx, input }) => {
			const made = await writeOnce(ctx, 'gifts.make', input, (tx) => makeGift(tx, input, 'house', ctx, ctx.now));
			await startSending(ctx, [input.cardId]);
			return made;
		}),

	change: procedure('giftcards.issue')
		.input(change)
		.mutation(({ ctx, input }) => verbs.change(ctx, input, 'house')),

	cancel: procedure('giftcards.issue')
		.input(one)
		.mutation(({ ctx, input }) => verbs.cancel(ctx, input, 'house')),

	link: procedure('giftcards.issue')
		.input(z.object({ id }))
		.mutation(({ ctx, input }) => verbs.link(ctx, input, 'house'))
});
