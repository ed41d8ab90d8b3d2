import { and, desc, eq, isNull, type SQL } from 'drizzle-orm';
import { moneyOf } from '#ledger/server';
import type { Reads } from '#platform/db';
import { programmeOf } from '#stores/server';
import { reveal } from './codes.server.ts';
import { giftTokenHash } from './gift-links.server.ts';
import { giftRefusals } from './gift-refusals.ts';
import { giftStateOf, type GivenGift, type OpenedGift } from './gift.ts';
import { stateOf } from './rules.ts';
import { giftCards, gifts } from './tables.server.ts';

/** How many a list shows, newest first: more than anybody gives in years. */
const mostShown = 100;

async function listGifts(reads: Reads, which: SQL, now: Date): Promise<GivenGift[]> {
	const rows = await reads
		.select({ gift: gifts, card: giftCards })
		.from(gifts)
		.innerJoin(giftCards, eq(giftCards.id, gifts.cardId))
		.where(which)
		.orderBy(desc(gifts.createdAt), desc(gifts.id))
		.limit(mostShown);
	const cardIds = rows.map(({ card }) => card.id);
	const money = await moneyOf(reads, cardIds, now);
	return rows.map(({ gift, card }) => {
		const state = giftStateOf(gift, now);
		return {
			id: gift.id,
			version: gift.version,
			cardId: card.id,
			lastSymbols: card.lastSymbols,
			// What a card holds is its holder's business: the giver knows what they gave.
			balanceCents: state === 'claimed' ? card.initialCents : (money.get(card.id)?.balance ?? 0),
			currency: card.currency,
			giverName: gift.giverName,
			byMember: gift.giverMemberId !== null,
			receiverName: gift.receiverName,
			email: gift.email,
			words: gift.words,
			design: gift.design,
			state,
			createdAt: gift.createdAt,
			sendAt: gift.sendAt,
			sentAt: gift.sentAt,
			openedAt: gift.openedAt,
			claimedAt: gift.claimedAt,
			cancelledAt: gift.cancelledAt
		};
	});
}

/** What a member has given away, newest first. */
export const giftsOf = (reads: Reads, memberId: string, now: Date): Promise<GivenGift[]> =>
	listGifts(reads, eq(gifts.giverMemberId, memberId), now);

/** How often a card was given, newest first. */
export const giftsOfCard = (reads: Reads, cardId: string, now: Date): Promise<GivenGift[]> =>
	listGifts(reads, eq(gifts.cardId, cardId), now);

/**
 * What whoever holds a gift's link sees. The first time that it is not the giver who looks is kept.
 * @param memberId of whoever looks; null: not signed in
 * @returns with whom to tell: the ids of whose screens change, none when it was seen before
 * @throws gift.link_unknown, also when it was taken back or sent anew
 */
export async function openGift(
	reads: Reads,
	{ token, memberId }: { token: string; memberId: string | null },
	now: Date
): Promise<{ gift: OpenedGift; changed: string[] }> {
	const [row] = await reads
		.select({ gift: gifts, card: giftCards })
		.from(gifts)
		.innerJoin(giftCards, eq(giftCards.id, gifts.cardId))
		.where(and(eq(gifts.tokenHash, giftTokenHash(token)), isNull(gifts.cancelledAt)));
	if (!row) throw giftRefusals.refuse('gift.link_unknown');
	const { gift, card } = row;
	const own = memberId !== null && gift.giverMemberId === memberId;
	const claim = gift.claimedAt === null ? 'free' : gift.claimedBy === memberId ? 'yours' : 'taken';
	const changed = claim === 'free' && !own && (await keepOpened(reads, gift, now)) ? [gift.giverMemberId, card.id] : [];
	const [{ name, timeZone }, money] = await Promise.all([programmeOf(reads), moneyOf(reads, [card.id], now)]);
	const balanceCents = money.get(card.id)?.available ?? 0;
	const state = stateOf(card, now);
	const pays = state === 'active' && balanceCents > 0;
	return {
		gift: {
			giverName: gift.giverName,
			receiverName: gift.receiverName,
			words: gift.words,
			design: gift.design,
			programme: { name, timeZone },
			claim,
			card:
				claim === 'taken'
					? null
					: {
							id: claim === 'yours' && card.memberId === memberId ? card.id : null,
							lastSymbols: card.lastSymbols,
							balanceCents,
							currency: card.currency,
							state,
							expiresAt: card.expiresAt,
							code: claim === 'free' && !own && pays ? reveal(card) : null
						},
			own
		},
		changed: changed.filter((id) => id !== null)
	};
}

async function keepOpened(
	reads: Reads,
	gift: { id: string; tokenHash: string; openedAt: Date | null },
	now: Date
): Promise<boolean> {
	if (gift.openedAt) return false;
	const kept = await reads
		.update(gifts)
		.set({ openedAt: now })
		.where(and(eq(gifts.id, gift.id), eq(gifts.tokenHash, gift.tokenHash), isNull(gifts.openedAt)))
		.returning({ id: gifts.id });
	return kept.length > 0;
}
