import { intlTag, type Language } from '#core/languages';
import type { AttributeKind, AttributeValue, ConsentPurpose, ConsentSource, LinkedCodeKind } from '#customers';
import { m } from '#messages';
import type { Words } from './words.ts';

/** A birthday with or without its year. */
export const birthdayWords = (birthday: string, year: number | null, language: Language): string =>
	new Intl.DateTimeFormat(intlTag[language], {
		day: 'numeric',
		month: 'long',
		...(year === null ? {} : { year: 'numeric' }),
		calendar: 'gregory',
		timeZone: 'UTC'
	}).format(new Date(`${year ?? 2024}-${birthday}T00:00:00Z`));

export const attributeKindNames: Record<AttributeKind, () => string> = {
	text: m.admin_attribute_kind_text,
	number: m.admin_attribute_kind_number,
	date: m.admin_attribute_kind_date,
	yes_no: m.admin_attribute_kind_yes_no,
	choice: m.admin_attribute_kind_choice,
	money: m.admin_attribute_kind_money
};

export function attributeWords(kind: AttributeKind, value: AttributeValue, words: Words, currency: string): string {
	if (value === null) return '–';
	if (kind === 'yes_no') return value === true ? m.common_yes() : m.common_no();
	if (kind === 'number') return words.number(Number(value) / 1000);
	if (kind === 'money') return words.money(Number(value), currency);
	return kind === 'date' ? words.isoDay(String(value)) : String(value);
}

export const linkedCodeNames: Record<LinkedCodeKind, () => string> = {
	plastic: m.admin_linked_plastic,
	old_barcode: m.admin_linked_old_barcode
};

export const consentNames: Record<ConsentPurpose, () => string> = {
	programme: m.admin_consent_programme,
	news: m.admin_consent_news
};

/** Where a consent was given or taken back. */
export const consentSourceNames: Record<ConsentSource, () => string> = {
	wallet: m.admin_consent_in_wallet,
	till: m.admin_consent_at_till,
	console: m.admin_consent_in_console,
	import: m.admin_consent_by_file
};
