import type { Cents } from '#core/amounts';
import { listOf } from '#platform/bulk';
import type { Raw } from '#platform/db';
import type { GiftCardFact } from '#pricing';
import { stateOf } from './rules.ts';

interface Row {
	id: string;
	last_symbols: string;
	currency: string;
	initial_cents: number;
	activated_at: string | null;
	blocked_at: string | null;
	replaced_at: string | null;
	expires_at: string | null;
	lives_months: number | null;
	pin_hash: string | null;
}

/** A card as it stands, without its balance: that is the ledger's to say. */
export interface LoadedCard {
	id: string;
	lastSymbols: string;
	currency: string;
	initialCents: Cents;
	state: GiftCardFact['state'];
	expiresAt: Date | null;
	livesMonths: number | null;
	pinHash: string | null;
}

/**
 * The states of cards by id; unknown ids are left out.
 * @param lock keeps them from being sold, blocked or changed until the transaction ends
 */
export async function loadCards(sql: Raw, ids: string[], now: Date, lock: boolean): Promise<Map<string, LoadedCard>> {
	if (ids.length === 0) return new Map();
	const rows = await sql.unsafe<Row[]>(
		`select id, last_symbols, currency, initial_cents, activated_at, blocked_at, replaced_at, expires_at, lives_months,
			pin_hash
		from gift_cards where id = any($1::text[]) order by id ${lock ? 'for no key update' : ''}`,
		[listOf(ids)],
		{ prepare: true }
	);
	return new Map(rows.map((row) => [row.id, cardOf(row, now)]));
}

function cardOf(row: Row, now: Date): LoadedCard {
	const dates = {
		activatedAt: dateOf(row.activated_at),
		blockedAt: dateOf(row.blocked_at),
		replacedAt: dateOf(row.replaced_at),
		expiresAt: dateOf(row.expires_at)
	};
	return {
		id: row.id,
		lastSymbols: row.last_symbols,
		currency: row.currency,
		initialCents: row.initial_cents,
		state: stateOf(dates, now),
		expiresAt: dates.expiresAt,
		livesMonths: row.lives_months,
		pinHash: row.pin_hash
	};
}

const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text));
