import { sum } from '#core/amounts';
import * as z from 'zod/mini';
import { cents, none, noCut, type EffectKind } from './contract.ts';
import { over } from './spread.ts';

/** No charge for delivery, or none up to an amount. */
export const freeDelivery: EffectKind<'free_delivery'> = {
	kind: 'free_delivery',
	schema: z.strictObject({ kind: z.literal('free_delivery'), capCents: z.nullable(cents) }),
	labelKey: 'effect_free_delivery',
	stepCode: 'free_delivery',
	// Its lines are nobody else's: the turn does not matter.
	stage: 'things',
	productIds: none,
	needsChosenGoods: false,
	apply: ({ capCents }, { delivery }) => {
		if (delivery.length === 0) return noCut('no_delivery');
		const charge = sum(delivery.map((line) => line.netCents));
		return over(delivery, Math.min(charge, capCents ?? charge), {});
	}
};
