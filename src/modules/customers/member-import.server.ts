import type { RefusalData } from '#core/refusal';
import { readCode } from '#core/codes';
import { isLanguage } from '#core/languages';
import { foldText } from '#core/words';
import type { Fault, ImportLine, ImportOutcome } from '#imports';
import type { ImportKind, ImportRun } from '#imports/server';
import type { Reads, Tx } from '#platform/db';
import { findProgramme } from '#stores/server';
import { minorDigits } from '#ui/format.ts';
import { columnsOfValue, valueOf, type Attribute, type AttributeValue, type ValueColumns } from './attribute-values.ts';
import { listAttributes } from './attributes.server.ts';
import { numberIn } from './index.ts';
import { attributeFieldKey, attributeFields, memberFields } from './import-fields.ts';
import { readLinkedCode } from './linked-codes.server.ts';
import { birthdayIn, dayIn, listIn, valueIn } from './member-cells.ts';
import { knownMembers, type KnownMember } from './member-lines.server.ts';
import { writeWishes } from './member-write.server.ts';
import { personProblems, tidyPerson, type Person } from './person.ts';
import { readPhone } from './phone.server.ts';
import { memberPolicyOf } from './policy.server.ts';
import { customersRefusals } from './refusals.ts';
import { listTags } from './tags.server.ts';
import { foldEmail } from './words.ts';

/**
 * Members by file. A line is about whom its id, number, codes, address or telephone number name; where these name two, it
 * says so and does nothing. An empty cell leaves what is there. Tags and codes are added, never taken away; a consent is
 * written down where none of its kind stands, with the day and the wording that the file tells. Nobody becomes a member
 * without one.
 */

const { data } = customersRefusals;
const refused = (field: string | null, refusal: RefusalData): ImportOutcome => ({ fate: 'refused', field, refusal });

/** What a batch's cells mean in this house. */
interface House {
	phoneCountry: string | null;
	tags: Map<string, string>;
	asked: Attribute[];
	moneyDigits: number;
	/** ISO date */
	today: string;
}

export interface Wish {
	before: KnownMember | null;
	person: Person;
	joined: string | null;
	tagIds: string[];
	codes: string[];
	values: ({ attributeId: string } & ValueColumns)[];
	consents: { purpose: 'programme' | 'news'; day: string; wording: string }[];
}

interface Keys {
	id: string | null;
	number: string | null;
	email: string | null;
	phone: string | null;
	codes: string[];
}

/** What a line calls somebody, as it is compared; what of that cannot be read is a fault, and names nobody. */
function keysOf({ cells }: ImportLine, { phoneCountry }: House, faults: Fault[]): Keys {
	const phone = cells.phone ? readPhone(cells.phone, phoneCountry) : null;
	const unread = cells.phone && (phone === null || phone === 'country');
	if (unread)
		faults.push({
			field: 'phone',
			refusal: data(phone === null ? 'member.phone_form' : 'member.phone_country', { field: 'phone' })
		});
	const reading = cells.code ? readCode(cells.code) : null;
	const ours = reading?.kind === 'member' || reading?.kind === 'rotatingMember' ? numberIn(reading.code) : null;
	const typed = reading?.kind === 'other' && reading.code.length === 10 ? reading.code : null;
	if (cells.code && !(ours ?? typed))
		faults.push({ field: 'code', refusal: data('member_code.unknown', { field: 'code' }) });
	const codes: string[] = [];
	for (const text of listIn(cells.codes ?? '')) {
		const read = readLinkedCode(text);
		if ('refusal' in read) faults.push({ field: 'codes', refusal: read.refusal });
		else codes.push(read.code);
	}
	return {
		id: cells.id || null,
		number: ours ?? typed,
		email: cells.email ? foldEmail(cells.email) : null,
		phone: unread ? null : phone,
		codes
	};
}

type Found = Awaited<ReturnType<typeof knownMembers>>;

/** Whom a line is about; null: nobody who is here, or one cannot tell, which is a fault. */
function named(keys: Keys, found: Found, faults: Fault[]): KnownMember | null {
	const ids = new Set(
		[
			keys.id && (found.byKey.get(`id ${keys.id}`) ?? 'unknown'),
			keys.number && (found.byKey.get(`number ${keys.number}`) ?? 'unknown'),
			keys.email && found.byKey.get(`email ${keys.email}`),
			keys.phone && found.byKey.get(`phone ${keys.phone}`),
			...keys.codes.map((code) => found.byKey.get(`code ${code}`))
		].filter((id) => !!id) as string[]
	);
	const fault = (field: string | null, refusal: RefusalData) => {
		faults.push({ field, refusal });
		return null;
	};
	if (ids.has('unknown')) return fault(keys.id ? 'id' : 'code', data('member.unknown'));
	if (ids.size > 1) return fault(null, data('member_import.two_members'));
	const [id] = ids;
	if (id === undefined) return null;
	return found.members.get(id) ?? fault('id', data('member_import.erased'));
}

function personOf(
	{ cells }: ImportLine,
	keys: Keys,
	{ before, faults, now }: { before: KnownMember | null; faults: Fault[]; now: Date }
): Person {
	const born = cells.birthday ? birthdayIn(cells.birthday) : null;
	if (cells.birthday && born === null)
		faults.push({ field: 'birthday', refusal: data('member.birthday_form', { field: 'birthday' }) });
	const told = cells.language ? cells.language.trim().toLowerCase() : null;
	const language = told !== null && isLanguage(told) ? told : null;
	if (told !== language)
		faults.push({ field: 'language', refusal: data('member.language_form', { field: 'language' }) });
	const person = tidyPerson({
		name: cells.name || null,
		email: cells.email || null,
		phone: keys.phone,
		language,
		birthday: born?.birthday ?? null,
		birthYear: born?.birthYear ?? null,
		address: cells.address || null,
		note: cells.note || null
	});
	for (const { field, refusal } of personProblems(person, now))
		faults.push({ field: field === 'birthYear' ? 'birthday' : field, refusal });
	if (before === null) return person;
	const email =
		before.userId !== null || foldEmail(person.email ?? '') === before.email?.toLowerCase() ? null : person.email;
	return {
		name: person.name ?? before.name,
		// Whoever signs in by an address keeps it: only they can prove another one.
		email: email ?? before.email,
		phone: person.phone ?? before.phone,
		language: person.language ?? before.language,
		...(person.birthday === null
			? { birthday: before.birthday, birthYear: before.birthYear }
			: { birthday: person.birthday, birthYear: person.birthYear }),
		address: person.address ?? before.address,
		note: person.note ?? before.note
	};
}

/** Whom a line is about as far as it can be told, and whether they would be new: then more is asked of it. */
interface About {
	before: KnownMember | null;
	fresh: boolean;
	faults: Fault[];
}

function valuesOf({ cells }: ImportLine, house: House, { before, fresh, faults }: About): Wish['values'] {
	const values: Wish['values'] = [];
	for (const attribute of house.asked) {
		const field = attributeFieldKey(attribute.key);
		const cell = cells[field];
		const had = before?.values.get(attribute.id);
		if (!cell) {
			if (fresh && attribute.required)
				faults.push({ field, refusal: data('attribute.required', { field, label: attribute.label }) });
			continue;
		}
		const value: AttributeValue = valueIn(attribute, cell, house.moneyDigits);
		// What is no longer among the choices may stay where it was.
		if (had !== undefined && value === had) continue;
		const columns = columnsOfValue(attribute, value);
		if (columns === null) continue;
		if ('refusal' in columns) faults.push({ field, refusal: columns.refusal });
		else if (valueOf(attribute.kind, columns) !== had) values.push({ attributeId: attribute.id, ...columns });
	}
	return values;
}

/** The consents that a line tells of and that do not stand yet. */
function consentsOf({ cells }: ImportLine, house: House, { before, fresh, faults }: About): Wish['consents'] {
	const told: Wish['consents'] = [];
	const each = [
		['programme', 'consent', 'wording'],
		['news', 'news', 'newsWording']
	] as const;
	for (const [purpose, field, wordingField] of each) {
		if (before?.agreed.includes(purpose)) continue;
		const [cell, wording] = [cells[field], cells[wordingField]?.trim()];
		const asked = fresh && purpose === 'programme';
		if (!cell) {
			if (wording) faults.push({ field, refusal: data('member_import.consent_day_missing') });
			else if (asked) faults.push({ field, refusal: data('member_import.consent_missing') });
			continue;
		}
		const day = dayIn(cell);
		if (day === null || day > house.today) faults.push({ field, refusal: data('member_import.day_form') });
		if (!wording) faults.push({ field: wordingField, refusal: data('member_import.consent_wording_missing') });
		else if (day !== null) told.push({ purpose, day, wording });
	}
	return told;
}

/** What a line wishes somebody to be; whatever is wrong with it is added to its faults. */
function wishOf(
	line: ImportLine,
	keys: Keys,
	{ found, house, faults, now }: { found: Found; house: House; faults: Fault[]; now: Date }
): Wish {
	const before = named(keys, found, faults);
	// Whom one cannot tell may be somebody who is here: nothing is asked of them but that what is told can be read.
	const fresh = before === null && faults.length === 0;
	const { cells } = line;
	const person = personOf(line, keys, { before, faults, now });
	if (fresh && !cells.name && !cells.email && !cells.phone && keys.codes.length === 0)
		faults.push({ field: 'name', refusal: data('member_import.who') });
	const tags = listIn(cells.tags ?? '').map((name) => house.tags.get(foldText(name)));
	if (tags.includes(undefined)) faults.push({ field: 'tags', refusal: data('member_import.tag_unknown') });
	if (keys.codes.some((code) => found.products.has(code) && !before?.codes.includes(code)))
		faults.push({ field: 'codes', refusal: data('member_card.is_product', { field: 'codes' }) });
	const joined = cells.joined ? dayIn(cells.joined) : null;
	if (cells.joined && (joined === null || joined > house.today))
		faults.push({ field: 'joined', refusal: data('member_import.day_form') });
	const consents = consentsOf(line, house, { before, fresh, faults });
	const values = valuesOf(line, house, { before, fresh, faults });
	return {
		before,
		person,
		joined: before ? null : joined,
		tagIds: (tags as string[]).filter((id) => !before?.tagIds.includes(id)),
		codes: keys.codes.filter((code) => !before?.codes.includes(code)),
		values,
		consents
	};
}

/** Two lines may be about one person, or want the same address, without naming them alike: the first one counts. */
function twice({ before, person, codes }: Wish, taken: Set<string>): ImportOutcome | null {
	const { email, phone } = person;
	const again = (key: string) => taken.has(key);
	if (before && again(before.id)) return refused(null, data('member_import.two_members'));
	const fresh = {
		email: email !== null && email !== before?.email ? `email ${foldEmail(email)}` : null,
		phone: phone !== null && phone !== before?.phone ? `phone ${phone}` : null
	};
	if (fresh.email && again(fresh.email)) return refused('email', data('member.email_taken', { field: 'email' }));
	if (fresh.phone && again(fresh.phone)) return refused('phone', data('member.phone_taken', { field: 'phone' }));
	if (codes.some((code) => again(`code ${code}`)))
		return refused('codes', data('member_card.taken', { field: 'codes' }));
	for (const key of [before?.id, fresh.email, fresh.phone, ...codes.map((code) => `code ${code}`)])
		if (key) taken.add(key);
	return null;
}

const isSame = ({ before, person, tagIds, codes, values, consents }: Wish): boolean =>
	before !== null &&
	tagIds.length + codes.length + values.length + consents.length === 0 &&
	(Object.keys(person) as (keyof Person)[]).every((field) => person[field] === before[field]);

async function take(tx: Tx, lines: readonly ImportLine[], run: ImportRun) {
	if (lines.length === 0) return { outcomes: [] };
	const [{ phoneCountry }, tags, asked, programme] = [
		await memberPolicyOf(tx),
		await listTags(tx),
		await listAttributes(tx),
		await findProgramme(tx)
	];
	const house: House = {
		phoneCountry,
		tags: new Map(tags.map(({ id, name }) => [foldText(name), id])),
		asked,
		moneyDigits: minorDigits(programme?.currency ?? 'EUR'),
		today: run.now.toISOString().slice(0, 10)
	};
	const faults = lines.map((): Fault[] => []);
	const keys = lines.map((line, place) => keysOf(line, house, faults[place]!));
	const found = await knownMembers(tx, keys, { hold: run.write });
	const taken = new Set<string>();
	const wishes = lines.map((line, place): Wish | ImportOutcome => {
		const wish = wishOf(line, keys[place]!, { found, house, faults: faults[place]!, now: run.now });
		const [first, ...further] = faults[place]!;
		return first ? { fate: 'refused', ...first, further } : (twice(wish, taken) ?? wish);
	});
	const outcomes = wishes.map((wish): ImportOutcome => {
		if ('fate' in wish) return wish;
		return { fate: wish.before === null ? 'new' : isSame(wish) ? 'unchanged' : 'changed' };
	});
	if (run.write)
		await writeWishes(
			tx,
			wishes.flatMap((wish) => ('fate' in wish || isSame(wish) ? [] : wish)),
			house.asked,
			run
		);
	return { outcomes };
}

export const memberImport: ImportKind = {
	name: 'members',
	permission: 'members.write',
	fields: memberFields,
	ownFields: async (reads: Reads) => attributeFields(await listAttributes(reads)),
	anyOf: ['id', 'code', 'email', 'phone', 'codes', 'name'],
	keyOf({ cells }) {
		if (cells.id) return `id ${cells.id}`;
		if (cells.code) return `code ${cells.code.replace(/[\s-]/g, '').toUpperCase()}`;
		return cells.email ? `email ${foldEmail(cells.email)}` : cells.phone ? `phone ${cells.phone}` : null;
	},
	take
};
