import { asc, eq, sql } from 'drizzle-orm';
import { newId } from '#core/ids';
import { foldText } from '#core/words';
import { insertRows, listOf } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { keepTrail, withoutCodes, type By } from '#platform/trail';
import { mostTags, tagNameLength, type TagColour } from './index.ts';
import { customersRefusals } from './refusals.ts';
import { members, memberTags, tags } from './tables.server.ts';

const { refuse } = customersRefusals;

export interface Tag {
	id: string;
	name: string;
	colour: TagColour;
	version: number;
}

/** All tags, by name. */
export async function listTags(reads: Reads): Promise<Tag[]> {
	const { id, name, colour, version } = tags;
	return reads.select({ id, name, colour, version }).from(tags).orderBy(asc(tags.folded));
}

/** All tags with how many members have each. */
export async function countTags(reads: Reads): Promise<(Tag & { members: number })[]> {
	const counts = await sqlOf(reads)<{ tag_id: string; members: number }[]>`
		select tag_id, count(*)::int as members from member_tags group by tag_id`;
	const byId = new Map(counts.map((row) => [row.tag_id, row.members]));
	return (await listTags(reads)).map((tag) => ({ ...tag, members: byId.get(tag.id) ?? 0 }));
}

export interface TagInput {
	name: string;
	colour: TagColour;
}

/** @throws tag.name_form, tag.name_taken */
async function sound(
	tx: Tx,
	input: TagInput,
	mine: string | null
): Promise<{ name: string; folded: string; all: Tag[] }> {
	const name = input.name.trim().replace(/\s+/g, ' ');
	const folded = foldText(name);
	if (folded === '' || name.length > tagNameLength)
		throw refuse('tag.name_form', { field: 'name', most: tagNameLength });
	// Tags are few and seldom made: one at a time, so that two of a name cannot race, nor go past how many there may be.
	await tx.execute(sql`select pg_advisory_xact_lock(hashtext('customers.tags'))`);
	const all = await listTags(tx);
	if (all.some((other) => other.id !== mine && foldText(other.name) === folded))
		throw refuse('tag.name_taken', { field: 'name', name });
	return { name, folded, all };
}

const titleOf = (name: string) => withoutCodes(name);

/** @throws tag.name_form, tag.name_taken, tag.too_many */
export async function createTag(tx: Tx, input: TagInput, by: By, now: Date): Promise<{ id: string }> {
	const { name, folded, all } = await sound(tx, input, null);
	if (all.length >= mostTags) throw refuse('tag.too_many', { most: mostTags });
	const { colour } = input;
	const id = newId('tag', now);
	await tx.insert(tags).values({ id, name, folded, colour, createdAt: now });
	await keepTrail(
		tx,
		by,
		{ action: 'tag.created', subject: { kind: 'tag', id }, title: titleOf(name), after: { colour } },
		now
	);
	return { id };
}

async function lockTag(tx: Tx, id: string) {
	const [row] = await tx.select().from(tags).where(eq(tags.id, id)).for('update');
	if (!row) throw refuse('tag.unknown');
	return row;
}

/** @throws tag.unknown, tag.changed_meanwhile (`name` as it is now), and those of `createTag` */
export async function editTag(
	tx: Tx,
	{ id, version, ...input }: TagInput & { id: string; version: number },
	by: By,
	now: Date
): Promise<void> {
	const before = await lockTag(tx, id);
	if (before.version !== version) throw refuse('tag.changed_meanwhile', { name: before.name });
	const { name, folded } = await sound(tx, input, id);
	const { colour } = input;
	await tx
		.update(tags)
		.set({ name, folded, colour, version: version + 1 })
		.where(eq(tags.id, id));
	const [was, is] = [
		{ name: titleOf(before.name), colour: before.colour },
		{ name: titleOf(name), colour }
	];
	const subject = { kind: 'tag', id };
	await keepTrail(tx, by, { action: 'tag.changed', subject, title: titleOf(name), before: was, after: is }, now);
}

/** Takes a tag off everybody and away. @throws tag.unknown */
export async function deleteTag(tx: Tx, { id }: { id: string }, by: By, now: Date): Promise<void> {
	const before = await lockTag(tx, id);
	const gone = await tx.delete(memberTags).where(eq(memberTags.tagId, id)).returning({ id: memberTags.memberId });
	await tx.delete(tags).where(eq(tags.id, id));
	const subject = { kind: 'tag', id };
	const was = { members: gone.length };
	await keepTrail(tx, by, { action: 'tag.deleted', subject, title: titleOf(before.name), before: was, after: {} }, now);
}

/** A tag that somebody deletes at this moment must not come back as a row without a name. */
async function holdTags(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
	const rows = await sqlOf(tx).unsafe<{ id: string; name: string }[]>(
		'select id, name from tags where id = any($1::text[]) order by id for key share',
		[listOf(ids)]
	);
	if (rows.length < new Set(ids).size) throw refuse('tag.unknown');
	return new Map(rows.map(({ id, name }) => [id, name]));
}

/**
 * Gives one member exactly these tags.
 * @throws member.unknown, tag.unknown
 */
export async function setTags(
	tx: Tx,
	{ memberId, tagIds }: { memberId: string; tagIds: readonly string[] },
	by: By,
	now: Date
): Promise<void> {
	const [row] = await tx.select().from(members).where(eq(members.id, memberId)).for('update');
	if (!row || row.erasedAt) throw refuse('member.unknown');
	const wanted = [...new Set(tagIds)];
	const had = (await tx.select({ id: memberTags.tagId }).from(memberTags).where(eq(memberTags.memberId, memberId))).map(
		({ id }) => id
	);
	const names = await holdTags(tx, [...new Set([...had, ...wanted])]);
	const [added, gone] = [wanted.filter((id) => !had.includes(id)), had.filter((id) => !wanted.includes(id))];
	if (added.length + gone.length === 0) return;
	await sqlOf(tx).unsafe('delete from member_tags where member_id = $1 and tag_id = any($2::text[])', [
		memberId,
		listOf(gone)
	]);
	const rows = added.map((tagId) => ({ memberId, tagId, taggedAt: now }));
	await insertRows(sqlOf(tx), memberTags, rows, 'on conflict do nothing');
	const words = (ids: readonly string[]) => ids.map((id) => titleOf(names.get(id) ?? '')).sort();
	const [before, after] = [{ tags: words(had) }, { tags: words(wanted) }];
	await keepTrail(tx, by, { action: 'member.tagged', subject: { kind: 'member', id: memberId }, before, after }, now);
}

/** members of one call of `tagMany` */
export const mostAtOnce = 500;

/**
 * Puts a tag on members, or takes it off: a part of a longer list. Whoever was erased meanwhile is left out.
 * @returns for how many that was a change
 * @throws tag.unknown
 */
export async function tagMany(
	tx: Tx,
	{ memberIds, tagId, on }: { memberIds: readonly string[]; tagId: string; on: boolean },
	by: By,
	now: Date
): Promise<{ changed: number }> {
	const name = (await holdTags(tx, [tagId])).get(tagId) ?? '';
	const rows = on
		? await sqlOf(tx).unsafe(
				`insert into member_tags (member_id, tag_id, tagged_at)
				select id, $2, $3 from members where id = any($1::text[]) and erased_at is null
				on conflict do nothing returning member_id`,
				[listOf(memberIds), tagId, now.toISOString()]
			)
		: await sqlOf(tx).unsafe(
				'delete from member_tags where member_id = any($1::text[]) and tag_id = $2 returning member_id',
				[listOf(memberIds), tagId]
			);
	if (rows.length > 0) {
		const action = on ? 'tag.given' : 'tag.taken';
		const subject = { kind: 'tag', id: tagId };
		await keepTrail(tx, by, { action, subject, title: titleOf(name), after: { members: rows.length } }, now);
	}
	return { changed: rows.length };
}
