import { listOf } from '#platform/bulk';
import type { Raw } from '#platform/db';
import type { GiftCardFact } from '#pricing';
import { stateOf } from './rules.ts';

interface CardRow {
	id: string;
	last_symbols: string;
	currency: string;
	activated_at: string | null;
	blocked_at: string | null;
	expires_at: string | null;
}

/** A card as it stands, without its balance: that is the ledger's to say. */
export type CardState = Omit<GiftCardFact, 'availableCents'>;

/**
 * The states of cards by id; unknown ids are left out.
 * @param lock keeps them from being blocked or changed until the transaction ends
 */
export async function loadCards(sql: Raw, ids: string[], now: Date, lock: boolean): Promise<Map<string, CardState>> {
	if (ids.length === 0) return new Map();
	const rows = await sql.unsafe<CardRow[]>(
		`select id, last_symbols, currency, activated_at, blocked_at, expires_at from gift_cards
		where id = any($1::text[]) order by id ${lock ? 'for no key update' : ''}`,
		[listOf(ids)],
		{ prepare: true }
	);
	return new Map(
		rows.map((row) => [
			row.id,
			{
				id: row.id,
				lastSymbols: row.last_symbols,
				currency: row.currency,
				state: stateOf(
					{
						activatedAt: dateOf(row.activated_at),
						blockedAt: dateOf(row.blocked_at),
						expiresAt: dateOf(row.expires_at)
					},
					now
				)
			}
		])
	);
}

const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text));
