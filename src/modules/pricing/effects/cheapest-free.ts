import * as z from 'zod/mini';
import { mostPieces, none, whole, type EffectKind } from './contract.ts';
import { freePieces, piecesOf, tooFew } from './pieces.ts';

/** From so many pieces on, the cheapest of them all are free. */
export const cheapestFree: EffectKind<'cheapest_free'> = {
	kind: 'cheapest_free',
	schema: z
		.strictObject({ kind: z.literal('cheapest_free'), of: whole(2, mostPieces), free: whole(1, mostPieces) })
		.check(z.refine(({ of, free }) => free < of, { path: ['free'] })),
	labelKey: 'effect_cheapest_free',
	stepCode: 'cheapest_free',
	stage: 'things',
	productIds: none,
	needsChosenGoods: false,
	apply: ({ of, free }, goods) => {
		const pieces = piecesOf(goods);
		const missing = tooFew(pieces, of);
		if (missing) return missing;
		let left = free;
		// The set it takes: the cheapest ones, and of the others so many that the set is whole.
		let others = of - free;
		const cheapestFirst = [...pieces].reverse();
		const taken = cheapestFirst.map(({ line, count }) => {
			const now = Math.min(left, count);
			const paid = Math.min(others, count - now);
			left -= now;
			others -= paid;
			return { line, free: now, used: now + paid };
		});
		return freePieces(taken, of);
	}
};
