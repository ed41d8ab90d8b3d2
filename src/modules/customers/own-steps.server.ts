import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { forgetUsers, signInsOf } from '#identity/server';
import { forgetInFiles } from '#imports/server';
import { listOf } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { outbox } from '#platform/once.tables';
import { trailEntries } from '#platform/trail.tables';
import { tracesOf } from './import-traces.ts';
import type { MemberSteps } from './steps.server.ts';
import { randomBody } from '#core/codes';
import { numberSymbols } from './index.ts';
import {
	consents,
	erasures,
	memberAttributes,
	memberCodes,
	memberCodeUses,
	members,
	memberTags
} from './tables.server.ts';

/**
 * Of each purpose the latest word counts, whichever of the two gave it: whoever withdrew last has withdrawn. Every row is
 * kept as the proof that it is; one standing row for each purpose is left at most.
 */
async function mergeConsents(tx: Tx, from: string, into: string, now: Date): Promise<void> {
	await tx.update(consents).set({ memberId: into }).where(eq(consents.memberId, from));
	const rows = await tx.select().from(consents).where(eq(consents.memberId, into)).orderBy(consents.id);
	for (const ofPurpose of Map.groupBy(rows, ({ purpose }) => purpose).values()) {
		const said = (row: (typeof rows)[number]) => (row.withdrawnAt ?? row.givenAt).getTime();
		const last = ofPurpose.toSorted((a, b) => said(b) - said(a))[0];
		const ended = ofPurpose.filter((row) => row.withdrawnAt === null && row.id !== last?.id).map(({ id }) => id);
		if (ended.length > 0) await tx.update(consents).set({ withdrawnAt: now }).where(inArray(consents.id, ended));
	}
}

/** Where members are signed in, and when they asked to be erased. */
async function comingsAndGoings(reads: Reads, ids: string[]): Promise<Record<string, object[]>> {
	const users = await reads.select({ userId: members.userId }).from(members).where(inArray(members.id, ids));
	const signIns = await signInsOf(
		reads,
		users.flatMap(({ userId }) => userId ?? [])
	);
	const asked = await reads
		.select({ askedAt: erasures.askedAt, dueAt: erasures.dueAt, takenBackAt: erasures.takenBackAt })
		.from(erasures)
		.where(inArray(erasures.memberId, ids))
		.orderBy(erasures.id);
	return { sign_ins: signIns, erasures: asked };
}

/** What customers itself keeps, and what the platform keeps under a member's id. */
export const customerSteps: MemberSteps = {
	moves: [consents, memberTags, memberAttributes, memberCodes],
	// Uses of codes are over in minutes; events and the trail tell what happened then, and of an erasure that it was done.
	stays: [members, memberCodeUses, erasures, outbox, trailEntries],

	async merge(tx, { from, into }, now) {
		const sql = sqlOf(tx);
		await mergeConsents(tx, from, into, now);
		await tx.update(memberCodes).set({ memberId: into }).where(eq(memberCodes.memberId, from));
		await sql`
			with gone as (delete from member_tags where member_id = ${from} returning *)
			insert into member_tags (member_id, tag_id, tagged_at) select ${into}, tag_id, tagged_at from gone
			on conflict do nothing`;
		// Where both have a value, the kept one's stands.
		await sql`
			with gone as (delete from member_attributes where member_id = ${from} returning *)
			insert into member_attributes (member_id, attribute_id, text, thousandths, day, yes, cents)
			select ${into}, attribute_id, text, thousandths, day, yes, cents from gone
			on conflict do nothing`;
	},

	async erase(tx, memberIds, now) {
		const ids = [...memberIds];
		const known = await tx
			.select({
				id: members.id,
				number: members.number,
				userId: members.userId,
				name: members.name,
				email: members.email,
				phone: members.phone
			})
			.from(members)
			.where(inArray(members.id, ids));
		const codes = await tx
			.select({ code: memberCodes.code })
			.from(memberCodes)
			.where(inArray(memberCodes.memberId, ids));
		await forgetInFiles(
			tx,
			'members',
			tracesOf(
				known,
				codes.map(({ code }) => code)
			),
			now
		);
		const nobody = {
			userId: null,
			name: null,
			email: null,
			phone: null,
			language: null,
			birthday: null,
			birthYear: null,
			address: null,
			note: null,
			words: null,
			codeSecret: null
		};
		// Every one gets a number that nobody has ever seen: the old one is no code any more.
		for (const id of ids)
			await tx
				.update(members)
				.set({ ...nobody, number: randomBody(numberSymbols), erasedAt: now })
				.where(eq(members.id, id));
		await tx.delete(memberCodeUses).where(inArray(memberCodeUses.memberId, ids));
		await tx.delete(memberCodes).where(inArray(memberCodes.memberId, ids));
		await tx.delete(memberTags).where(inArray(memberTags.memberId, ids));
		await tx.delete(memberAttributes).where(inArray(memberAttributes.memberId, ids));
		await tx
			.update(consents)
			.set({ withdrawnAt: now })
			.where(and(inArray(consents.memberId, ids), isNull(consents.withdrawnAt)));
		await forgetUsers(
			tx,
			known.flatMap(({ userId }) => userId ?? []),
			known.flatMap(({ email }) => email ?? [])
		);
	},

	async exportOf(reads, memberIds) {
		const ids = [...memberIds];
		const profile = await reads
			.select({
				id: members.id,
				number: members.number,
				name: members.name,
				email: members.email,
				phone: members.phone,
				language: members.language,
				birthday: members.birthday,
				birthYear: members.birthYear,
				address: members.address,
				note: members.note,
				createdAt: members.createdAt,
				joinedAt: members.joinedAt,
				blockedAt: members.blockedAt,
				mergedInto: members.mergedInto,
				mergedAt: members.mergedAt
			})
			.from(members)
			.where(inArray(members.id, ids))
			.orderBy(sql`${members.mergedInto} nulls first`, members.id);
		const agreed = await reads
			.select({
				purpose: consents.purpose,
				wording: consents.wording,
				source: consents.source,
				givenAt: consents.givenAt,
				withdrawnAt: consents.withdrawnAt
			})
			.from(consents)
			.where(inArray(consents.memberId, ids))
			.orderBy(consents.id);
		const raw = sqlOf(reads);
		const kept = await raw.unsafe<object[]>(
			`select t.name, mt.tagged_at from member_tags mt join tags t on t.id = mt.tag_id
			where mt.member_id = any($1::text[]) order by mt.tagged_at`,
			[listOf(ids)]
		);
		const told = await raw.unsafe<object[]>(
			`select a.label, coalesce(v.text, v.day, v.yes::text, (v.thousandths / 1000.0)::text, v.cents::text) as value
			from member_attributes v join attributes a on a.id = v.attribute_id
			where v.member_id = any($1::text[]) order by a.position, a.id`,
			[listOf(ids)]
		);
		const codes = await reads
			.select({
				code: memberCodes.code,
				kind: memberCodes.kind,
				addedAt: memberCodes.addedAt,
				endedAt: memberCodes.endedAt
			})
			.from(memberCodes)
			.where(inArray(memberCodes.memberId, ids))
			.orderBy(memberCodes.id);
		const changes = await raw.unsafe<object[]>(
			`select at, action from trail_entries where subject_id = any($1::text[]) order by at, id`,
			[listOf(ids)]
		);
		return {
			profile,
			consents: agreed,
			tags: [...kept],
			attributes: [...told],
			codes,
			...(await comingsAndGoings(reads, ids)),
			changes: [...changes]
		};
	}
};
