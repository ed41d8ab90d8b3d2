import type { Page } from '#core/page';
import { customersRefusals } from '#customers';
import { emailAlike, hasBirthday, hasEmail, nameAlike } from '#customers/server';
import { pointsOf } from '#ledger/server';
import type { PointsBalance } from '#ledger';
import { listOf } from '#platform/bulk';
import { instant, sqlOf, type Reads } from '#platform/db';
import type { DuplicateGroup, MergePreview, MergeSide } from './index.ts';
import { memberPage } from './members.server.ts';

const nothing: PointsBalance = { spendable: 0, pending: 0, debt: 0, lots: [], maturing: [] };

/**
 * Two members side by side, and what the one who stays will have. Nothing is changed.
 * @throws member.unknown, member.merge_self, member.merged
 */
export async function mergePreview(
	reads: Reads,
	{ fromId, intoId }: { fromId: string; intoId: string },
	now: Date
): Promise<MergePreview> {
	if (fromId === intoId) throw customersRefusals.refuse('member.merge_self');
	const [from, into] = [await sideOf(reads, fromId, now), await sideOf(reads, intoId, now)];
	const worth = from.points.spendable + into.points.spendable - from.points.debt - into.points.debt;
	return {
		from,
		into,
		after: {
			spendable: Math.max(0, worth),
			pending: from.points.pending + into.points.pending,
			debt: Math.max(0, -worth),
			vouchers: from.vouchers + into.vouchers,
			visits: from.visits + into.visits,
			spentCents: from.spentCents + into.spentCents,
			blocked: from.member.blocked || into.member.blocked
		}
	};
}

async function sideOf(reads: Reads, id: string, now: Date): Promise<MergeSide> {
	const page = await memberPage(reads, id);
	if (page.member.id !== id) throw customersRefusals.refuse('member.merged');
	const [points, consents, [more]] = await Promise.all([
		pointsOf(reads, [id], now),
		sqlOf(reads)<{ purpose: string; given_at: string }[]>`
			select purpose, given_at from consents where member_id = ${id} and withdrawn_at is null order by given_at`,
		sqlOf(reads)<{ birthday: string | null; receipts: number; codes: number }[]>`
			select birthday, (select count(*)::int from receipts r where r.member_id = any(array(
					select id from members where id = ${id} or merged_into = ${id}))) as receipts,
				(select count(*)::int from member_codes c where c.member_id = ${id} and c.ended_at is null) as codes
			from members where id = ${id}`
	]);
	return {
		member: page.member,
		currency: page.currency,
		timeZone: page.timeZone,
		points: points.get(id) ?? nothing,
		vouchers: page.vouchers.filter(({ usesLeft, voidedAt }) => usesLeft !== 0 && voidedAt === null).length,
		giftCards: page.giftCards.map(({ id, lastSymbols, currency, balanceCents }) => ({
			id,
			lastSymbols,
			currency,
			balanceCents
		})),
		birthday: more?.birthday ?? null,
		receipts: more?.receipts ?? 0,
		codes: more?.codes ?? 0,
		visits: page.figures?.visits ?? 0,
		spentCents: (page.figures?.spentCents ?? 0) - (page.figures?.returnedCents ?? 0),
		consents: consents.map(({ purpose, given_at }) => ({ purpose, givenAt: instant(given_at) }))
	};
}

/** What may be alike, in the order in which it is walked. */
const likenesses = {
	name: { alike: nameAlike, has: hasBirthday },
	email: { alike: emailAlike, has: hasEmail }
} as const;
type Why = keyof typeof likenesses;
const whys = Object.keys(likenesses) as Why[];

/** Entries of an index that are walked for a page: some tens of milliseconds. */
const stretch = 20_000;
const shownOfGroup = 10;

interface Place {
	why: Why;
	/** likenesses up to this one have been told; empty: none */
	after: string;
}

/**
 * Members who are likely one person: the same name and birthday, or writings of an address that reach the same person
 * (`anna+shop@…`, dots with Gmail); in the order of birthdays and of addresses. Those who came first stand at the front of a group.
 * A page ends where it is full or where enough was walked: it may be empty and have others after it.
 * @param cursor of the page before; null: the first page. One that is no cursor reads as none.
 */
export async function listDuplicates(
	reads: Reads,
	{ cursor = null, size = 50, entries = stretch }: { cursor?: string | null; size?: number; entries?: number } = {}
): Promise<Page<DuplicateGroup>> {
	const items: DuplicateGroup[] = [];
	const { why: first, after } = await placeOf(reads, cursor);
	for (const why of whys.slice(whys.indexOf(first))) {
		const place = { why, after: why === first ? after : '' };
		const found = await walk(reads, place, { size: size - items.length, entries });
		items.push(...found.groups.map((members) => ({ why, members })));
		if (found.lastId !== null) return { items, nextCursor: `${why}:${found.lastId}` };
	}
	return { items, nextCursor: null };
}

/** A cursor names a member: what they are called has no place in an address. Who has no likeness any more begins anew. */
async function placeOf(reads: Reads, cursor: string | null): Promise<Place> {
	const [, why, id] = /^(email|name):((?:mem_[0-9a-z]{1,40})?)$/.exec(cursor ?? '') ?? [];
	if (!why) return { why: whys[0] as Why, after: '' };
	const [row] = await sqlOf(reads).unsafe<{ alike: string | null }[]>(
		`select ${likenesses[why as Why].alike} as alike from members where id = $1 collate "C"`,
		[id ?? '']
	);
	return { why: why as Why, after: row?.alike ?? '' };
}

interface Stretch {
	groups: DuplicateGroup['members'][];
	/** somebody who has the last likeness that was told or passed; null: there is nothing after it */
	lastId: string | null;
}

/**
 * Walks the index from a place. The last likeness of a stretch may go on after it and is left to the next one, unless the
 * whole stretch is alike.
 */
async function walk(
	reads: Reads,
	{ why, after }: Place,
	{ size, entries }: { size: number; entries: number }
): Promise<Stretch> {
	const { alike, has } = likenesses[why];
	const rows = await sqlOf(reads).unsafe<{ alike: string; id: string; count: number }[]>(
		`with walked as materialized (
			select ${alike} as alike, id from members where ${has} and ${alike} > $1
			order by ${alike}, id limit $2
		), edge as (
			select count(*) = $2 as cut, max(alike) as alike, min(alike) as first from walked
		), told as (
			select w.alike, min(w.id) as id, count(*)::int as count from walked w, edge e
			where not e.cut or w.alike < e.alike or e.alike = e.first group by w.alike
		)
		(select alike, id, count from told where count > 1 order by alike limit $3)
		union all
		(select t.alike, t.id, 0 from told t, edge e where e.cut order by t.alike desc limit 1)`,
		[after, entries, size]
	);
	const groups = rows.filter(({ count }) => count > 0);
	// A page that is full ends with its last group; else the stretch is told to its end.
	const end = groups.length === size ? groups.at(-1) : rows.find(({ count }) => count === 0);
	const alikes = groups.map((group) => group.alike);
	return { groups: await peopleOf(reads, why, alikes), lastId: end?.id ?? null };
}

/** Who is alike, as a manager sees them: the first of each group. */
async function peopleOf(reads: Reads, why: Why, alikes: readonly string[]): Promise<DuplicateGroup['members'][]> {
	if (alikes.length === 0) return [];
	const { alike, has } = likenesses[why];
	const rows = await sqlOf(reads).unsafe<(DuplicateGroup['members'][number] & { place: number })[]>(
		`select m.id, m.name, m.email, m.number, x.place::int from unnest($1::text[]) with ordinality as x(alike, place)
		cross join lateral (select id, name, email, number from members where ${has} and ${alike} = x.alike
			order by ${alike}, id limit ${shownOfGroup}) m
		order by x.place, m.id`,
		[listOf(alikes)]
	);
	return alikes.map((_, index) => rows.flatMap(({ place, ...one }) => (place === index + 1 ? [one] : [])));
}
