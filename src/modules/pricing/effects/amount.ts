import * as z from 'zod/mini';
import { cents, none, type EffectKind } from './contract.ts';
import { over } from './spread.ts';

/** An amount off. */
export const amount: EffectKind<'amount'> = {
	kind: 'amount',
	schema: z.strictObject({ kind: z.literal('amount'), cents }),
	labelKey: 'effect_amount',
	stepCode: 'amount_off',
	stage: 'amount',
	productIds: none,
	needsChosenGoods: false,
	apply: (effect, { eligible }) => over(eligible, effect.cents, { amountCents: effect.cents })
};
