import type { SaleCommand } from '#checkout/server';
import type { Quote } from '#pricing';
import type { Drawn, NotedReceipt } from './checkout-model.ts';

/** The receipt that a sale leaves, as the model notes it. */
export function receiptOf(
	command: SaleCommand,
	quoted: Quote,
	drawn: Drawn,
	memberJoined: boolean,
	now: Date
): NotedReceipt {
	const tenders: NotedReceipt['tenders'] = [];
	if (quoted.pointsSpent > 0 || quoted.pointsPaidCents > 0)
		tenders.push({ kind: 'points', subjectId: null, cents: quoted.pointsPaidCents, points: quoted.pointsSpent });
	for (const { id, cents } of quoted.giftCards)
		if (cents > 0) tenders.push({ kind: 'gift_card', subjectId: id, cents, points: 0 });
	if (quoted.toPayCents > 0) tenders.push({ kind: 'other', subjectId: null, cents: quoted.toPayCents, points: 0 });
	return {
		...drawn,
		storeId: command.storeId,
		memberJoined,
		currency: quoted.currency,
		happenedAt: (command.happenedAt ?? now).toISOString(),
		listCents: quoted.listCents,
		discountCents: quoted.discountCents,
		taxes: quoted.taxes,
		taxAddedCents: quoted.taxAddedCents,
		totalCents: quoted.totalCents,
		cardsSoldCents: quoted.cardsSoldCents,
		pointsSpent: quoted.pointsSpent,
		pointsPaidCents: quoted.pointsPaidCents,
		giftCardCents: quoted.giftCardCents,
		toPayCents: quoted.toPayCents,
		pointsEarned: quoted.pointsEarned,
		earnedPendingUntil: quoted.earnedPendingUntil,
		lines: quoted.lines.map(({ key: _, categoryId: __, costCents: ___, discounts: ____, ...line }, position) => ({
			...line,
			giftCard: null,
			position,
			returned: 0
		})),
		tenders,
		steps: quoted.steps
			.filter(({ code }) => code !== 'priced')
			.map(({ lineKey, ...step }) => ({
				...step,
				position: lineKey === null ? null : quoted.lines.findIndex((line) => line.key === lineKey)
			})),
		returns: [],
		exchangeOf: null
	};
}
