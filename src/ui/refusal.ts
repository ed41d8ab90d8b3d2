/**
 * The sentence of a refusal, the same in wallet, till, console and API. Pages that rarely refuse load this lazily
 * (`await import('#ui/refusal.ts')`): it carries all refusal sentences, and only those.
 */
import type { Language } from '#core/languages';
import type { RefusalData, RefusalDetails } from '#core/refusal';
import { later } from '#core/time';
import { dateTime, day, isoDay, money, number, percent, quantity } from './format.ts';

type Message = (inputs: Record<string, unknown>, options: { locale: Language }) => string;

// One module per message: the glob takes the refusals' sentences and leaves all other texts out of the bundle.
const modules = import.meta.glob<Record<string, Message>>('../paraglide/messages/refusal_*.js', { eager: true });

const sentences = new Map<string, Message>();
for (const module of Object.values(modules)) {
	for (const [name, message] of Object.entries(module)) {
		if (name.startsWith('refusal_') && typeof message === 'function') sentences.set(name, message);
	}
}

/** The message that a refusal's code needs: `voucher.already_used` → `refusal_voucher_already_used`. */
export const messageOf = (code: string): string => `refusal_${code.replaceAll('.', '_')}`;

/** Whether this code has a sentence of its own. */
export const hasSentence = (code: string): boolean => sentences.has(messageOf(code));

/**
 * Details as texts of the language, by what their names end in: `…Cents` money (with the detail `currency`), `…At` date
 * and time, `…Day` a date, `…Percent` and `…Pcm` (thousandths of a per cent) a share, `…Thousandths` a quantity; other numbers are grouped. Every number is also
 * given raw as `…Raw`, for a message that must choose a plural form.
 */
export function wordsOf(details: RefusalDetails, language: Language, timeZone: string): Record<string, unknown> {
	const words: Record<string, unknown> = {};
	const currency = typeof details.currency === 'string' ? details.currency : null;
	for (const [key, value] of Object.entries(details)) {
		if (typeof value === 'number') words[`${key}Raw`] = value;
		words[key] = wordOf(key, value, currency, language, timeZone);
	}
	return words;
}

function wordOf(
	key: string,
	value: RefusalDetails[string],
	currency: string | null,
	language: Language,
	timeZone: string
): string {
	if (value === null || typeof value === 'boolean') return '';
	if (typeof value === 'number') {
		if (/cents$/i.test(key) && currency) return money(value, currency, language);
		if (/thousandths$/i.test(key)) return quantity(value, language);
		if (/percent$/i.test(key)) return percent(value / 100, language);
		if (/pcm$/i.test(key)) return percent(value / 100_000, language, 3);
		return number(value, language);
	}
	if (/(^a|A)t$/.test(key)) {
		const at = new Date(value);
		if (Number.isNaN(at.getTime())) return value;
		// What ends is said as its last day: an end at midnight on 1 April is `until 31 March`.
		if (/(ends|until|expires|expired|ended)At$/i.test(key)) return day(later(at, -1), language, timeZone);
		if (/(starts|from)At$/i.test(key)) return day(at, language, timeZone);
		return dateTime(at, language, timeZone);
	}
	if (/day$/i.test(key) && /^\d{4}-\d{2}-\d{2}$/.test(value)) return isoDay(value, language);
	return value;
}

const fallback = (kind: RefusalData['kind']): string => `refusal_kind_${kind}`;

/**
 * One plain sentence for people. A code without a sentence of its own (an older page that meets a newer server) is
 * answered by the sentence of its kind.
 * @param timeZone for instants in the details; the detail `timeZone` wins over it
 */
export function sentenceOf(refusal: RefusalData, language: Language, timeZone = 'UTC'): string {
	const zone = typeof refusal.details.timeZone === 'string' ? refusal.details.timeZone : timeZone;
	const message = sentences.get(messageOf(refusal.code)) ?? sentences.get(fallback(refusal.kind));
	if (!message) return refusal.code;
	// A Russian date ends in a full stop of its own (`13 дек. 2026 г.`): at the end of a sentence one is enough.
	return message(wordsOf(refusal.details, language, zone), { locale: language }).replace(/(?<!\.)\.\.(?!\.)/g, '.');
}
