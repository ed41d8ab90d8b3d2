import { isLanguage, type Language } from '#core/languages';
import { noteLetter } from '#platform/mail/letter';
import type { Message } from '#platform/mail/mail';
import { day } from '#ui/format.ts';

/** The build makes the words: they are loaded with the first mail that is written, since the start comes before them. */
const load = async () => (await import('#messages')).m;

interface House {
	name: string;
	timeZone: string;
}

const read = (language: string | null): Language => (language !== null && isLanguage(language) ? language : 'en');

/** Somebody is to be erased: whoever did not ask for it can still say so. */
export async function erasureAskedMail(
	to: { email: string; language: string | null },
	dueAt: Date,
	{ name, timeZone }: House
): Promise<Message> {
	const m = await load();
	const language = read(to.language);
	const locale = { locale: language };
	const date = day(dueAt, language, timeZone, 'long');
	return noteLetter(to.email, language, m.mail_erasure_asked_subject({ date }, locale), [
		m.mail_erasure_asked_lead({ shop: name, date }, locale),
		m.mail_erasure_asked_do({}, locale)
	]);
}

/** The last letter: it is done, and the address it goes to is forgotten. */
export async function erasedMail(
	to: { email: string; language: string | null },
	{ name }: Pick<House, 'name'>
): Promise<Message> {
	const m = await load();
	const language = read(to.language);
	const locale = { locale: language };
	return noteLetter(to.email, language, m.mail_erased_subject({}, locale), [
		m.mail_erased_lead({ shop: name }, locale),
		m.mail_erased_kept({}, locale)
	]);
}
