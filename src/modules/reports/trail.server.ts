import { pageSize, type Page } from '#core/page';
import { addDays, startOfDay } from '#core/time';
import { listOf } from '#platform/bulk';
import { instant, sqlOf, type Reads } from '#platform/db';
import type { Change } from '#platform/trail';
import { programmeOf } from '#stores/server';
import { readCursor, writeCursor } from './cursor.server.ts';
import type { TrailEntry, TrailFilter } from './index.ts';

interface Listed {
	id: string;
	at: string;
	action: string;
	subject_kind: string;
	subject_id: string;
	title: string | null;
	changes: Change[];
	reason: string | null;
	actor_kind: TrailEntry['who']['kind'];
	staff_id: string | null;
	staff_name: string | null;
	device_name: string | null;
	store_name: string | null;
	member_id: string | null;
}

const likely = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/**
 * The audit trail, newest first, a page at a time. A subject that is a person is named as they are called today, and not
 * at all once they were erased; so is whoever was invited, who is found by their address too.
 */
export async function listTrail(
	reads: Reads,
	{
		filter,
		seenBy,
		cursor = null,
		size = pageSize
	}: {
		filter: TrailFilter;
		/** somebody limited to some stores: what was done there, and what they did themselves */
		seenBy?: { staffId: string; storeIds: readonly string[] | null };
		cursor?: string | null;
		size?: number;
	}
): Promise<Page<TrailEntry>> {
	const { timeZone } = await programmeOf(reads);
	const after = readCursor(cursor, ['instant', 'text']);
	const from = filter.fromDay === null ? null : startOfDay(filter.fromDay, timeZone).toISOString();
	const to = filter.toDay === null ? null : startOfDay(addDays(filter.toDay, 1), timeZone).toISOString();
	const text = filter.text.trim();
	const rows = await sqlOf(reads).unsafe<Listed[]>(
		`select t.id, t.at, t.action, t.subject_kind, t.subject_id, t.changes, t.reason, t.actor_kind, t.staff_id,
			coalesce(t.title, m.name, p.name, i.name) as title, s.name as staff_name, d.name as device_name, o.name as store_name,
			t.member_id
		from trail_entries t
		left join staff s on s.id = t.staff_id
		left join devices d on d.id = t.device_id
		left join stores o on o.id = t.store_id
		left join members m on t.subject_kind = 'member' and m.id = t.subject_id and m.erased_at is null
		left join staff p on t.subject_kind = 'staff' and p.id = t.subject_id
		left join invitations i on t.subject_kind = 'invitation' and i.id = t.subject_id
		where ($1::text is null or t.subject_id = $1
				or t.subject_id = any(array(select id from members where merged_into = $1))) and ($2::text is null or t.staff_id = $2)
			and ($3::text is null or starts_with(t.action, $3::text || '.'))
			and ($4::timestamptz is null or t.at >= $4) and ($5::timestamptz is null or t.at < $5)
			and ($6::text is null or t.title ilike $6 or t.reason ilike $6 or m.name ilike $6 or p.name ilike $6
				or s.name ilike $6 or i.name ilike $6 or i.email ilike $6)
			and ($7::timestamptz is null or (t.at, t.id) < ($7, $8::text collate "C"))
			and ($10::text[] is null or t.store_id = any($10) or t.staff_id = $11)
		order by t.at desc, t.id desc limit $9`,
		[
			filter.subjectId,
			filter.staffId,
			filter.area,
			from,
			to,
			text === '' ? null : likely(text),
			after?.[0] ?? null,
			after?.[1] ?? null,
			size + 1,
			seenBy?.storeIds ? listOf(seenBy.storeIds) : null,
			seenBy?.staffId ?? null
		]
	);
	const shown = rows.slice(0, size);
	const names = await namesIn(reads, shown);
	const last = shown.at(-1);
	return {
		items: shown.map((row) => entryOf(row, names)),
		nextCursor: rows.length > size && last ? writeCursor([last.at, last.id]) : null
	};
}

/** Things with a name that changes speak of by id. Members are not among them: who they are is told as the subject alone. */
const named = {
	sto: ['stores', 'name'],
	stf: ['staff', 'name'],
	rol: ['roles', 'name'],
	dev: ['devices', 'name'],
	cat: ['categories', 'name'],
	prd: ['products', 'name'],
	tax: ['tax_classes', 'name'],
	tag: ['tags', 'name'],
	mgp: ['member_groups', 'name'],
	vou: ['vouchers', 'title']
} as const;

const idsIn = ({ changes }: Listed): string[] => [
	...new Set(JSON.stringify(changes).match(/\b[a-z]{3}_[0-9a-hjkmnp-tv-z]{22}\b/g))
];

async function namesIn(reads: Reads, rows: readonly Listed[]): Promise<Map<string, string>> {
	const ids = [...new Set(rows.flatMap(idsIn))];
	const kinds = Object.entries(named).filter(([kind]) => ids.some((id) => id.startsWith(kind)));
	if (kinds.length === 0) return new Map();
	const found = await sqlOf(reads).unsafe<{ id: string; name: string }[]>(
		kinds
			.map(([, [table, column]]) => `select id, ${column} as name from ${table} where id = any($1::text[])`)
			.join(' union all '),
		[listOf(ids)]
	);
	return new Map(found.map(({ id, name }) => [id, name]));
}

const entryOf = (row: Listed, names: ReadonlyMap<string, string>): TrailEntry => ({
	id: row.id,
	at: instant(row.at),
	action: row.action,
	subject: { kind: row.subject_kind, id: row.subject_id, title: row.title },
	changes: row.changes,
	names: Object.fromEntries(idsIn(row).flatMap((id) => (names.has(id) ? [[id, names.get(id) ?? '']] : []))),
	reason: row.reason,
	who: {
		kind: row.actor_kind,
		staffId: row.staff_id,
		name: row.staff_name,
		device: row.device_name,
		store: row.store_name,
		memberId: row.member_id
	}
});

/** Whose deeds are in the trail, for its filter: everybody of the house, those who left last. */
export async function trailStaff(reads: Reads): Promise<{ id: string; name: string }[]> {
	return sqlOf(reads)<{ id: string; name: string }[]>`
		select id, name from staff order by disabled_at is not null, name, id limit 500`;
}
