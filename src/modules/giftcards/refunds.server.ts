import type { Cents } from '#core/amounts';
import { newId } from '#core/ids';
import { listOf, type Writes } from '#platform/bulk';
import type { Raw } from '#platform/db';
import { codeFor } from './codes.server.ts';
import { giftCards } from './tables.server.ts';

/** A card that is made to take money of a return. Who writes the row also posts the money. */
export interface RefundCard {
	row: Required<typeof giftCards.$inferInsert>;
	state: { id: string; lastSymbols: string; currency: string; state: 'active' };
}

/**
 * Drafts a card for money of a return: active at once and without an end, since it stands for money that was paid.
 * @param memberId in whose wallet it lies; null: whoever holds the slip with its code
 */
export function draftRefundCard(
	{ memberId, currency, cents }: { memberId: string | null; currency: string; cents: Cents },
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
			livesMonths: null,
			pinHash: null,
			expiresAt: null
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
