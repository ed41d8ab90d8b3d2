import { directionOf, type Language } from '#core/languages';
import { later } from '#core/time';
import { escape, linkLetter, noteLetter } from '#platform/mail/letter';
import type { Message } from '#platform/mail/mail';
import { day, money } from '#ui/format.ts';

/** The build makes the words: they are loaded with the first mail that is written, since the start comes before them. */
const load = async () => (await import('#messages')).m;

export interface GiftLetter {
	giverName: string;
	receiverName: string;
	words: string;
	cents: number;
	currency: string;
	/** first instant at which the card no longer pays */
	expiresAt: Date | null;
	programme: { name: string; timeZone: string };
	link: string;
}

/** A gift on its way to somebody. */
export async function giftMail(to: string, letter: GiftLetter, language: Language): Promise<Message> {
	const m = await load();
	const locale = { locale: language };
	const { giverName: giver, receiverName: name, programme, expiresAt } = letter;
	const amount = money(letter.cents, letter.currency, language);
	const quote = {
		text: `  ${letter.words.replaceAll('\n', '\n  ')}`,
		html:
			`<blockquote dir="auto" style="margin:20px 0;padding:0 16px;border-inline-start:3px solid #b9b3a6">` +
			`${escape(letter.words).replaceAll('\n', '<br>')}</blockquote>`
	};
	const until = expiresAt ? day(later(expiresAt, -1), language, programme.timeZone, 'long') : null;
	return linkLetter(to, language, {
		subject: m.mail_gift_subject({ giver }, locale),
		lead: m.mail_gift_lead({ name, giver, amount, shop: programme.name }, locale),
		between: letter.words === '' ? [] : [quote],
		link: letter.link,
		action: m.mail_gift_open({}, locale),
		after: [
			...(until === null ? [] : [m.mail_gift_until({ date: until }, locale)]),
			m.mail_gift_keep({}, locale),
			m.mail_gift_ignore({}, locale)
		]
	});
}

/** To the giver: nobody took the letter. */
export async function giftReturnedMail(to: string, receiver: string, language: Language): Promise<Message> {
	const m = await load();
	const locale = { locale: language };
	return noteLetter(to, language, m.mail_gift_returned_subject({ name: receiver }, locale), [
		m.mail_gift_returned_lead({ name: receiver }, locale),
		m.mail_gift_returned_do({}, locale)
	]);
}

/** To who held a card: somebody who has its code took it into another wallet. */
export async function cardTakenMail(
	to: string,
	{ lastSymbols, shop }: { lastSymbols: string; shop: string },
	language: Language
): Promise<Message> {
	const m = await load();
	const locale = { locale: language };
	const end = directionOf(language) === 'rtl' ? `\u2066${lastSymbols}\u2069` : lastSymbols;
	return noteLetter(to, language, m.mail_card_taken_subject({ end }, locale), [
		m.mail_card_taken_lead({ end, shop }, locale),
		m.mail_card_taken_not_you({}, locale)
	]);
}
