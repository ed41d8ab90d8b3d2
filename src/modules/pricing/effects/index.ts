import type { Effect } from '../rules.ts';
import { amount } from './amount.ts';
import { cheapestFree } from './cheapest-free.ts';
import type { EffectKind } from './contract.ts';
import { fixedPrice } from './fixed-price.ts';
import { freeDelivery } from './free-delivery.ts';
import { freeProduct } from './free-product.ts';
import { nForM } from './n-for-m.ts';
import { percent } from './percent.ts';

/** All kinds of effects, in the order in which a manager is offered them. */
export const effectKinds: { [K in Effect['kind']]: EffectKind<K> } = {
	percent,
	amount,
	free_product: freeProduct,
	fixed_price: fixedPrice,
	cheapest_free: cheapestFree,
	n_for_m: nForM,
	free_delivery: freeDelivery
};

// The table is indexed by the effect's own kind, which TypeScript cannot follow through a union.
export const effectKindOf = (effect: Effect): EffectKind<Effect['kind']> =>
	effectKinds[effect.kind] as unknown as EffectKind<Effect['kind']>;

/** The products an effect names itself. */
export const productsOfEffect = (effect: Effect): readonly string[] => effectKindOf(effect).productIds(effect as never);
