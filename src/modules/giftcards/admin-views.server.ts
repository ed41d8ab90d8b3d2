import { pageSize, type Page } from '#core/page';
import { historyOf } from '#ledger/server';
import { instant, sqlOf, type Reads } from '#platform/db';
import type { HistoryEntry } from '#ledger';
import { giftCardRefusals } from './refusals.ts';
import { cardStates, stateOf, type CardState } from './rules.ts';

/** A card as lists show it: never with its code. */
export interface CardSummary {
	id: string;
	lastSymbols: string;
	currency: string;
	initialCents: number;
	balanceCents: number;
	state: CardState;
	member: { id: string; name: string | null; email: string | null } | null;
	issuedAt: Date;
	activatedAt: Date | null;
	expiresAt: Date | null;
}

export interface CardList extends Page<CardSummary> {
	/** how many there are in each state, whatever the filter */
	counts: Record<CardState, number>;
}

export interface CardPage extends CardSummary {
	blockedAt: Date | null;
	blockedReason: string | null;
	replacedAt: Date | null;
	/** the card that has its money now */
	replacedBy: { id: string; lastSymbols: string } | null;
	/** the cards whose money came here */
	replaces: { id: string; lastSymbols: string }[];
	batch: { id: string; name: string } | null;
	/** its end moves on by so many months with each use */
	livesMonths: number | null;
	hasPin: boolean;
	/** set aside by open purchases */
	heldCents: number;
	/** newest first */
	history: Page<HistoryEntry>;
}

interface Row {
	id: string;
	last_symbols: string;
	currency: string;
	initial_cents: number;
	balance: number;
	held: number;
	member_id: string | null;
	member_name: string | null;
	member_email: string | null;
	issued_at: string;
	activated_at: string | null;
	blocked_at: string | null;
	replaced_at: string | null;
	expires_at: string | null;
}

/** What a card's own page says besides. */
interface Beside {
	blocked_reason: string | null;
	lives_months: number | null;
	has_pin: boolean;
	batch_id: string | null;
	batch_name: string | null;
	replaced_by: string | null;
	replaced_by_symbols: string | null;
	replaces: string;
}

/** `stateOf` as the database reads it; $1 is now */
const state = `case when g.replaced_at is not null then 'replaced' when g.blocked_at is not null then 'blocked' when g.expires_at <= $1 then 'expired'
	when g.activated_at is not null then 'active' else 'inactive' end`;

const columns = `g.id, g.last_symbols, g.currency, g.initial_cents, g.issued_at, g.activated_at, g.blocked_at, g.replaced_at, g.expires_at,
	g.member_id, m.name as member_name, m.email as member_email,
	coalesce(a.credited - a.debited, 0)::bigint as balance, coalesce(a.held, 0)::bigint as held`;

const beside = `left join members m on m.id = g.member_id left join accounts a on a.owner_id = g.id and a.name = 'money'`;

const maybe = (text: string | null): Date | null => (text === null ? null : instant(text));

function summaryOf(row: Row, now: Date): CardSummary {
	const dates = { activatedAt: maybe(row.activated_at), expiresAt: maybe(row.expires_at) };
	return {
		id: row.id,
		lastSymbols: row.last_symbols,
		currency: row.currency,
		initialCents: row.initial_cents,
		balanceCents: row.balance,
		state: stateOf({ ...dates, blockedAt: maybe(row.blocked_at), replacedAt: maybe(row.replaced_at) }, now),
		member: row.member_id === null ? null : { id: row.member_id, name: row.member_name, email: row.member_email },
		issuedAt: instant(row.issued_at),
		...dates
	};
}

/**
 * Cards, newest first, a page at a time.
 * @param state null: all
 * @param text a code's last symbols, or part of the holder's name or e-mail address
 */
export async function listCards(
	reads: Reads,
	{ state: asked, text, cursor }: { state: CardState | null; text: string; cursor: string | null },
	now: Date
): Promise<CardList> {
	const sql = sqlOf(reads);
	const trimmed = text.trim();
	const [rows, counted] = await Promise.all([
		sql.unsafe<Row[]>(
			`select ${columns} from gift_cards g ${beside}
			where ($2::text is null or ${state} = $2)
				and ($3::text is null or g.last_symbols = $4 or m.name ilike $3 or m.email ilike $3)
				and ($5::text is null or g.id < $5::text collate "C")
			order by g.id desc limit $6`,
			[
				now.toISOString(),
				asked,
				trimmed === '' ? null : `%${trimmed.replace(/[\\%_]/g, '\\$&')}%`,
				trimmed.toUpperCase().replace(/[\s•]/g, ''),
				cursor,
				pageSize + 1
			]
		),
		sql.unsafe<{ state: CardState; cards: number }[]>(
			`select ${state} as state, count(*)::int as cards from gift_cards g group by 1`,
			[now.toISOString()]
		)
	]);
	const shown = rows.slice(0, pageSize);
	return {
		items: shown.map((row) => summaryOf(row, now)),
		nextCursor: rows.length > pageSize ? (shown.at(-1)?.id ?? null) : null,
		counts: Object.fromEntries(
			cardStates.map((each) => [each, counted.find((row) => row.state === each)?.cards ?? 0])
		) as Record<CardState, number>
	};
}

/**
 * A card with its balance and movements.
 * @throws gift_card.not_found
 */
export async function cardPage(
	reads: Reads,
	{ id, cursor }: { id: string; cursor: string | null },
	now: Date
): Promise<CardPage> {
	const [rows, history] = await Promise.all([
		sqlOf(reads).unsafe<(Row & Beside)[]>(
			`select ${columns}, g.blocked_reason, g.lives_months, g.pin_hash is not null as has_pin, g.batch_id,
				b.name as batch_name, g.replaced_by, n.last_symbols as replaced_by_symbols,
				(select coalesce(json_agg(json_build_array(o.id, o.last_symbols) order by o.replaced_at), '[]')::text
					from gift_cards o where o.replaced_by = g.id) as replaces
			from gift_cards g ${beside} left join gift_card_batches b on b.id = g.batch_id
				left join gift_cards n on n.id = g.replaced_by
			where g.id = $1`,
			[id]
		),
		historyOf(reads, id, { cursor, limit: 20 })
	]);
	const row = rows[0];
	if (!row) throw giftCardRefusals.refuse('gift_card.not_found');
	return {
		...summaryOf(row, now),
		blockedAt: maybe(row.blocked_at),
		blockedReason: row.blocked_reason,
		replacedAt: maybe(row.replaced_at),
		replacedBy: row.replaced_by === null ? null : { id: row.replaced_by, lastSymbols: row.replaced_by_symbols ?? '' },
		replaces: (JSON.parse(row.replaces) as [string, string][]).map(([id, lastSymbols]) => ({ id, lastSymbols })),
		batch: row.batch_id === null ? null : { id: row.batch_id, name: row.batch_name ?? '' },
		livesMonths: row.lives_months,
		hasPin: row.has_pin,
		heldCents: row.held,
		history
	};
}
