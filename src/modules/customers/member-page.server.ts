import { eq, inArray } from 'drizzle-orm';
import type { Language } from '#core/languages';
import { staff } from '#identity/tables';
import type { Reads } from '#platform/db';
import { listStores, programmeOf } from '#stores/server';
import type { AttributeValue } from './attribute-values.ts';
import { listAttributes, valuesOf } from './attributes.server.ts';
import { consentsOf, type ConsentRow } from './consents.server.ts';
import { linkedCodesOf } from './linked-codes.server.ts';
import type { PersonInput } from './person.ts';
import { customersRefusals } from './refusals.ts';
import { members, memberTags } from './tables.server.ts';
import { wordingText } from './wordings.ts';

async function rowOf(reads: Reads, id: string) {
	const [row] = await reads.select().from(members).where(eq(members.id, id));
	if (!row || row.erasedAt) throw customersRefusals.refuse('member.unknown');
	return row;
}

/** What a member's form begins with. `ownEmail`: they sign in by the address, so that only they change it. */
export async function memberForm(
	reads: Reads,
	id: string
): Promise<{ version: number; person: PersonInput; ownEmail: boolean; attributes: Record<string, AttributeValue> }> {
	const row = await rowOf(reads, id);
	const { name, email, phone, language, birthday, birthYear, address, note } = row;
	return {
		version: row.version,
		person: { name, email, phone, language, birthday, birthYear, address, note },
		ownEmail: row.userId !== null,
		attributes: Object.fromEntries(await valuesOf(reads, id))
	};
}

/** A consent with its proof: the wording as it was, where, and by whom it was entered. */
export interface ConsentView extends ConsentRow {
	/** null: a file brought it, and `wording` says what the file said */
	text: string | null;
	storeName: string | null;
	staffName: string | null;
	withdrawnStaffName: string | null;
}

async function consentViews(reads: Reads, id: string, language: Language): Promise<ConsentView[]> {
	const rows = await consentsOf(reads, id);
	const staffIds = rows.flatMap(({ staffId, withdrawnStaffId }) => [staffId ?? [], withdrawnStaffId ?? []].flat());
	const [{ name: programme }, stores, people] = await Promise.all([
		programmeOf(reads),
		listStores(reads),
		staffIds.length === 0
			? []
			: reads
					.select({ id: staff.id, name: staff.name })
					.from(staff)
					.where(inArray(staff.id, [...new Set(staffIds)]))
	]);
	const named = (id: string | null) => people.find((person) => person.id === id)?.name ?? null;
	return rows.map((row) => ({
		...row,
		text: wordingText(row.wording, language, programme),
		storeName: stores.find((store) => store.id === row.storeId)?.name ?? null,
		staffName: named(row.staffId),
		withdrawnStaffName: named(row.withdrawnStaffId)
	}));
}

/** What stands beside a member's points and purchases. */
export async function memberSide(reads: Reads, id: string, language: Language) {
	const row = await rowOf(reads, id);
	const [asked, values, codes, consents, tags] = await Promise.all([
		listAttributes(reads),
		valuesOf(reads, id),
		linkedCodesOf(reads, id),
		consentViews(reads, id, language),
		reads
			.select({ id: memberTags.tagId })
			.from(memberTags)
			.where(eq(memberTags.memberId, id))
			.orderBy(memberTags.taggedAt)
	]);
	const { birthday, birthYear, address, note, blockedAt } = row;
	return {
		birthday,
		birthYear,
		address,
		note,
		blockedAt,
		tagIds: tags.map((tag) => tag.id),
		attributes: asked.map(({ id, label, kind }) => ({ id, label, kind, value: values.get(id) ?? null })),
		codes,
		consents
	};
}
