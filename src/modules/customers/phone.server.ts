import {
	getCountries,
	getCountryCallingCode,
	isSupportedCountry,
	parsePhoneNumberFromString,
	type CountryCode
} from 'libphonenumber-js/min';
import { latinDigits } from '#ui/money-input.ts';

/** A country that telephone numbers may be from, ISO 3166 alpha-2. */
export const isPhoneCountry = (text: string): text is CountryCode => isSupportedCountry(text);

/** Every country with the digits that its numbers begin with. */
export const phoneCountries: { country: string; prefix: string }[] = getCountries().map((country) => ({
	country,
	prefix: `+${getCountryCallingCode(country)}`
}));

/**
 * A telephone number in any writing as E.164 (`+491701234567`); null: it is none.
 * @param country where a number without a country is from; null: `'country'` is the answer to such a number
 */
export function readPhone(text: string, country: string | null): string | 'country' | null {
	const plain = latinDigits(text)
		.replace(/^\s*00/, '+')
		.replace(/\(0\)/g, '');
	if (!/^[\s+\d()./·–-]+$/.test(plain)) return null;
	const abroad = plain.trim().startsWith('+');
	if (!abroad && (country === null || !isPhoneCountry(country))) return 'country';
	const number = parsePhoneNumberFromString(plain, abroad ? undefined : (country as CountryCode));
	return number?.isPossible() ? number.number : null;
}
