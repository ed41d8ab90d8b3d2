import type { Language } from '#core/languages';
import { addDays, localDay, startOfDay } from '#core/time';
import { unitOf } from '#ledger';
import { openBook } from '#ledger/server';
import { listOf } from '#platform/bulk';
import { sqlOf, type Reads } from '#platform/db';
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
	select distinct m.id, m.email, m.name, m.language from (
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

/** Until when something counts as soon: the end of the day so many days from now. */
export const soonUntil = (now: Date, days: number, timeZone: string): Date =>
	startOfDay(addDays(localDay(now, timeZone), days + 1), timeZone);

/**
 * Members after `after`, in the order of their ids, with what ends for them until `until` and was not told yet. Somebody
 * with nothing to tell is left out.
 * @param types of points beside those that pay: they end as those do
 * @returns `last`: where to go on; null: there are no more
 */
export async function endingsAfter(
	reads: Reads,
	{ after, until, most, types }: { after: string; until: Date; most: number; types: readonly NamedType[] },
	now: Date
): Promise<{ found: Reminded[]; last: string | null }> {
	const sql = sqlOf(reads);
	const people = await sql.unsafe<Candidate[]>(candidates, [now.toISOString(), until.toISOString(), after, most]);
	const ids = people.map(({ id }) => id);
	const last = ids.at(-1) ?? null;
	if (last === null) return { found: [], last };
	const [book, cards, told] = await Promise.all([
		openBook(reads, ids, now, { lock: false }),
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
		const points = [null, ...types].flatMap((type) =>
			book.points(id, unitOf(type?.id ?? null)).lots.flatMap(({ endsAt, points: some }): Ending[] => {
				const at = endsAt === null ? null : new Date(endsAt);
				return at && at <= until ? [{ subject: 'points', type, endsAt: at, points: some }] : [];
			})
		);
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
	return { found: found.filter(({ endings }) => endings.length > 0), last };
}

export const subjectOf = (ending: Ending): string =>
	ending.subject === 'points' ? (ending.type?.id ?? 'points') : ending.cardId;
const nameOf = (memberId: string, subject: string, endsAt: Date): string =>
	`${memberId} ${subject} ${endsAt.getTime()}`;
