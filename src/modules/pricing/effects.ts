import { scale, split, sum, type Cents } from '#core/amounts';
import * as z from 'zod/mini';
import { basketLimits } from './basket.ts';
import type { QuotedLine, Step } from './contract.ts';
import type { Effect } from './rules.ts';

/** What an effect takes off: in all, and (worked out only when it is taken) line by line. */
export interface Cut {
	cents: Cents;
	/** further facts for the explanation's sentence */
	details: Step['details'];
	parts: () => { line: QuotedLine; cents: Cents }[];
}

type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** One kind of effect with all its facets: form, words, arithmetic. */
export interface EffectKind<K extends Effect['kind']> {
	kind: K;
	/** its form; whether its products exist is the business of whoever stores it */
	schema: z.ZodMiniType<EffectOf<K>, EffectOf<K>>;
	/** message key of its name */
	labelKey: `effect_${K}`;
	/** how the explanation names it */
	stepCode: Step['code'];
	/**
	 * @param eligible lines that fulfil the right's conditions
	 * @param all every line of the basket
	 * @returns never more than the lines' net price; null: what it would make free is not in the basket
	 */
	apply: (effect: EffectOf<K>, eligible: QuotedLine[], all: QuotedLine[]) => Cut | null;
}

const cents = z.int().check(z.minimum(1), z.maximum(basketLimits.lineCents));
const id = z.string().check(z.minLength(1), z.maxLength(64));

/** Spreads an amount over lines by what each costs now, so that no line is ever paid more than once. */
function over(lines: QuotedLine[], wanted: Cents, details: Step['details']): Cut {
	const total = Math.min(wanted, sum(lines.map((line) => line.netCents)));
	return {
		cents: total,
		details,
		parts: () => {
			const parts = split(
				total,
				lines.map((line) => line.netCents)
			);
			return lines.map((line, index) => ({ line, cents: parts[index] ?? 0 }));
		}
	};
}

const percent: EffectKind<'percent'> = {
	kind: 'percent',
	schema: z.strictObject({
		kind: z.literal('percent'),
		percent: z.int().check(z.minimum(1), z.maximum(100)),
		capCents: z.nullable(cents)
	}),
	labelKey: 'effect_percent',
	stepCode: 'percent_off',
	apply: (effect, eligible) => {
		// Rounded once over all lines: line by line, 10 % of five times 0.05 would take off 0.05 instead of 0.03.
		const whole = scale(sum(eligible.map((line) => line.netCents)), effect.percent, 100, 'nearest');
		const { capCents, percent } = effect;
		return capCents === null
			? over(eligible, whole, { percent })
			: over(eligible, Math.min(whole, capCents), { percent, capCents });
	}
};

const amount: EffectKind<'amount'> = {
	kind: 'amount',
	schema: z.strictObject({ kind: z.literal('amount'), cents }),
	labelKey: 'effect_amount',
	stepCode: 'amount_off',
	apply: (effect, eligible) => over(eligible, effect.cents, { amountCents: effect.cents })
};

const freeProduct: EffectKind<'free_product'> = {
	kind: 'free_product',
	schema: z.strictObject({
		kind: z.literal('free_product'),
		productIds: z.array(id).check(z.minLength(1), z.maxLength(500)),
		quantity: z.int().check(z.minimum(1), z.maximum(basketLimits.quantityThousandths))
	}),
	labelKey: 'effect_free_product',
	stepCode: 'free_product',
	apply: (effect, _eligible, all) => {
		const wanted = new Set(effect.productIds);
		const matching = all.filter((line) => line.productId !== null && wanted.has(line.productId));
		const [first, ...others] = matching;
		if (!first) return null;
		const dearest = others.reduce((best, line) => (line.unitCents > best.unitCents ? line : best), first);
		// A till that scans twice has two lines of one product: both are that product.
		let left = effect.quantity;
		const parts: { line: QuotedLine; cents: Cents }[] = [];
		for (const line of matching) {
			if (line.productId !== dearest.productId || left === 0) continue;
			const free = Math.min(left, line.quantity);
			left -= free;
			parts.push({ line, cents: Math.min(line.netCents, scale(line.unitCents, free, 1000, 'nearest')) });
		}
		return {
			cents: sum(parts.map((part) => part.cents)),
			details: { name: dearest.name, quantityThousandths: effect.quantity - left },
			parts: () => parts
		};
	}
};

/** All kinds of effects. */
export const effectKinds: { [K in Effect['kind']]: EffectKind<K> } = { percent, amount, free_product: freeProduct };

// The table is indexed by the effect's own kind, which TypeScript cannot follow through a union.
export const effectKindOf = (effect: Effect): EffectKind<Effect['kind']> =>
	effectKinds[effect.kind] as unknown as EffectKind<Effect['kind']>;
