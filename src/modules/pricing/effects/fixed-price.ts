import { scale, sum } from '#core/amounts';
import * as z from 'zod/mini';
import { cents, none, noCut, quantity, type CutPart, type EffectKind } from './contract.ts';

/**
 * A piece costs so much, of weighed goods a kilogram. Where only some of them may, those that save most come first; what
 * costs no more anyway keeps its price.
 */
export const fixedPrice: EffectKind<'fixed_price'> = {
	kind: 'fixed_price',
	schema: z.strictObject({ kind: z.literal('fixed_price'), cents, quantity: z.nullable(quantity) }),
	labelKey: 'effect_fixed_price',
	stepCode: 'fixed_price',
	stage: 'things',
	productIds: none,
	needsChosenGoods: true,
	apply: (effect, { eligible, untouched }) => {
		const dearer = eligible
			.filter((line) => line.unitCents > effect.cents && untouched(line) > 0)
			.sort((a, b) => b.unitCents - a.unitCents);
		if (dearer.length === 0) return noCut('gives_nothing');
		let left = effect.quantity ?? Number.MAX_SAFE_INTEGER;
		const parts: CutPart[] = [];
		for (const line of dearer) {
			if (left === 0) break;
			const taken = Math.min(left, untouched(line));
			left -= taken;
			// The difference is rounded, not the new price: so the line's own rounding never shows as a discount.
			const off = scale(line.unitCents - effect.cents, taken, 1000, 'nearest');
			parts.push({ line, cents: Math.min(line.netCents, off), quantity: taken });
		}
		return {
			cents: sum(parts.map((part) => part.cents)),
			details: { priceCents: effect.cents, quantityThousandths: sum(parts.map((part) => part.quantity)) },
			parts: () => parts
		};
	}
};
