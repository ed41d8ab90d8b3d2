/**
 * Figures and times as readers of a language write them, through Intl (Persian: Persian digits, Solar Hijri dates).
 * Formatters are expensive to make and cheap to keep: each is made once. Nothing here reads the clock or guesses a zone.
 */
import { intlTag, type Language } from '#core/languages';
import { localDay } from '#core/time';

const made = new Map<string, unknown>();

function once<T>(key: string, make: () => T): T {
	let formatter = made.get(key) as T | undefined;
	if (!formatter) {
		formatter = make();
		made.set(key, formatter);
	}
	return formatter;
}

function numbers(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
	return once(`n|${language}|${JSON.stringify(options)}`, () => new Intl.NumberFormat(intlTag[language], options));
}

function dates(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	return once(`d|${language}|${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(intlTag[language], options));
}

// Most languages' data have a hyphen for minus; in a column of figures only the true sign has a digit's width.
const signed = (text: string): string => text.replace('-', '\u2212');

/** How a figure shows its sign: `auto` only minus, `always` also plus (zero has none), `never` none. */
export type Sign = 'auto' | 'always' | 'never';
const signs: Record<Sign, 'auto' | 'exceptZero' | 'never'> = { auto: 'auto', always: 'exceptZero', never: 'never' };

/** Digits behind the decimal mark of a currency's minor unit: EUR 2, JPY 0, KWD 3 (ISO 4217, by Intl). */
export function minorDigits(currency: string): number {
	return numbers('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

export interface MoneyOptions {
	sign?: Sign;
	/** leave out `,00` when the amount is whole: for badges and buttons, never in columns or on receipts */
	short?: boolean;
}

function moneyFormat(
	cents: number,
	currency: string,
	language: Language,
	{ sign = 'auto', short = false }: MoneyOptions
) {
	const digits = minorDigits(currency);
	const whole = short && cents % 10 ** digits === 0;
	return numbers(language, {
		style: 'currency',
		currency,
		currencyDisplay: 'narrowSymbol',
		signDisplay: signs[sign],
		minimumFractionDigits: whole ? 0 : digits,
		maximumFractionDigits: digits
	});
}

// As decimal text, since 10 ** 15 cents divided as floating point would round; Intl takes the text exactly.
function decimal(cents: number, digits: number): Intl.StringNumericLiteral {
	const size = String(Math.abs(cents)).padStart(digits + 1, '0');
	const text = digits === 0 ? size : `${size.slice(0, -digits)}.${size.slice(-digits)}`;
	return `${cents < 0 ? '-' : ''}${text}` as Intl.StringNumericLiteral;
}

/** Money in integer minor units: `1234, 'EUR', 'en'` → `€12.34`. */
export function money(cents: number, currency: string, language: Language, options: MoneyOptions = {}): string {
	return signed(moneyFormat(cents, currency, language, options).format(decimal(cents, minorDigits(currency))));
}

export interface MoneyPart {
	/** `minor` is the decimal mark with the digits behind it; `sign` a plus or minus; `unit` the currency's sign */
	kind: 'sign' | 'unit' | 'major' | 'minor' | 'gap';
	text: string;
}

/** Money in parts, in reading order, so that the minor unit and the currency's sign can be set smaller. */
export function moneyParts(
	cents: number,
	currency: string,
	language: Language,
	options: MoneyOptions = {}
): MoneyPart[] {
	const kinds: Partial<Record<Intl.NumberFormatPartTypes, MoneyPart['kind']>> = {
		minusSign: 'sign',
		plusSign: 'sign',
		currency: 'unit',
		integer: 'major',
		group: 'major',
		decimal: 'minor',
		fraction: 'minor'
	};
	const parts: MoneyPart[] = [];
	for (const { type, value } of moneyFormat(cents, currency, language, options).formatToParts(
		decimal(cents, minorDigits(currency))
	)) {
		const kind = kinds[type] ?? 'gap';
		const last = parts.at(-1);
		const text = kind === 'sign' ? signed(value) : value;
		if (last?.kind === kind) last.text += text;
		else parts.push({ kind, text });
	}
	return parts;
}

/** A count, grouped: `12345` → `12,345`. */
export function number(value: number, language: Language, sign: Sign = 'auto'): string {
	return signed(numbers(language, { signDisplay: signs[sign], maximumFractionDigits: 2 }).format(value));
}

/** Points without their word: `120` → `120`, with `always` `+120`. */
export function points(value: number, language: Language, sign: Sign = 'auto'): string {
	return signed(numbers(language, { signDisplay: signs[sign], maximumFractionDigits: 0 }).format(value));
}

/** A large count in little room: `12345` → `12.3K`. */
export function compact(value: number, language: Language): string {
	return numbers(language, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** Money in little room, for the axes of charts: `1234500, 'EUR'` → `€12.3K`. */
export function compactMoney(cents: number, currency: string, language: Language): string {
	return numbers(language, {
		style: 'currency',
		currency,
		currencyDisplay: 'narrowSymbol',
		notation: 'compact',
		maximumFractionDigits: 1
	}).format(decimal(cents, minorDigits(currency)));
}

/** A quantity in thousandths: `1000` → `1`, `1250` → `1.25`; with a unit of Intl (`kilogram`) `1.25 kg`. */
export function quantity(thousandths: number, language: Language, unit: 'piece' | 'kilogram' = 'piece'): string {
	const options: Intl.NumberFormatOptions = { maximumFractionDigits: 3 };
	if (unit !== 'piece') Object.assign(options, { style: 'unit', unit });
	return numbers(language, options).format(thousandths / 1000);
}

/** A share of 1: `0.1234` → `12.3%`. */
export function percent(share: number, language: Language, digits = 1, sign: Sign = 'auto'): string {
	return signed(
		numbers(language, { style: 'percent', maximumFractionDigits: digits, signDisplay: signs[sign] }).format(share)
	);
}

const dayStyles = {
	/** 3 Mar 2026 */
	medium: { day: 'numeric', month: 'short', year: 'numeric' },
	/** 3 March 2026, Tuesday */
	long: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
	/** 3 Mar */
	short: { day: 'numeric', month: 'short' },
	/** March 2026 */
	month: { month: 'long', year: 'numeric' }
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
export type DayStyle = keyof typeof dayStyles;

/** The day of an instant in a time zone. */
export function day(at: Date, language: Language, timeZone: string, style: DayStyle = 'medium'): string {
	const format = dates(language, { ...dayStyles[style], timeZone });
	if (language !== 'fa' || (style !== 'month' && style !== 'long')) return format.format(at);
	// CLDR puts the year of a Persian month or full date first and the weekday last; people write and read it the other way.
	const parts = format.formatToParts(at);
	const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
	const month = `${part('month')} ${part('year')}`;
	return style === 'month' ? month : `${part('weekday')} ${part('day')} ${month}`;
}

/** An ISO date (`2026-03-31`), which has no zone. */
export function isoDay(date: string, language: Language, style: DayStyle = 'medium'): string {
	return day(new Date(`${date}T00:00:00Z`), language, 'UTC', style);
}

/** The hour and minute of an instant in a time zone, by the 24-hour clock. */
export function time(at: Date, language: Language, timeZone: string): string {
	return dates(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(at);
}

/** Day and time of an instant in a time zone. */
export function dateTime(at: Date, language: Language, timeZone: string, style: 'medium' | 'short' = 'medium'): string {
	return dates(language, {
		...dayStyles[style],
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
		timeZone
	}).format(at);
}

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
	['second', 60],
	['minute', 60],
	['hour', 24]
];

/**
 * How far an instant is from now, in words: `in 3 days`, `yesterday`, `2 hours ago`. Days are calendar days of the zone,
 * so that a voucher ending tomorrow at one o'clock is never "in 5 hours" at eight in the evening but "tomorrow".
 */
export function relative(at: Date, now: Date, language: Language, timeZone: string): string {
	const words = once(
		`r|${language}`,
		() => new Intl.RelativeTimeFormat(intlTag[language], { numeric: 'auto', style: 'long' })
	);
	const days = Math.round((Date.parse(localDay(at, timeZone)) - Date.parse(localDay(now, timeZone))) / 86_400_000);
	if (days !== 0) {
		const size = Math.abs(days);
		if (size < 14) return words.format(days, 'day');
		if (size < 60) return words.format(Math.trunc(days / 7), 'week');
		if (size < 730) return words.format(Math.trunc(days / 30.44), 'month');
		return words.format(Math.trunc(days / 365.25), 'year');
	}
	let value = Math.trunc((at.getTime() - now.getTime()) / 1000);
	for (const [unit, size] of steps) {
		if (Math.abs(value) < size) return words.format(value, unit);
		value = Math.trunc(value / size);
	}
	return words.format(value, 'hour');
}

/** The sign behind a percentage, for the end of a field: `%`, in Persian `٪`. */
export function percentSign(language: Language): string {
	return (
		numbers(language, { style: 'percent' })
			.formatToParts(0)
			.find(({ type }) => type === 'percentSign')?.value ?? '%'
	);
}

/**
 * What people wrote (a name, a title) within a sentence or a list: it keeps its own direction, and what stands around it
 * does not run into it. In markup of our own `<bdi>` does the same.
 */
export const isolated = (text: string): string => `\u2068${text}\u2069`;

/** Things in a row: `a, b and c`, `a, b or c`; as a plain `row` with the language's own comma alone: `a, b, c`. */
export function list(items: readonly string[], language: Language, type: 'and' | 'or' | 'row' = 'and'): string {
	return once(
		`l|${language}|${type}`,
		() =>
			new Intl.ListFormat(intlTag[language], {
				type: type === 'or' ? 'disjunction' : 'conjunction',
				style: type === 'row' ? 'narrow' : 'long'
			})
	).format(items);
}

/** Whole minutes or seconds left, as a clock shows them: `95` → `1:35`. */
export function countdown(seconds: number, language: Language): string {
	const left = Math.max(0, Math.ceil(seconds));
	const two = numbers(language, { minimumIntegerDigits: 2, useGrouping: false });
	return `${number(Math.floor(left / 60), language)}:${two.format(left % 60)}`;
}
