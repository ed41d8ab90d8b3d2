import type { RefusalData } from '#core/refusal';
import { readCode } from '#core/codes';
import { isLanguage } from '#core/languages';
import { foldText } from '#core/words';
import type { ImportLine, ImportOutcome } from '#imports';
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

/** What a line calls somebody, as it is compared. */
function keysOf({ cells }: ImportLine, { phoneCountry }: House): Keys | ImportOutcome {
	const phone = cells.phone ? readPhone(cells.phone, phoneCountry) : null;
	if (cells.phone && (phone === null || phone === 'country'))
		return refused('phone', data(phone === null ? 'member.phone_form' : 'member.phone_country', { field: 'phone' }));
	const reading = cells.code ? readCode(cells.code) : null;
	const ours = reading?.kind === 'member' || reading?.kind === 'rotatingMember' ? numberIn(reading.code) : null;
	const typed = reading?.kind === 'other' && reading.code.length === 10 ? reading.code : null;
	if (cells.code && !(ours ?? typed)) return refused('code', data('member_code.unknown', { field: 'code' }));
	const codes: string[] = [];
	for (const text of listIn(cells.codes ?? '')) {
		const read = readLinkedCode(text);
		if ('refusal' in read) return refused('codes', read.refusal);
		codes.push(read.code);
	}
	return {
		id: cells.id || null,
		number: ours ?? typed,
		email: cells.email ? foldEmail(cells.email) : null,
		phone,
		codes
	};
}

type Found = Awaited<ReturnType<typeof knownMembers>>;

/** Whom a line is about; null: nobody who is here. */
function named(keys: Keys, found: Found): KnownMember | ImportOutcome | null {
	const ids = new Set(
		[
			keys.id && (found.byKey.get(`id ${keys.id}`) ?? 'unknown'),
			keys.number && (found.byKey.get(`number ${keys.number}`) ?? 'unknown'),
			keys.email && found.byKey.get(`email ${keys.email}`),
			keys.phone && found.byKey.get(`phone ${keys.phone}`),
			...keys.codes.map((code) => found.byKey.get(`code ${code}`))
		].filter((id) => !!id) as string[]
	);
	if (ids.has('unknown')) return refused(keys.id ? 'id' : 'code', data('member.unknown'));
	if (ids.size > 1) return refused(null, data('member_import.two_members'));
	const [id] = ids;
	if (id === undefined) return null;
	return found.members.get(id) ?? refused('id', data('member_import.erased'));
}

function personOf({ cells }: ImportLine, keys: Keys, before: KnownMember | null, now: Date): Person | ImportOutcome {
	const born = cells.birthday ? birthdayIn(cells.birthday) : null;
	if (cells.birthday && born === null) return refused('birthday', data('member.birthday_form', { field: 'birthday' }));
	const language = cells.language ? cells.language.trim().toLowerCase() : null;
	if (language !== null && !isLanguage(language))
		return refused('language', data('member.language_form', { field: 'language' }));
	const told = tidyPerson({
		name: cells.name || null,
		email: cells.email || null,
		phone: keys.phone,
		language,
		birthday: born?.birthday ?? null,
		birthYear: born?.birthYear ?? null,
		address: cells.address || null,
		note: cells.note || null
	});
	const problem = personProblems(told, now)[0];
	if (problem) return refused(problem.field === 'birthYear' ? 'birthday' : problem.field, problem.refusal);
	if (before === null) return told;
	const email =
		before.userId !== null || foldEmail(told.email ?? '') === before.email?.toLowerCase() ? null : told.email;
	return {
		name: told.name ?? before.name,
		// Whoever signs in by an address keeps it: only they can prove another one.
		email: email ?? before.email,
		phone: told.phone ?? before.phone,
		language: told.language ?? before.language,
		...(told.birthday === null
			? { birthday: before.birthday, birthYear: before.birthYear }
			: { birthday: told.birthday, birthYear: told.birthYear }),
		address: told.address ?? before.address,
		note: told.note ?? before.note
	};
}

function valuesOf({ cells }: ImportLine, house: House, before: KnownMember | null): Wish['values'] | ImportOutcome {
	const values: Wish['values'] = [];
	for (const attribute of house.asked) {
		const field = attributeFieldKey(attribute.key);
		const cell = cells[field];
		const had = before?.values.get(attribute.id);
		if (!cell) {
			if (before === null && attribute.required)
				return refused(field, data('attribute.required', { field, label: attribute.label }));
			continue;
		}
		const value: AttributeValue = valueIn(attribute, cell, house.moneyDigits);
		// What is no longer among the choices may stay where it was.
		if (had !== undefined && value === had) continue;
		const columns = columnsOfValue(attribute, value);
		if (columns === null) continue;
		if ('refusal' in columns) return refused(field, columns.refusal);
		if (valueOf(attribute.kind, columns) !== had) values.push({ attributeId: attribute.id, ...columns });
	}
	return values;
}

/** The consents that a line tells of and that do not stand yet. */
function consentsOf({ cells }: ImportLine, house: House, before: KnownMember | null): Wish['consents'] | ImportOutcome {
	const told: Wish['consents'] = [];
	const each = [
		['programme', 'consent', 'wording'],
		['news', 'news', 'newsWording']
	] as const;
	for (const [purpose, field, wordingField] of each) {
		const cell = cells[field];
		if (!cell || before?.agreed.includes(purpose)) continue;
		const day = dayIn(cell);
		if (day === null || day > house.today) return refused(field, data('member_import.day_form'));
		const wording = cells[wordingField]?.trim();
		if (!wording) return refused(wordingField, data('member_import.consent_missing'));
		told.push({ purpose, day, wording });
	}
	if (before === null && !told.some(({ purpose }) => purpose === 'programme'))
		return refused('consent', data('member_import.consent_missing'));
	return told;
}

/** What a line wishes somebody to be, or why not. */
function wishOf(line: ImportLine, keys: Keys, found: Found, house: House, now: Date): Wish | ImportOutcome {
	const before = named(keys, found);
	if (before !== null && 'fate' in before) return before;
	const person = personOf(line, keys, before, now);
	if ('fate' in person) return person;
	if (before === null && !person.name && !person.email && !person.phone && keys.codes.length === 0)
		return refused('name', data('member_import.who'));
	const tags = listIn(line.cells.tags ?? '').map((name) => house.tags.get(foldText(name)));
	if (tags.includes(undefined)) return refused('tags', data('member_import.tag_unknown'));
	const joined = line.cells.joined ? dayIn(line.cells.joined) : null;
	if (line.cells.joined && (joined === null || joined > house.today))
		return refused('joined', data('member_import.day_form'));
	const values = valuesOf(line, house, before);
	if ('fate' in values) return values;
	const consents = consentsOf(line, house, before);
	if ('fate' in consents) return consents;
	const codes = keys.codes.filter((code) => !before?.codes.includes(code));
	if (codes.some((code) => found.products.has(code)))
		return refused('codes', data('member_card.is_product', { field: 'codes' }));
	const tagIds = (tags as string[]).filter((id) => !before?.tagIds.includes(id));
	return { before, person, joined: before ? null : joined, tagIds, codes, values, consents };
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
	const keys = lines.map((line) => keysOf(line, house));
	const found = await knownMembers(
		tx,
		keys.flatMap((one) => ('fate' in one ? [] : one)),
		{ hold: run.write }
	);
	const taken = new Set<string>();
	const wishes = lines.map((line, place): Wish | ImportOutcome => {
		const own = keys[place] as Keys | ImportOutcome;
		const wish = 'fate' in own ? own : wishOf(line, own, found, house, run.now);
		return 'fate' in wish ? wish : (twice(wish, taken) ?? wish);
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
