import * as z from 'zod/mini';
import { mostPieces, none, whole, type EffectKind } from './contract.ts';
import { freePieces, piecesOf, tooFew } from './pieces.ts';

/**
 * Three for two, again and again. Sets are filled from the dearest piece down, and the cheapest of each set are free: so
 * one thing more in the basket never makes the discount smaller, as it would if the cheapest of all sets were free.
 */
export const nForM: EffectKind<'n_for_m'> = {
	kind: 'n_for_m',
	schema: z
		.strictObject({
			kind: z.literal('n_for_m'),
			of: whole(2, mostPieces),
			pay: whole(1, mostPieces),
			sets: z.nullable(whole(1, mostPieces))
		})
		.check(z.refine(({ of, pay }) => pay < of, { path: ['pay'] })),
	labelKey: 'effect_n_for_m',
	stepCode: 'n_for_m',
	stage: 'things',
	productIds: none,
	needsChosenGoods: false,
	apply: ({ of, pay, sets }, goods) => {
		const pieces = piecesOf(goods);
		const missing = tooFew(pieces, of);
		if (missing) return missing;
		const there = pieces.reduce((total, { count }) => total + count, 0);
		const full = Math.min(Math.floor(there / of), sets ?? Number.MAX_SAFE_INTEGER);
		const last = full * of;
		/** free ones among the first `count` pieces of the row: lines may hold a million pieces, so they are not walked */
		const freeUpTo = (count: number) => Math.floor(count / of) * (of - pay) + Math.max(0, (count % of) - pay);
		let at = 0;
		const taken = pieces.map(({ line, count }) => {
			const from = Math.min(at, last);
			const to = Math.min(at + count, last);
			at += count;
			return { line, free: freeUpTo(to) - freeUpTo(from), used: to - from };
		});
		const cut = freePieces(taken, of);
		return { ...cut, details: { ...cut.details, pay } };
	}
};
