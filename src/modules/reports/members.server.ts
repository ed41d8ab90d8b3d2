import { readCode } from '#core/codes';
import { pageSize, type Page } from '#core/page';
import { numberIn, staticCode } from '#customers';
import { getMember } from '#customers/server';
import { instant, sqlOf, type Raw, type Reads } from '#platform/db';
import { programmeOf } from '#stores/server';
import { readCursor, writeCursor } from './cursor.server.ts';
import type { HeldCard, HeldVoucher, MemberOrder, MemberPage, MemberRow } from './index.ts';
import { listReceipts } from './receipts.server.ts';

const none = new Date(0).toISOString();

/** The value each order sorts by; ties by id. */
const orders: Record<MemberOrder, { value: string; type: string; kind: 'instant' | 'number' }> = {
	newest: { value: 'm.joined_at', type: 'timestamptz', kind: 'instant' },
	recent: { value: `coalesce(f.last_at, '${none}')`, type: 'timestamptz', kind: 'instant' },
	spent: { value: 'coalesce(f.spent_cents - f.returned_cents, 0)', type: 'bigint', kind: 'number' }
};

interface ListedMember {
	id: string;
	number: string;
	name: string | null;
	email: string | null;
	joined_at: string;
	blocked: boolean;
	visits: number;
	spent_cents: number;
	last_at: string | null;
	spendable: number;
	sort: string | number;
}

/**
 * Members who joined, with what they are worth to the house, a page at a time.
 * @param text part of a name or e-mail address, a telephone number, a member number or code; empty: everybody
 */
export async function listMembers(
	reads: Reads,
	{ text, order, descending, cursor }: { text: string; order: MemberOrder; descending: boolean; cursor: string | null },
	now: Date
): Promise<Page<MemberRow>> {
	const { value, type, kind } = orders[order];
	const after = readCursor(cursor, [kind, 'text']);
	const [compare, direction] = descending ? ['<', 'desc'] : ['>', 'asc'];
	const search = searchOf(text);
	const rows = await sqlOf(reads).unsafe<ListedMember[]>(
		`select page.*, coalesce(p.points, 0)::bigint as spendable
		from (
			select m.id, m.number, m.name, m.email, m.joined_at, m.blocked_at is not null as blocked,
				coalesce(f.visits, 0) as visits, coalesce(f.spent_cents - f.returned_cents, 0)::bigint as spent_cents,
				f.last_at, ${value} as sort
			from members m left join member_figures f on f.member_id = m.id
			where m.joined_at is not null and m.erased_at is null
				and ($1::text is null or m.number = $1 or m.name ilike $2 or m.email ilike $2
					or ($3::text is not null and regexp_replace(m.phone, '\\D', '', 'g') like $3))
				and ($4::text is null or (${value}, m.id) ${compare} ($4::text::${type}, $5::text collate "C"))
			order by ${value} ${direction}, m.id ${direction} limit $6
		) page left join lateral (
			select sum(a.credited - a.debited - coalesce(overdue.points, 0)) as points
			from accounts a left join lateral (
				select greatest(0, max(l.cumulative) - a.debited) as points from lots l
				where l.owner_id = a.owner_id and l.name = a.name and l.due_at <= $7
			) overdue on a.first_due_at <= $7
			where a.owner_id = page.id and a.name like 'points/%' and a.closed_at is null
		) p on true
		order by page.sort ${direction}, page.id ${direction}`,
		[
			search?.number ?? null,
			search?.like ?? null,
			search?.digits ?? null,
			after?.[0] ?? null,
			after?.[1] ?? null,
			pageSize + 1,
			now.toISOString()
		]
	);
	const shown = rows.slice(0, pageSize);
	const last = shown.at(-1);
	return {
		items: shown.map((row) => ({
			id: row.id,
			number: row.number,
			name: row.name,
			email: row.email,
			joinedAt: instant(row.joined_at),
			blocked: row.blocked,
			visits: row.visits,
			spentCents: row.spent_cents,
			lastAt: row.last_at === null ? null : instant(row.last_at),
			spendablePoints: row.spendable
		})),
		nextCursor: rows.length > pageSize && last ? writeCursor([last.sort, last.id]) : null
	};
}

/** What a text may mean: a member's number, part of a name or address, digits of a telephone number. */
function searchOf(text: string): { number: string; like: string; digits: string | null } | null {
	const trimmed = text.trim();
	if (trimmed === '') return null;
	const code = readCode(trimmed);
	const number =
		code.kind === 'member' || code.kind === 'rotatingMember'
			? numberIn(code.code)
			: code.kind === 'other'
				? code.code
				: trimmed;
	const digits = trimmed.replace(/\D/g, '');
	const isPhone = digits.length >= 4 && /^[\d\s+()./-]+$/.test(trimmed);
	return { number, like: `%${trimmed.replace(/[\\%_]/g, '\\$&')}%`, digits: isPhone ? `%${digits}%` : null };
}

/** How many members joined in all, for the list's head. */
export async function countMembers(reads: Reads): Promise<number> {
	const [row] = await sqlOf(reads)<{ members: number }[]>`
		select count(*)::int as members from members where joined_at is not null and erased_at is null`;
	return row?.members ?? 0;
}

/**
 * What a member's page shows besides the ledger's part.
 * @param within receipts of these stores only; null: of all
 * @throws member.unknown
 */
export async function memberPage(
	reads: Reads,
	id: string,
	within: readonly string[] | null = null
): Promise<MemberPage> {
	const sql = sqlOf(reads);
	const [member, programme] = await Promise.all([getMember(reads, id), programmeOf(reads)]);
	const [figures, receipts, vouchers, giftCards] = await Promise.all([
		figuresOf(sql, id),
		listReceipts(reads, {
			filter: { storeId: null, fromDay: null, toDay: null, memberId: id, number: null },
			within,
			size: 10
		}),
		vouchersOf(sql, id),
		cardsOf(sql, id)
	]);
	const { number, name, email, phone, language, createdAt, joinedAt, blocked } = member;
	return {
		currency: programme.currency,
		timeZone: programme.timeZone,
		member: { id, number, code: staticCode(number), name, email, phone, language, createdAt, joinedAt, blocked },
		figures,
		receipts: receipts.items,
		vouchers,
		giftCards
	};
}

async function figuresOf(sql: Raw, memberId: string): Promise<MemberPage['figures']> {
	const [row] = await sql<
		{ visits: number; spent_cents: number; returned_cents: number; first_at: string; last_at: string }[]
	>`select visits, spent_cents, returned_cents, first_at, last_at from member_figures where member_id = ${memberId}`;
	return row
		? {
				visits: row.visits,
				spentCents: row.spent_cents,
				returnedCents: row.returned_cents,
				firstAt: instant(row.first_at),
				lastAt: instant(row.last_at)
			}
		: null;
}

const maybe = (text: string | null): Date | null => (text === null ? null : instant(text));

async function vouchersOf(sql: Raw, memberId: string): Promise<HeldVoucher[]> {
	const rows = await sql<
		{
			id: string;
			voucher_id: string;
			title: string;
			code: string;
			uses_left: number | null;
			redeemed: number;
			issued_at: string;
			starts_at: string | null;
			ends_at: string | null;
			paused_at: string | null;
			archived_at: string | null;
			voided_at: string | null;
		}[]
	>`select c.id, c.voucher_id, v.title, c.code, c.uses_left, c.issued_at, v.starts_at, v.ends_at, v.paused_at,
			v.archived_at, c.voided_at,
			(select count(*)::int from voucher_redemptions r where r.code_id = c.id and r.given_back_at is null) as redeemed
		from voucher_codes c join vouchers v on v.id = c.voucher_id
		where c.member_id = ${memberId} order by c.issued_at desc, c.id desc limit 100`;
	return rows.map((row) => ({
		codeId: row.id,
		voucherId: row.voucher_id,
		title: row.title,
		code: row.code,
		usesLeft: row.uses_left,
		redeemed: row.redeemed,
		issuedAt: instant(row.issued_at),
		startsAt: maybe(row.starts_at),
		endsAt: maybe(row.ends_at),
		pausedAt: maybe(row.paused_at),
		archivedAt: maybe(row.archived_at),
		voidedAt: maybe(row.voided_at)
	}));
}

async function cardsOf(sql: Raw, memberId: string): Promise<HeldCard[]> {
	const rows = await sql<
		{
			id: string;
			last_symbols: string;
			currency: string;
			balance: number;
			activated_at: string | null;
			blocked_at: string | null;
			expires_at: string | null;
		}[]
	>`select g.id, g.last_symbols, g.currency, g.activated_at, g.blocked_at, g.expires_at,
			coalesce(a.credited - a.debited, 0)::bigint as balance
		from gift_cards g left join accounts a on a.owner_id = g.id and a.name = 'money'
		where g.member_id = ${memberId} order by g.issued_at desc, g.id desc limit 100`;
	return rows.map((row) => ({
		id: row.id,
		lastSymbols: row.last_symbols,
		currency: row.currency,
		balanceCents: row.balance,
		activatedAt: maybe(row.activated_at),
		blockedAt: maybe(row.blocked_at),
		expiresAt: maybe(row.expires_at)
	}));
}
