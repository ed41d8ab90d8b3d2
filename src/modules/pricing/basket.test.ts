import { expect, test } from 'vitest';
import { ask, facts, noon, of, products, typed } from '../../../tests/support/pricing.ts';
import { basketLimits, quote, type BasketLine } from './index.ts';

const priced = (...lines: BasketLine[]) => quote(ask(lines), facts(), noon);
const problemsOf = (...lines: BasketLine[]) => priced(...lines).problems;

test('products cost what the catalogue says, whatever the till showed', () => {
	const { lines, listCents, toPayCents, problems } = priced(of('bun', 3, { unitCents: 1 }), of('cake'));
	expect(lines.map((line) => [line.name, line.unitCents, line.listCents, line.costCents])).toEqual([
		['The bun', 99, 297, 120],
		['The cake', 2500, 2500, 1100]
	]);
	expect([listCents, toPayCents, problems]).toEqual([2797, 2797, []]);
});

test.each([
	[0.25, 100], // 99.75
	[0.001, 0], // 0.399
	[1.5, 599], // 598.5: half a cent up
	[2, 798]
])('%d kg of apples at 3.99 cost %d cents', (kilograms, cents) => {
	expect(priced(of('apples', kilograms)).listCents).toBe(cents);
});

test('a typed amount costs what was typed and may have a name and a category', () => {
	const [line] = priced(typed(1250, { name: 'Repair', categoryId: 'bakery' })).lines;
	expect(line).toMatchObject({ name: 'Repair', categoryId: 'bakery', listCents: 1250, costCents: null });
});

test('something may be free in the catalogue, but not typed as free', () => {
	expect(problemsOf(of('bag'))).toEqual([]);
	expect(problemsOf(typed(0))).toMatchObject([{ code: 'basket.amount_invalid', kind: 'invalid' }]);
});

test.each([0, -1, 0.5, NaN, Infinity, -Infinity, basketLimits.lineCents + 1, 2 ** 60])(
	'an amount of %d cents is refused with the limit',
	(unitCents) => {
		expect(problemsOf(typed(unitCents))).toEqual([
			{
				code: 'basket.amount_invalid',
				kind: 'invalid',
				details: {
					lineKey: 'typed',
					givenCents: Number.isFinite(unitCents) ? unitCents : null,
					maximumCents: basketLimits.lineCents,
					currency: 'EUR'
				}
			}
		]);
	}
);

test.each([0, -1000, 1.5, NaN, Infinity, basketLimits.quantityThousandths + 1])(
	'a quantity of %d thousandths is refused with the limit',
	(quantity) => {
		expect(problemsOf(of('apples', 1, { quantity }))).toMatchObject([
			{
				code: 'basket.quantity_invalid',
				details: { lineKey: 'apples', maximumThousandths: basketLimits.quantityThousandths }
			}
		]);
	}
);

test('what is sold by the piece is not sold by half', () => {
	expect(problemsOf(of('bun', 1.5))).toMatchObject([{ code: 'basket.pieces_not_whole', details: { name: 'The bun' } }]);
});

test('a line may cost no more than the limit of a line', () => {
	expect(problemsOf(typed(basketLimits.lineCents))).toEqual([]);
	expect(problemsOf(typed(basketLimits.lineCents, { quantity: 2000 }))).toMatchObject([
		{ code: 'basket.too_large', details: { givenCents: 2 * basketLimits.lineCents } }
	]);
});

test('the limit of a line counts after rounding, and what is far beyond it is no matter of exact numbers', () => {
	const list = (quantity: number, unitCents: number) => problemsOf(typed(unitCents, { quantity }))[0]?.code;
	expect(list(1001, 9_990_009_990)).toBeUndefined(); // 9,999,999,999.99
	expect(list(1001, 9_990_009_991)).toBe('basket.too_large'); // 10,000,000,000.991
	expect(list(basketLimits.quantityThousandths, basketLimits.lineCents)).toBe('basket.too_large');
});

test('a basket costs no more than the limit of a basket, and the line beyond it is left out', () => {
	const dear = (key: string) => typed(basketLimits.lineCents, { key });
	const { listCents, problems } = priced(...[...'abcdefghijk'].map(dear));
	expect(listCents).toBe(basketLimits.totalCents);
	expect(problems).toMatchObject([
		{ code: 'basket.too_large', details: { lineKey: 'k', maximumCents: basketLimits.totalCents, currency: 'EUR' } }
	]);
});

test('unknown and archived products are said, and the rest is priced', () => {
	const { listCents, problems, lines } = priced(of('unicorn'), of('fax'), of('bun'));
	expect(problems.map(({ code, details }) => [code, details.lineKey])).toEqual([
		['basket.product_unknown', 'unicorn'],
		['basket.product_archived', 'fax']
	]);
	expect([listCents, lines.length]).toEqual([99, 1]);
});

test.each(['constructor', '__proto__', 'toString', ''])('a product called %j is unknown', (id) => {
	expect(problemsOf(of(id))).toMatchObject([{ code: 'basket.product_unknown' }]);
});

test('a key stands for one line', () => {
	const { listCents, problems } = priced(of('bun'), of('cake', 1, { key: 'bun' }));
	expect(listCents).toBe(99);
	expect(problems).toMatchObject([{ code: 'basket.line_repeated', details: { lineKey: 'bun' } }]);
});

test('an empty basket is refused and still shows what a quote shows', () => {
	expect(priced()).toMatchObject({ listCents: 0, toPayCents: 0, lines: [], problems: [{ code: 'basket.empty' }] });
});

test('ten thousand lines are refused with the limit', () => {
	const lines = Array.from({ length: 10_000 }, (_, index) => of('bun', 1, { key: `l${index}` }));
	expect(problemsOf(...lines)).toMatchObject([
		{ code: 'basket.too_many_lines', details: { maximumLines: 500, givenLines: 10_000 } }
	]);
});

test('amounts typed in another currency say nothing here; products cost what they cost', () => {
	const asked = ask([typed(1000), of('bun')]);
	asked.basket.currency = 'USD';
	expect(quote(asked, facts(), noon)).toMatchObject({
		currency: 'EUR',
		listCents: 99,
		problems: [{ code: 'basket.currency_other', details: { currency: 'EUR', givenCurrency: 'USD' } }]
	});
});

test('a catalogue price that is no amount is our own mistake', () => {
	const broken = facts({ products: { bun: { ...products.bun!, priceCents: 0.5 } } });
	expect(() => quote(ask([of('bun')]), broken, noon)).toThrow('catalogue price');
});

test('the member asked for must be the one the facts speak of', () => {
	expect(quote(ask([of('bun')], { memberId: 'anna' }), facts(), noon).problems).toMatchObject([
		{ code: 'basket.member_missing' }
	]);
});
