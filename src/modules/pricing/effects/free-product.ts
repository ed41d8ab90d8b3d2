import { scale, sum } from '#core/amounts';
import * as z from 'zod/mini';
import { noCut, quantity, type CutPart, type EffectKind } from './contract.ts';

const id = z.string().check(z.minLength(1), z.maxLength(64));

/** So much of one product for nothing. */
export const freeProduct: EffectKind<'free_product'> = {
	kind: 'free_product',
	schema: z.strictObject({
		kind: z.literal('free_product'),
		productIds: z.array(id).check(z.minLength(1), z.maxLength(500)),
		quantity
	}),
	labelKey: 'effect_free_product',
	stepCode: 'free_product',
	stage: 'things',
	productIds: (effect) => effect.productIds,
	needsChosenGoods: false,
	apply: (effect, { all, untouched }) => {
		const wanted = new Set(effect.productIds);
		const there = all.filter((line) => line.productId !== null && wanted.has(line.productId));
		if (there.length === 0) return noCut('product_missing');
		const matching = there.filter((line) => untouched(line) > 0);
		const [first, ...others] = matching;
		if (!first) return noCut('gives_nothing');
		const dearest = others.reduce((best, line) => (line.unitCents > best.unitCents ? line : best), first);
		// A till that scans twice has two lines of one product: both are that product.
		let left = effect.quantity;
		const parts: CutPart[] = [];
		for (const line of matching) {
			if (line.productId !== dearest.productId || left === 0) continue;
			const free = Math.min(left, untouched(line));
			left -= free;
			const cents = Math.min(line.netCents, scale(line.unitCents, free, 1000, 'nearest'));
			parts.push({ line, cents, quantity: free });
		}
		return {
			cents: sum(parts.map((part) => part.cents)),
			details: { name: dearest.name, quantityThousandths: effect.quantity - left },
			parts: () => parts
		};
	}
};
