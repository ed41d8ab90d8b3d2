import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Reads } from '#platform/db';
import type { Member } from './index.ts';
import { memberOf, placeOf } from './members.server.ts';
import { isEmail } from './person.ts';
import { readPhone } from './phone.server.ts';
import { memberPolicyOf } from './policy.server.ts';
import { members } from './tables.server.ts';
import { foldEmail } from './words.ts';

/**
 * The member with exactly this e-mail address or telephone number; null: nobody, or it is neither. Never a part of one:
 * whoever asks must have been told it.
 */
export async function findByContact(reads: Reads, text: string): Promise<Member | null> {
	const trimmed = text.trim();
	const where = isEmail(trimmed) ? eq(sql`lower(${members.email})`, foldEmail(trimmed)) : await phoneIs(reads, trimmed);
	if (!where) return null;
	const [row] = await reads
		.select()
		.from(members)
		.where(and(where, isNull(members.erasedAt)))
		.limit(1);
	return row ? memberOf(await placeOf(reads, row)) : null;
}

async function phoneIs(reads: Reads, text: string) {
	const { phoneCountry } = await memberPolicyOf(reads);
	const phone = readPhone(text, phoneCountry);
	return phone === null || phone === 'country' ? null : eq(members.phone, phone);
}
