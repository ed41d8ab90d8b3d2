import { scale, sum } from '#core/amounts';
import * as z from 'zod/mini';
import { cents, none, whole, type EffectKind } from './contract.ts';
import { over } from './spread.ts';

/** Whole percent off. */
export const percent: EffectKind<'percent'> = {
	kind: 'percent',
	schema: z.strictObject({ kind: z.literal('percent'), percent: whole(1, 100), capCents: z.nullable(cents) }),
	labelKey: 'effect_percent',
	stepCode: 'percent_off',
	stage: 'percent',
	productIds: none,
	needsChosenGoods: false,
	apply: ({ percent, capCents }, { eligible }) => {
		// Rounded once over all lines: line by line, 10 % of five times 0.05 would take off 0.05 instead of 0.03.
		const part = scale(sum(eligible.map((line) => line.netCents)), percent, 100, 'nearest');
		return capCents === null
			? over(eligible, part, { percent })
			: over(eligible, Math.min(part, capCents), { percent, capCents });
	}
};
