import { isLanguage } from '#core/languages';
import { baseLocale, overwriteGetLocale } from '#locale';

/** The browser speaks the language the page was written in, even where an older page comes from the offline store. */
export function init(): void {
	const { lang } = document.documentElement;
	overwriteGetLocale(() => (isLanguage(lang) ? lang : baseLocale));
}
