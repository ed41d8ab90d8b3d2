import type { Language } from '#core/languages';
import { m } from '#messages';
import type { QuotedTax } from '#pricing';
import { money, percent } from '#ui/format.ts';

/** `Food, 7 %` */
const taxName = ({ name, pcm }: QuotedTax, language: Language): string =>
	m.tax_name({ name, rate: percent(pcm / 100_000, language, 3) });

/** The letter that stands for a tax on its lines and in the table that explains it: A, B, …; empty where a line bears none. */
export function taxMark(taxes: readonly QuotedTax[] | null, taxId: string | null): string {
	const place = (taxes ?? []).findIndex(({ id }) => id === taxId);
	return place < 0 ? '' : String.fromCharCode(65 + (place % 26));
}

/**
 * The taxes of a receipt or a return as rows: what was added to the prices (it stands before the total), or what the total
 * contains (it stands after it), with what bears it.
 */
export function taxRows(taxes: readonly QuotedTax[] | null, currency: string, language: Language) {
	const cash = (cents: number) => money(cents, currency, language);
	return (taxes ?? []).map((tax) => ({
		key: tax.id,
		mark: taxMark(taxes, tax.id),
		included: tax.included,
		label: tax.included ? m.tax_contained({ tax: taxName(tax, language) }) : taxName(tax, language),
		note: m.tax_base({ amount: cash(tax.netCents) }),
		value: cash(tax.cents)
	}));
}
