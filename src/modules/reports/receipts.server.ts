import { normaliseCode } from '#core/codes';
import { pageSize, type Page } from '#core/page';
import { addDays, day, later, startOfDay } from '#core/time';
import { purchaseRefusals } from '#purchases';
import { listOf } from '#platform/bulk';
import { instant, sqlOf, type Reads } from '#platform/db';
import { programmeOf } from '#stores/server';
import { readCursor, writeCursor } from './cursor.server.ts';
import type { ReceiptBeside, ReceiptFilter, ReceiptRow, ReceiptTotals, TillReceiptRow, VoucherUse } from './index.ts';

interface ListedReceipt {
	id: string;
	number: string;
	happened_at: string;
	store_name: string;
	member_id: string;
	member_name: string | null;
	joined: boolean;
	currency: string;
	total_cents: number;
	discount_cents: number;
	gift_card_cents: number;
	points_earned: number;
	points_spent: number;
	returned_cents: number;
}

/** Only of these stores; null or nothing: of all. */
type Within = readonly string[] | null | undefined;

/** $1 stores, $2 from, $3 to, $4 member (and who was merged into them), $5 number; each may be null */
const fits = `($1::text[] is null or r.store_id = any($1)) and ($2::timestamptz is null or r.happened_at >= $2)
	and ($3::timestamptz is null or r.happened_at < $3) and ($4::text is null
		or r.member_id = any(array(select id from members where id = $4 or merged_into = $4)))
	and ($5::text is null or starts_with(r.number, $5))`;

async function parametersOf(reads: Reads, filter: ReceiptFilter, within: Within): Promise<(string | null)[]> {
	const { timeZone } = await programmeOf(reads);
	const from = filter.fromDay === null ? null : startOfDay(filter.fromDay, timeZone);
	const to = filter.toDay === null ? null : startOfDay(addDays(filter.toDay, 1), timeZone);
	const number = normaliseCode(filter.number ?? '');
	const stores = filter.storeId === null ? within : [filter.storeId];
	return [
		stores ? listOf(stores) : null,
		from?.toISOString() ?? null,
		to?.toISOString() ?? null,
		filter.memberId,
		number || null
	];
}

/** How far back a tablet looks for its own last receipts. */
const tillDays = 7;

/** What a tablet sold and took back last, newest first: at most ten of the last seven days, without a word of who bought. */
export async function lastReceiptsAt(
	reads: Reads,
	{ deviceId, storeId }: { deviceId: string; storeId: string },
	now: Date
): Promise<TillReceiptRow[]> {
	const since = later(now, -tillDays * day).toISOString();
	type Row = {
		kind: TillReceiptRow['kind'];
		number: string;
		happened_at: string;
		currency: string;
		total_cents: number;
	};
	// Each kind by its own index; a return from before slips had numbers cannot be opened.
	const of = (table: 'receipts' | 'returns' | 'blind_returns', sign: '' | '-', kind: Row['kind']) =>
		`(select '${kind}' as kind, number, happened_at, currency, ${sign}total_cents as total_cents, id from ${table}
			where store_id = $1 and device_id = $2 and happened_at >= $3 and number is not null
			order by happened_at desc, id desc limit 10)`;
	const rows = await sqlOf(reads).unsafe<Row[]>(
		`${of('receipts', '', 'sale')} union all ${of('returns', '-', 'return')} union all ${of('blind_returns', '-', 'return')}
		order by happened_at desc, id desc limit 10`,
		[storeId, deviceId, since]
	);
	return rows.map((row) => ({
		kind: row.kind,
		number: row.number,
		happenedAt: instant(row.happened_at).toISOString(),
		currency: row.currency,
		totalCents: row.total_cents
	}));
}

/** Receipts of a filter, newest first, a page at a time. */
export async function listReceipts(
	reads: Reads,
	{
		filter,
		within,
		cursor = null,
		size = pageSize
	}: { filter: ReceiptFilter; within?: Within; cursor?: string | null; size?: number }
): Promise<Page<ReceiptRow>> {
	const after = readCursor(cursor, ['instant', 'text']);
	const rows = await sqlOf(reads).unsafe<ListedReceipt[]>(
		`select r.id, r.number, r.happened_at, s.name as store_name, m.id as member_id, m.name as member_name,
			m.joined_at is not null as joined, r.currency, r.total_cents, r.discount_cents, r.gift_card_cents,
			r.points_earned, r.points_spent,
			(select coalesce(sum(t.total_cents), 0)::bigint from returns t where t.receipt_id = r.id) as returned_cents
		from receipts r join stores s on s.id = r.store_id join members b on b.id = r.member_id
		join members m on m.id = coalesce(b.merged_into, b.id)
		where ${fits} and ($6::timestamptz is null or (r.happened_at, r.id) < ($6, $7::text collate "C"))
		order by r.happened_at desc, r.id desc limit $8`,
		[...(await parametersOf(reads, filter, within)), after?.[0] ?? null, after?.[1] ?? null, size + 1]
	);
	const shown = rows.slice(0, size);
	const last = shown.at(-1);
	return {
		items: shown.map((row) => ({
			id: row.id,
			number: row.number,
			happenedAt: instant(row.happened_at),
			storeName: row.store_name,
			member: { id: row.member_id, name: row.member_name, joined: row.joined },
			currency: row.currency,
			totalCents: row.total_cents,
			discountCents: row.discount_cents,
			giftCardCents: row.gift_card_cents,
			pointsEarned: row.points_earned,
			pointsSpent: row.points_spent,
			returnedCents: row.returned_cents
		})),
		nextCursor: rows.length > size && last ? writeCursor([last.happened_at, last.id]) : null
	};
}

/** Sums over a filter, in the programme's currency: receipts in others are counted neither here nor there. */
export async function totalReceipts(
	reads: Reads,
	filter: ReceiptFilter,
	within?: Within
): Promise<ReceiptTotals & { currency: string }> {
	const { currency } = await programmeOf(reads);
	const [row] = await sqlOf(reads).unsafe<{ receipts: number; total_cents: number; returned_cents: number }[]>(
		// What was put on gift cards is owed, not sold: it stands on its receipts, and in no total.
		`select count(*)::int as receipts, coalesce(sum(r.total_cents - r.cards_sold_cents), 0)::bigint as total_cents,
			coalesce(sum(b.cents), 0)::bigint as returned_cents
		from receipts r
		left join (
			select t.receipt_id, sum(t.total_cents - t.cards_taken_back_cents) as cents from returns t group by 1
		) b on b.receipt_id = r.id
		where ${fits} and r.currency = $6`,
		[...(await parametersOf(reads, filter, within)), currency]
	);
	return {
		currency,
		receipts: row?.receipts ?? 0,
		totalCents: (row?.total_cents ?? 0) - (row?.returned_cents ?? 0),
		returnedCents: row?.returned_cents ?? 0
	};
}

/**
 * Who stood at the till, whose receipt it is, and the names behind the ids in its explanation.
 * @throws receipt.unknown
 */
export async function besideReceipt(reads: Reads, id: string): Promise<ReceiptBeside> {
	const sql = sqlOf(reads);
	const [heads, vouchers, cards, returned, { timeZone }] = await Promise.all([
		sql<
			{
				member_id: string;
				number: string;
				name: string | null;
				joined: boolean;
				staff: string | null;
				device: string | null;
			}[]
		>`select m.id as member_id, m.number, m.name, m.joined_at is not null as joined, s.name as staff, d.name as device
			from receipts r join members b on b.id = r.member_id join members m on m.id = coalesce(b.merged_into, b.id)
			left join staff s on s.id = r.staff_id left join devices d on d.id = r.device_id where r.id = ${id}`,
		sql<{ code_id: string; voucher_id: string; title: string; cents: number; given_back_at: string | null }[]>`
			select u.code_id, u.voucher_id, v.title, u.cents, u.given_back_at
			from voucher_redemptions u join vouchers v on v.id = u.voucher_id where u.receipt_id = ${id} order by u.id`,
		sql<{ id: string; last_symbols: string }[]>`
			select g.id, g.last_symbols from receipts r
			cross join json_array_elements(r.tenders) with ordinality as t(tender, place)
			join gift_cards g on g.id = t.tender->>'subjectId' where r.id = ${id} order by t.place`,
		sql<{ id: string; staff: string | null }[]>`
			select t.id, s.name as staff from returns t left join staff s on s.id = t.staff_id where t.receipt_id = ${id}`,
		programmeOf(reads)
	]);
	const head = heads[0];
	if (!head) throw purchaseRefusals.refuse('receipt.unknown');
	return {
		timeZone,
		member: { id: head.member_id, number: head.number, name: head.name, joined: head.joined },
		staffName: head.staff,
		deviceName: head.device,
		vouchers: vouchers.map((row) => ({
			codeId: row.code_id,
			voucherId: row.voucher_id,
			title: row.title,
			cents: row.cents,
			givenBackAt: row.given_back_at === null ? null : instant(row.given_back_at)
		})),
		giftCards: cards.map((row) => ({ id: row.id, lastSymbols: row.last_symbols })),
		returnedBy: Object.fromEntries(returned.map((row) => [row.id, row.staff]))
	};
}

/** The latest uses of a voucher, newest first. */
export async function voucherUses(
	reads: Reads,
	voucherId: string,
	{ within, most = 20 }: { within?: Within; most?: number } = {}
): Promise<VoucherUse[]> {
	const rows = await sqlOf(reads)<
		{
			id: string;
			redeemed_at: string;
			cents: number;
			given_back_at: string | null;
			receipt_id: string;
			number: string;
			member_id: string;
			name: string | null;
			joined: boolean;
			member_number: string;
			staff: string | null;
			code: string;
		}[]
	>`select u.id, u.redeemed_at, u.cents, u.given_back_at, u.receipt_id, r.number, u.member_id, m.name,
			m.joined_at is not null as joined, m.number as member_number, s.name as staff, c.code
		from voucher_redemptions u join voucher_codes c on c.id = u.code_id
		join receipts r on r.id = u.receipt_id join members m on m.id = u.member_id
		left join staff s on s.id = r.staff_id
		where u.voucher_id = ${voucherId}
			and (${within ? listOf(within) : null}::text[] is null or r.store_id = any(${within ? listOf(within) : null}::text[]))
		order by u.redeemed_at desc, u.id desc limit ${most}`;
	return rows.map((row) => ({
		id: row.id,
		at: instant(row.redeemed_at),
		cents: row.cents,
		givenBackAt: row.given_back_at === null ? null : instant(row.given_back_at),
		receipt: { id: row.receipt_id, number: row.number },
		member: { id: row.member_id, number: row.member_number, name: row.name, joined: row.joined },
		staffName: row.staff,
		code: row.code
	}));
}
