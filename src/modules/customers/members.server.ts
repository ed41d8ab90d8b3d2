import { and, desc, eq, ilike, inArray, isNotNull, isNull, lt, or, sql, type SQL } from 'drizzle-orm';
import { readCode } from '#core/codes';
import { pageSize, type Page } from '#core/page';
import type { Reads } from '#platform/db';
import { customersRefusals, numberIn, type Member } from './index.ts';
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
	erased: row.erasedAt !== null
});

/** The member a signed-in person is, or null while they have not joined. */
export async function memberOfUser(reads: Reads, userId: string): Promise<Member | null> {
	const [row] = await reads.select().from(members).where(eq(members.userId, userId));
	return row ? memberOf(row) : null;
}

/** Members by id, in one query; ids nobody has are left out. */
export async function memberFacts(reads: Reads, ids: readonly string[]): Promise<Map<string, Member>> {
	if (ids.length === 0) return new Map();
	const rows = await reads
		.select()
		.from(members)
		.where(inArray(members.id, [...new Set(ids)]));
	return new Map(rows.map((row) => [row.id, memberOf(row)]));
}

/** @throws member.unknown */
export async function getMember(reads: Reads, id: string): Promise<Member> {
	const member = (await memberFacts(reads, [id])).get(id);
	if (!member || member.erased) throw customersRefusals.refuse('member.unknown');
	return member;
}

export interface FindMembers {
	/** part of a name or e-mail address, a telephone number, a member number or code; empty: everybody */
	text?: string;
	/** also those made for guest sales */
	anonymous?: boolean;
	cursor?: string | null;
	limit?: number;
}

/** Members that fit a text, newest first, a page at a time. */
export async function findMembers(reads: Reads, query: FindMembers = {}): Promise<Page<Member>> {
	const limit = Math.min(Math.max(query.limit ?? pageSize, 1), 200);
	const rows = await reads
		.select()
		.from(members)
		.where(
			and(
				isNull(members.erasedAt),
				query.anonymous ? undefined : isNotNull(members.joinedAt),
				fits(query.text?.trim() ?? ''),
				query.cursor ? lt(members.id, query.cursor) : undefined
			)
		)
		.orderBy(desc(members.id))
		.limit(limit + 1);
	const items = rows.slice(0, limit).map(memberOf);
	return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

function fits(text: string): SQL | undefined {
	if (text === '') return undefined;
	const code = readCode(text);
	if (code.kind === 'member' || code.kind === 'rotatingMember') return eq(members.number, numberIn(code.code));
	const like = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
	const digits = text.replace(/[^\d]/g, '');
	return or(
		ilike(members.name, like),
		ilike(members.email, like),
		code.kind === 'other' && code.code.length === 10 ? eq(members.number, code.code) : undefined,
		digits.length >= 4 && digits.length >= text.length - 6
			? sql`regexp_replace(${members.phone}, '\\D', '', 'g') like ${`%${digits}%`}`
			: undefined
	);
}
