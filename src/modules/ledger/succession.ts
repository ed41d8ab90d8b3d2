import { sum, type Points } from '#core/amounts';
import { must } from '#core/must';
import { accountNames, houseNames, isPending, isPoints, pointsUnit } from './index.ts';
import { debtOf, isExact, lapse, movePoints, potsOf, spendable, take, writeOff, type LapseCommand } from './points.ts';
import {
	type Account,
	accountOf,
	type Answer,
	balanceOf,
	findAccount,
	lotsOf,
	post,
	postLot,
	refused,
	type State
} from './state.ts';

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
	const units = unitsOf(from);
	const all =
		moved.pending + sum(units.map((unit) => spendable(state, fromOwnerId, unit) + debtOf(state, fromOwnerId, unit)));
	if (all > 0 && !isExact(state, toOwnerId, all)) return refused('ledger.amount_invalid');
	const transferIds: string[] = [];
	for (const unit of units) absorbUnit(state, { fromOwnerId, toOwnerId, reason, ref }, unit, transferIds);
	for (const pending of pendings) {
		const [lot] = lotsOf(pending);
		const credit = accountOf(state, toOwnerId, pending.name, pointsUnit, 0);
		const amount = balanceOf(pending);
		const source = { debit: pending, amount, unit: pointsUnit, reason, ref };
		transferIds.push(postLot(state, { ...source, credit }, lot?.dueAt ?? null));
	}
	return { ok: true, transferIds, ...moved };
}

/** The types of points that the accounts hold, those that pay first. */
const unitsOf = (accounts: readonly Account[]): string[] => [
	...new Set([pointsUnit, ...accounts.filter(({ name }) => isPoints(name)).map(({ unit }) => unit)])
];

/** What can be spent and what is owed of one type of points. */
function absorbUnit(state: State, command: AbsorbCommand, unit: string, transferIds: string[]): void {
	const { fromOwnerId, toOwnerId, reason, ref } = command;
	const [points, debt] = [spendable(state, fromOwnerId, unit), debtOf(state, fromOwnerId, unit)];
	for (const pot of potsOf(state, fromOwnerId, unit)) writeOff(state, pot, transferIds);
	const owed = findAccount(state, fromOwnerId, accountNames.debt(unit));
	if (owed && debt > 0) {
		const paid = Math.min(debt, spendable(state, toOwnerId, unit));
		if (paid > 0) take(state, toOwnerId, paid, { credit: owed, reason, ref, unit }, transferIds);
		if (debt > paid) {
			const debit = accountOf(state, toOwnerId, accountNames.debt(unit), unit, null);
			transferIds.push(post(state, { debit, credit: owed, amount: debt - paid, unit, reason, ref }));
		}
	}
	if (points > 0) {
		const given = movePoints(state, { fromOwnerId, toOwnerId, points, reason, ref, unit });
		must(given.ok, 'points that are there can be moved');
		transferIds.push(...given.transferIds);
	}
}

/** All that an owner has lapses, of every type, what is pending too; a debt stays. @returns how many points that pay it was */
export function forfeit(
	state: State,
	{ ownerId, reason, ref }: LapseCommand
): { points: Points; transferIds: string[] } {
	const accounts = [...(state.owners.get(ownerId)?.accounts.values() ?? [])];
	const lost = lapse(state, { ownerId, reason, ref });
	for (const unit of unitsOf(accounts).slice(1))
		lost.transferIds.push(...lapse(state, { ownerId, reason, ref, unit }).transferIds);
	for (const account of accounts) {
		const amount = balanceOf(account);
		if (!isPending(account.name) || amount === 0) continue;
		const side = { debit: account, credit: houseNames.expired, unit: pointsUnit };
		lost.transferIds.push(post(state, { ...side, amount, reason, ref }));
		lost.points += amount;
	}
	return lost;
}
