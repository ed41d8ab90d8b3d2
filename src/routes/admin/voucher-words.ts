import type { Effect } from '#pricing';
import type { Definition, VoucherState } from '#vouchers';
import { m } from '#messages';
import { isolated, list } from '#ui/format.ts';
import type { Words } from './words.ts';

export const voucherStateNames: Record<VoucherState, () => string> = {
	running: m.admin_voucher_state_running,
	scheduled: m.admin_voucher_state_scheduled,
	paused: m.admin_voucher_state_paused,
	ended: m.admin_voucher_state_ended,
	archived: m.admin_voucher_state_archived
};

export const voucherStateTones: Record<VoucherState, 'good' | 'warn' | 'neutral'> = {
	running: 'good',
	scheduled: 'neutral',
	paused: 'warn',
	ended: 'neutral',
	archived: 'neutral'
};

export const effectNames: Record<Effect['kind'], () => string> = {
	percent: m.effect_percent,
	amount: m.effect_amount,
	free_product: m.effect_free_product,
	fixed_price: m.effect_fixed_price,
	cheapest_free: m.effect_cheapest_free,
	n_for_m: m.effect_n_for_m,
	free_delivery: m.effect_free_delivery
};

/** What a rule needs to be said: the definition, and the names behind its ids. */
export interface Rule extends Omit<Definition, 'title' | 'description'> {
	currency: string;
	names: Record<string, string>;
}

const shown = 4;

/** A few names and how many more: `Bread, Rolls and 3 more`. */
function namesOf(ids: readonly string[], names: Record<string, string>, words: Words, type: 'and' | 'or'): string {
	const known = ids.map((id) => isolated(names[id] ?? '…'));
	if (known.length <= shown) return list(known, words.language, type);
	const more = m.admin_rule_more({ count: words.number(known.length - shown + 1) });
	return list([...known.slice(0, shown - 1), more], words.language, type);
}

/** What a voucher gives, in a few words: `10% off, at most €20.00`. */
export function effectText(effect: Effect, currency: string, names: Record<string, string>, words: Words): string {
	switch (effect.kind) {
		case 'percent': {
			const percent = words.percent(effect.percent / 100);
			return effect.capCents === null
				? m.admin_rule_percent({ percent })
				: m.admin_rule_percent_capped({ percent, cap: words.money(effect.capCents, currency) });
		}
		case 'amount':
			return m.admin_rule_amount({ amount: words.money(effect.cents, currency) });
		case 'free_product': {
			const products = namesOf(effect.productIds, names, words, 'or');
			return effect.quantity === 1000
				? m.admin_rule_free({ products })
				: m.admin_rule_free_many({ products, quantity: words.quantity(effect.quantity) });
		}
		case 'fixed_price': {
			const price = words.money(effect.cents, currency);
			return effect.quantity === null
				? m.admin_rule_price({ amount: price })
				: m.admin_rule_price_some({ amount: price, quantity: words.quantity(effect.quantity) });
		}
		case 'cheapest_free':
			return m.admin_rule_cheapest({ of: words.number(effect.of), free: words.number(effect.free) });
		case 'n_for_m': {
			const [of, pay] = [words.number(effect.of), words.number(effect.pay)];
			return effect.sets === null
				? m.admin_rule_sets({ of, pay })
				: m.admin_rule_sets_some({ of, pay, sets: words.number(effect.sets) });
		}
		case 'free_delivery':
			return effect.capCents === null
				? m.admin_rule_delivery()
				: m.admin_rule_delivery_capped({ cap: words.money(effect.capCents, currency) });
	}
}

function goesText({ stacking }: Rule): string {
	if (stacking.kind === 'alone') return m.admin_rule_alone();
	return stacking.kind === 'together'
		? m.admin_rule_together()
		: m.admin_rule_group({ group: isolated(stacking.group) });
}

/** The whole rule in sentences, as a manager would say it to a colleague. */
export function ruleSentences(rule: Rule, words: Words): string[] {
	const { conditions, currency, names } = rule;
	const sentences: string[] = [m.admin_rule_gives({ effect: effectText(rule.effect, currency, names, words) })];
	if (conditions.minimumCents > 0)
		sentences.push(m.admin_rule_minimum({ amount: words.money(conditions.minimumCents, currency) }));
	const on = [...conditions.productIds, ...conditions.categoryIds];
	if (on.length > 0) sentences.push(m.admin_rule_on({ names: namesOf(on, names, words, 'or') }));
	if (conditions.storeIds.length > 0)
		sentences.push(m.admin_rule_in({ names: namesOf(conditions.storeIds, names, words, 'and') }));
	sentences.push(whenText(rule, words));
	if (rule.validity) {
		const days = words.number(rule.validity.days);
		sentences.push(
			rule.validity.from === 'issue' ? m.admin_rule_valid_days({ days }) : m.admin_rule_valid_days_after({ days })
		);
	}
	sentences.push(goesText(rule), whoText(rule), usesText(rule, words));
	return sentences;
}

function whenText({ startsAt, endsAt }: Rule, words: Words): string {
	if (startsAt && endsAt) return m.admin_rule_from_until({ from: words.day(startsAt), until: words.lastDay(endsAt) });
	if (startsAt) return m.admin_rule_from({ from: words.day(startsAt) });
	return endsAt ? m.admin_rule_until({ until: words.lastDay(endsAt) }) : m.admin_rule_always();
}

function whoText({ codeKind, holding }: Rule): string {
	if (codeKind === 'shared') return m.admin_rule_shared();
	return holding === 'assigned' ? m.admin_rule_assigned() : m.admin_rule_unique();
}

function usesText({ codeKind, usesPerCode, usesPerMember }: Rule, words: Words): string {
	const times = (uses: number) => m.admin_rule_times({ uses, shown: words.number(uses) });
	const parts: string[] = [];
	if (usesPerCode === null) parts.push(m.admin_rule_unlimited());
	else if (codeKind === 'shared') parts.push(m.admin_rule_uses_in_all({ times: times(usesPerCode) }));
	else parts.push(m.admin_rule_uses_per_code({ times: times(usesPerCode) }));
	if (usesPerMember !== null) parts.push(m.admin_rule_uses_per_member({ times: times(usesPerMember) }));
	return parts.join(' ');
}
