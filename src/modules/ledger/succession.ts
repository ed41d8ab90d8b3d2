import type { Points } from '#core/amounts';
import { must } from '#core/must';
import { accountNames, houseNames, isPending, isPoints, pointsUnit } from './index.ts';
import { debtOf, isExact, lapse, movePoints, potsOf, spendable, take, writeOff, type LapseCommand } from './points.ts';
import { accountOf, balanceOf, findAccount, post, postLot, refused, type Answer, type State } from './state.ts';

/** What becomes of points when their owner is over: they go to somebody else, or end. */

export interface AbsorbCommand {
	fromOwnerId: string;
	toOwnerId: string;
	reason: string;
	ref: string;
}

/**
 * One owner takes the place of another: all that the other has becomes theirs. Spendable points keep their dates, pending
 * ones stay pending under the name of what earned them (so that a return finds them), debts are added up, and whatever is
 * spendable on either side pays them first. What has lapsed is written off. Nothing is left with the other.
 * Refuses `ledger.amount_invalid`.
 */
export function absorb(
	state: State,
	{ fromOwnerId, toOwnerId, reason, ref }: AbsorbCommand
): Answer<{ spendable: Points; pending: Points; debt: Points }> {
	must(fromOwnerId !== toOwnerId, 'an owner cannot take their own place');
	const from = [...(state.owners.get(fromOwnerId)?.accounts.values() ?? [])];
	must(
		from.every((account) => account.held === 0 && (isPoints(account.name) || balanceOf(account) === 0)),
		'only points change their owner'
	);
	const pendings = from.filter((account) => isPending(account.name) && balanceOf(account) > 0);
	const moved = {
		spendable: spendable(state, fromOwnerId),
		pending: pendings.reduce((total, account) => total + balanceOf(account), 0),
		debt: debtOf(state, fromOwnerId)
	};
	const all = moved.spendable + moved.pending + moved.debt;
	if (all > 0 && !isExact(state, toOwnerId, all)) return refused('ledger.amount_invalid');
	const transferIds: string[] = [];
	for (const pot of potsOf(state, fromOwnerId)) writeOff(state, pot, transferIds);
	const owed = findAccount(state, fromOwnerId, accountNames.debt);
	if (owed && moved.debt > 0) {
		const paid = Math.min(moved.debt, spendable(state, toOwnerId));
		if (paid > 0) take(state, toOwnerId, paid, { credit: owed, reason, ref }, transferIds);
		if (moved.debt > paid) {
			const debit = accountOf(state, toOwnerId, accountNames.debt, pointsUnit, null);
			transferIds.push(post(state, { debit, credit: owed, amount: moved.debt - paid, unit: pointsUnit, reason, ref }));
		}
	}
	if (moved.spendable > 0) {
		const given = movePoints(state, { fromOwnerId, toOwnerId, points: moved.spendable, reason, ref });
		must(given.ok, 'points that are there can be moved');
		transferIds.push(...given.transferIds);
	}
	for (const pending of pendings) {
		const [lot] = pending.lots;
		const credit = accountOf(state, toOwnerId, pending.name, pointsUnit, 0);
		const amount = balanceOf(pending);
		const source = { debit: pending, amount, unit: pointsUnit, reason, ref };
		transferIds.push(postLot(state, { ...source, credit }, lot?.dueAt ?? null));
	}
	return { ok: true, transferIds, ...moved };
}

/** All that an owner has lapses, what is pending too; a debt stays. @returns how many points that was */
export function forfeit(
	state: State,
	{ ownerId, reason, ref }: LapseCommand
): { points: Points; transferIds: string[] } {
	const lost = lapse(state, { ownerId, reason, ref });
	for (const account of state.owners.get(ownerId)?.accounts.values() ?? []) {
		const amount = balanceOf(account);
		if (!isPending(account.name) || amount === 0) continue;
		const side = { debit: account, credit: houseNames.expired, unit: pointsUnit };
		lost.transferIds.push(post(state, { ...side, amount, reason, ref }));
		lost.points += amount;
	}
	return lost;
}
