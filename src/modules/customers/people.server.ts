import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { randomBody } from '#core/codes';
import { newId } from '#core/ids';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, withoutCodes, type By } from '#platform/trail';
import { setValues } from './attributes.server.ts';
import type { AttributeValue } from './attribute-values.ts';
import { agreeInPerson } from './consents.server.ts';
import { dataPolicyOf } from './data-policy.server.ts';
import { numberSymbols, type LinkedCodeKind } from './index.ts';
import { claimCode } from './linked-codes.server.ts';
import { personProblems, reasonLimits, tidyPerson, type Person, type PersonInput } from './person.ts';
import { readPhone } from './phone.server.ts';
import { memberPolicyOf } from './policy.server.ts';
import { customersRefusals } from './refusals.ts';
import { members } from './tables.server.ts';
import { foldEmail, wordsOf } from './words.ts';

const { refuse } = customersRefusals;

type Row = typeof members.$inferSelect;

/** Whether callers may know who has an address that is taken: the console's may, a till's may not. */
const tells = ({ actor }: By): boolean => actor.kind === 'staff';

/** What the trail keeps of a person: that something changed, never what it was. */
const trailOf = ({ name, email, phone, language, birthday, birthYear, address, note }: Person) => ({
	name,
	email,
	phone,
	language,
	birthday: birthday === null ? null : [birthYear, birthday].join(' '),
	address,
	note
});
const hidden = ['name', 'email', 'phone', 'birthday', 'address', 'note'] as const;

/** @throws what `personProblems` finds (all of it as the attachment), member.phone_form, member.phone_country */
async function soundPerson(tx: Reads, input: PersonInput, known: Row | null, now: Date): Promise<Person> {
	const person = tidyPerson(input);
	const problems: { field: string; refusal: { code: string; details: object } }[] = personProblems(person, now);
	if (person.phone !== null && person.phone !== known?.phone && person.phone.length <= 40) {
		const { phoneCountry } = await memberPolicyOf(tx);
		const phone = readPhone(person.phone, phoneCountry);
		if (phone === null || phone === 'country') {
			const code = phone === null ? 'member.phone_form' : 'member.phone_country';
			problems.push({ field: 'phone', refusal: customersRefusals.data(code, { field: 'phone' }) });
		} else person.phone = phone;
	}
	const [first] = problems;
	if (first) throw refuse(first.refusal.code as 'member.email_form', { ...first.refusal.details }, { problems });
	return person;
}

/**
 * Refuses an address or number that names somebody else. Whoever takes it at this very moment is found by the index.
 * @throws member.email_taken, member.phone_taken
 */
async function refuseTaken(tx: Tx, person: Person, mine: string | null, by: By): Promise<void> {
	for (const field of ['email', 'phone'] as const) {
		const value = person[field];
		if (value === null) continue;
		const same = field === 'email' ? eq(sql`lower(${members.email})`, foldEmail(value)) : eq(members.phone, value);
		const [other] = await tx
			.select({ id: sql<string>`coalesce(${members.mergedInto}, ${members.id})` })
			.from(members)
			.where(and(same, isNull(members.erasedAt), mine === null ? undefined : ne(members.id, mine)))
			.limit(1);
		if (other) throw refuse(`member.${field}_taken`, { field, ...(tells(by) && { memberId: other.id }) });
	}
}

/** The refusal behind a violated index: somebody else was first. */
function taken(error: unknown): unknown {
	const cause = (error as { cause?: unknown }).cause ?? error;
	const name = (cause as { constraint_name?: string }).constraint_name;
	if (name === 'members_email') return refuse('member.email_taken', { field: 'email' });
	return name === 'members_phone' ? refuse('member.phone_taken', { field: 'phone' }) : error;
}

export interface NewMember {
	person: PersonInput;
	attributes: Readonly<Record<string, AttributeValue>>;
	/** a card that the shop hands out, or a barcode that the person has from before */
	card: { text: string; kind: LinkedCodeKind } | null;
	/** they agreed, in front of whoever enters it */
	agreed: { programme: boolean; news: boolean };
}

/**
 * Makes somebody a member who stands in front of a person of the house.
 * @throws member.consent_needed, member.nothing_told, and those of `soundPerson`, `setValues`, `claimCode`; member.email_taken,
 * member.phone_taken (in the console with the `memberId`)
 */
export async function createMember(
	tx: Tx,
	command: NewMember,
	by: By,
	now: Date
): Promise<{ id: string; number: string }> {
	const person = await soundPerson(tx, command.person, null, now);
	const { name, email, phone } = person;
	if (!name && !email && !phone && !command.card) throw refuse('member.nothing_told', { field: 'name' });
	if (!command.agreed.programme) throw refuse('member.consent_needed', { field: 'agreed' });
	await refuseTaken(tx, person, null, by);
	const id = newId('member', now);
	const number = randomBody(numberSymbols);
	try {
		await tx.insert(members).values({ id, number, ...person, words: wordsOf(person), createdAt: now, joinedAt: now });
	} catch (error) {
		throw taken(error);
	}
	if (command.card) await claimCode(tx, { memberId: id, ...command.card }, now);
	// At a till nobody is held up by what the house would like to know.
	const values = await setValues(tx, id, command.attributes, { strict: by.actor.kind === 'staff' });
	await agreeInPerson(tx, id, command.agreed.news ? ['programme', 'news'] : ['programme'], by, now);
	await keepTrail(
		tx,
		by,
		{
			action: 'member.created',
			subject: { kind: 'member', id },
			after: { ...trailOf(person), ...values.after, news: command.agreed.news },
			hidden: [...hidden, ...values.hidden]
		},
		now
	);
	return { id, number };
}

/** @throws member.unknown (also when erased) */
export async function lockMember(tx: Tx, id: string): Promise<Row> {
	const [row] = await tx.select().from(members).where(eq(members.id, id)).for('update');
	if (!row || row.erasedAt) throw refuse('member.unknown');
	return row;
}

/**
 * Changes what is told about a member, provided that nobody did since `version` was read.
 * @throws member.unknown, member.changed_meanwhile (`version`), and those of `createMember`
 */
export async function editMember(
	tx: Tx,
	command: {
		id: string;
		version: number;
		person: PersonInput;
		attributes: Readonly<Record<string, AttributeValue>>;
	},
	by: By,
	now: Date
): Promise<{ version: number }> {
	const { id, version } = command;
	const before = await lockMember(tx, id);
	if (before.version !== version) throw refuse('member.changed_meanwhile', { version: before.version });
	const person = await soundPerson(tx, command.person, before, now);
	// Whoever signs in by an address keeps it: only they can prove another one.
	if (before.userId !== null) person.email = before.email;
	await refuseTaken(tx, person, id, by);
	await change(tx, before, person);
	const values = await setValues(tx, id, command.attributes, { strict: true });
	await keepTrail(
		tx,
		by,
		{
			action: 'member.changed',
			subject: { kind: 'member', id },
			before: { ...trailOf(before), ...values.before },
			after: { ...trailOf(person), ...values.after },
			hidden: [...hidden, ...values.hidden]
		},
		now
	);
	return { version: version + 1 };
}

async function change(tx: Tx, before: Row, person: Person): Promise<void> {
	try {
		await tx
			.update(members)
			.set({ ...person, words: wordsOf(person), version: before.version + 1 })
			.where(eq(members.id, before.id));
	} catch (error) {
		throw taken(error);
	}
}

/**
 * What was told as a birthday is not told otherwise to have it twice a year, where the house says so; a year that was left
 * out may follow.
 * @throws member.birthday_told
 */
async function refuseOtherBirthday(tx: Tx, before: Row, { birthday, birthYear }: OwnProfile): Promise<void> {
	if (before.birthday === null) return;
	const otherDay = birthday !== undefined && birthday !== before.birthday;
	const otherYear = birthYear !== undefined && before.birthYear !== null && birthYear !== before.birthYear;
	if (!otherDay && !otherYear) return;
	const { policy } = await dataPolicyOf(tx);
	if (policy.ownBirthday === 'once') throw refuse('member.birthday_told', { field: 'birthday' });
}

/** What a member may tell about themselves; what is left out stays. */
export type OwnProfile = Partial<Pick<PersonInput, 'name' | 'phone' | 'birthday' | 'birthYear' | 'language'>>;

/**
 * What a member changes about themselves.
 * @throws member.unknown, member.phone_taken, member.birthday_told, and those of `soundPerson`
 */
export async function changeProfile(tx: Tx, memberId: string, wished: OwnProfile, by: By, now: Date): Promise<void> {
	const before = await lockMember(tx, memberId);
	const { name, email, phone, language, birthday, birthYear, address, note } = before;
	const had: PersonInput = { name, email, phone, language, birthday, birthYear, address, note };
	await refuseOtherBirthday(tx, before, wished);
	const person = await soundPerson(tx, { ...had, ...wished }, before, now);
	if (JSON.stringify(person) === JSON.stringify(had)) return;
	await refuseTaken(tx, person, memberId, by);
	await change(tx, before, person);
}

/** Trimmed, with codes in it masked. @throws member.reason_form */
function reasonFrom(text: string): string {
	const reason = withoutCodes(text.trim());
	const { least, most } = reasonLimits;
	if (reason.length < least || reason.length > most)
		throw refuse('member.reason_form', { field: 'reason', least, most });
	return reason;
}

/**
 * Blocks a member, who then neither collects nor pays, or lets them again; what is so already stays.
 * @throws member.unknown, member.reason_form
 */
export async function blockMember(
	tx: Tx,
	{ id, blocked, reason: why }: { id: string; blocked: boolean; reason: string },
	by: By,
	now: Date
): Promise<void> {
	const reason = reasonFrom(why);
	const before = await lockMember(tx, id);
	if ((before.blockedAt !== null) === blocked) return;
	const blockedAt = blocked ? now : null;
	await tx.update(members).set({ blockedAt }).where(eq(members.id, id));
	const subject = { kind: 'member', id };
	const action = blocked ? 'member.blocked' : 'member.unblocked';
	await keepTrail(tx, by, { action, subject, reason }, now);
}
