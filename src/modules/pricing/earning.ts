import { scale, split, sum, type Cents, type Points } from '#core/amounts';
import { endAfterDays } from '#core/time';
import type { Facts, MemberFact, QuotedLine, Step, TypeEarned } from './contract.ts';
import type { EarnRules, PointType } from './rules.ts';
import { stepOf } from './steps.ts';
import { beforeTax } from './tax.ts';

export interface Earning {
	points: Points;
	pendingUntil: string | null;
	types: TypeEarned[];
	steps: Step[];
}

/**
 * What the receipt earns: rounded once (five times 0.99 earns like 4.95) and split over the lines by what of each earns.
 * A guest's sale earns the same: it belongs to an anonymous member until somebody claims it.
 */
export function earn(lines: QuotedLine[], facts: Facts, member: MemberFact | null, now: Date): Earning {
	const rules = facts.programme.rules.earn;
	const earning: Earning = { points: 0, pendingUntil: null, types: [], steps: [] };
	const totalCents = sum(lines.map((line) => line.netCents));
	if (facts.programme.currency !== facts.store.currency) {
		// The rate counts the programme's own currency: 1 point per euro must not become 1 point per yen.
		if (totalCents > 0) earning.steps.push(stepOf('not_earning_currency', { cents: totalCents }));
		return earning;
	}
	const bases = basesOf(lines, rules, facts.cardRules?.earnsPoints ?? false, earning.steps);
	const baseCents = sum(bases);
	earning.points = scale(baseCents, rules.points, rules.perCents, rules.rounding);
	if (baseCents === 0) return earning;
	const parts = split(earning.points, bases);
	for (const [index, line] of lines.entries()) line.pointsEarned = parts[index] ?? 0;

	const rate = { baseCents, earnPoints: rules.points, perCents: rules.perCents };
	if (earning.points > 0 && rules.pendingDays > 0) {
		earning.pendingUntil = endAfterDays(now, rules.pendingDays, facts.programme.timeZone).toISOString();
		const details = { ...rate, pendingDays: rules.pendingDays, pendingUntilAt: earning.pendingUntil };
		earning.steps.push(stepOf('earned_pending', { points: earning.points, details }));
	} else earning.steps.push(stepOf('earned', { points: earning.points, details: rate }));

	const debtPoints = Math.max(0, member?.debtPoints ?? 0);
	if (debtPoints > 0 && earning.points > 0) {
		earning.steps.push(stepOf('debt_first', { points: Math.min(debtPoints, earning.points), details: { debtPoints } }));
	}
	for (const type of facts.programme.rules.types ?? []) earnType(type, baseCents, earning);
	return earning;
}

/** What the receipt earns of a type beside: on the same cents. */
function earnType({ id: typeId, name, earn: rule, archived }: PointType, baseCents: Cents, earning: Earning): void {
	if (archived || rule.kind === 'by_hand') return;
	const visited = rule.kind === 'visit' && baseCents >= rule.leastCents;
	const points =
		rule.kind === 'amount' ? scale(baseCents, rule.points, rule.perCents, 'down') : visited ? rule.points : 0;
	if (points === 0) return;
	earning.types.push({ typeId, points });
	const details = { typeId, typeName: name, by: rule.kind };
	earning.steps.push(stepOf('earned_type', { points, details }));
}

/** What of each line earns; what does not is said with its reason. */
function basesOf(lines: QuotedLine[], rules: EarnRules, cardsEarn: boolean, steps: Step[]): Cents[] {
	const categories = new Set(rules.excludedCategoryIds);
	const products = new Set(rules.excludedProductIds);
	let withPoints = 0;
	let withCards = 0;
	let tax = 0;
	const bases = lines.map((line) => {
		const reason =
			line.giftCard && !cardsEarn ? 'not_earning_gift_card' : notEarning(line, rules, categories, products);
		if (reason) {
			if (line.netCents > 0) {
				steps.push(stepOf(reason, { lineKey: line.key, cents: line.netCents, details: { name: line.name } }));
			}
			return 0;
		}
		const points = rules.paidWithPoints ? 0 : line.pointsPaidCents;
		const cards = rules.paidWithGiftCard ? 0 : line.giftCardCents;
		withPoints += points;
		withCards += cards;
		const paid = line.netCents - points - cards;
		// A tax beyond the price earns nothing: the same goods earn alike wherever the tax stands.
		const base = beforeTax(line, paid);
		tax += paid - base;
		return base;
	});
	if (tax > 0) steps.push(stepOf('not_earning_tax', { cents: tax }));
	if (withPoints > 0) steps.push(stepOf('not_earning_paid_with_points', { cents: withPoints }));
	if (withCards > 0) steps.push(stepOf('not_earning_paid_with_gift_card', { cents: withCards }));
	return bases;
}

function notEarning(
	line: QuotedLine,
	rules: EarnRules,
	categories: Set<string>,
	products: Set<string>
): Step['code'] | null {
	if (line.productId !== null && products.has(line.productId)) return 'not_earning_product';
	if (line.categoryId !== null && categories.has(line.categoryId)) return 'not_earning_category';
	if (!rules.discountedLines && line.discountCents > 0) return 'not_earning_discounted';
	return null;
}
