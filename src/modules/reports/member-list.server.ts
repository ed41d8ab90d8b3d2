import { readCode } from '#core/codes';
import { pageSize, type Page } from '#core/page';
import { numberIn } from '#customers';
import { queryOf } from '#customers/server';
import { instant, sqlOf, type Reads } from '#platform/db';
import { readCursor, writeCursor } from './cursor.server.ts';
import type { MemberFilter, MemberOrder, MemberQuery, MemberRow } from './index.ts';

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
	phone: string | null;
	tag_ids: string[];
	joined_at: string;
	blocked: boolean;
	visits: number;
	spent_cents: number;
	last_at: string | null;
	spendable: number;
	sort: string | number;
}

/** Parameters of a statement, by the places that they get. */
class Places {
	readonly values: (string | number | null)[] = [];
	put(value: string | number | null, type: string): string {
		this.values.push(value);
		return `$${this.values.length}::${type}`;
	}
}

/**
 * Members who joined, with what they are worth to the house, a page at a time.
 * @param filter.text beginnings of words of a name or of an address, the end of a telephone number, a member number or
 * code; empty: everybody
 */
export async function listMembers(
	reads: Reads,
	{ filter, order, descending, cursor, size = pageSize }: MemberQuery,
	now: Date
): Promise<Page<MemberRow>> {
	const { value, type, kind } = orders[order];
	const after = readCursor(cursor, [kind, 'text']);
	const [compare, direction] = descending ? ['<', 'desc'] : ['>', 'asc'];
	const search = searchOf(filter.text);
	if (search === 'nobody') return { items: [], nextCursor: null };
	const places = new Places();
	const from = search === null ? 'members' : found(search, places);
	const conditions = [...conditionsOf(filter, places)];
	if (after) {
		const [last, id] = after as [string, string];
		conditions.push(`(${value}, m.id) ${compare} (${places.put(last, type)}, ${places.put(id, 'text')} collate "C")`);
	}
	const at = places.put(now.toISOString(), 'timestamptz');
	const rows = await sqlOf(reads).unsafe<ListedMember[]>(
		`select page.*, coalesce(p.points, 0)::bigint as spendable
		from (
			select m.id, m.number, m.name, m.email, m.phone, m.joined_at, m.blocked_at is not null as blocked,
				coalesce(f.visits, 0) as visits, coalesce(f.spent_cents - f.returned_cents, 0)::bigint as spent_cents,
				f.last_at, ${value} as sort,
				array(select mt.tag_id from member_tags mt where mt.member_id = m.id order by mt.tagged_at, mt.tag_id) as tag_ids
			from ${from} m left join member_figures f on f.member_id = m.id
			where ${['m.joined_at is not null', 'm.erased_at is null', 'm.merged_into is null', ...conditions].join(' and ')}
			order by ${value} ${direction}, m.id ${direction} limit ${places.put(size + 1, 'int')}
		) page left join lateral (
			select sum(a.credited - a.debited - coalesce(overdue.points, 0)) as points
			from accounts a left join lateral (
				select greatest(0, max(l.cumulative) - a.debited) as points from lots l
				where l.owner_id = a.owner_id and l.name = a.name and l.due_at <= ${at}
			) overdue on a.first_due_at <= ${at}
			where a.owner_id = coalesce((select o.posts_to from account_owners o where o.owner_id = page.id), page.id)
				and a.name like 'points/%' and a.closed_at is null
		) p on true
		order by page.sort ${direction}, page.id ${direction}`,
		places.values
	);
	const shown = rows.slice(0, size);
	const last = shown.at(-1);
	return {
		items: shown.map((row) => ({
			id: row.id,
			number: row.number,
			name: row.name,
			email: row.email,
			phone: row.phone,
			tagIds: row.tag_ids,
			joinedAt: instant(row.joined_at),
			blocked: row.blocked,
			visits: row.visits,
			spentCents: row.spent_cents,
			lastAt: row.last_at === null ? null : instant(row.last_at),
			spendablePoints: row.spendable
		})),
		nextCursor: rows.length > size && last ? writeCursor([last.sort, last.id]) : null
	};
}

/**
 * Those whose number or words a text names. Fenced, so that the index of words finds them first: the planner would rather
 * walk everybody by the day they joined, and walk long where few are found.
 */
function found({ number, query }: { number: string | null; query: string | null }, places: Places): string {
	const ways = [
		...(number === null ? [] : [`number = ${places.put(number, 'text')} collate "C"`]),
		...(query === null ? [] : [`words @@ ${places.put(query, 'tsquery')}`])
	];
	const fits = ways.join(' or ');
	// What led to somebody who was merged finds who was kept; once, also where both have it.
	return `(
		(select * from members where (${fits}) and merged_into is null offset 0)
		union all
		select * from members where id in (select merged_into from members where (${fits}) and merged_into is not null)
			and (${fits}) is not true
	)`;
}

/** What else a member must be to stand in the list. */
function* conditionsOf(filter: MemberFilter, places: Places): Generator<string> {
	const { tagId, attribute, joinedFrom, joinedBefore, blocked } = filter;
	if (blocked !== null) yield `m.blocked_at is ${blocked ? 'not null' : 'null'}`;
	if (joinedFrom) yield `m.joined_at >= ${places.put(joinedFrom.toISOString(), 'timestamptz')}`;
	if (joinedBefore) yield `m.joined_at < ${places.put(joinedBefore.toISOString(), 'timestamptz')}`;
	if (tagId !== null)
		yield `exists (select from member_tags t where t.member_id = m.id and t.tag_id = ${places.put(tagId, 'text')} collate "C")`;
	if (attribute === null) return;
	const { id, value } = attribute;
	const is = value === '' ? '' : `and ${valueText} = ${places.put(value.toLowerCase(), 'text')}`;
	yield `exists (select from member_attributes a where a.member_id = m.id
		and a.attribute_id = ${places.put(id, 'text')} collate "C" ${is})`;
}

/** An attribute's value as it stands in an address: the text, the day, yes or no, thousandths or cents. */
const valueText = `coalesce(lower(a.text), a.day, a.yes::text, a.thousandths::text, a.cents::text)`;

/** Who passes a filter, by id: a cursor that nothing that is done to them moves. */
export async function memberIds(
	reads: Reads,
	{ filter, cursor, size }: { filter: MemberFilter; cursor: string | null; size: number }
): Promise<{ ids: string[]; nextCursor: string | null }> {
	const after = readCursor(cursor, ['text']);
	const search = searchOf(filter.text);
	if (search === 'nobody') return { ids: [], nextCursor: null };
	const places = new Places();
	const from = search === null ? 'members' : found(search, places);
	const conditions = [...conditionsOf(filter, places)];
	if (after) conditions.push(`m.id > ${places.put(after[0] ?? '', 'text')} collate "C"`);
	const rows = await sqlOf(reads).unsafe<{ id: string }[]>(
		`select m.id from ${from} m where ${['m.joined_at is not null', 'm.erased_at is null', 'm.merged_into is null', ...conditions].join(' and ')}
		order by m.id limit ${places.put(size + 1, 'int')}`,
		places.values
	);
	const ids = rows.slice(0, size).map(({ id }) => id);
	return { ids, nextCursor: rows.length > size ? writeCursor([ids.at(-1) ?? '']) : null };
}

/** What a text may mean: a member's number, or words; null: everybody. */
function searchOf(text: string): { number: string | null; query: string | null } | null | 'nobody' {
	const trimmed = text.trim();
	if (trimmed === '') return null;
	const code = readCode(trimmed);
	if (code.kind === 'member' || code.kind === 'rotatingMember') return { number: numberIn(code.code), query: null };
	const number = code.kind === 'other' && code.code.length === 10 ? code.code : null;
	const query = queryOf(trimmed);
	return number === null && query === null ? 'nobody' : { number, query };
}
