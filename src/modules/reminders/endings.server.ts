import type { Language } from '#core/languages';
import { addDays, localDay, startOfDay } from '#core/time';
import type { Points } from '#core/amounts';
import { unitOf, type PointsBalance } from '#ledger';
import { openBook } from '#ledger/server';
import { listOf } from '#platform/bulk';
import { sqlOf, type Reads } from '#platform/db';
import { lapsesOf, membersAway } from '#points/server';
import type { Ending, NamedType } from './index.ts';

export interface Reminded {
	memberId: string;
	email: string;
	name: string | null;
	language: Language | null;
	/** soonest first */
	endings: Ending[];
}

interface Candidate {
	id: string;
	email: string;
	name: string | null;
	language: Language | null;
}

interface CardRow {
	id: string;
	member_id: string;
	last_symbols: string;
	currency: string;
	expires_at: string;
	cents: number;
}

/** Nobody is written to who cannot use it or does not want it: blocked, leaving, gone. */
const reachable = `m.email is not null and m.joined_at is not null and m.blocked_at is null and m.erased_at is null
	and m.merged_into is null
	and not exists (select from erasures r where r.member_id = m.id and r.taken_back_at is null and r.done_at is null)`;

/** What somebody shares is told to everybody who shares it. */
const candidates = `
	select distinct m.id from (
		select coalesce(s.owner_id, a.owner_id) as member_id
		from accounts a left join account_owners s on s.posts_to = a.owner_id
		where a.name like 'points%' and a.credited > a.debited and a.first_due_at > $1::timestamptz and a.first_due_at <= $2::timestamptz
		union
		select g.member_id from gift_cards g
		where g.expires_at > $1::timestamptz and g.expires_at <= $2::timestamptz
			and g.activated_at is not null and g.blocked_at is null and g.replaced_at is null
	) e join members m on m.id = e.member_id
	where m.id > $3 collate "C" and ${reachable}
	order by m.id limit $4`;

/**
 * Members of whom something may end until `until`, a chunk at a time: those whose points or cards have a date, then those
 * who stay away. Somebody may come twice.
 */
export async function* concerned(
	reads: Reads,
	{ until, chunk }: { until: Date; chunk: number },
	now: Date
): AsyncGenerator<string[]> {
	for (let after = ''; ;) {
		const rows = await sqlOf(reads).unsafe<{ id: string }[]>(candidates, [
			now.toISOString(),
			until.toISOString(),
			after,
			chunk
		]);
		const last = rows.at(-1);
		if (!last) break;
		after = last.id;
		yield rows.map(({ id }) => id);
	}
	yield* membersAway(reads, until, chunk);
}

/** Until when something counts as soon: the end of the day so many days from now. */
export const soonUntil = (now: Date, days: number, timeZone: string): Date =>
	startOfDay(addDays(localDay(now, timeZone), days + 1), timeZone);

/**
 * What ends for these members until `until` and was not told yet. Somebody with nothing to tell, or who is not written to,
 * is left out.
 * @param types of points beside those that pay: they end as those do
 */
export async function endingsOf(
	reads: Reads,
	memberIds: readonly string[],
	{ until, types }: { until: Date; types: readonly NamedType[] },
	now: Date
): Promise<Reminded[]> {
	const sql = sqlOf(reads);
	const people = await sql.unsafe<Candidate[]>(
		`select m.id, m.email, m.name, m.language from members m where m.id = any($1::text[]) and ${reachable} order by m.id`,
		[listOf(memberIds)]
	);
	const ids = people.map(({ id }) => id);
	if (ids.length === 0) return [];
	const [book, lapses, cards, told] = await Promise.all([
		openBook(reads, ids, now, { lock: false }),
		lapsesOf(reads, ids),
		sql.unsafe<CardRow[]>(
			`select g.id, g.member_id, g.last_symbols, g.currency, g.expires_at, a.credited - a.debited as cents
			from gift_cards g join accounts a on a.owner_id = g.id and a.name = 'money'
			where g.member_id = any($1::text[]) and g.expires_at > $2::timestamptz and g.expires_at <= $3::timestamptz
				and g.activated_at is not null and g.blocked_at is null and g.replaced_at is null and a.credited > a.debited
			order by g.expires_at, g.id`,
			[listOf(ids), now.toISOString(), until.toISOString()]
		),
		sql.unsafe<{ member_id: string; subject: string; ends_at: string }[]>(
			'select member_id, subject, ends_at from reminders where member_id = any($1::text[]) and ends_at > $2::timestamptz',
			[listOf(ids), now.toISOString()]
		)
	]);
	const known = new Set(told.map((row) => nameOf(row.member_id, row.subject, new Date(row.ends_at))));
	const found = people.map(({ id, ...person }) => {
		const points = [null, ...types].flatMap((type) => {
			const unit = unitOf(type?.id ?? null);
			const lapsesAt = lapses.get(id)?.get(unit);
			// Those of whom it is too late to tell are not told that some end later.
			if (lapsesAt && lapsesAt <= now) return [];
			const away = lapsesAt && lapsesAt <= until ? lapsesAt : null;
			return pointsEndings(book.points(id, unit).lots, { away, until }).map((ending) => ({ ...ending, type }));
		});
		const mine = cards
			.filter((card) => card.member_id === id)
			.map((card): Ending => {
				const { last_symbols: lastSymbols, currency, cents } = card;
				return {
					subject: 'gift_card',
					cardId: card.id,
					lastSymbols,
					endsAt: new Date(card.expires_at),
					cents,
					currency
				};
			});
		const endings = [...points, ...mine]
			.filter((ending) => !known.has(nameOf(id, subjectOf(ending), ending.endsAt)))
			.sort((a, b) => a.endsAt.getTime() - b.endsAt.getTime());
		return { memberId: id, ...person, endings };
	});
	return found.filter(({ endings }) => endings.length > 0);
}

/** What ends by its date, and as one what would live on but lapses then for its owner stays away. */
function pointsEndings(
	lots: PointsBalance['lots'],
	{ away, until }: { away: Date | null; until: Date }
): { subject: 'points'; endsAt: Date; points: Points; away: boolean }[] {
	const subject = 'points' as const;
	const sooner = lots.flatMap(({ endsAt, points }) => {
		const at = endsAt === null ? null : new Date(endsAt);
		return at && at <= until && !(away && at >= away) ? [{ subject, endsAt: at, points, away: false }] : [];
	});
	if (!away) return sooner;
	const rest = lots.filter(({ endsAt }) => endsAt === null || new Date(endsAt) >= away);
	const points = rest.reduce((sum, lot) => sum + lot.points, 0);
	return points > 0 ? [...sooner, { subject, endsAt: away, points, away: true }] : sooner;
}

/** Under which it is kept that somebody was told. That points lapse is another thing than that some of them end that day. */
export function subjectOf(ending: Ending): string {
	if (ending.subject === 'gift_card') return ending.cardId;
	const type = ending.type?.id ?? 'points';
	return ending.away ? `${type}/away` : type;
}

const nameOf = (memberId: string, subject: string, endsAt: Date): string =>
	`${memberId} ${subject} ${endsAt.getTime()}`;
