import type { Cents } from '#core/amounts';
import { newId } from '#core/ids';
import { listOf, type Writes } from '#platform/bulk';
import type { Raw, Reads } from '#platform/db';
import { programmeOf } from '#stores/server';
import { codeFor } from './codes.server.ts';
import { refundLifeIn, type CardLife } from './rules.ts';
import { cardRules } from './policy.server.ts';
import { giftCards } from './tables.server.ts';

/** A card that is made to take money of a return. Who writes the row also posts the money. */
export interface RefundCard {
	row: Required<typeof giftCards.$inferInsert>;
	state: { id: string; lastSymbols: string; currency: string; state: 'active' };
}

/** How long a card lives that a store makes for a refund at an instant: what `draftRefundCard` is given. */
export async function refundLives(reads: Reads, now: Date): Promise<(storeId: string) => CardLife> {
	const [{ rules }, { timeZone }] = [await cardRules(reads), await programmeOf(reads)];
	return (storeId) => refundLifeIn(rules, storeId, timeZone, now);
}

/**
 * Drafts a card for money of a return, active at once.
 * @param card `memberId`: in whose wallet it lies; null: whoever holds the slip with its code. `life`: see `refundLives`
 */
export function draftRefundCard(
	{ memberId, currency, cents, life }: { memberId: string | null; currency: string; cents: Cents; life: CardLife },
	now: Date
): RefundCard {
	const id = newId('giftCard', now);
	const { codeHash, codeCipher, lastSymbols } = codeFor(id);
	return {
		row: {
			id,
			codeHash,
			codeCipher,
			lastSymbols,
			currency,
			initialCents: cents,
			memberId,
			issuedAt: now,
			activatedAt: now,
			blockedAt: null,
			blockedReason: null,
			replacedAt: null,
			replacedBy: null,
			batchId: null,
			pinHash: null,
			...life
		},
		state: { id, lastSymbols, currency, state: 'active' }
	};
}

/** Stores them, with what else is written. */
export function keepRefundCards(writes: Writes, cards: readonly RefundCard[]): void {
	writes.insert(
		giftCards,
		cards.map(({ row }) => row)
	);
}

/** The cards in the place of lost ones, each by the one it replaced, as far as the line goes. */
export async function successorsOf(sql: Raw, ids: readonly string[]): Promise<Map<string, string>> {
	if (ids.length === 0) return new Map();
	const rows = await sql.unsafe<{ id: string; replaced_by: string }[]>(
		`with recursive line as (
			select id, replaced_by from gift_cards where id = any($1::text[]) and replaced_by is not null
			union
			select n.id, n.replaced_by from line l join gift_cards n on n.id = l.replaced_by where n.replaced_by is not null
		) select id, replaced_by from line`,
		[listOf(ids)],
		{ prepare: true }
	);
	return new Map(rows.map((row) => [row.id, row.replaced_by]));
}
