import { randomBody } from '#core/codes';
import { newId } from '#core/ids';
import type { ImportRun } from '#imports/server';
import { insertRows, listsOf } from '#platform/bulk';
import { sqlOf, type Tx } from '#platform/db';
import { keepTrail, type Deed } from '#platform/trail';
import type { Attribute } from './attribute-values.ts';
import { writeValues } from './attributes.server.ts';
import { numberSymbols } from './index.ts';
import type { Wish } from './member-import.server.ts';
import { consents, memberCodes, members, memberTags } from './tables.server.ts';
import { wordsOf } from './words.ts';

/** Noon: the day that a file names is that day wherever the shop is. */
const instantOf = (day: string): Date => new Date(`${day}T12:00:00Z`);

/** Writes a batch of a file: one statement for what is new, one for what changed, one for each thing beside. */
export async function writeWishes(
	tx: Tx,
	wishes: readonly Wish[],
	asked: readonly Attribute[],
	{ by, now }: ImportRun
): Promise<void> {
	if (wishes.length === 0) return;
	const all = wishes.map((wish) => ({ ...wish, id: wish.before?.id ?? newId('member', now) }));
	await writePeople(tx, all, now);
	await writeBeside(tx, all, by, now);
	await writeValues(
		tx,
		all.flatMap(({ id, values }) => values.map((value) => ({ memberId: id, ...value })))
	);
	await keepTrail(
		tx,
		by,
		all.map((wish) => deedOf(wish, asked)),
		now
	);
}

type Written = Wish & { id: string };

/** A day that is today may lie ahead of us by some hours. */
const past = (day: string, now: Date): Date => (instantOf(day) > now ? now : instantOf(day));

async function writePeople(tx: Tx, all: readonly Written[], now: Date): Promise<void> {
	const sql = sqlOf(tx);
	await insertRows(
		sql,
		members,
		all
			.filter(({ before }) => before === null)
			.map(({ id, person, joined }) => {
				const joinedAt = joined === null ? now : past(joined, now);
				return { id, number: randomBody(numberSymbols), ...person, words: wordsOf(person), createdAt: now, joinedAt };
			})
	);
	const changed = all
		.filter(({ before }) => before !== null)
		.map(({ id, person }) => ({ id, ...person, words: wordsOf(person) }));
	if (changed.length > 0)
		await sql.unsafe(
			`update members m set name = x.name, email = x.email, phone = x.phone, language = x.language, birthday = x.birthday,
				birth_year = x.birth_year, address = x.address, note = x.note, words = x.words, version = m.version + 1,
				joined_at = coalesce(m.joined_at, $11::timestamptz)
			from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::text[],
				$9::text[], $10::tsvector[]) as x(id, name, email, phone, language, birthday, birth_year, address, note, words)
			where m.id = x.id collate "C"`,
			[
				...listsOf(changed, [
					'id',
					'name',
					'email',
					'phone',
					'language',
					'birthday',
					'birthYear',
					'address',
					'note',
					'words'
				]),
				now.toISOString()
			],
			{ prepare: true }
		);
}

/** Tags, cards and consents. */
async function writeBeside(tx: Tx, all: readonly Written[], by: ImportRun['by'], now: Date): Promise<void> {
	const sql = sqlOf(tx);
	await insertRows(
		sql,
		memberTags,
		all.flatMap(({ id, tagIds }) => tagIds.map((tagId) => ({ memberId: id, tagId, taggedAt: now }))),
		'on conflict do nothing'
	);
	await insertRows(
		sql,
		memberCodes,
		all.flatMap(({ id, codes }) =>
			codes.map((code) => ({
				id: newId('memberCode', now),
				memberId: id,
				code,
				kind: 'old_barcode' as const,
				addedAt: now,
				endedAt: null
			}))
		)
	);
	await insertRows(
		sql,
		consents,
		all.flatMap(({ id, consents }) =>
			consents.map(({ purpose, day, wording }) => ({
				id: newId('consent', now),
				memberId: id,
				purpose,
				wording,
				givenAt: past(day, now),
				source: 'import' as const,
				storeId: null,
				staffId: by.actor.kind === 'staff' ? by.actor.staffId : null,
				withdrawnAt: null,
				withdrawnSource: null,
				withdrawnStaffId: null
			}))
		)
	);
}

/** That it came by a file, and which fields it changed: never what was told. */
function deedOf(wish: Written, asked: readonly Attribute[]): Deed {
	const { id, before, person, tagIds, codes, values, consents } = wish;
	const keyOf = (attributeId: string) => asked.find((one) => one.id === attributeId)?.key ?? attributeId;
	const fields = Object.fromEntries([
		...(Object.keys(person) as (keyof typeof person)[])
			.filter((field) => person[field] !== (before?.[field] ?? null))
			.map((field) => [field, 'told']),
		...values.map(({ attributeId }) => [`attribute ${keyOf(attributeId)}`, 'told'])
	]) as Record<string, string>;
	return {
		action: 'member.imported',
		subject: { kind: 'member', id },
		after: {
			...fields,
			...(tagIds.length > 0 && { tagIds }),
			...(codes.length > 0 && { codes: codes.length }),
			...(consents.length > 0 && { consents: consents.map(({ purpose }) => purpose) })
		},
		hidden: Object.keys(fields)
	};
}
