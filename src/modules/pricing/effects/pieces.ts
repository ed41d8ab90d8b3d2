import { sum } from '#core/amounts';
import type { QuotedLine } from '../contract.ts';
import { noCut, type Cut, type Goods, type NoCut } from './contract.ts';

/** Whole pieces of a line that have a price and have not been made free or cheaper yet. */
export interface Pieces {
	line: QuotedLine;
	count: number;
}

/**
 * The eligible pieces, the dearest first. Weighed goods are no pieces: half a kilogram of cheese is not the cheapest of
 * three. What costs nothing anyway is none either: it would always be the cheapest.
 */
export function piecesOf({ eligible, untouched }: Goods): Pieces[] {
	return eligible
		.filter((line) => line.unit === 'piece' && line.unitCents > 0)
		.map((line) => ({ line, count: Math.floor(untouched(line) / 1000) }))
		.filter(({ count }) => count > 0)
		.sort((a, b) => b.line.unitCents - a.line.unitCents);
}

/** Why so few pieces are not enough, or null when they are. */
export function tooFew(pieces: readonly Pieces[], needed: number): NoCut | null {
	const there = sum(pieces.map(({ count }) => count));
	if (there >= needed) return null;
	if (there === 0) return noCut('counts_pieces', { neededPieces: needed });
	return noCut('too_few_pieces', { neededPieces: needed, missingPieces: needed - there });
}

/** Makes so many of each line's pieces free; all that take part are used up by it. */
export function freePieces(taken: readonly { line: QuotedLine; free: number; used: number }[], of: number): Cut {
	const parts = taken
		.filter(({ used }) => used > 0)
		.map(({ line, free, used }) => ({
			line,
			cents: Math.min(line.netCents, free * line.unitCents),
			quantity: used * 1000
		}));
	return {
		cents: sum(parts.map((part) => part.cents)),
		details: { pieces: sum(taken.map(({ free }) => free)), of },
		parts: () => parts
	};
}
