import type { Step } from '#pricing';
import type { ReceiptRows, ReturnRows } from './record.server.ts';
import type { ReceiptStep, ReceiptView, ReturnView, StoredStep } from './index.ts';

/** What a receipt's own rows do not say. */
interface Beside {
	storeName: string;
	/** false: a guest sale that nobody has claimed yet */
	memberJoined: boolean;
	returns: ReturnView[];
	exchangeOf?: ReceiptView['exchangeOf'];
}

/**
 * The explanation as a receipt keeps it. Prices are left out, since the lines say them, and so is everything that a step
 * has nothing to say about: what is kept is a fifth of what was shown.
 * @param lineKeys the till's keys of the lines, in the order of the receipt
 */
export function storedSteps(steps: readonly Step[], lineKeys: readonly string[]): StoredStep[] {
	const stored: StoredStep[] = [];
	for (const { code, lineKey, rightId, giftCardId, cents, points, details } of steps) {
		if (code === 'priced') continue;
		const step: StoredStep = { code };
		if (lineKey !== null) step.position = lineKeys.indexOf(lineKey);
		if (rightId !== null) step.rightId = rightId;
		if (giftCardId !== null) step.giftCardId = giftCardId;
		if (cents !== 0) step.cents = cents;
		if (points !== 0) step.points = points;
		if (Object.keys(details).length > 0) step.details = details;
		stored.push(step);
	}
	return stored;
}

const nothing = { position: null, rightId: null, giftCardId: null, cents: 0, points: 0, details: {} };

const shownStep = (stored: StoredStep): ReceiptStep => ({ ...nothing, ...stored });

/** A receipt as people see it, from its rows: the same for one that was just committed and for one that is read again. */
export function receiptView(
	{ receipt, lines }: ReceiptRows,
	{ storeName, memberJoined, returns, exchangeOf = null }: Beside
): ReceiptView {
	const returned = new Map<number, number>();
	for (const { position, quantity } of returns.flatMap((one) => one.lines))
		returned.set(position, (returned.get(position) ?? 0) + quantity);
	return {
		id: receipt.id,
		number: receipt.number,
		storeId: receipt.storeId,
		storeName,
		memberId: receipt.memberId,
		memberJoined,
		currency: receipt.currency,
		happenedAt: receipt.happenedAt.toISOString(),
		listCents: receipt.listCents,
		discountCents: receipt.discountCents,
		taxes: receipt.taxes,
		taxAddedCents: receipt.taxAddedCents,
		totalCents: receipt.totalCents,
		cardsSoldCents: receipt.cardsSoldCents ?? 0,
		pointsSpent: receipt.pointsSpent,
		pointsPaidCents: receipt.pointsPaidCents,
		giftCardCents: receipt.giftCardCents,
		toPayCents: receipt.toPayCents,
		pointsEarned: receipt.pointsEarned,
		earnedPendingUntil: receipt.earnedPendingUntil?.toISOString() ?? null,
		lines: lines.map((line) => ({
			position: line.position,
			productId: line.productId,
			name: line.name,
			quantity: line.quantityThousandths,
			unit: line.unit,
			unitCents: line.unitCents,
			listCents: line.listCents,
			discountCents: line.discountCents,
			netCents: line.netCents,
			taxId: line.taxId,
			taxCents: line.taxCents,
			pointsPaidCents: line.pointsPaidCents,
			pointsSpent: line.pointsSpent,
			giftCardCents: line.giftCardCents,
			toPayCents: line.toPayCents,
			pointsEarned: line.pointsEarned,
			giftCard: line.giftCard ?? null,
			returned: returned.get(line.position) ?? 0
		})),
		tenders: receipt.tenders,
		steps: receipt.steps.map(shownStep),
		returns,
		exchangeOf
	};
}

/** A return as people see it, from its rows: the same for one that was just committed and for one that is read again. */
export function returnView(
	head: ReturnRows['head'],
	lines: ReturnRows['lines'],
	exchangedFor: ReturnView['exchangedFor']
): ReturnView {
	return {
		id: head.id,
		number: head.number,
		receiptId: head.receiptId,
		happenedAt: head.happenedAt.toISOString(),
		totalCents: head.totalCents,
		refundCents: head.refundCents,
		giftCardCents: head.giftCardCents,
		chargedCents: head.chargedCents,
		pointsGivenBack: head.pointsGivenBack,
		pointsTakenBack: head.pointsTakenBack,
		pointsOwed: head.pointsOwed,
		pointsCharged: head.pointsCharged,
		pointsForgiven: head.pointsForgiven,
		pointsLapsed: head.pointsLapsed,
		typesTakenBack: head.typesTakenBack ?? [],
		tenders: head.tenders,
		reasonKind: head.reasonKind,
		reason: head.reason,
		lines: lines.map(({ position, fromThousandths, toThousandths, netCents, taxCents, giftCardCents }) => ({
			position,
			quantity: toThousandths - fromThousandths,
			netCents,
			taxCents,
			giftCardCents
		})),
		exchangedFor
	};
}
