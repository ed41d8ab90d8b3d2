import type { Language } from '#core/languages';

/**
 * An ISO month in words. Months are counted by the civil calendar, also where days are told by another: the books close by
 * it.
 */
export function monthWords(iso: string, language: Language, style: 'long' | 'short' = 'long'): string {
	const locale = language === 'fa' ? 'fa-u-ca-gregory' : language;
	const format = new Intl.DateTimeFormat(locale, {
		month: style === 'long' ? 'long' : 'short',
		...(style === 'long' ? { year: 'numeric' } : {}),
		timeZone: 'UTC'
	});
	return format.format(new Date(`${iso}-15T12:00:00Z`));
}
