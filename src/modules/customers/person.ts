import type { RefusalData } from '#core/refusal';
import { isLanguage } from '#core/languages';
import { customersRefusals } from './refusals.ts';

/** characters of what is told about a person */
export const personLimits = { name: 80, email: 254, phone: 40, address: 300, note: 1000 } as const;
export const reasonLimits = { least: 3, most: 200 } as const;

/** What is told about a person, as it was typed. Nothing has to be. */
export interface PersonInput {
	name: string | null;
	email: string | null;
	/** in any writing; kept as E.164 */
	phone: string | null;
	language: string | null;
	/** `MM-DD` */
	birthday: string | null;
	birthYear: number | null;
	address: string | null;
	/** for the staff alone */
	note: string | null;
}

export const nobody: PersonInput = {
	name: null,
	email: null,
	phone: null,
	language: null,
	birthday: null,
	birthYear: null,
	address: null,
	note: null
};

export type Person = PersonInput;
export type PersonField = keyof PersonInput;

const tidy = (text: string | null): string | null => {
	// Marks that nobody sees, as text copied from a web page has them, would make two names of one.
	const plain = (text ?? '').replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '').trim();
	return plain === '' ? null : plain;
};

/** Trimmed, with nothing for what is empty. */
export const tidyPerson = (input: PersonInput): Person => ({
	name: tidy(input.name)?.replace(/\s+/g, ' ') ?? null,
	email: tidy(input.email)?.normalize('NFKC') ?? null,
	phone: tidy(input.phone),
	language: input.language,
	birthday: tidy(input.birthday),
	birthYear: input.birthday === null ? null : input.birthYear,
	address: tidy(input.address),
	note: tidy(input.note)
});

/** Whether a text has the form of an e-mail address: something, an @, a name with a dot. Only a mail that arrives proves more. */
export const isEmail = (text: string): boolean =>
	text.length <= personLimits.email &&
	/^[^\s@<>(),;:"[\]\\]+@[^\s@.<>(),;:"[\]\\]+(\.[^\s@.<>(),;:"[\]\\]+)+$/.test(text);

/** Whether `MM-DD` is a day of some year: the 29th of February is somebody's birthday. */
export function isBirthday(text: string): boolean {
	const parts = /^(\d\d)-(\d\d)$/.exec(text);
	if (!parts) return false;
	const [month, day] = [Number(parts[1]), Number(parts[2])];
	const at = new Date(Date.UTC(2024, month - 1, day));
	return month >= 1 && month <= 12 && day >= 1 && at.getUTCMonth() === month - 1;
}

/** Everything that is wrong with what was told, but the telephone number, which needs the house's country. */
export function personProblems(person: Person, today: Date): { field: PersonField; refusal: RefusalData }[] {
	const { data } = customersRefusals;
	const problems: { field: PersonField; refusal: RefusalData }[] = [];
	for (const field of ['name', 'email', 'phone', 'address', 'note'] as const)
		if ((person[field]?.length ?? 0) > personLimits[field])
			problems.push({ field, refusal: data('member.text_long', { field, most: personLimits[field] }) });
	const { email, birthday, birthYear, language } = person;
	if (email !== null && !isEmail(email) && email.length <= personLimits.email)
		problems.push({ field: 'email', refusal: data('member.email_form', { field: 'email' }) });
	const year = today.getUTCFullYear();
	const isYear = birthYear === null || (Number.isInteger(birthYear) && birthYear >= year - 130 && birthYear <= year);
	const leaps = birthYear === null || birthYear % 4 === 0 || birthday !== '02-29';
	if ((birthday !== null && !isBirthday(birthday)) || !isYear || !leaps)
		problems.push({ field: 'birthday', refusal: data('member.birthday_form', { field: 'birthday' }) });
	if (language !== null && !isLanguage(language))
		problems.push({ field: 'language', refusal: data('member.language_form', { field: 'language' }) });
	return problems;
}

/** As `Ada L.`: enough to greet somebody, too little to know who they are. */
export function maskedName(name: string | null): string | null {
	const [first, ...others] = (name ?? '').split(/\s+/).filter((word) => word !== '');
	if (!first) return null;
	const last = others.at(-1);
	if (last) return `${first} ${[...last][0]}.`;
	return [...first].length > 3 ? `${[...first].slice(0, 2).join('')}…` : first;
}
