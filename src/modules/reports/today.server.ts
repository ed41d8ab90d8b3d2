import { scale } from '#core/amounts';
import { addDays, day as aDay, later, localDay, startOfDay } from '#core/time';
import { dataPolicyOf } from '#customers/server';
import { listOf } from '#platform/bulk';
import { sqlOf, type Raw, type Reads } from '#platform/db';
import { programmeOf } from '#stores/server';
import type { DayFigures, Figures, Outstanding, ReturnedFor, Today } from './index.ts';

interface Filter {
	from: Date;
	to: Date;
	timeZone: string;
	currency: string;
	/** null: all; as Postgres writes a list */
	stores: string | null;
	/** the time of the day until which comparisons count, HH:MM:SS.mmm */
	clock: string;
}

/** Sums of one day; those with `until` stop at the time of the day that it is now. */
type Sums = Record<string, number>;

/**
 * The figures of today so far, of yesterday and a week ago until the same time of the day, and of the last `days` days.
 * @param within only of these stores; null or nothing: of all
 * @param days how many days the series has, today included
 */
export async function todayOf(
	reads: Reads,
	{ storeId, within, days }: { storeId: string | null; within?: readonly string[] | null; days: number },
	now: Date
): Promise<Today> {
	const [{ currency, timeZone, rules }, { policy }] = await Promise.all([programmeOf(reads), dataPolicyOf(reads)]);
	const day = localDay(now, timeZone);
	const first = addDays(day, -Math.max(days - 1, 7));
	const clock = new Intl.DateTimeFormat('en-GB-u-hc-h23', {
		timeZone,
		hour: '2-digit',
		minute: '2-digit',
		second: '2-digit',
		fractionalSecondDigits: 3
	}).format(now);
	const stores = storeId === null ? within : [storeId];
	const filter: Filter = {
		from: startOfDay(first, timeZone),
		to: startOfDay(addDays(day, 1), timeZone),
		timeZone,
		currency,
		stores: stores ? listOf(stores) : null,
		clock
	};
	const sql = sqlOf(reads);
	const [sums, returned, outstanding, otherCurrencies] = await Promise.all([
		sumsByDay(sql, filter),
		returnedIn(sql, { ...filter, from: startOfDay(addDays(day, 1 - days), timeZone) }),
		// What is outstanding belongs to the whole house: nobody limited to some stores sees it.
		within ? null : outstandingOf(sql, currency, rules.spend, policy, now),
		otherCurrenciesOf(sql, { ...filter, from: startOfDay(day, timeZone) })
	]);
	const series: DayFigures[] = [];
	for (let each = first; each <= day; each = addDays(each, 1))
		series.push({ day: each, ...figuresOf(sums.get(each), '') });
	return {
		currency,
		timeZone,
		day,
		at: now,
		today: figuresOf(sums.get(day), ''),
		yesterday: figuresOf(sums.get(addDays(day, -1)), '_until'),
		weekAgo: figuresOf(sums.get(addDays(day, -7)), '_until'),
		days: series.slice(-days),
		returned,
		outstanding,
		otherCurrencies
	};
}

function figuresOf(sums: Sums | undefined, suffix: '' | '_until'): Figures {
	const of = (name: string) => sums?.[name + suffix] ?? 0;
	const receipts = of('receipts');
	const returnsCents = of('returned_cents') + of('blind_cents');
	const salesCents = of('total_cents') - returnsCents;
	return {
		salesCents,
		returnsCents,
		receipts,
		averageCents: receipts === 0 ? null : scale(salesCents, 1, receipts, 'nearest'),
		pointsEarned: of('points_earned') - of('points_taken_back'),
		pointsSpent: of('points_spent') - of('points_given_back'),
		vouchersRedeemed: of('redeemed'),
		voucherCents: of('redeemed_cents'),
		giftCardsIssued: of('issued'),
		giftCardsIssuedCents: of('issued_cents'),
		giftCardsChargedCents: of('gift_card_cents') - of('gift_card_cents_back'),
		membersJoined: of('joined')
	};
}

/** One part of the figures: a table of facts, its instant, and sums over it under the names that `figuresOf` reads. */
interface Part {
	from: string;
	at: string;
	where: string;
	sums: Record<string, string>;
}

/** $1 from, $2 to, $3 time zone, $4 currency, $5 stores or null, $6 clock */
const parts: Part[] = [
	{
		from: 'receipts f',
		at: 'f.happened_at',
		where: 'f.currency = $4 and ($5::text[] is null or f.store_id = any($5))',
		sums: {
			receipts: 'count(*)',
			total_cents: 'sum(f.total_cents - f.cards_sold_cents)',
			points_earned: 'sum(f.points_earned)',
			points_spent: 'sum(f.points_spent)',
			gift_card_cents: 'sum(f.gift_card_cents)'
		}
	},
	{
		from: 'returns f',
		at: 'f.happened_at',
		where: 'f.currency = $4 and ($5::text[] is null or f.store_id = any($5))',
		sums: {
			returned_cents: 'sum(f.total_cents - f.cards_taken_back_cents)',
			points_taken_back: 'sum(f.points_taken_back)',
			points_given_back: 'sum(f.points_given_back)',
			gift_card_cents_back: 'sum(f.gift_card_cents)'
		}
	},
	{
		from: 'blind_returns f',
		at: 'f.happened_at',
		where: 'f.currency = $4 and ($5::text[] is null or f.store_id = any($5))',
		sums: { blind_cents: 'sum(f.total_cents)' }
	},
	{
		from: 'receipts f join voucher_redemptions r on r.receipt_id = f.id',
		at: 'f.happened_at',
		where: 'f.currency = $4 and ($5::text[] is null or f.store_id = any($5)) and r.given_back_at is null',
		sums: { redeemed: 'count(*)', redeemed_cents: 'sum(r.cents)' }
	},
	{
		// Cards are issued by the house, not by a store; nothing is kept of whether somebody paid for one.
		from: 'gift_cards f',
		at: 'f.activated_at',
		where: 'f.currency = $4 and $5::text[] is null',
		sums: { issued: 'count(*)', issued_cents: 'sum(f.initial_cents)' }
	},
	{
		from: 'members f',
		at: 'f.joined_at',
		where: '$4::text is not null and $5::text[] is null and f.merged_into is null',
		sums: { joined: 'count(*)' }
	}
];

function statementOf({ from, at, where, sums }: Part): string {
	const columns = Object.entries(sums).flatMap(([name, sum]) => [
		`coalesce(${sum}, 0)::bigint as ${name}`,
		`coalesce(${sum} filter (where (${at} at time zone $3)::time <= $6::time), 0)::bigint as ${name}_until`
	]);
	return `select to_char(${at} at time zone $3, 'YYYY-MM-DD') as day, ${columns.join(', ')}
		from ${from} where ${at} >= $1 and ${at} < $2 and ${where} group by 1`;
}

async function sumsByDay(sql: Raw, filter: Filter): Promise<Map<string, Sums>> {
	const { from, to, timeZone, currency, stores, clock } = filter;
	const byDay = new Map<string, Sums>();
	const answers = await Promise.all(
		parts.map((part) =>
			sql.unsafe<(Sums & { day: string })[]>(statementOf(part), [
				from.toISOString(),
				to.toISOString(),
				timeZone,
				currency,
				stores,
				clock
			])
		)
	);
	for (const { day, ...sums } of answers.flat()) byDay.set(day as string, { ...byDay.get(day as string), ...sums });
	return byDay;
}

/** What came back and why. A gift card that came back is no goods, as in the figures beside it. */
async function returnedIn(sql: Raw, { from, to, currency, stores }: Filter): Promise<ReturnedFor[]> {
	const rows = await sql.unsafe<
		{ reason: ReturnedFor['reason']; returns: number; cents: number; blind_returns: number; blind_cents: number }[]
	>(
		`select reason_kind as reason, count(*)::int as returns, sum(cents)::bigint as cents,
			(count(*) filter (where blind))::int as blind_returns,
			coalesce(sum(cents) filter (where blind), 0)::bigint as blind_cents
		from (
			select reason_kind, total_cents - cards_taken_back_cents as cents, false as blind, happened_at, currency, store_id
			from returns where total_cents > cards_taken_back_cents
			union all
			select reason_kind, total_cents, true, happened_at, currency, store_id from blind_returns
		) f
		where f.happened_at >= $1 and f.happened_at < $2 and f.currency = $3
			and ($4::text[] is null or f.store_id = any($4))
		group by 1 order by 3 desc, 1`,
		[from.toISOString(), to.toISOString(), currency, stores]
	);
	return rows.map(({ blind_returns, blind_cents, ...row }) => ({
		...row,
		blindReturns: blind_returns,
		blindCents: blind_cents
	}));
}

/**
 * What members own, and apart from it what was earned by somebody who showed no code: that is nobody's until the receipt is
 * added to a wallet, and for good once the days for that are over. Points that fell due are gone, also before the job wrote
 * them off; an expired card's money is nobody's claim.
 */
async function outstandingOf(
	sql: Raw,
	currency: string,
	spend: { worthPoints: number; worthCents: number },
	{ claimDays }: { claimDays: number },
	now: Date
): Promise<Outstanding> {
	const at = now.toISOString();
	const claimableSince = later(now, -claimDays * aDay).toISOString();
	const [points, cards] = await Promise.all([
		sql<{ spendable: number; pending: number; debt: number; unclaimed: number }[]>`
			select coalesce(sum(p.points) filter (where p.name like 'points/%' and p.owned), 0)::bigint as spendable,
				coalesce(sum(p.points) filter (where p.name like 'pending/%' and p.owned), 0)::bigint as pending,
				coalesce(sum(-p.points) filter (where p.name = 'debt'), 0)::bigint as debt,
				coalesce(sum(p.points) filter (where p.name <> 'debt' and not p.owned and p.claimable), 0)::bigint as unclaimed
			from (select a.name, a.credited - a.debited - coalesce(overdue.points, 0) as points,
				m.id is null or m.joined_at is not null as owned, m.created_at > ${claimableSince} as claimable
			from accounts a left join members m on m.id = a.owner_id left join lateral (
				select greatest(0, max(l.cumulative) - a.debited) as points from lots l
				where a.first_due_at <= ${at} and l.owner_id = a.owner_id and l.name = a.name and l.due_at <= ${at}
			) overdue on a.name like 'points/%'
			where a.unit = 'points' and (a.name = 'debt' or a.name like 'points/%' or a.name like 'pending/%')) p`,
		sql<{ cards: number; cents: number }[]>`
			select count(*)::int as cards, coalesce(sum(a.credited - a.debited), 0)::bigint as cents
			from accounts a join gift_cards g on g.id = a.owner_id
			where a.name = 'money' and a.unit = ${currency} and a.credited > a.debited
				and (g.expires_at is null or g.expires_at > ${at})`
	]);
	const { spendable, pending, debt, unclaimed } = points[0] ?? { spendable: 0, pending: 0, debt: 0, unclaimed: 0 };
	return {
		spendablePoints: spendable,
		pendingPoints: pending,
		unclaimedPoints: unclaimed,
		pointsWorthCents: scale(spendable + pending + unclaimed, spend.worthCents, spend.worthPoints, 'nearest'),
		debtPoints: debt,
		giftCards: cards[0]?.cards ?? 0,
		giftCardCents: cards[0]?.cents ?? 0
	};
}

async function otherCurrenciesOf(sql: Raw, { from, to, currency, stores }: Filter): Promise<Today['otherCurrencies']> {
	// As the main figures: what was put on gift cards is owed, not sold, and what came back is no sale.
	const where = sql`happened_at >= ${from.toISOString()} and happened_at < ${to.toISOString()}
		and currency <> ${currency} and (${stores}::text[] is null or store_id = any(${stores}::text[]))`;
	const rows = await sql<{ currency: string; receipts: number; cents: number }[]>`
		select currency, sum(receipts)::int as receipts, sum(cents)::bigint as cents from (
			select currency, 1 as receipts, total_cents - cards_sold_cents as cents from receipts where ${where}
			union all select currency, 0, cards_taken_back_cents - total_cents from returns where ${where}
		) facts group by 1 order by 1`;
	return rows.map((row) => ({ currency: row.currency, receipts: row.receipts, salesCents: row.cents }));
}
