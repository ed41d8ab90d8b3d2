import { eq } from 'drizzle-orm';
import { normaliseCode } from '#core/codes';
import { westernDigits } from '#identity';
import { isPin } from '#identity/server';
import { moneyOf } from '#ledger/server';
import type { Db, Reads } from '#platform/db';
import { programmeOf } from '#stores/server';
import { claimLook, countMiss } from './code-tries.server.ts';
import { hashOfCode } from './codes.server.ts';
import type { CardLook } from './gift.ts';
import { giftRefusals } from './gift-refusals.ts';
import { stateOf, type CardState } from './rules.ts';
import { giftCards } from './tables.server.ts';

/** What somebody has in hand: the code and, where the card has one, its PIN. */
export interface CardKey {
	code: string;
	pin: string | null;
}

export type AskedCard = typeof giftCards.$inferSelect & { state: CardState; balanceCents: number };

/**
 * The card of a code with something on it; null for a wrong code or PIN, a blocked card, one not activated, an empty one. All of
 * these are the same work: two reads by an index, of a row that is there or not.
 */
export async function askCard(reads: Reads, { code, pin }: CardKey, now: Date): Promise<AskedCard | null> {
	const [card] = await reads
		.select()
		.from(giftCards)
		.where(eq(giftCards.codeHash, hashOfCode(normaliseCode(code))));
	const id = card?.id ?? 'none';
	const balanceCents = (await moneyOf(reads, [id], now)).get(id)?.available ?? 0;
	const state = card ? stateOf(card, now) : 'blocked';
	// Always reckoned, so that a card with a PIN takes no longer than a code that is none.
	const pinHash = card?.pinHash ?? null;
	const proved = (await isPin(westernDigits(pin ?? ''), pinHash)) || pinHash === null;
	if (!card || !proved || state === 'blocked' || state === 'replaced' || state === 'inactive' || balanceCents === 0)
		return null;
	return { ...card, state, balanceCents };
}

/**
 * What a code is worth, for anybody who has it. Wrong, empty and blocked codes get one answer, after the same work.
 * @throws gift_card.no_answer, gift_card.too_many_looks (`minutes`)
 */
export async function lookAtBalance(asker: { db: Db; ip: string }, key: CardKey, now: Date): Promise<CardLook> {
	await claimLook(asker, hashOfCode(normaliseCode(key.code)), null, now);
	const [card, { name, timeZone }] = await Promise.all([askCard(asker.db, key, now), programmeOf(asker.db)]);
	if (!card || card.state === 'blocked' || card.state === 'replaced') {
		await countMiss(asker, now);
		throw giftRefusals.refuse('gift_card.no_answer');
	}
	return {
		lastSymbols: card.lastSymbols,
		state: card.state,
		balanceCents: card.balanceCents,
		currency: card.currency,
		expiresAt: card.expiresAt,
		programme: { name, timeZone }
	};
}
