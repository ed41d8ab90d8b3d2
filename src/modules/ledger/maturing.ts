import type { Points } from '#core/amounts';
import { isPending, type Life } from './index.ts';
import { payDebt, restOf, toPot, type Source } from './points.ts';
import { lotsOf, type Account, type State } from './state.ts';

/**
 * Makes an owner's pending points spendable whose time has come, those that came first before the others; debt is paid
 * first.
 * @param life how long points live that matured at an instant
 */
export function mature(
	state: State,
	ownerId: string,
	life: (maturedAt: Date) => Life
): { points: Points; toDebt: Points; transferIds: string[] } {
	const now = state.now.getTime();
	const transferIds: string[] = [];
	const due: { account: Account; points: Points; dueAt: number }[] = [];
	for (const account of state.owners.get(ownerId)?.accounts.values() ?? [])
		if (isPending(account.name))
			for (const lot of lotsOf(account))
				if (lot.dueAt !== null && lot.dueAt <= now)
					due.push({ account, points: restOf(account, lot), dueAt: lot.dueAt });
	let toDebt = 0;
	for (const { account, points, dueAt } of due.sort((a, b) => a.dueAt - b.dueAt)) {
		const mine = account.name.slice('pending/'.length);
		const source: Source = { debit: account, reason: 'matured', ref: mine, unit: account.unit };
		const paid = payDebt(state, ownerId, points, source, transferIds);
		toDebt += paid;
		if (points > paid) toPot(state, ownerId, points - paid, life(new Date(dueAt)), source, transferIds);
		account.firstDueAt = lotsOf(account)[0]?.dueAt ?? null;
	}
	return { points: due.reduce((total, one) => total + one.points, 0), toDebt, transferIds };
}
