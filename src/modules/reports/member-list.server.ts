import { readCode } from '#core/codes';
import { pageSize, type Page } from '#core/page';
import { numberIn } from '#customers';
import { queryOf } from '#customers/server';
import { listOf } from '#platform/bulk';
import { instant, sqlOf, type Raw, type Reads } from '#platform/db';
import { readCursor, writeCursor } from './cursor.server.ts';
import type { MemberFilter, MemberOrder, MemberQuery, MemberRow } from './index.ts';

/**
 * The list of members, which must stay quick with a million of them. A page is found in one of two ways. Those who come
 * next in the list's order are looked at one by one: what many share (a letter of a name, a frequent tag) fills a page within
 * a few rows. When some thousands of them do not, few are looked for, and the filters' own indexes find them all, to be put
 * in order then. Left to itself the planner takes either way for the other's questions: a second and more for a page of a
 * million. The newest have an index of their order, of each tag, too; figures have none, since every sale would write it, and are sorted.
 */

interface OrderedBy {
	/** of `f`, the figures; null: by `m`, the member */
	value: string;
	type: string;
	kind: 'instant' | 'number';
	/** whether some have no value: they stand at the end, whichever the direction */
	partial: boolean;
}

const orders: Record<MemberOrder, OrderedBy> = {
	newest: { value: 'm.joined_at', type: 'timestamptz', kind: 'instant', partial: false },
	recent: { value: 'f.last_at', type: 'timestamptz', kind: 'instant', partial: true },
	spent: { value: '(f.spent_cents - f.returned_cents)', type: 'bigint', kind: 'number', partial: true }
};

/** Whoever stands in the list at all: the condition of its indexes. */
const listed = 'm.joined_at is not null and m.merged_into is null and m.erased_at is null';

/** Three thousand rows in a row and their members: some milliseconds. */
const usualReach = 3000;
/** × reach: as many as that are put in order in some milliseconds, too; where there are more, one of them is never far. */
const collected = 7;
/** × reach: how far a walk goes for these, before all of them are put in order after all. */
const farther = 33;

/** Parameters of a statement, by the places that they get. */
class Places {
	readonly values: (string | number | null)[] = [];
	put(value: string | number | null, type: string): string {
		this.values.push(value);
		return `$${this.values.length}::${type}`;
	}
}

/** Where a page begins: behind this value and id; without a value, among those who have none. */
interface Position {
	value: string | null;
	id: string;
}

/** A member's place in the list. */
interface Placed {
	id: string;
	sort: string | number | null;
}

interface Wanted {
	filter: MemberFilter;
	search: Search | null;
	order: OrderedBy;
	descending: boolean;
	size: number;
	reach: number;
}

/**
 * Members who joined, with what they are worth to the house, a page at a time. In an order of purchases, those who never
 * bought stand at the end, whichever its direction.
 * @param filter.text beginnings of words of a name or of an address, the end of a telephone number, a member number or
 * code; empty: everybody
 */
export async function listMembers(
	reads: Reads,
	{ filter, order, descending, cursor, size = pageSize, reach = usualReach }: MemberQuery,
	now: Date
): Promise<Page<MemberRow>> {
	const search = searchOf(filter.text);
	if (search === 'nobody') return { items: [], nextCursor: null };
	const by = orders[order];
	const wanted: Wanted = { filter, search, order: by, descending, size: size + 1, reach };
	const placed = await placesFrom(sqlOf(reads), wanted, positionIn(cursor, by));
	const shown = placed.slice(0, size);
	const last = shown.at(-1);
	return {
		items: await rowsOf(sqlOf(reads), shown, now),
		nextCursor: placed.length > size && last ? writeCursor(last.sort === null ? [last.id] : [last.sort, last.id]) : null
	};
}

function positionIn(cursor: string | null, { kind, partial }: OrderedBy): Position | null {
	const [value, id] = readCursor(cursor, [kind, 'text']) ?? [];
	if (value !== undefined && id !== undefined) return { value, id };
	const [alone] = (partial && readCursor(cursor, ['text'])) || [];
	return alone === undefined ? null : { value: null, id: alone };
}

async function placesFrom(sql: Raw, wanted: Wanted, after: Position | null): Promise<Placed[]> {
	const { order, size, reach } = wanted;
	const narrowed = isNarrowed(wanted);
	const none = after?.value === null;
	const ofTag = wanted.filter.tagId !== null && !order.partial;
	const { placed: valued, ended } = none
		? nobody
		: await (ofTag ? walkTag(sql, wanted, after) : walk(sql, wanted, after, narrowed));
	if (valued.length >= size || ended) return valued;
	if (narrowed) {
		const few = await collect(sql, wanted, after, collected * reach);
		if (few) return few;
		// Many, but none of them lately: those who came before a great file, say.
		const further = { ...wanted, reach: farther * reach };
		const far = none ? nobody : await (ofTag ? walkTag(sql, further, after) : walk(sql, further, after, narrowed));
		return far.placed.length >= size || far.ended ? far.placed : ((await collect(sql, wanted, after, null)) ?? []);
	}
	if (!order.partial) return valued;
	const behind = after?.value === null ? after : null;
	return [...valued, ...(await walkWithout(sql, { ...wanted, size: size - valued.length }, behind))];
}

/** Whether anything is asked of the members but their order. The days of joining are a part of that order's index. */
function isNarrowed({ filter, search, order }: Wanted): boolean {
	const { tagId, attribute, blocked, joinedFrom, joinedBefore } = filter;
	const byDay = joinedFrom !== null || joinedBefore !== null;
	return search !== null || tagId !== null || attribute !== null || blocked !== null || (byDay && order.partial);
}

const signs = (descending: boolean): ['<' | '>', 'desc' | 'asc'] => (descending ? ['<', 'desc'] : ['>', 'asc']);

interface Walked {
	placed: Placed[];
	/** whether nobody comes after these */
	ended: boolean;
}
const nobody: Walked = { placed: [], ended: false };

/** Those with a value in the list's order, one after the other. */
async function walk(sql: Raw, wanted: Wanted, after: Position | null, narrowed: boolean): Promise<Walked> {
	const { order, descending, filter, search, size, reach } = wanted;
	const [compare, direction] = signs(descending);
	const places = new Places();
	const id = order.partial ? 'f.member_id' : 'm.id';
	const range = order.partial ? [] : [...daysOf(filter, places)];
	if (after?.value != null)
		range.push(
			`(${order.value}, ${id}) ${compare} (${places.put(after.value, order.type)}, ${places.put(after.id, 'text')} collate "C")`
		);
	const fits = [...conditionsOf(filter, places, 'probed'), ...(search ? [named(search, places)] : [])];
	if (order.partial) fits.push(listed, ...daysOf(filter, places));
	const steps = narrowed ? `limit ${places.put(reach, 'int')}` : '';
	const along = `order by ${order.value} ${direction}, ${id} ${direction} ${steps}`;
	const from = order.partial
		? `(select f.member_id, ${order.value} as sort from member_figures f ${where(range)} ${along}) f
			join members m on m.id = f.member_id`
		: `(select m.*, ${order.value} as sort from members m ${where([listed, ...range])} ${along}) m`;
	const sort = order.partial ? 'f.sort' : 'm.sort';
	const rows = await sql.unsafe<Placed[]>(
		`select m.id, ${sort} as sort from ${from} ${where(fits)}
		order by ${sort} ${direction}, m.id ${direction} limit ${places.put(size, 'int')}`,
		places.values
	);
	return { placed: [...rows], ended: false };
}

/** Those who have a tag, the last who joined first or the other way round: rows of a tag know when their members joined. */
async function walkTag(sql: Raw, wanted: Wanted, after: Position | null): Promise<Walked> {
	const { descending, filter, search, size, reach } = wanted;
	const [compare, direction] = signs(descending);
	const places = new Places();
	const range = [
		`t.tag_id = ${places.put(filter.tagId, 'text')} collate "C"`,
		't.joined_at is not null',
		...daysOf(filter, places, 't')
	];
	if (after?.value != null)
		range.push(
			`(t.joined_at, t.member_id) ${compare} (${places.put(after.value, 'timestamptz')}, ${places.put(after.id, 'text')} collate "C")`
		);
	const others = [
		...conditionsOf({ ...filter, tagId: null }, places, 'probed'),
		...(search ? [named(search, places)] : [])
	];
	const fits = [listed, ...others];
	// Where nothing else is asked, nearly everybody fits.
	const most = others.length === 0 ? Math.min(reach, 2 * size) : reach;
	const steps = places.put(most, 'int');
	const rows = await sql.unsafe<({ seen: number } & (Placed | { id: null }))[]>(
		`with steps as materialized (
			select t.member_id, t.joined_at from member_tags t ${where(range)}
			order by t.joined_at ${direction}, t.member_id ${direction} limit ${steps}
		), page as (
			select m.id, s.joined_at as sort from steps s join members m on m.id = s.member_id ${where(fits)}
			order by s.joined_at ${direction}, s.member_id ${direction} limit ${places.put(size, 'int')}
		)
		select p.id, p.sort, one.seen from (select count(*)::int as seen from steps) one left join page p on true
		order by p.sort ${direction}, p.id ${direction}`,
		places.values
	);
	const placed = rows.flatMap((row) => (row.id === null ? [] : { id: row.id, sort: row.sort }));
	return { placed, ended: (rows[0]?.seen ?? 0) < most };
}

/** Those who never bought, in the order of their ids. */
async function walkWithout(sql: Raw, { descending, size }: Wanted, after: Position | null): Promise<Placed[]> {
	const [compare, direction] = signs(descending);
	const places = new Places();
	const beyond = after ? [`m.id ${compare} ${places.put(after.id, 'text')} collate "C"`] : [];
	const none = 'not exists (select from member_figures f where f.member_id = m.id)';
	const rows = await sql.unsafe<{ id: string }[]>(
		`select m.id from members m ${where([listed, none, ...beyond])}
		order by m.id ${direction} limit ${places.put(size, 'int')}`,
		places.values
	);
	return rows.map(({ id }) => ({ id, sort: null }));
}

/** All who pass the filters, found by these, then put in order; null: there are more than `most`. */
async function collect(
	sql: Raw,
	wanted: Wanted,
	after: Position | null,
	most: number | null
): Promise<Placed[] | null> {
	const { order, descending, filter, search, size } = wanted;
	const [compare, direction] = signs(descending);
	const places = new Places();
	const fits = [listed, ...conditionsOf(filter, places, 'joined'), ...daysOf(filter, places)];
	const from = search === null ? 'members' : found(search, places);
	const beyond: string[] = [];
	if (after) {
		const id = `${places.put(after.id, 'text')} collate "C"`;
		const value = after.value === null ? null : places.put(after.value, order.type);
		const none = `${order.value} is null`;
		if (value === null) beyond.push(none, `m.id ${compare} ${id}`);
		else beyond.push(`((${order.value}, m.id) ${compare} (${value}, ${id})${order.partial ? ` or ${none}` : ''})`);
	}
	const capped = most === null ? '' : `limit ${places.put(most + 1, 'int')}`;
	const rows = await sql.unsafe<({ many: boolean } & (Placed | { id: null }))[]>(
		`with found as materialized (select m.id, m.joined_at from ${from} m ${where(fits)} ${capped}), page as (
			select m.id, ${order.value} as sort from found m
			${order.partial ? 'left join member_figures f on f.member_id = m.id' : ''} ${where(beyond)}
			order by ${order.value} ${direction} nulls last, m.id ${direction} limit ${places.put(size, 'int')}
		)
		select p.id, p.sort, ${most === null ? 'false' : `(select count(*) from found) > ${most}`} as many
		from (values (1)) one left join page p on true order by p.sort ${direction} nulls last, p.id ${direction}`,
		places.values
	);
	if (rows[0]?.many) return null;
	return rows.flatMap((row) => (row.id === null ? [] : { id: row.id, sort: row.sort }));
}

const where = (conditions: readonly string[]): string =>
	conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;

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
}

/** What the list shows of members, in the order given. */
async function rowsOf(sql: Raw, placed: readonly Placed[], now: Date): Promise<MemberRow[]> {
	if (placed.length === 0) return [];
	const rows = await sql.unsafe<ListedMember[]>(
		`select m.id, m.number, m.name, m.email, m.phone, m.joined_at, m.blocked_at is not null as blocked,
			coalesce(f.visits, 0) as visits, coalesce(f.spent_cents - f.returned_cents, 0)::bigint as spent_cents, f.last_at,
			array(select mt.tag_id from member_tags mt where mt.member_id = m.id order by mt.tagged_at, mt.tag_id) as tag_ids,
			coalesce(p.points, 0)::bigint as spendable
		from unnest($1::text[]) with ordinality as page(id, place) join members m on m.id = page.id collate "C"
		left join member_figures f on f.member_id = m.id
		left join lateral (
			select sum(a.credited - a.debited - coalesce(overdue.points, 0)) as points
			from accounts a left join lateral (
				select greatest(0, max(l.cumulative) - a.debited) as points from lots l
				where l.owner_id = a.owner_id and l.name = a.name and l.due_at <= $2::timestamptz
			) overdue on a.first_due_at <= $2::timestamptz
			where a.owner_id = coalesce((select o.posts_to from account_owners o where o.owner_id = m.id), m.id)
				and a.name like 'points/%' and a.closed_at is null
		) p on true
		order by page.place`,
		[listOf(placed.map(({ id }) => id)), now.toISOString()],
		{ prepare: true }
	);
	return rows.map((row) => ({
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
	}));
}

interface Search {
	number: string | null;
	query: string | null;
}

/** What a text may mean: a member's number, or words; null: everybody. */
function searchOf(text: string): Search | null | 'nobody' {
	const trimmed = text.trim();
	if (trimmed === '') return null;
	const code = readCode(trimmed);
	if (code.kind === 'member' || code.kind === 'rotatingMember') return { number: numberIn(code.code), query: null };
	const number = code.kind === 'other' && code.code.length === 10 ? code.code : null;
	const query = queryOf(trimmed);
	return number === null && query === null ? 'nobody' : { number, query };
}

/** Whether a row's number or words are what a text names. */
function fitting({ number, query }: Search, places: Places): (row: string) => string {
	const [exact, words] = [
		number === null ? null : `${places.put(number, 'text')} collate "C"`,
		query === null ? null : places.put(query, 'tsquery')
	];
	return (row) =>
		`(${[...(exact === null ? [] : [`${row}.number = ${exact}`]), ...(words === null ? [] : [`${row}.words @@ ${words}`])].join(' or ')})`;
}

/** Whether a text names a member, or somebody who was merged into them. */
function named(search: Search, places: Places): string {
	const fits = fitting(search, places);
	return `(${fits('m')} or (select true from members g where g.merged_into = m.id and ${fits('g')} limit 1))`;
}

/**
 * Those whose number or words a text names. Fenced, so that the index of words finds them first: the planner would rather
 * walk everybody by the day they joined, and walk long where few are found.
 */
function found(search: Search, places: Places): string {
	const fits = fitting(search, places);
	// What led to somebody who was merged finds who was kept; once, also where both have it.
	return `(
		(select * from members k where ${fits('k')} and k.merged_into is null offset 0)
		union all
		select * from members k where k.id in
			(select g.merged_into from members g where ${fits('g')} and g.merged_into is not null) and ${fits('k')} is not true
	)`;
}

/** Between which days a member joined. */
function* daysOf({ joinedFrom, joinedBefore }: MemberFilter, places: Places, of: 'm' | 't' = 'm'): Generator<string> {
	if (joinedFrom) yield `${of}.joined_at >= ${places.put(joinedFrom.toISOString(), 'timestamptz')}`;
	if (joinedBefore) yield `${of}.joined_at < ${places.put(joinedBefore.toISOString(), 'timestamptz')}`;
}

/**
 * What else a member must be to stand in the list.
 * @param by probed: each is asked for a member who is there; joined: the planner may begin with them
 */
function* conditionsOf(
	{ tagId, attribute, blocked }: MemberFilter,
	places: Places,
	by: 'probed' | 'joined'
): Generator<string> {
	// Of `exists` the planner would make a join, and read all who have a frequent tag to fill one page.
	const [there, thus] = by === 'probed' ? ['', 'true'] : ['exists ', ''];
	if (blocked !== null) yield `m.blocked_at is ${blocked ? 'not null' : 'null'}`;
	if (tagId !== null)
		yield `${there}(select ${thus} from member_tags t where t.member_id = m.id
			and t.tag_id = ${places.put(tagId, 'text')} collate "C")`;
	if (attribute === null) return;
	const { id, value } = attribute;
	const is = value === '' ? '' : `and ${valueText} = ${places.put(value.toLowerCase(), 'text')}`;
	yield `${there}(select ${thus} from member_attributes a where a.member_id = m.id
		and a.attribute_id = ${places.put(id, 'text')} collate "C" ${is})`;
}

/**
 * An attribute's value as it stands in an address: the text, the day, yes or no, thousandths or cents. The index of
 * values is made of exactly this.
 */
const valueText = `coalesce(lower(a.text), a.day, a.yes::text, a.thousandths::text, a.cents::text)`;

/** Who passes a filter, by id: a cursor that nothing that is done to them moves. */
export async function memberIds(
	reads: Reads,
	{ filter, cursor, size }: { filter: MemberFilter; cursor: string | null; size: number }
): Promise<{ ids: string[]; nextCursor: string | null }> {
	const after = readCursor(cursor, ['text'])?.[0] ?? null;
	const search = searchOf(filter.text);
	if (search === 'nobody') return { ids: [], nextCursor: null };
	const wanted = { filter, search, after, size: size + 1 };
	const walked = await idsByWalk(sqlOf(reads), wanted);
	const ids = walked.length > size ? walked : await idsByFilter(sqlOf(reads), wanted);
	return { ids: ids.slice(0, size), nextCursor: ids.length > size ? writeCursor([ids[size - 1] ?? '']) : null };
}

interface IdsWanted {
	filter: MemberFilter;
	search: Search | null;
	after: string | null;
	size: number;
}

/** The next in the order of ids who pass, as far as a page is not far. */
async function idsByWalk(sql: Raw, { filter, search, after, size }: IdsWanted): Promise<string[]> {
	const places = new Places();
	const beyond = after === null ? [] : [`m.id > ${places.put(after, 'text')} collate "C"`];
	const fits = [...daysOf(filter, places), ...conditionsOf(filter, places, 'probed')];
	if (search) fits.push(named(search, places));
	const rows = await sql.unsafe<{ id: string }[]>(
		`select m.id from (select * from members m ${where([listed, ...beyond])} order by m.id
				limit ${places.put(size * 10, 'int')}) m
			${where(fits)} order by m.id limit ${places.put(size, 'int')}`,
		places.values
	);
	return rows.map(({ id }) => id);
}

async function idsByFilter(sql: Raw, { filter, search, after, size }: IdsWanted): Promise<string[]> {
	const places = new Places();
	const fits = [listed, ...daysOf(filter, places), ...conditionsOf(filter, places, 'joined')];
	if (after !== null) fits.push(`m.id > ${places.put(after, 'text')} collate "C"`);
	const from = search === null ? 'members' : found(search, places);
	const rows = await sql.unsafe<{ id: string }[]>(
		`with found as materialized (select m.id from ${from} m ${where(fits)})
		select id from found order by id limit ${places.put(size, 'int')}`,
		places.values
	);
	return rows.map(({ id }) => id);
}
