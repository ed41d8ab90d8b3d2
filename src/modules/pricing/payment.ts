import { scale, split, sum, type Cents, type Points } from '#core/amounts';
import type { RefusalData } from '#core/refusal';
import type { Ask, Facts, GiftCardFact, MemberFact, Quote, QuotedLine, Step } from './contract.ts';
import { pricingRefusals } from './refusals.ts';
import type { SpendRules } from './rules.ts';
import { stepOf } from './steps.ts';

const floorTo = (step: number, points: Points): Points => points - (points % step);
const ceilTo = (step: number, points: Points): Points => floorTo(step, points + step - 1);

/** What points are worth: whole cents, rounded down. */
const worthOf = (points: Points, { worthCents, worthPoints }: SpendRules): Cents =>
	scale(points, worthCents, worthPoints, 'down');

/** The most points whose worth is not above an amount. */
const pointsWithin = (cents: Cents, { worthCents, worthPoints }: SpendRules): Points =>
	scale(cents + 1, worthPoints, worthCents, 'up') - 1;

/** The fewest points that can be spent at all: of the step, at least the minimum, worth at least one cent. */
const fewest = (spend: SpendRules): Points =>
	ceilTo(spend.stepPoints, Math.max(spend.minimumPoints, scale(1, spend.worthPoints, spend.worthCents, 'up')));

/**
 * The most that `limit` points can pay of `cents`, with as few points as that takes: where 3 points are a cent, 5 points
 * pay no more than 3 do. 0 when the rules allow nothing.
 */
function mostWithin(cents: Cents, limit: Points, spend: SpendRules): Points {
	return worthwhile(Math.min(limit, pointsWithin(cents, spend)), spend);
}

/** As many of so many points as can be spent and are needed for what they pay; 0 when the rules allow nothing. */
function worthwhile(limit: Points, spend: SpendRules): Points {
	const most = floorTo(spend.stepPoints, limit);
	if (most < fewest(spend)) return 0;
	const needed = scale(worthOf(most, spend), spend.worthPoints, spend.worthCents, 'up');
	return Math.max(fewest(spend), ceilTo(spend.stepPoints, needed));
}

/** As many points as one receipt may take. */
const ceilingOf = (spend: SpendRules): Points =>
	floorTo(spend.stepPoints, spend.maximumPoints ?? Number.MAX_SAFE_INTEGER);

/** What so many points can do in one receipt, however dear it is. */
export interface SpendableNow {
	/** of the step, within minimum and maximum, and no more than their worth takes; 0: too few */
	points: Points;
	/** what they pay */
	cents: Cents;
	/** when there are too few: those that are missing to the fewest that can be spent, and what those would pay */
	next: { missingPoints: Points; cents: Cents } | null;
}

/** @returns null: points do not pay here, or the rules leave no number that could */
export function spendableNow(available: Points, spend: SpendRules): SpendableNow | null {
	const least = fewest(spend);
	if (!spend.enabled || least > ceilingOf(spend)) return null;
	const points = worthwhile(Math.min(Math.max(0, available), ceilingOf(spend)), spend);
	const missingPoints = least - Math.max(0, available);
	const next = points > 0 ? null : { missingPoints, cents: worthOf(least, spend) };
	return { points, cents: worthOf(points, spend), next };
}

interface PointsDesk {
	spend: SpendRules;
	/** what points may pay of this basket */
	payableCents: Cents;
	available: Points;
	/** as many as one receipt may take */
	ceiling: Points;
	/** nothing but gift cards is sold: points pay none of that */
	onlyCards: boolean;
}

function deskOf(totalCents: Cents, facts: Facts, member: MemberFact | null, cardsSoldCents: Cents): PointsDesk {
	const { spend } = facts.programme.rules;
	return {
		spend,
		payableCents: scale(totalCents, spend.maximumSharePercent, 100, 'down'),
		available: Math.max(0, member?.spendablePoints ?? 0),
		ceiling: ceilingOf(spend),
		onlyCards: totalCents === 0 && cardsSoldCents > 0
	};
}

/** Why so many points cannot be spent, or null. */
function pointsFault(points: Points, desk: PointsDesk, facts: Facts, member: MemberFact | null): RefusalData | null {
	const { spend, available, ceiling, payableCents, onlyCards } = desk;
	const data = pricingRefusals.data;
	if (!Number.isSafeInteger(points) || points < 0) return data('points.amount_invalid');
	if (points === 0) return null;
	if (!member) return data('points.no_member');
	if (!spend.enabled) return data('points.not_offered');
	if (onlyCards) return data('points.buy_no_gift_card');
	const { currency } = facts.programme;
	if (currency !== facts.store.currency) {
		return data('points.currency_other', { currency, givenCurrency: facts.store.currency });
	}
	const minimumPoints = fewest(spend);
	if (points < minimumPoints) return data('points.below_minimum', { minimumPoints, givenPoints: points });
	if (points % spend.stepPoints !== 0) {
		return data('points.not_a_step', { stepPoints: spend.stepPoints, givenPoints: points });
	}
	if (points > available) {
		return data('points.too_few', { availablePoints: available, missingPoints: points - available });
	}
	if (points > ceiling) return data('points.above_maximum', { maximumPoints: ceiling, givenPoints: points });
	const maximumPoints = mostWithin(payableCents, ceiling, spend);
	if (maximumPoints === 0) return data('points.total_too_small', { minimumPoints });
	// Beyond the whole total they are simply not needed; beyond the share of it that points may pay they are refused.
	if (spend.maximumSharePercent < 100 && points > pointsWithin(payableCents, spend)) {
		return data('points.above_maximum', { maximumPoints, givenPoints: points });
	}
	return null;
}

export interface PointsPayment {
	points: Points;
	cents: Cents;
	range: Quote['pointsRange'];
	problems: RefusalData[];
	steps: Step[];
}

/**
 * Lets points pay part of the goods' net price, split by it. Faults are problems, and then no points are spent.
 * @param cardsSoldCents what the basket puts on gift cards besides
 */
export function payWithPoints(
	lines: QuotedLine[],
	ask: Ask,
	facts: Facts,
	member: MemberFact | null,
	cardsSoldCents: Cents
): PointsPayment {
	const desk = deskOf(sum(lines.map((line) => line.netCents)), facts, member, cardsSoldCents);
	const { spend } = desk;
	const open = member !== null && spend.enabled && facts.programme.currency === facts.store.currency;
	const maximum = open ? mostWithin(desk.payableCents, Math.min(desk.available, desk.ceiling), spend) : 0;
	const payment: PointsPayment = {
		points: 0,
		cents: 0,
		range: {
			minimum: fewest(spend),
			maximum,
			step: spend.stepPoints,
			worthPoints: spend.worthPoints,
			worthCents: spend.worthCents
		},
		problems: [],
		steps: []
	};
	const fault = ask.points === 'most' ? null : pointsFault(ask.points, desk, facts, member);
	if (fault) payment.problems.push(fault);
	else payment.points = ask.points === 'most' ? maximum : mostWithin(desk.payableCents, ask.points, spend);
	if (payment.points === 0) return payment;
	payment.cents = worthOf(payment.points, spend);
	const cents = split(
		payment.cents,
		lines.map((line) => line.netCents)
	);
	const points = split(payment.points, cents);
	for (const [index, line] of lines.entries()) {
		line.pointsPaidCents = cents[index] ?? 0;
		line.pointsSpent = points[index] ?? 0;
		line.toPayCents -= line.pointsPaidCents;
	}
	payment.steps.push(stepOf('paid_with_points', { cents: payment.cents, points: payment.points }));
	return payment;
}

export interface CardPayment {
	cards: Quote['giftCards'];
	cents: Cents;
	problems: RefusalData[];
	steps: Step[];
}

/** Charges the gift cards in the order asked; their sum is split over what is left of each line of goods. */
export function payWithCards(lines: QuotedLine[], ask: Ask, facts: Facts, cardsSoldCents: Cents): CardPayment {
	const payment: CardPayment = { cards: [], cents: 0, problems: [], steps: [] };
	const left = sum(lines.map((line) => line.toPayCents));
	const onlyCards = lines.length === 0 && cardsSoldCents > 0;
	const seen = new Set<string>();
	for (const wish of ask.giftCards) {
		const charge = seen.has(wish.id)
			? pricingRefusals.data('gift_card.repeated', { giftCardId: wish.id })
			: chargeOf(wish, facts, { leftToPayCents: left - payment.cents, onlyCards });
		seen.add(wish.id);
		if ('code' in charge) {
			payment.problems.push(charge);
			continue;
		}
		payment.cards.push(charge);
		payment.cents += charge.cents;
		if (charge.cents === 0) continue;
		const { id, lastSymbols, cents, leftCents } = charge;
		payment.steps.push(stepOf('paid_with_gift_card', { giftCardId: id, cents, details: { lastSymbols, leftCents } }));
	}
	const parts = split(
		payment.cents,
		lines.map((line) => line.toPayCents)
	);
	for (const [index, line] of lines.entries()) {
		line.giftCardCents = parts[index] ?? 0;
		line.toPayCents -= line.giftCardCents;
	}
	return payment;
}

const cardStates = {
	inactive: 'gift_card.inactive',
	replaced: 'gift_card.replaced',
	blocked: 'gift_card.blocked',
	expired: 'gift_card.expired'
} as const;

type PayingCard = Pick<GiftCardFact, 'id' | 'lastSymbols' | 'state' | 'currency' | 'pin'>;

/**
 * Why a card does not pay so much here, whatever is on it; null: it does. Refusals `gift_card.*`.
 * @param cents null: as much as it can
 * @param onlyCards there is nothing to pay for but gift cards
 */
export function refusalOfCard(
	card: PayingCard,
	cents: Cents | null,
	currency: string,
	onlyCards = false
): RefusalData | null {
	const data = pricingRefusals.data;
	const said = { giftCardId: card.id, lastSymbols: card.lastSymbols };
	if (card.state !== 'active') return data(cardStates[card.state], said);
	if (card.currency !== currency) {
		return data('gift_card.currency_other', { ...said, currency: card.currency, givenCurrency: currency });
	}
	if (onlyCards) return data('gift_card.buys_no_gift_card', said);
	if (card.pin === 'needed') return data('gift_card.pin_needed', said);
	if (cents !== null && (!Number.isSafeInteger(cents) || cents < 1)) return data('gift_card.amount_invalid', said);
	return null;
}

function chargeOf(
	{ id, cents }: Ask['giftCards'][number],
	facts: Facts,
	{ leftToPayCents, onlyCards }: { leftToPayCents: Cents; onlyCards: boolean }
): Quote['giftCards'][number] | RefusalData {
	const data = pricingRefusals.data;
	const card = facts.giftCards.find((fact) => fact.id === id);
	if (!card) return data('gift_card.unknown', { giftCardId: id });
	const { lastSymbols } = card;
	const { currency } = facts.store;
	const refusal = refusalOfCard(card, cents, currency, onlyCards);
	if (refusal) return refusal;
	const said = { giftCardId: id, lastSymbols };
	const availableCents = Math.max(0, card.availableCents);
	if (cents === null) {
		const most = Math.min(availableCents, leftToPayCents);
		return { id, lastSymbols, cents: most, leftCents: availableCents - most };
	}
	if (cents > availableCents) {
		const missingCents = cents - availableCents;
		return data('gift_card.too_little', { ...said, availableCents, missingCents, currency });
	}
	if (cents > leftToPayCents) {
		return data('gift_card.nothing_left_to_pay', { ...said, leftToPayCents, givenCents: cents, currency });
	}
	return { id, lastSymbols, cents, leftCents: availableCents - cents };
}
