import { describe, expect, test } from 'vitest';
import { largestQuantity, OpenBasket } from './basket.svelte.ts';
import { products } from '../../../tests/support/pricing.ts';

const bun = products.bun as NonNullable<typeof products.bun>;
const apples = products.apples as NonNullable<typeof products.apples>;

describe('an open basket', () => {
	test('counts pieces of one product in one line, and gives each weighing and each amount a line of its own', () => {
		const basket = new OpenBasket();
		basket.addProduct(bun);
		basket.addProduct(apples, 250);
		basket.addProduct(bun);
		basket.addProduct(apples, 1000);
		basket.addAmount(500);
		basket.addAmount(500);
		expect(basket.lines.map(({ productId, quantity, unitCents }) => [productId, quantity, unitCents])).toEqual([
			['bun', 2000, 99],
			['apples', 250, 399],
			['apples', 1000, 399],
			[null, 1000, 500],
			[null, 1000, 500]
		]);
		expect(basket.count).toBe(6);
		expect(new Set(basket.lines.map(({ key }) => key)).size).toBe(5);
	});

	test('loses a line whose last piece is taken out, and never reuses its name', () => {
		const basket = new OpenBasket();
		basket.addProduct(bun);
		const [first] = basket.lines;
		basket.step(first?.key ?? '', -1);
		expect(basket.isEmpty).toBe(true);
		basket.addProduct(bun);
		expect(basket.lines[0]?.key).not.toBe(first?.key);
	});

	test('takes no quantity beyond what a till can mean', () => {
		const basket = new OpenBasket();
		basket.addProduct(bun);
		basket.setQuantity(basket.lines[0]?.key ?? '', Number.MAX_SAFE_INTEGER);
		expect(basket.lines[0]?.quantity).toBe(largestQuantity);
	});

	test('takes over a price that changed and remembers the first one it had', () => {
		const basket = new OpenBasket();
		basket.addProduct(bun);
		basket.addAmount(99);
		basket.reprice({ bun: { ...bun, priceCents: 120 } });
		basket.reprice({ bun: { ...bun, priceCents: 130 } });
		expect(basket.lines.map(({ unitCents, formerCents }) => [unitCents, formerCents])).toEqual([
			[130, 99],
			[99, null]
		]);
		const before = basket.lines;
		basket.reprice({ bun: { ...bun, priceCents: 130 } });
		expect(basket.lines).toBe(before);
	});

	test('is the same after it was written down and read back', () => {
		const basket = new OpenBasket();
		basket.addProduct(bun);
		basket.addProduct(apples, 333);
		const again = new OpenBasket();
		again.restore(JSON.parse(JSON.stringify(basket.snapshot)));
		expect(again.lines).toEqual(basket.lines);
		again.addAmount(1);
		expect(again.lines.map(({ key }) => key)).toEqual(['l1', 'l2', 'l3']);
	});

	test('asks for what the quote takes and nothing else', () => {
		const basket = new OpenBasket();
		basket.addProduct(bun);
		expect(basket.asked).toEqual([
			{ key: 'l1', productId: 'bun', name: 'The bun', categoryId: 'bakery', quantity: 1000, unitCents: 99 }
		]);
	});
});
