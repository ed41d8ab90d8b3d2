import { sum } from '#core/amounts';
import type { RefusalData } from '#core/refusal';
import { priceBasket } from './basket.ts';
import type { Ask, Facts, MemberFact, Quote } from './contract.ts';
import { earn } from './earning.ts';
import { fingerprintOf } from './fingerprint.ts';
import { situationOf } from './judge.ts';
import { payWithCards, payWithPoints } from './payment.ts';
import { pricingRefusals } from './refusals.ts';
import { applyRights } from './rights.ts';
import { stepOf } from './steps.ts';
import { taxLines } from './tax.ts';

/**
 * What a basket costs, what pays it, what it earns, and why: list prices, then rights (see `stages`), then the tax where
 * prices do not contain it, then points, then gift cards, then what the purchase earns. Money put on gift cards is only added to what is to be paid. Everything is in minor units of the store's currency and in whole points, and adds up exactly
 * by line, by step and in all.
 *
 * Never throws on what people ask for: faults are among `problems` and `refused`, and the rest is priced without them.
 */
export function quote(ask: Ask, facts: Facts, now: Date): Quote {
	const basket = priceBasket(ask, facts);
	const { lines, listCents } = basket;
	const { member, problems } = memberOf(ask, facts);
	const rights = applyRights(ask, facts, situationOf(facts, member, basket, now));
	const discountCents = sum(rights.applied.map((right) => right.cents));
	const taxed = taxLines(lines, facts);
	const totalCents = listCents - discountCents + taxed.addedCents;
	const goods = lines.filter((line) => line.giftCard === null);
	const cardsSoldCents = totalCents - sum(goods.map((line) => line.netCents));
	const points = payWithPoints(goods, ask, facts, member, cardsSoldCents);
	const cards = payWithCards(goods, ask, facts, cardsSoldCents);
	const toPayCents = totalCents - points.cents - cards.cents;
	const earning = earn(lines, facts, member, now);
	const unsigned = {
		currency: facts.store.currency,
		lines,
		listCents,
		discountCents,
		taxAddedCents: taxed.addedCents,
		totalCents,
		taxes: taxed.taxes,
		cardsSoldCents,
		pointsSpent: points.points,
		pointsPaidCents: points.cents,
		giftCards: cards.cards,
		giftCardCents: cards.cents,
		toPayCents,
		pointsEarned: earning.points,
		earnedPendingUntil: earning.pendingUntil,
		...(earning.types.length > 0 ? { typesEarned: earning.types } : {}),
		pointsRange: points.range,
		applied: rights.applied,
		possible: rights.possible,
		refused: rights.refused,
		problems: [...basket.problems, ...problems, ...points.problems, ...cards.problems],
		steps: [
			...basket.steps,
			...rights.steps,
			...taxed.steps,
			...points.steps,
			...cards.steps,
			stepOf('to_pay', { cents: toPayCents }),
			...earning.steps
		]
	};
	return { ...unsigned, fingerprint: fingerprintOf(unsigned) };
}

/** The member asked for, as far as the facts speak of them: facts of somebody else count for nothing. */
function memberOf(ask: Ask, facts: Facts): { member: MemberFact | null; problems: RefusalData[] } {
	if (ask.memberId === null) return { member: null, problems: [] };
	const member = facts.member?.id === ask.memberId ? facts.member : null;
	if (!member) return { member, problems: [pricingRefusals.data('basket.member_missing')] };
	return { member, problems: member.blocked ? [pricingRefusals.data('member.blocked')] : [] };
}
