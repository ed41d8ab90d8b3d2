import { scale, sum, type Cents } from '#core/amounts';
import type { Facts, QuotedLine, QuotedTax, Step, StoreTaxes, TaxFact } from './contract.ts';
import { stepOf } from './steps.ts';

/** Tax contained in an amount, or due on top of it, rounded to the nearest minor unit. */
export const taxIn = (cents: Cents, pcm: number, included: boolean): Cents =>
	scale(cents, pcm, included ? 100_000 + pcm : 100_000, 'nearest');

export interface Taxed {
	/** what is to be paid beyond the prices; 0 where they contain the tax */
	addedCents: Cents;
	/** by class, in the house's order; classes without a line are left out */
	taxes: QuotedTax[];
	steps: Step[];
}

/**
 * What each line bears of tax, on its price after discounts: points and gift cards pay, they are no discount. Rounded by
 * line, so that a line that comes back brings its own tax and a receipt's tax is the sum of its lines'. Where prices do not
 * contain it, the tax is added to what the line costs. Money put on gift cards bears none: the goods that it will buy do
 * (a voucher for goods of several rates: Council Directive 2006/112/EC, article 30b).
 * @param lines after their discounts and before anything paid for them; gets its taxes
 */
export function taxLines(lines: readonly QuotedLine[], facts: Facts): Taxed {
	const { taxes: house } = facts.store;
	const taxed: Taxed = { addedCents: 0, taxes: [], steps: [] };
	if (!house || house.classes.length === 0) return taxed;
	const { included } = house;
	const lineOf = new Map<TaxFact, QuotedLine[]>();
	for (const line of lines) {
		const tax = line.giftCard ? null : taxBorne(house, ownTaxId(line, facts));
		if (!tax) continue;
		line.taxId = tax.id;
		line.taxCents = taxIn(line.netCents, tax.pcm, included);
		if (!included) {
			line.netCents += line.taxCents;
			line.toPayCents = line.netCents;
			taxed.addedCents += line.taxCents;
		}
		lineOf.set(tax, [...(lineOf.get(tax) ?? []), line]);
	}
	for (const tax of house.classes) {
		const its = lineOf.get(tax);
		if (!its) continue;
		const { id, name, pcm } = tax;
		const cents = sum(its.map((line) => line.taxCents));
		const netCents = sum(its.map((line) => line.netCents)) - cents;
		taxed.taxes.push({ id, name, pcm, included, netCents, cents });
		if (!included && cents > 0) taxed.steps.push(stepOf('tax_added', { cents, details: { name, ratePcm: pcm } }));
	}
	return taxed;
}

/** What goods bear: their own class; goods without one, and amounts typed in, the one that the house says. */
export function taxBorne({ classes, ordinaryId }: StoreTaxes, ownId: string | null | undefined): TaxFact | null {
	const id = ownId ?? ordinaryId;
	return classes.find((one) => one.id === id) ?? null;
}

const ownTaxId = ({ productId }: QuotedLine, { products }: Facts): string | null =>
	productId !== null && Object.hasOwn(products, productId) ? (products[productId]?.taxId ?? null) : null;

/** Of an amount that a line's price paid: without the share of a tax that was added to the price. */
export const beforeTax = ({ netCents, listCents, discountCents }: QuotedLine, cents: Cents): Cents =>
	netCents === 0 ? 0 : scale(cents, listCents - discountCents, netCents, 'nearest');
