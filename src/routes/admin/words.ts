import { getLocale } from '#locale';
import {
	day,
	dateTime,
	isoDay,
	list,
	money,
	number,
	percent,
	points,
	quantity,
	relative,
	time,
	type DayStyle
} from '#ui/format.ts';

/** Figures and times of the console in the reader's language and the programme's time zone. */
export function wordsIn(timeZone: string) {
	const language = getLocale();
	return {
		language,
		timeZone,
		money: (cents: number, currency: string, sign?: 'always') =>
			money(cents, currency, language, sign ? { sign } : undefined),
		number: (value: number) => number(value, language),
		points: (value: number, sign?: 'always') => points(value, language, sign),
		percent: (share: number) => percent(share, language, 0),
		/** with a digit behind the mark */
		share: (share: number) => percent(share, language, 1),
		/** of a tax: down to thousandths of a per cent */
		rate: (share: number) => percent(share, language, 3),
		quantity: (thousandths: number, unit?: 'piece' | 'kilogram') => quantity(thousandths, language, unit),
		day: (at: Date, style?: DayStyle) => day(at, language, timeZone, style),
		/** the last day of something that ends at this instant */
		lastDay: (endsAt: Date, style?: DayStyle) => day(new Date(endsAt.getTime() - 1), language, timeZone, style),
		isoDay: (date: string, style?: DayStyle) => isoDay(date, language, style),
		dateTime: (at: Date) => dateTime(at, language, timeZone),
		time: (at: Date) => time(at, language, timeZone),
		/** things in a row, with the language's own comma */
		row: (items: readonly string[]) => list(items, language, 'row'),
		relative: (at: Date, now: Date) => relative(at, now, language, timeZone)
	};
}
export type Words = ReturnType<typeof wordsIn>;
