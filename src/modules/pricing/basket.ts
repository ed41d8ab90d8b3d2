import { scale, type Cents } from '#core/amounts';
import { must } from '#core/must';
import type { RefusalData } from '#core/refusal';
import { cardSaleOf } from './cards.ts';
import type { BasketLine, CardEntry, Facts, ProductFact, Ask, QuotedLine, Step } from './contract.ts';
import { pricingRefusals } from './refusals.ts';
import { stepOf } from './steps.ts';

/** What a basket may hold at most: more is a slip of the finger, and sums must stay far from inexact numbers. */
export const basketLimits = {
	lines: 500,
	/** of one line: a million pieces or kilograms */
	quantityThousandths: 1_000_000_000,
	/** of one unit and of one line: 100 million of a currency with cents */
	lineCents: 10_000_000_000,
	totalCents: 100_000_000_000
} as const;

export interface PricedBasket {
	lines: QuotedLine[];
	listCents: Cents;
	/** keys of the lines that are charges for delivery */
	delivery: Set<string>;
	problems: RefusalData[];
	steps: Step[];
}

/**
 * Prices what can be priced: products by the catalogue, amounts as typed, each line rounded half a cent up. Lines with a
 * fault are left out and said to be so.
 */
export function priceBasket(ask: Ask, facts: Facts): PricedBasket {
	const { lines: given, currency } = ask.basket;
	const expected = facts.store.currency;
	const basket: PricedBasket = { lines: [], listCents: 0, delivery: new Set(), problems: [], steps: [] };
	if (given.length === 0) basket.problems.push(pricingRefusals.data('basket.empty'));
	if (given.length > basketLimits.lines) {
		basket.problems.push(
			pricingRefusals.data('basket.too_many_lines', { maximumLines: basketLimits.lines, givenLines: given.length })
		);
	}
	if (currency !== expected) {
		basket.problems.push(
			pricingRefusals.data('basket.currency_other', { currency: expected, givenCurrency: currency.slice(0, 10) })
		);
	}
	const seen = new Set<string>();
	const cards = new Set<string>();
	for (const line of given.slice(0, basketLimits.lines)) {
		// An amount typed in another currency says nothing in this one.
		if (line.productId === null && currency !== expected) continue;
		const priced = seen.has(line.key)
			? pricingRefusals.data('basket.line_repeated', { lineKey: line.key })
			: line.giftCard
				? priceCard(line, line.giftCard, { ask, facts, cards })
				: priceLine(line, facts, expected);
		if (line.delivery && line.productId === null && !line.giftCard && !seen.has(line.key))
			basket.delivery.add(line.key);
		seen.add(line.key);
		take(basket, priced, expected);
	}
	return basket;
}

function take(basket: PricedBasket, priced: QuotedLine | RefusalData, currency: string): void {
	if ('code' in priced) {
		basket.problems.push(priced);
		return;
	}
	const listCents = basket.listCents + priced.listCents;
	if (listCents > basketLimits.totalCents) {
		basket.problems.push(
			pricingRefusals.data('basket.too_large', {
				lineKey: priced.key,
				givenCents: listCents,
				maximumCents: basketLimits.totalCents,
				currency
			})
		);
		return;
	}
	basket.lines.push(priced);
	basket.listCents = listCents;
	basket.steps.push(
		stepOf('priced', {
			lineKey: priced.key,
			cents: priced.listCents,
			details: { name: priced.name, quantityThousandths: priced.quantity, unitCents: priced.unitCents }
		})
	);
}

/** A gift card stands once in a basket: one who wants more on it says a larger amount. */
function priceCard(
	line: BasketLine,
	entry: CardEntry,
	{ ask, facts, cards }: { ask: Ask; facts: Facts; cards: Set<string> }
): QuotedLine | RefusalData {
	const repeated = entry.id !== null && cards.has(entry.id);
	if (repeated) return pricingRefusals.data('gift_card.repeated', { lineKey: line.key, giftCardId: entry.id });
	if (entry.id !== null) cards.add(entry.id);
	// One card at a time, and no goods.
	if (line.quantity !== 1000 || line.productId !== null)
		return pricingRefusals.data('basket.quantity_invalid', {
			lineKey: line.key,
			givenThousandths: finite(line.quantity),
			maximumThousandths: 1000
		});
	const sale = cardSaleOf(line, entry, facts, ask.memberId);
	if ('code' in sale) return sale;
	const bare = { ...line, name: null, categoryId: null };
	return amountFault(bare, sale.cents, facts.store.currency) ?? newLine(bare, null, sale.cents, sale.giftCard);
}

function priceLine(line: BasketLine, facts: Facts, currency: string): QuotedLine | RefusalData {
	let product: ProductFact | null = null;
	if (line.productId !== null) {
		// By own keys only: a product called `constructor` is not in the catalogue.
		product = Object.hasOwn(facts.products, line.productId) ? (facts.products[line.productId] ?? null) : null;
		if (!product) return pricingRefusals.data('basket.product_unknown', { lineKey: line.key });
		must(Number.isSafeInteger(product.priceCents) && product.priceCents >= 0, 'a catalogue price is an amount');
		if (product.archived)
			return pricingRefusals.data('basket.product_archived', { lineKey: line.key, name: product.name });
	}
	const unitCents = product ? product.priceCents : line.unitCents;
	return quantityFault(line, product) ?? amountFault(line, unitCents, currency) ?? newLine(line, product, unitCents);
}

function quantityFault(line: BasketLine, product: ProductFact | null): RefusalData | null {
	const { quantity, key: lineKey } = line;
	if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > basketLimits.quantityThousandths) {
		return pricingRefusals.data('basket.quantity_invalid', {
			lineKey,
			givenThousandths: finite(quantity),
			maximumThousandths: basketLimits.quantityThousandths
		});
	}
	if (product?.unit === 'piece' && quantity % 1000 !== 0) {
		return pricingRefusals.data('basket.pieces_not_whole', {
			lineKey,
			name: product.name,
			givenThousandths: quantity
		});
	}
	return null;
}

/** The catalogue may give something for nothing; an amount typed in is more than zero. */
function amountFault(line: BasketLine, unitCents: Cents, currency: string): RefusalData | null {
	const maximumCents = basketLimits.lineCents;
	const least = line.productId === null ? 1 : 0;
	if (!Number.isSafeInteger(unitCents) || unitCents < least || unitCents > maximumCents) {
		return pricingRefusals.data('basket.amount_invalid', {
			lineKey: line.key,
			givenCents: finite(unitCents),
			maximumCents,
			currency
		});
	}
	// In floating point, which is exact as far as the limit goes: beyond it the exact amount may be no safe integer.
	if (unitCents * line.quantity >= maximumCents * 1000 + 500) {
		return pricingRefusals.data('basket.too_large', {
			lineKey: line.key,
			givenCents: Math.round((unitCents * line.quantity) / 1000),
			maximumCents,
			currency
		});
	}
	return null;
}

/** Details travel as JSON, which has no NaN and no minus zero. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value + 0 : null);

function newLine(
	line: BasketLine,
	product: ProductFact | null,
	unitCents: Cents,
	giftCard: QuotedLine['giftCard'] = null
): QuotedLine {
	const listCents = scale(unitCents, line.quantity, 1000, 'nearest');
	return {
		key: line.key,
		productId: line.productId,
		categoryId: product ? product.categoryId : line.categoryId,
		name: product ? product.name : (line.name ?? ''),
		quantity: line.quantity,
		unit: product?.unit ?? 'piece',
		unitCents,
		listCents,
		discounts: [],
		discountCents: 0,
		netCents: listCents,
		taxId: null,
		taxCents: 0,
		pointsPaidCents: 0,
		pointsSpent: 0,
		giftCardCents: 0,
		toPayCents: listCents,
		pointsEarned: 0,
		costCents: product?.costCents == null ? null : scale(product.costCents, line.quantity, 1000, 'nearest'),
		giftCard
	};
}
