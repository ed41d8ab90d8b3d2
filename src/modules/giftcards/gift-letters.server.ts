import * as z from 'zod/mini';
import { callerOf } from '#core/actor';
import { languages } from '#core/languages';
import { hour } from '#core/time';
import { claimTry, minutesUntil, type Limit } from '#identity/server';
import { wake } from '#platform/jobs';
import { tellChanged } from '#platform/live';
import type { Context } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { giftJobName } from './gift-jobs.server.ts';
import { giftRefusals } from './gift-refusals.ts';
import { giftDesigns } from './gift.ts';
import { giveSold } from './gifts.server.ts';

/** What is said of a gift, as it comes in. */
export const giftWish = {
	key: z.string().check(z.maxLength(64)),
	cardId: z.string().check(z.maxLength(40)),
	receiverName: z.string().check(z.maxLength(200)),
	email: z.nullable(z.string().check(z.maxLength(254))),
	sure: z.boolean(),
	words: z.string().check(z.maxLength(2000)),
	design: z.enum(giftDesigns),
	day: z.nullable(z.string().check(z.maxLength(10)))
};

/** The same, by somebody of the house: they say who it is from, and in which language. */
const houseWish = {
	...giftWish,
	giverName: z.string().check(z.maxLength(200)),
	language: z.enum(languages)
};
export const houseGift = z.object(houseWish);

/** A card that was sold at a counter goes to an address, and by no other way. */
export const soldGift = z.object({ ...houseWish, email: z.string().check(z.maxLength(254)) });

const hourly = (tries: number, daily: number): readonly Limit[] => [
	{ tries, within: hour },
	{ tries: daily, within: 24 * hour }
];
/** letters in the house's name with words of a stranger's choice; a counter in December sends more than a member */
const letters = { member: hourly(10, 25), counter: hourly(60, 300) };

/** @throws gift.too_often */
export async function claimGiftTry(ctx: Context, about: string, allowed: readonly Limit[]): Promise<void> {
	const until = await claimTry(ctx.db, about, allowed, ctx.now);
	if (until) throw giftRefusals.refuse('gift.too_often', { minutes: minutesUntil(until, ctx.now) });
}

/** @throws gift.too_often */
export const claimLetter = (ctx: Context): Promise<void> =>
	claimGiftTry(
		ctx,
		`gift letters of ${callerOf(ctx.actor)}`,
		ctx.actor.kind === 'till' ? letters.counter : letters.member
	);

/** The letters that are due leave at once, not with the clock. */
export async function startSending(ctx: Context, changed: (string | null)[]): Promise<void> {
	tellChanged(
		ctx.db,
		changed.filter((each) => each !== null)
	);
	await wake(giftJobName);
}

/**
 * Sends a card that the counter has just sold to nobody known to an address; see `giveSold`. That the card is one of its
 * sales is asked before.
 * @throws gift.too_often and what `makeGift` does
 */
export async function sendSoldCard(ctx: Context, input: z.infer<typeof soldGift>): Promise<{ id: string }> {
	await claimLetter(ctx);
	const made = await writeOnce(ctx, 'gifts.send_sold', input, (tx) => giveSold(tx, input, ctx, ctx.now));
	await startSending(ctx, [input.cardId]);
	return made;
}
