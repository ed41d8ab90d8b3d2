import { addMonths, localDay, startOfDay, addDays } from '#core/time';
import { sqlOf, type Reads } from '#platform/db';
import type { Liability, LiabilityMonth } from './index.ts';

const monthsShown = 12;

interface Row {
	unit: string;
	month: string | null;
	counter: string;
	cents: number;
}

const columnOf = (counter: string): 'soldCents' | 'chargedCents' | 'refundedCents' | 'expiredCents' | 'otherCents' =>
	(
		({
			'giftcards/sold': 'soldCents',
			'giftcards/charged': 'chargedCents',
			'giftcards/refunded': 'refundedCents',
			'giftcards/expired': 'expiredCents'
		}) as const
	)[counter] ?? 'otherCents';

/**
 * The liability from gift cards by currency, from the ledger's entries alone: nothing is kept beside it, so that it cannot
 * differ. Money that moves from card to card is no movement of the house.
 * @param asOf ISO day in the programme's time zone; up to its end is counted
 */
export async function liabilityOf(
	reads: Reads,
	{ asOf, timeZone }: { asOf: string; timeZone: string }
): Promise<Liability[]> {
	const sql = sqlOf(reads);
	const first = `${addMonths(`${asOf.slice(0, 7)}-01`, 1 - monthsShown).slice(0, 7)}-01`;
	const [from, until] = [startOfDay(first, timeZone), startOfDay(addDays(asOf, 1), timeZone)];
	const [now, rows] = await Promise.all([
		sql<{ unit: string; cents: number; cards: number }[]>`
			select unit, sum(credited - debited)::bigint as cents, (count(*) filter (where credited > debited))::int as cards
			from accounts where name = 'money' group by unit order by unit`,
		sql<Row[]>`
			select a.unit, case when e.posted_at >= ${from.toISOString()}
					then to_char(e.posted_at at time zone ${timeZone}, 'YYYY-MM') end as month,
				case when t.debit_owner_id = 'house' then t.debit_name when t.credit_owner_id = 'house' then t.credit_name
					else 'between' end as counter,
				sum(e.amount)::bigint as cents
			from accounts a join entries e on e.owner_id = a.owner_id and e.name = a.name
			join transfers t on t.id = e.transfer_id
			where a.name = 'money' and e.posted_at < ${until.toISOString()}
			group by 1, 2, 3`
	]);
	return now.map(({ unit, cents, cards }) => {
		const mine = rows.filter((row) => row.unit === unit);
		const months = monthsOf(mine, first, asOf);
		return { currency: unit, outstandingCents: cents, cards, asOfCents: months.at(-1)?.closingCents ?? 0, months };
	});
}

function monthsOf(rows: readonly Row[], first: string, asOf: string): LiabilityMonth[] {
	let openingCents = rows.filter(({ month }) => month === null).reduce((sum, { cents }) => sum + cents, 0);
	const months: LiabilityMonth[] = [];
	for (let day = first; day <= asOf; day = addMonths(day, 1)) {
		const month = day.slice(0, 7);
		const moved = { soldCents: 0, chargedCents: 0, refundedCents: 0, expiredCents: 0, otherCents: 0 };
		for (const row of rows) if (row.month === month) moved[columnOf(row.counter)] += row.cents;
		const closingCents = openingCents + Object.values(moved).reduce((sum, cents) => sum + cents, 0);
		months.push({ month, openingCents, ...moved, closingCents });
		openingCents = closingCents;
	}
	return months;
}

/** The day that ends now, where no other is asked for; none in the future. */
export const dayAsked = (day: string | null, now: Date, timeZone: string): string => {
	const today = localDay(now, timeZone);
	return day === null || day > today ? today : day;
};
