import type { RefusalData } from '#core/refusal';
import type { AttributeKind } from './index.ts';
import { customersRefusals } from './refusals.ts';

export const attributeLimits = { attributes: 50, label: 60, choices: 50, choice: 60, text: 200 } as const;

/** A text or choice, thousandths, an ISO date, yes or no, cents; null: not told. */
export type AttributeValue = string | number | boolean | null;

/** What the house asks about its members. */
export interface Attribute {
	id: string;
	/** how files and programs call it */
	key: string;
	label: string;
	kind: AttributeKind;
	choices: string[];
	required: boolean;
	shownAtTill: boolean;
	personal: boolean;
	position: number;
	version: number;
	archivedAt: Date | null;
}

/** The columns in which the values are kept, by kind. */
export interface ValueColumns {
	text: string | null;
	thousandths: number | null;
	day: string | null;
	yes: boolean | null;
	cents: number | null;
}
const nothing: ValueColumns = { text: null, thousandths: null, day: null, yes: null, cents: null };

const isDay = (text: string): boolean => {
	const at = new Date(`${text}T00:00:00Z`);
	return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
};

const { data } = customersRefusals;

/** A value as it is kept, null where none was told, or why it cannot be the attribute's. */
export function columnsOfValue(
	attribute: Pick<Attribute, 'id' | 'kind' | 'label' | 'choices'>,
	value: AttributeValue
): ValueColumns | null | { refusal: RefusalData } {
	const { id, kind, label, choices } = attribute;
	const about = { field: `attributes.${id}`, label };
	const plain = typeof value === 'string' ? value.trim() : value;
	if (plain === null || plain === '') return null;
	const whole = typeof plain === 'number' && Number.isSafeInteger(plain) && Math.abs(plain) <= 1e12;
	switch (kind) {
		case 'text':
			return typeof plain === 'string' && plain.length <= attributeLimits.text
				? { ...nothing, text: plain }
				: { refusal: data('attribute.not_text', { ...about, most: attributeLimits.text }) };
		case 'choice':
			return typeof plain === 'string' && choices.includes(plain)
				? { ...nothing, text: plain }
				: { refusal: data('attribute.not_choice', about) };
		case 'number':
			return whole ? { ...nothing, thousandths: plain } : { refusal: data('attribute.not_number', about) };
		case 'money':
			return whole ? { ...nothing, cents: plain } : { refusal: data('attribute.not_money', about) };
		case 'date':
			return typeof plain === 'string' && isDay(plain)
				? { ...nothing, day: plain }
				: { refusal: data('attribute.not_date', about) };
		case 'yes_no':
			return typeof plain === 'boolean' ? { ...nothing, yes: plain } : { refusal: data('attribute.not_yes_no', about) };
	}
}

/** The value that stands in its column. */
export function valueOf(kind: AttributeKind, columns: ValueColumns): AttributeValue {
	switch (kind) {
		case 'text':
		case 'choice':
			return columns.text;
		case 'number':
			return columns.thousandths;
		case 'money':
			return columns.cents;
		case 'date':
			return columns.day;
		case 'yes_no':
			return columns.yes;
	}
}
