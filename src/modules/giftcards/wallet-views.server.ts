import { and, desc, eq } from 'drizzle-orm';
import type { Cents } from '#core/amounts';
import { historyOf, moneyOf } from '#ledger/server';
import type { Reads } from '#platform/db';
import { reveal } from './codes.server.ts';
import { giftCardRefusals } from './refusals.ts';
import { mustHavePin } from './holder-pin.server.ts';
import type { HeldCard, OpenCard } from './held.ts';
import { stateOf } from './rules.ts';
import { giftCards } from './tables.server.ts';

type Row = typeof giftCards.$inferSelect;
const movementsShown = 20;

/** The cards in a member's wallet: those that can pay first, by when they end; spent, blocked and expired ones after. */
export async function heldCards(reads: Reads, memberId: string, now: Date): Promise<HeldCard[]> {
	const rows = await reads
		.select()
		.from(giftCards)
		.where(eq(giftCards.memberId, memberId))
		.orderBy(desc(giftCards.issuedAt), desc(giftCards.id));
	const money = await moneyOf(
		reads,
		rows.map(({ id }) => id),
		now
	);
	return rows.map((row) => viewOf(row, money.get(row.id)?.available ?? 0, now)).sort(byUse);
}

/**
 * One card of this member's wallet with its code and what happened on it.
 * @throws gift_card.not_found, also for a card that is somebody else's
 */
export async function heldCard(reads: Reads, memberId: string, cardId: string, now: Date): Promise<OpenCard> {
	const [row] = await reads
		.select()
		.from(giftCards)
		.where(and(eq(giftCards.id, cardId), eq(giftCards.memberId, memberId)));
	if (!row) throw giftCardRefusals.refuse('gift_card.not_found');
	const [money, history, pinStays] = await Promise.all([
		moneyOf(reads, [row.id], now),
		historyOf(reads, row.id, { cursor: null, limit: movementsShown }),
		mustHavePin(reads, row)
	]);
	const view = viewOf(row, money.get(row.id)?.available ?? 0, now);
	return {
		...view,
		code: pays(view) ? reveal(row) : null,
		hasPin: row.pinHash !== null,
		pinStays,
		movements: history.items.map(({ at, amount, reason, ref }) => ({
			at: new Date(at),
			cents: amount,
			reason,
			// Which program charged it is the house's to know.
			ref: ref !== null && /^(rcp|ret)_/.test(ref) ? ref : null
		}))
	};
}

const viewOf = (row: Row, balanceCents: Cents, now: Date): HeldCard => ({
	id: row.id,
	lastSymbols: row.lastSymbols,
	currency: row.currency,
	balanceCents,
	initialCents: row.initialCents,
	state: stateOf(row, now),
	expiresAt: row.expiresAt,
	issuedAt: row.issuedAt
});

const pays = (card: HeldCard): boolean => card.state === 'active' && card.balanceCents > 0;
const end = (card: HeldCard): number => card.expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
const byUse = (a: HeldCard, b: HeldCard): number =>
	Number(pays(b)) - Number(pays(a)) || (pays(a) ? end(a) - end(b) : b.issuedAt.getTime() - a.issuedAt.getTime());
