import type { Language } from '#core/languages';
import type { Step } from '#pricing';
import { m } from '#messages';
import { wordsOf } from '#ui/refusal.ts';

type Sentence = (inputs: never) => string;

/** The sentence of each step of a quote's explanation; what it says in it comes from the step's own facts. */
const sentences: Record<Step['code'], Sentence> = {
	priced: m.step_priced,
	percent_off: m.step_percent_off,
	amount_off: m.step_amount_off,
	free_product: m.step_free_product,
	fixed_price: m.step_fixed_price,
	cheapest_free: m.step_cheapest_free,
	n_for_m: m.step_n_for_m,
	free_delivery: m.step_free_delivery,
	tax_added: m.step_tax_added,
	paid_with_points: m.step_paid_with_points,
	paid_with_gift_card: m.step_paid_with_gift_card,
	earned: m.step_earned,
	earned_pending: m.step_earned_pending,
	earned_type: m.step_earned_type,
	not_earning_currency: m.step_not_earning_currency,
	not_earning_category: m.step_not_earning_category,
	not_earning_product: m.step_not_earning_product,
	not_earning_discounted: m.step_not_earning_discounted,
	not_earning_gift_card: m.step_not_earning_gift_card,
	not_earning_tax: m.step_not_earning_tax,
	not_earning_paid_with_points: m.step_not_earning_paid_with_points,
	not_earning_paid_with_gift_card: m.step_not_earning_paid_with_gift_card,
	debt_first: m.step_debt_first,
	to_pay: m.step_to_pay
};

/** One step of a quote's or a receipt's explanation in words. A step newer than this page is told by its code. */
export function stepText(
	step: Pick<Step, 'code' | 'cents' | 'points' | 'details'>,
	currency: string,
	words: { language: Language; timeZone: string }
): string {
	const sentence = sentences[step.code] as ((inputs: Record<string, unknown>) => string) | undefined;
	if (!sentence) return step.code;
	const facts = { cents: step.cents, points: step.points, ...step.details, currency };
	return sentence(wordsOf(facts, words.language, words.timeZone));
}
