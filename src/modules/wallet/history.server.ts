import type { Page } from '#core/page';
import { purseOf } from '#groups/server';
import { instant, sqlOf, type Reads } from '#platform/db';
import type { WalletEvent } from './index.ts';

/** Where a page of history ends: the instant and id of its last event. */
interface Place {
	at: string;
	id: string;
}

interface EventRow {
	kind: WalletEvent['kind'];
	id: string;
	at: string;
	receipt_id: string | null;
	store_name: string | null;
	currency: string | null;
	total_cents: number | null;
	saved_cents: number | null;
	gift_card_cents: number | null;
	earned: number;
	spent: number;
	owed: number | null;
	pending_until: string | null;
	returned_cents: number | null;
	reason: string | null;
	note: string | null;
	type_name: string | null;
	who: string | null;
}

/**
 * Three sources, each cut to one page in the order of its own index before they are put together. Points that belong to
 * a receipt or a return are told there; of the rest, what one movement did to several pots is one event. Who was merged into
 * the member had a history too, and it is theirs; that points went from one to the other is no event. Of a purse that they
 * share, what others earned and spent is told by their first names and the points alone: where they bought is theirs.
 */
const eventsQuery = `
	with family as materialized (
		select id from members where id = $1 or merged_into = $1
	), bought as (
		select 'purchase' as kind, r.id, r.happened_at as at, r.id as receipt_id, s.name as store_name, r.currency,
			r.total_cents, r.discount_cents as saved_cents, r.gift_card_cents, r.points_earned as earned,
			r.points_spent as spent, null::bigint as owed, r.earned_pending_until as pending_until,
			(select sum(b.total_cents)::bigint from returns b where b.receipt_id = r.id) as returned_cents, null::text as reason,
			null::text as note, null::text as type_name, null::text as who
		from receipts r join stores s on s.id = r.store_id
		where r.member_id = any(array(select id from family)) and (r.happened_at, r.id) < ($2::timestamptz, $3::text collate "C")
		order by r.happened_at desc, r.id desc limit $4
	), given_back as (
		select 'return' as kind, b.id, b.happened_at as at, b.receipt_id, s.name as store_name, b.currency,
			b.total_cents, null::bigint as saved_cents, b.gift_card_cents, b.points_given_back as earned,
			b.points_taken_back as spent, b.points_owed as owed, null::timestamptz as pending_until,
			null::bigint as returned_cents, null::text as reason, null::text as note, null::text as type_name, null::text as who
		from returns b join stores s on s.id = b.store_id
		where b.member_id = any(array(select id from family)) and (b.happened_at, b.id) < ($2::timestamptz, $3::text collate "C")
		order by b.happened_at desc, b.id desc limit $4
	), moved as (
		select 'points' as kind, min(e.transfer_id) as id, e.posted_at as at, null::text as receipt_id,
			null::text as store_name, null::text as currency, null::bigint as total_cents, null::bigint as saved_cents,
			null::bigint as gift_card_cents,
			(case when e.reason in ('matured', 'extended') then sum(e.amount) filter (where e.amount > 0) else sum(e.amount) end)::bigint as earned,
			0::bigint as spent, null::bigint as owed, null::timestamptz as pending_until, null::bigint as returned_cents, e.reason,
			(select a.note from point_acts a where a.id = min(e.ref)) as note,
			(select t->>'name' from programmes p cross join jsonb_array_elements(p.rules->'types') t
				where t->>'id' = substring(min(e.name) from ':(pty_[0-9a-z]+)')) as type_name, null::text as who
		from entries e
		where (e.owner_id = any(array(select id from family)) or (e.owner_id = $5 and e.posted_at >= $6::timestamptz)) and e.reason <> 'merged' and (e.reason = 'matured' or e.ref is null or left(e.ref, 4) not in ('rcp_', 'ret_'))
		group by e.posted_at, e.reason, case when e.reason in ('matured', 'expired') then null else e.ref end,
			substring(e.name from ':(pty_[0-9a-z]+)')
		having (e.posted_at, min(e.transfer_id)) < ($2::timestamptz, $3::text collate "C")
		order by e.posted_at desc, min(e.transfer_id) desc limit $4
	), by_others as (
		select 'points' as kind, min(e.transfer_id) as id, e.posted_at as at, null::text as receipt_id,
			null::text as store_name, null::text as currency, null::bigint as total_cents, null::bigint as saved_cents,
			null::bigint as gift_card_cents, sum(e.amount)::bigint as earned, 0::bigint as spent, null::bigint as owed,
			null::timestamptz as pending_until, null::bigint as returned_cents, min(e.reason) as reason, null::text as note,
			(select t->>'name' from programmes p cross join jsonb_array_elements(p.rules->'types') t
				where t->>'id' = substring(min(e.name) from ':(pty_[0-9a-z]+)')) as type_name,
			coalesce(split_part(min(m.name), ' ', 1), '') as who
		from entries e
		left join returns b on b.id = e.ref
		join receipts r on r.id = coalesce(b.receipt_id, e.ref)
		join members m on m.id = r.member_id
		where e.owner_id = $5 and e.posted_at >= $6::timestamptz and left(e.ref, 4) in ('rcp_', 'ret_') and e.reason <> 'matured'
			and r.member_id <> all(array(select id from family))
		group by e.posted_at, e.ref, substring(e.name from ':(pty_[0-9a-z]+)')
		having (e.posted_at, min(e.transfer_id)) < ($2::timestamptz, $3::text collate "C") and sum(e.amount) <> 0
		order by e.posted_at desc, min(e.transfer_id) desc limit $4
	)
	select * from bought union all select * from given_back union all select * from moved union all select * from by_others
	order by at desc, id desc limit $4`;

/**
 * A member's history, newest first.
 * @param cursor of the page before; null: the newest page. A cursor that is no cursor reads as none.
 */
export async function walletHistory(
	reads: Reads,
	memberId: string,
	{ cursor = null, limit = 20 }: { cursor?: string | null; limit?: number } = {}
): Promise<Page<WalletEvent>> {
	const before = placeOf(cursor);
	const purse = await purseOf(reads, memberId);
	const rows = await sqlOf(reads).unsafe<EventRow[]>(
		eventsQuery,
		[
			memberId,
			before?.at ?? 'infinity',
			before?.id ?? '',
			limit + 1,
			purse?.groupId ?? null,
			purse?.since.toISOString() ?? null
		],
		{ prepare: true }
	);
	const items = rows.slice(0, limit).map(eventOf);
	const last = items.at(-1);
	const more = rows.length > limit && last;
	return { items, nextCursor: more ? `${last.at.toISOString()} ${last.id}` : null };
}

function placeOf(cursor: string | null): Place | null {
	const [, at, id] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([a-z]{3}_[0-9a-z]{1,40})$/.exec(cursor ?? '') ?? [];
	return at && id && !Number.isNaN(Date.parse(at)) ? { at, id } : null;
}

function eventOf(row: EventRow): WalletEvent {
	const { kind, id } = row;
	const at = instant(row.at);
	if (kind === 'points')
		return {
			kind,
			id,
			at,
			reason: row.reason ?? '',
			points: row.earned,
			typeName: row.type_name,
			note: row.note,
			who: row.who
		};
	const shared = {
		id,
		at,
		storeName: row.store_name ?? '',
		currency: row.currency ?? '',
		totalCents: row.total_cents ?? 0,
		giftCardCents: row.gift_card_cents ?? 0
	};
	if (kind === 'return') {
		return {
			kind,
			...shared,
			receiptId: row.receipt_id ?? '',
			pointsGivenBack: row.earned,
			pointsTakenBack: row.spent,
			pointsOwed: row.owed ?? 0
		};
	}
	return {
		kind,
		...shared,
		savedCents: row.saved_cents ?? 0,
		pointsEarned: row.earned,
		pointsSpent: row.spent,
		pendingUntil: row.pending_until === null ? null : instant(row.pending_until),
		returnedCents: row.returned_cents ?? 0
	};
}
