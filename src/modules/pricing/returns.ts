import { scale, slice, split, sum, type Cents, type Points, type Thousandths } from '#core/amounts';
import { must } from '#core/must';
import type { RefusalData } from '#core/refusal';
import { returnRefusals } from './refusals.ts';
import type { SpendRules } from './rules.ts';

/** A receipt's line as it was stored, and how much of it has come back so far. */
export interface SoldLine {
	position: number;
	quantity: Thousandths;
	returned: Thousandths;
	netCents: Cents;
	/** of `netCents` */
	taxCents: Cents;
	pointsPaidCents: Cents;
	pointsSpent: Points;
	giftCardCents: Cents;
	toPayCents: Cents;
	pointsEarned: Points;
}

/** What comes back: so much of each line, or everything that has not come back yet. */
export type ReturnRequest = { position: number; quantity: Thousandths }[] | 'everything';

interface ReturnFigures {
	/** worth of the goods after discounts = pointsPaidCents + giftCardCents + refundCents */
	netCents: Cents;
	/** the tax in it */
	taxCents: Cents;
	/** what points had paid of it */
	pointsPaidCents: Cents;
	/** spent points to give back */
	pointsGivenBack: Points;
	/** to put back on gift cards; see `cardsBack` for which */
	giftCardCents: Cents;
	/** to hand back as cash or card */
	refundCents: Cents;
	/** earned points to take back */
	pointsTakenBack: Points;
}

export interface ReturnedLine extends ReturnFigures {
	position: number;
	/** returned before, and after */
	fromThousandths: Thousandths;
	toThousandths: Thousandths;
}

/** With problems there are no lines: a return happens as a whole or not at all. */
export interface ReturnQuote extends ReturnFigures {
	lines: ReturnedLine[];
	problems: RefusalData[];
}

/**
 * What a return gives and takes. Each figure is the difference of two cumulative shares, so that however a receipt comes
 * back, in whatever portions and order, the portions add up to the receipt to the cent and the point, and none is
 * negative.
 */
export function returnOf(sold: readonly SoldLine[], request: ReturnRequest): ReturnQuote {
	for (const line of sold) {
		must(
			line.netCents === line.pointsPaidCents + line.giftCardCents + line.toPayCents,
			'a receipt line is paid exactly'
		);
		must(0 <= line.returned && line.returned <= line.quantity, 'no more came back than was sold');
	}
	const { portions, problems } = chosen(sold, request);
	const lines = problems.length === 0 ? portions.map(({ line, quantity }) => portionOf(line, quantity)) : [];
	const total = (figure: keyof ReturnFigures) => sum(lines.map((line) => line[figure]));
	return {
		lines,
		netCents: total('netCents'),
		taxCents: total('taxCents'),
		pointsPaidCents: total('pointsPaidCents'),
		pointsGivenBack: total('pointsGivenBack'),
		giftCardCents: total('giftCardCents'),
		refundCents: total('refundCents'),
		pointsTakenBack: total('pointsTakenBack'),
		problems
	};
}

/** What a receipt earned of a type of points beside those that pay. */
export interface SoldType {
	typeId: string;
	points: Points;
	/** for each purchase, or for what it was worth */
	by: 'visit' | 'amount';
}

/**
 * What a return takes back of the other types of points. Those for an amount go with the goods that earned, in cumulative
 * shares like everything else; those for a purchase when nothing of it is left.
 * @param sold with `returned` as it was before `back`
 */
export function typesBack(
	types: readonly SoldType[],
	sold: readonly SoldLine[],
	back: Pick<ReturnQuote, 'lines'>
): { typeId: string; points: Points }[] {
	const after = new Map(back.lines.map((line) => [line.position, line.toThousandths]));
	const isWhole = sold.every((line) => (after.get(line.position) ?? line.returned) === line.quantity);
	const [earned, net] = [sold.map((line) => line.pointsEarned), sold.map((line) => line.netCents)];
	const weights = sum(earned) > 0 ? earned : net;
	return types.flatMap(({ typeId, points, by }) => {
		if (by === 'visit') return isWhole ? [{ typeId, points }] : [];
		const parts = split(points, weights);
		const taken = sum(
			sold.map((line, index) =>
				slice(parts[index] ?? 0, line.returned, after.get(line.position) ?? line.returned, line.quantity)
			)
		);
		return taken > 0 ? [{ typeId, points: taken }] : [];
	});
}

type Portion = { line: SoldLine; quantity: Thousandths };

function chosen(sold: readonly SoldLine[], request: ReturnRequest): { portions: Portion[]; problems: RefusalData[] } {
	const left = sold.filter((line) => line.returned < line.quantity);
	if (left.length === 0) return { portions: [], problems: [returnRefusals.data('return.nothing_left')] };
	if (request === 'everything') {
		return { portions: left.map((line) => ({ line, quantity: line.quantity - line.returned })), problems: [] };
	}
	const problems: RefusalData[] = [];
	const portions: Portion[] = [];
	if (request.length === 0) problems.push(returnRefusals.data('return.nothing_chosen'));
	const byPosition = new Map(sold.map((line) => [line.position, line]));
	const seen = new Set<number>();
	for (const { position, quantity } of request) {
		const line = byPosition.get(position);
		const fault = seen.has(position)
			? returnRefusals.data('return.line_repeated', { position })
			: portionFault(position, line, quantity);
		seen.add(position);
		if (fault) problems.push(fault);
		else if (line) portions.push({ line, quantity });
	}
	return { portions, problems };
}

function portionFault(position: number, line: SoldLine | undefined, quantity: Thousandths): RefusalData | null {
	if (!line) return returnRefusals.data('return.line_unknown', { position });
	if (!Number.isSafeInteger(quantity) || quantity < 1)
		return returnRefusals.data('return.quantity_invalid', { position });
	const leftThousandths = line.quantity - line.returned;
	if (quantity <= leftThousandths) return null;
	return returnRefusals.data('return.too_many', {
		position,
		givenThousandths: quantity,
		soldThousandths: line.quantity,
		leftThousandths
	});
}

function portionOf(line: SoldLine, quantity: Thousandths): ReturnedLine {
	const from = line.returned;
	const to = from + quantity;
	const share = (total: number) => slice(total, from, to, line.quantity);
	const netFrom = slice(line.netCents, 0, from, line.quantity);
	const netCents = share(line.netCents);
	const [pointsPaidCents = 0, giftCardCents = 0, refundCents = 0] = portionsOf(
		[line.pointsPaidCents, line.giftCardCents, line.toPayCents],
		netFrom,
		netFrom + netCents
	);
	return {
		position: line.position,
		fromThousandths: from,
		toThousandths: to,
		netCents,
		taxCents: share(line.taxCents),
		pointsPaidCents,
		pointsGivenBack: share(line.pointsSpent),
		giftCardCents,
		refundCents,
		pointsTakenBack: share(line.pointsEarned)
	};
}

/**
 * Which gift cards get a return's money back: their parts of cents `from`…`to` of all that gift cards paid on the
 * receipt, so that every card has exactly its own back when everything has come back.
 * @param cards what each card paid, in the order they were charged
 * @param from cents put back on cards by earlier returns of this receipt
 */
export function cardsBack(cards: readonly { id: string; cents: Cents }[], from: Cents, to: Cents) {
	const parts = portionsOf(
		cards.map((card) => card.cents),
		from,
		to
	);
	return cards.map(({ id }, index) => ({ id, cents: parts[index] ?? 0 }));
}

/**
 * The parts' shares of units `from`…`to` of their sum. Each part takes its cumulative share of what the parts before it
 * left: shares taken side by side would all be rounded down and leave the last part less than nothing.
 */
function portionsOf(parts: readonly number[], from: number, to: number): number[] {
	let of = sum(parts);
	must(0 <= from && from <= to && to <= of, 'portions lie within their parts');
	return parts.map((part) => {
		if (of === 0) return 0;
		const before = slice(part, 0, from, of);
		const share = slice(part, from, to, of);
		to -= before + share;
		from -= before;
		of -= part;
		return share;
	});
}

/**
 * What becomes of points that a return takes back and the member has spent already: a debt that later points pay; taken
 * off the money handed back, at what points are worth; or forgiven, up to so many points for one receipt.
 */
export type SpentPointsRule = { kind: 'owed' } | { kind: 'charged' } | { kind: 'forgiven'; mostPoints: Points };

/** How points that are missing are settled: owed + charged + forgiven = missing. */
export interface SpentPoints {
	owed: Points;
	charged: Points;
	/** taken off the money handed back for `charged` */
	chargedCents: Cents;
	forgiven: Points;
}

/**
 * Settles points that a member has spent already. What the money handed back does not cover, or goes beyond what is
 * forgiven, is owed.
 * @param missing points to take back that the member no longer has
 * @param money.cents that would be handed back; `worth` null: points have no worth in its currency
 * @param forgivenBefore by earlier returns of the same receipt
 */
export function settleSpent(
	missing: Points,
	rule: SpentPointsRule,
	money: { cents: Cents; worth: Pick<SpendRules, 'worthPoints' | 'worthCents'> | null },
	forgivenBefore: Points
): SpentPoints {
	const settled: SpentPoints = { owed: missing, charged: 0, chargedCents: 0, forgiven: 0 };
	if (rule.kind === 'forgiven') {
		settled.forgiven = Math.min(missing, Math.max(0, rule.mostPoints - forgivenBefore));
	} else if (rule.kind === 'charged' && money.worth && money.cents > 0) {
		const { worthPoints, worthCents } = money.worth;
		const worthOf = (points: Points): Cents => scale(points, worthCents, worthPoints, 'down');
		settled.charged = worthOf(missing) <= money.cents ? missing : scale(money.cents, worthPoints, worthCents, 'down');
		settled.chargedCents = worthOf(settled.charged);
		// What is not worth a cent is not paid for.
		if (settled.chargedCents === 0) settled.charged = 0;
	}
	settled.owed = missing - settled.charged - settled.forgiven;
	return settled;
}
