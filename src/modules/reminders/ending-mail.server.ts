import { directionOf, type Language } from '#core/languages';
import { later } from '#core/time';
import { linkLetter, paragraph } from '#platform/mail/letter';
import type { Message } from '#platform/mail/mail';
import { day, money, points } from '#ui/format.ts';
import type { Reminded } from './endings.server.ts';
import type { Ending } from './index.ts';

/** The build makes the words: they are loaded with the first mail that is written, since the start comes before them. */
const load = async () => (await import('#messages')).m;

interface House {
	name: string;
	timeZone: string;
	/** where the wallet is */
	origin: string;
}

/** One letter with all that ends soon, soonest first. */
export async function endingMail(
	{ email, endings }: Pick<Reminded, 'email' | 'endings'>,
	house: House,
	language: Language
): Promise<Message> {
	const m = await load();
	const locale = { locale: language };
	const lineOf = (ending: Ending): string => {
		// What ends at the first instant of a day is good until the day before.
		const date = day(later(ending.endsAt, -1), language, house.timeZone, 'long');
		if (ending.subject === 'points') {
			const told = { points: points(ending.points, language), date };
			if (!ending.type)
				return ending.away ? m.mail_ending_points_away(told, locale) : m.mail_ending_points(told, locale);
			const named = { ...told, typeName: ending.type.name };
			return ending.away ? m.mail_ending_type_away(named, locale) : m.mail_ending_type(named, locale);
		}
		const end = directionOf(language) === 'rtl' ? `\u2066${ending.lastSymbols}\u2069` : ending.lastSymbols;
		return m.mail_ending_card({ end, amount: money(ending.cents, ending.currency, language), date }, locale);
	};
	const lines = endings.map(lineOf);
	return linkLetter(email, language, {
		subject: m.mail_ending_subject({ shop: house.name }, locale),
		lead: m.mail_ending_lead({ shop: house.name }, locale),
		between: [
			{
				text: lines.map((line) => `  ${line}`).join('\n'),
				html: lines.map(paragraph).join('')
			}
		],
		link: house.origin,
		action: m.mail_ending_open({}, locale),
		after: [m.mail_ending_why({}, locale)]
	});
}
