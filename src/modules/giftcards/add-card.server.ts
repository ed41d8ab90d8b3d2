import { and, eq, isNull } from 'drizzle-orm';
import { normaliseCode } from '#core/codes';
import { inTransaction, type Db } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { askCard, type CardKey } from './balance.server.ts';
import { claimLook, countMiss } from './code-tries.server.ts';
import { hashOfCode } from './codes.server.ts';
import { giftRefusals } from './gift-refusals.ts';
import { claimWithCard } from './gifts.server.ts';
import { giftCards } from './tables.server.ts';

export interface Added {
	cardId: string;
	lastSymbols: string;
	/** in whose wallet it lay before; null: in nobody's, or it was theirs already */
	formerId: string | null;
	/** who had given it, when it was a gift that nobody had claimed */
	giverMemberId: string | null;
}

/**
 * Puts a card into the wallet of whoever has its code: they could spend it anyway. Of two who take it at once one wins;
 * whoever held it before is told by the caller. Adding one's own changes nothing.
 * @throws gift_card.no_answer (wrong, blocked, ended, empty: nobody learns which), gift_card.too_many_looks (`minutes`),
 * gift_card.taken_meanwhile, gift.own (it is given to somebody: taken back instead)
 */
export async function addCard(
	asker: { db: Db; ip: string },
	{ memberId, ...key }: CardKey & { memberId: string },
	by: By,
	now: Date
): Promise<Added> {
	await claimLook(asker, hashOfCode(normaliseCode(key.code)), memberId, now);
	const card = await askCard(asker.db, key, now);
	if (card?.state !== 'active') {
		await countMiss(asker, now);
		throw giftRefusals.refuse('gift_card.no_answer');
	}
	const former = card.memberId;
	if (former === memberId) {
		return { cardId: card.id, lastSymbols: card.lastSymbols, formerId: null, giverMemberId: null };
	}
	return inTransaction(asker.db, async (tx) => {
		const [won] = await tx
			.update(giftCards)
			.set({ memberId })
			.where(
				and(
					eq(giftCards.id, card.id),
					eq(giftCards.codeHash, card.codeHash),
					isNull(giftCards.blockedAt),
					former === null ? isNull(giftCards.memberId) : eq(giftCards.memberId, former)
				)
			)
			.returning({ id: giftCards.id });
		if (!won) throw giftRefusals.refuse('gift_card.taken_meanwhile');
		const gift = await claimWithCard(tx, { cardId: card.id, memberId }, now);
		const subject = { kind: 'gift_card', id: card.id };
		const [before, after] = [{ memberId: former }, { memberId }];
		await keepTrail(tx, by, { action: 'gift_card.added', subject, before, after }, now);
		return {
			cardId: card.id,
			lastSymbols: card.lastSymbols,
			formerId: former,
			giverMemberId: gift?.giverMemberId ?? null
		};
	});
}
