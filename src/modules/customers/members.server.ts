import { eq, inArray } from 'drizzle-orm';
import { must } from '#core/must';
import type { Reads } from '#platform/db';
import { customersRefusals, type Member } from './index.ts';
import { members } from './tables.server.ts';

type Row = typeof members.$inferSelect;

export const memberOf = (row: Row): Member => ({
	id: row.id,
	number: row.number,
	userId: row.userId,
	name: row.name,
	email: row.email,
	phone: row.phone,
	language: row.language,
	createdAt: row.createdAt,
	joinedAt: row.joinedAt,
	blocked: row.blockedAt !== null,
	erased: row.erasedAt !== null,
	mergedInto: row.mergedInto
});

/** Somebody themselves, or who took their place. */
export async function placeOf(reads: Reads, row: Row): Promise<Row> {
	if (!row.mergedInto) return row;
	const [kept] = await reads.select().from(members).where(eq(members.id, row.mergedInto));
	must(kept && !kept.mergedInto, 'one step leads to whoever was kept');
	return kept;
}

/** The member a signed-in person is, whichever of their addresses they came with; null while they have not joined. */
export async function memberOfUser(reads: Reads, userId: string): Promise<Member | null> {
	const [row] = await reads.select().from(members).where(eq(members.userId, userId));
	return row ? memberOf(await placeOf(reads, row)) : null;
}

/** Members by id, in one query, merged ones as they are; ids nobody has are left out. */
export async function memberFacts(reads: Reads, ids: readonly string[]): Promise<Map<string, Member>> {
	if (ids.length === 0) return new Map();
	const rows = await reads
		.select()
		.from(members)
		.where(inArray(members.id, [...new Set(ids)]));
	return new Map(rows.map((row) => [row.id, memberOf(row)]));
}

/** A member, or who took their place. @throws member.unknown */
export async function getMember(reads: Reads, id: string): Promise<Member> {
	const [row] = await reads.select().from(members).where(eq(members.id, id));
	const member = row && memberOf(await placeOf(reads, row));
	if (!member || member.erased) throw customersRefusals.refuse('member.unknown');
	return member;
}
