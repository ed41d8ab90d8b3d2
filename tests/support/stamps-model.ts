import { typesBack, type Quote, type ReturnQuote } from '#pricing';
import { typesEarnedOn, type ReturnView } from '#purchases';
import type { Model, NotedReceipt } from './checkout-model.ts';
import * as purses from './purse-model.ts';

/** The types of points beside those that pay, as one would note them on paper: each member has a purse of each. */

export function earnTypes(model: Model, memberId: string, { typesEarned = [] }: Quote, ref: string, now: Date): void {
	const { rules, timeZone } = model.notes.programme;
	for (const { typeId, points } of typesEarned) {
		const type = rules.types?.find(({ id }) => id === typeId);
		if (!type) throw new Error('only what there is is earned');
		const wish = { points, pendingUntil: null, expiry: type.expiry, timeZone, ref };
		purses.earn(model.purse(memberId, typeId), wish, now);
	}
}

/** What the goods that come back had earned is taken, but for what ended unused; what is not there is owed. */
export function takeTypes(
	model: Model,
	receipt: NotedReceipt,
	back: Pick<ReturnQuote, 'lines'>,
	now: Date
): ReturnView['typesTakenBack'] {
	const before = receipt.returns.flatMap(({ typesTakenBack }) => typesTakenBack);
	return typesBack(typesEarnedOn(receipt), receipt.lines, back).map(({ typeId, points }) => {
		const purse = model.purse(receipt.memberId, typeId);
		const left = before.reduce((sum, one) => sum + (one.typeId === typeId ? (one.lapsed ?? 0) : 0), 0);
		const lapsed = Math.min(points, purses.lapsedOf(purse, receipt.id, now) - left);
		purses.takeBack(purse, receipt.id, points - lapsed, now);
		return lapsed > 0 ? { typeId, points: points - lapsed, lapsed } : { typeId, points };
	});
}
