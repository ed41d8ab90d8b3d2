import { staticCode } from '#customers';
import { getMember } from '#customers/server';
import { later, second } from '#core/time';
import { instant, sqlOf, type Db, type Raw, type Reads } from '#platform/db';
import { programmeOf } from '#stores/server';
import type { HeldCard, HeldVoucher, MemberPage } from './index.ts';
import { listReceipts } from './receipts.server.ts';

/** Counting reads an entry of an index for everybody: a tenth of a second for a million. */
const countedEachTime = 50_000;
const countLasts = 30 * second;
const counts = new WeakMap<object, { members: number; at: Date }>();

/**
 * How many members joined in all, for the list's head. A great number is remembered for half a minute; then it is told
 * once more and counted anew meanwhile.
 * @param eachTime from how many on it is remembered
 */
export async function countMembers(db: Db, now: Date, eachTime = countedEachTime): Promise<number> {
	const known = counts.get(db);
	if (!known) return count(db, now, eachTime);
	if (now >= later(known.at, countLasts) || now < known.at) {
		counts.set(db, { ...known, at: now });
		// Whoever asks next tries again when this failed.
		count(db, now, eachTime).catch(() => counts.delete(db));
	}
	return known.members;
}

async function count(db: Db, now: Date, eachTime: number): Promise<number> {
	const [row] = await sqlOf(db)<{ members: number }[]>`
		select count(*)::int as members from members where joined_at is not null and merged_into is null and erased_at is null`;
	const members = row?.members ?? 0;
	if (members >= eachTime) counts.set(db, { members, at: now });
	else counts.delete(db);
	return members;
}

/**
 * What a member's page shows besides the ledger's part; asked for somebody who was merged, whoever took their place.
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
		figuresOf(sql, member.id),
		listReceipts(reads, {
			filter: { storeId: null, fromDay: null, toDay: null, memberId: member.id, number: null },
			within,
			size: 10
		}),
		vouchersOf(sql, member.id),
		cardsOf(sql, member.id)
	]);
	const { number, name, email, phone, language, createdAt, joinedAt, blocked } = member;
	return {
		currency: programme.currency,
		timeZone: programme.timeZone,
		member: {
			id: member.id,
			number,
			code: staticCode(number),
			name,
			email,
			phone,
			language,
			createdAt,
			joinedAt,
			blocked
		},
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
			replaced_at: string | null;
			expires_at: string | null;
		}[]
	>`select g.id, g.last_symbols, g.currency, g.activated_at, g.blocked_at, g.replaced_at, g.expires_at,
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
		replacedAt: maybe(row.replaced_at),
		expiresAt: maybe(row.expires_at)
	}));
}
