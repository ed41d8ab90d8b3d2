import { declareRefusals } from '#core/refusal';
import type { Cents, Points } from '#core/amounts';

/**
 * Ledger: balances that cannot be wrong.
 *
 * Owns: accounts, transfers, entries, lots, holds.
 * Promises: append-only double entry; a transfer names both sides; no account below its floor whatever runs at the same
 * time; lots are spent in the order in which they fall due; each account's history is unbroken (`seq`).
 * Never: knows what a receipt, a voucher or a person is; writes a row for the house.
 */

/** The programme's own side. It has names, but no rows: its balances are sums over transfers. */
export const house = 'house';

export const accountNames = {
	/** spendable points that live `days` days (null: for ever); due dates grow with time, so one pot has many lots */
	points: (days: number | null): string => `points/${days ?? 'forever'}`,
	/** spendable points that all end at one instant: given back, imported, promotional */
	pointsUntil: (endsAt: string | null): string => `points/until/${endsAt ?? 'forever'}`,
	/** earned by one receipt, not spendable yet; one lot that matures */
	pending: (ref: string): string => `pending/${ref}`,
	/** balance ≤ 0: points taken back that were spent already */
	debt: 'debt',
	/** a gift card's money */
	money: 'money'
} as const;

export const isSpendable = (name: string): boolean => name.startsWith('points/');
export const isPending = (name: string): boolean => name.startsWith('pending/');

/** A member's points at an instant. Expired points count as gone even before the job wrote them off. */
export interface PointsBalance {
	spendable: Points;
	pending: Points;
	/** ≥ 0, owed */
	debt: Points;
	/** spendable points by when they end, soonest first; null: never */
	lots: { endsAt: string | null; points: Points }[];
	/** pending points by when they become spendable, soonest first */
	maturing: { maturesAt: string; points: Points }[];
}

/** One line of an account's history, newest first in lists. */
export interface HistoryEntry {
	transferId: string;
	account: string;
	unit: string;
	amount: Points | Cents;
	reason: string;
	ref: string | null;
	at: string;
}

export const ledgerRefusals = declareRefusals({
	'ledger.insufficient': 'conflict',
	'ledger.amount_invalid': 'invalid',
	'ledger.account_unknown': 'not_found',
	'ledger.unit_other': 'unprocessable',
	'ledger.transfer_repeated': 'conflict',
	'ledger.hold_unknown': 'not_found',
	'ledger.hold_ended': 'conflict',
	'ledger.hold_expired': 'gone'
});
