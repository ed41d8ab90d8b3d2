import { heldCards } from '#giftcards/server';
import { purseOf } from '#groups/server';
import { pointsUnit, unitOf } from '#ledger';
import { pointsOf } from '#ledger/server';
import type { Reads } from '#platform/db';
import { lapsesOf, policyOf, typeBalancesOf } from '#points/server';
import { spendableNow } from '#pricing';
import { soonUntil } from '#reminders/server';
import { programmeOf } from '#stores/server';
import { heldVouchers } from '#vouchers/server';
import { walletHistory } from './history.server.ts';
import type { WalletOverview } from './index.ts';

const latestShown = 4;

export async function walletOverview(reads: Reads, memberId: string, now: Date): Promise<WalletOverview> {
	const [programme, points, purse, { policy }, lapses, vouchers, cards, latest] = await Promise.all([
		programmeOf(reads),
		pointsOf(reads, [memberId], now),
		purseOf(reads, memberId),
		policyOf(reads),
		lapsesOf(reads, [memberId]),
		heldVouchers(reads, memberId, now),
		heldCards(reads, memberId, now),
		walletHistory(reads, memberId, { limit: latestShown })
	]);
	const types = await typeBalancesOf(reads, memberId, programme.rules.types ?? [], now);
	const lapsesAt = (unit: string, spendable: number) => (spendable > 0 && lapses.get(memberId)?.get(unit)) || null;
	const balance = points.get(memberId) ?? { spendable: 0, pending: 0, debt: 0, lots: [], maturing: [] };
	return {
		programme: { name: programme.name, currency: programme.currency, timeZone: programme.timeZone },
		points: {
			...balance,
			now: spendableNow(balance.spendable, programme.rules.spend),
			lapsesAt: lapsesAt(pointsUnit, balance.spendable),
			leastGiven: policy.transfer.enabled ? policy.transfer.least : null,
			types: types.map((type) => ({ ...type, lapsesAt: lapsesAt(unitOf(type.typeId), type.spendable) })),
			shared: purse && {
				kind: purse.kind,
				name: purse.name,
				others: purse.others.map(({ firstName }) => firstName)
			}
		},
		vouchers: vouchers.filter(({ state }) => state === 'ready' || state === 'not_yet'),
		giftCards: cards.filter(({ state, balanceCents }) => state === 'active' && balanceCents > 0),
		latest: latest.items,
		soonUntil: policy.warnDays === null ? null : soonUntil(now, policy.warnDays, programme.timeZone),
		now
	};
}
