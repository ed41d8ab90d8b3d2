import { intlTag, type Language } from '#core/languages';

/** One line of a list to choose from. */
export interface Choice {
	value: string;
	label: string;
	group?: string;
}

const usual = ['EUR', 'USD', 'GBP', 'CHF', 'RUB', 'CNY', 'IRR', 'TRY', 'AED', 'INR', 'JPY'];

/** Precious metals, test codes and units of account are in ISO 4217, but nobody pays with them. */
const noMoney = /^X(A[GU]|B[ABCD]|DR|EU|FO|FU|P[DT]|RE|SU|TS|UA|XX)$/;

/**
 * The currencies of ISO 4217 that a shop may keep, by their names in the reader's language. Those that ended are named
 * with their years by Intl and left out.
 */
export function currencyChoices(language: Language, groups: { usual: string; all: string }): Choice[] {
	const english = new Intl.DisplayNames('en', { type: 'currency' });
	const names = new Intl.DisplayNames(intlTag[language], { type: 'currency' });
	const money = Intl.supportedValuesOf('currency').filter(
		(code) => !noMoney.test(code) && !/\d{4}/.test(english.of(code) ?? '')
	);
	const choice = (group: string) => (code: string) => ({ value: code, label: `${code} · ${names.of(code)}`, group });
	return [
		...usual.filter((code) => money.includes(code)).map(choice(groups.usual)),
		...money.filter((code) => !usual.includes(code)).map(choice(groups.all))
	];
}

const zoneChoice = (zone: string): Choice => {
	const [region, ...rest] = zone.replaceAll('_', ' ').split('/');
	return rest.length === 0 ? { value: zone, label: zone } : { value: zone, label: rest.join(', '), group: region };
};

/**
 * All time zones, by region. A browser may know its own under another name (Asia/Calcutta): it is added when it is not
 * in the list.
 */
export function timeZoneChoices(own: string | null): Choice[] {
	const zones = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);
	if (own) zones.add(own);
	return [...zones].sort().map(zoneChoice);
}
