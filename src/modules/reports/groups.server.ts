import type { Page } from '#core/page';
import { pageSize } from '#core/page';
import { queryOf } from '#customers/server';
import { groupsRefusals, type GroupKind, type GroupRole } from '#groups';
import type { HistoryEntry, PointsBalance } from '#ledger';
import { historyOf, pointsOf } from '#ledger/server';
import { listOf } from '#platform/bulk';
import { instant, sqlOf, type Reads } from '#platform/db';
import { readCursor, writeCursor } from './cursor.server.ts';
import { withReceipts } from './references.server.ts';

export interface GroupRow {
	id: string;
	kind: GroupKind;
	name: string;
	shares: boolean;
	members: number;
	/** null: everybody has their own */
	spendablePoints: number | null;
	createdAt: Date;
	ended: boolean;
}

interface ListedGroup {
	id: string;
	kind: GroupKind;
	name: string;
	shares: boolean;
	members: number;
	created_at: string;
	ended: boolean;
}

/**
 * Households and firms, newest first, a page at a time.
 * @param text beginnings of words of a group's name or numbers, or of somebody's name who belongs to it, or their address
 */
export async function listGroups(
	reads: Reads,
	{ text, kind, ended, cursor }: { text: string; kind: GroupKind | null; ended: boolean; cursor: string | null },
	now: Date
): Promise<Page<GroupRow>> {
	const after = readCursor(cursor, ['instant', 'text']) ?? ['infinity', ''];
	const query = queryOf(text);
	if (text.trim() !== '' && query === null) return { items: [], nextCursor: null };
	const rows = await sqlOf(reads).unsafe<ListedGroup[]>(
		`select g.id, g.kind, g.name, g.shares, g.created_at, g.ended_at is not null as ended,
			(select count(*)::int from group_members b where b.group_id = g.id and b.ended_at is null) as members
		from member_groups g
		where ($1::text is null or g.kind = $1) and (g.ended_at is not null) = $2
			and ($3::tsquery is null or g.words @@ $3::tsquery or g.id in (
				select b.group_id from members m join group_members b on b.member_id = m.id
				where m.words @@ $3::tsquery and b.ended_at is null))
			and (g.created_at, g.id) < ($4::timestamptz, $5 collate "C")
		order by g.created_at desc, g.id desc limit $6`,
		[kind, ended, query, after[0] ?? '', after[1] ?? '', pageSize + 1]
	);
	const shown = rows.slice(0, pageSize);
	const purses = await pointsOf(
		reads,
		shown.flatMap(({ id, shares }) => (shares ? id : [])),
		now
	);
	const last = shown.at(-1);
	return {
		items: shown.map(({ created_at, ...row }) => ({
			...row,
			spendablePoints: row.shares && !row.ended ? (purses.get(row.id)?.spendable ?? 0) : null,
			createdAt: instant(created_at)
		})),
		nextCursor: rows.length > pageSize && last ? writeCursor([last.created_at, last.id]) : null
	};
}

export interface GroupPerson {
	memberId: string;
	name: string | null;
	email: string | null;
	role: GroupRole;
	title: string | null;
	shares: boolean;
	since: Date;
	until: Date | null;
	/** how they agreed to share, and who noted it */
	agreed: string | null;
	staffName: string | null;
	blocked: boolean;
}

/** What a purse's history tells besides the ledger: who of them it was. */
export type GroupEntry = HistoryEntry & { who: string | null };

export interface GroupPage {
	id: string;
	kind: GroupKind;
	name: string;
	vatNumber: string | null;
	registrationNumber: string | null;
	billingAddress: string | null;
	note: string | null;
	shares: boolean;
	version: number;
	createdAt: Date;
	endedAt: Date | null;
	heir: { id: string; name: string | null } | null;
	people: GroupPerson[];
	/** null: everybody has their own */
	points: PointsBalance | null;
	history: Page<GroupEntry>;
}

interface GroupHead extends Omit<GroupPage, 'createdAt' | 'endedAt' | 'heir' | 'people' | 'points' | 'history'> {
	createdAt: string;
	endedAt: string | null;
	heir_id: string | null;
	heir_name: string | null;
}

/** @throws group.unknown */
export async function groupPage(reads: Reads, id: string, now: Date): Promise<GroupPage> {
	const sql = sqlOf(reads);
	const [head] = await sql<GroupHead[]>`
		select g.id, g.kind, g.name, g.vat_number as "vatNumber", g.registration_number as "registrationNumber",
			g.billing_address as "billingAddress", g.note, g.shares, g.version, g.created_at as "createdAt",
			g.ended_at as "endedAt", h.id as heir_id, h.name as heir_name
		from member_groups g left join members h on h.id = g.heir_member_id where g.id = ${id}`;
	if (!head) throw groupsRefusals.refuse('group.unknown');
	const { heir_id, heir_name, createdAt, endedAt, ...group } = head;
	const people = await sql<(Omit<GroupPerson, 'since' | 'until'> & { since: string; until: string | null })[]>`
		select b.member_id as "memberId", m.name, m.email, b.role, b.title, b.shares, b.since, b.ended_at as until, b.agreed,
			s.name as "staffName", m.blocked_at is not null as blocked
		from group_members b join members m on m.id = b.member_id left join staff s on s.id = b.staff_id
		where b.group_id = ${id} order by b.ended_at desc nulls first, b.role <> 'head', b.since, b.id limit 300`;
	const [points, history] = await Promise.all([
		group.shares && endedAt === null ? pointsOf(reads, [id], now).then((all) => all.get(id) ?? null) : null,
		groupHistory(reads, id, null)
	]);
	return {
		...group,
		createdAt: instant(createdAt),
		endedAt: endedAt === null ? null : instant(endedAt),
		heir: heir_id === null ? null : { id: heir_id, name: heir_name },
		people: people.map(({ since, until, ...person }) => ({
			...person,
			since: instant(since),
			until: until === null ? null : instant(until)
		})),
		points,
		history
	};
}

/** What moved in a purse, with the names of those whose receipts it was. */
export async function groupHistory(reads: Reads, id: string, cursor: string | null): Promise<Page<GroupEntry>> {
	const page = await withReceipts(reads, await historyOf(reads, id, { cursor, limit: 30 }));
	const refs = page.items.flatMap(({ ref }) => ref ?? []);
	const rows = await sqlOf(reads).unsafe<{ ref: string; who: string | null }[]>(
		`select r.id as ref, m.name as who from receipts r join members m on m.id = r.member_id where r.id = any($1::text[])
		union all select a.id, m.name from point_acts a join members m on m.id = a.member_id where a.id = any($1::text[])
		union all select m.id, m.name from members m where m.id = any($1::text[])`,
		[listOf(refs)]
	);
	const names = new Map(rows.map(({ ref, who }) => [ref, who]));
	return {
		...page,
		items: together(page.items).map((entry) => ({ ...entry, who: names.get(entry.ref ?? '') ?? null }))
	};
}

/** What one movement did to several lots is one line. */
function together(entries: readonly HistoryEntry[]): HistoryEntry[] {
	const lines: HistoryEntry[] = [];
	for (const entry of entries) {
		const last = lines.at(-1);
		const same = last && last.at === entry.at && last.reason === entry.reason && last.ref === entry.ref;
		if (same && last.account.split('/')[0] === entry.account.split('/')[0]) last.amount += entry.amount;
		else lines.push({ ...entry });
	}
	return lines;
}
