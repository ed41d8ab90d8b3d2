import type { Attribute, AttributeValue, PersonInput } from '#customers';
import { nobody } from '#customers';
import { birthdayDraft, readBirthday, type BirthdayDraft } from '#customers/BirthdayFields.svelte';
import type { Language } from '#core/languages';
import { number } from '#ui/format.ts';
import { latinDigits } from '#ui/money-input.ts';
import { Draft } from './draft.svelte.ts';

/** A number with up to three places, as people type it, in thousandths; NaN: it cannot be read. */
function thousandthsOf(text: string): number | null {
	const bare = latinDigits(text)
		.replace(/[\s\u00A0\u202F\u066C\p{Cf}]/gu, '')
		.replace(/[٫,]/, '.')
		.replace('−', '-');
	if (bare === '') return null;
	return /^-?\d{1,9}(\.\d{1,3})?$/.test(bare) ? Math.round(Number(bare) * 1000) : Number.NaN;
}

/** A member as they are being written: texts as they are typed. */
export class MemberDraft extends Draft {
	name = $state('');
	email = $state('');
	phone = $state('');
	language = $state('');
	birthday = $state<BirthdayDraft>({ day: '', month: '', year: '' });
	address = $state('');
	note = $state('');
	/** texts, choices, days, `yes` or `no`, and numbers as they are typed, by the attribute's id */
	texts = $state<Record<string, string>>({});
	/** amounts, by the attribute's id */
	amounts = $state<Record<string, number | null>>({});

	readonly attributes: readonly Attribute[];

	constructor(
		attributes: readonly Attribute[],
		known: { person: PersonInput; attributes: Record<string, AttributeValue> } | null,
		language: Language
	) {
		super();
		this.attributes = attributes;
		const person = known?.person ?? nobody;
		this.name = person.name ?? '';
		this.email = person.email ?? '';
		this.phone = person.phone ?? '';
		this.language = person.language ?? '';
		this.address = person.address ?? '';
		this.note = person.note ?? '';
		this.birthday = birthdayDraft(person, language);
		for (const { id, kind } of attributes) {
			const value = known?.attributes[id] ?? null;
			if (kind === 'money') this.amounts[id] = typeof value === 'number' ? value : null;
			else if (value === null) this.texts[id] = '';
			else if (kind === 'number') this.texts[id] = number(Number(value) / 1000, language);
			else if (kind === 'yes_no') this.texts[id] = value === true ? 'yes' : 'no';
			else this.texts[id] = String(value);
		}
	}

	get typed() {
		return [this.person, this.values];
	}

	get person(): PersonInput {
		return {
			name: this.name || null,
			email: this.email || null,
			phone: this.phone || null,
			language: this.language || null,
			...readBirthday(this.birthday),
			address: this.address || null,
			note: this.note || null
		};
	}

	get values(): Record<string, AttributeValue> {
		return Object.fromEntries(this.attributes.map(({ id, kind }) => [id, this.#valueOf(id, kind)]));
	}

	#valueOf(id: string, kind: Attribute['kind']): AttributeValue {
		if (kind === 'money') return this.amounts[id] ?? null;
		const text = this.texts[id] ?? '';
		if (text === '') return null;
		if (kind === 'yes_no') return text === 'yes';
		if (kind !== 'number') return text;
		const value = thousandthsOf(text);
		// No JSON number says "unreadable": a text where a number belongs is refused with the right words.
		return Number.isNaN(value) ? text : value;
	}
}
