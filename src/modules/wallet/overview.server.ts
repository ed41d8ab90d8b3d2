import { scale, type Cents } from '#core/amounts';
import { heldCards, type HeldCard } from '#giftcards/server';
import type { PointsBalance } from '#ledger';
import { pointsOf } from '#ledger/server';
import type { Reads } from '#platform/db';
import { programmeOf } from '#stores/server';
import { heldVouchers, type HeldVoucher } from '#vouchers/server';
import { walletHistory } from './history.server.ts';
import type { WalletEvent } from './index.ts';

/** Everything the wallet's first screen shows, and what the others need to be drawn around it. */
export interface WalletOverview {
	programme: { name: string; currency: string; timeZone: string };
	points: PointsBalance & {
		/** what the spendable points pay at the till, rounded down; null: points do not pay here */
		worthCents: Cents | null;
	};
	/** living vouchers, by when they end */
	vouchers: HeldVoucher[];
	/** cards that can pay, with something left on them */
	giftCards: HeldCard[];
	/** the newest events */
	latest: WalletEvent[];
	/** the server's instant, which the member code is drawn by */
	now: Date;
}

const latestShown = 4;

export async function walletOverview(reads: Reads, memberId: string, now: Date): Promise<WalletOverview> {
	const [programme, points, vouchers, cards, latest] = await Promise.all([
		programmeOf(reads),
		pointsOf(reads, [memberId], now),
		heldVouchers(reads, memberId, now),
		heldCards(reads, memberId, now),
		walletHistory(reads, memberId, { limit: latestShown })
	]);
	const balance = points.get(memberId) ?? { spendable: 0, pending: 0, debt: 0, lots: [], maturing: [] };
	const { enabled, worthPoints, worthCents } = programme.rules.spend;
	return {
		programme: { name: programme.name, currency: programme.currency, timeZone: programme.timeZone },
		points: {
			...balance,
			worthCents: enabled ? scale(balance.spendable, worthCents, worthPoints, 'down') : null
		},
		vouchers: vouchers.filter(({ state }) => state === 'ready' || state === 'not_yet'),
		giftCards: cards.filter(({ state, balanceCents }) => state === 'active' && balanceCents > 0),
		latest: latest.items,
		now
	};
}
