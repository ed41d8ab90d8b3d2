import { split, sum, type Cents } from '#core/amounts';
import type { QuotedLine, Step } from '../contract.ts';
import type { Cut } from './contract.ts';

/** Spreads an amount over lines by what each costs now, so that no line is ever paid more than once. */
export function over(lines: QuotedLine[], wanted: Cents, details: Step['details']): Cut {
	const total = Math.min(wanted, sum(lines.map((line) => line.netCents)));
	return {
		cents: total,
		details,
		parts: () => {
			const parts = split(
				total,
				lines.map((line) => line.netCents)
			);
			return lines.map((line, index) => ({ line, cents: parts[index] ?? 0, quantity: 0 }));
		}
	};
}
