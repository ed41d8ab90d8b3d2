import type { Cents, Points } from '#core/amounts';
import { declareRefusals } from '#core/refusal';
import { addDays, endAfterDays, lastDayOf, localDay, startOfDay, type EndRounding } from '#core/time';

/**
 * Ledger: balances that cannot be wrong.
 *
 * Owns: accounts, transfers, entries, lots, holds.
 * Promises: append-only double entry; a transfer names both sides; no account below its floor whatever runs at the same
 * time; lots are spent in the order in which they fall due; an owner's history is unbroken (`seq`).
 * Never: knows what a receipt, a voucher or a person is; writes a row for the house.
 */

/** The programme's own side. It has names, but no rows: its balances are sums over transfers. */
export const house = 'house';

/** The house's names for points; for money the caller names the counter account (`giftcards/charged`). */
export const houseNames = {
	/** points given out, less those taken back */
	issued: 'points/issued',
	/** points that paid, less those given back */
	redeemed: 'points/redeemed',
	/** points that nobody used in time */
	expired: 'points/expired'
} as const;

/** The unit of the points that pay; money has its ISO 4217 currency. */
export const pointsUnit = 'points';

/**
 * The unit of another type of points. It has pots and a debt of its own (`points:pty_…/365`, `debt:pty_…`), never pays for
 * the others, and is spendable as soon as it is earned.
 */
export const unitOf = (typeId: string | null): string => (typeId === null ? pointsUnit : `${pointsUnit}:${typeId}`);

export const accountNames = {
	/** spendable points that live `days` days (null: for ever); due dates grow with time, so one pot has many lots */
	points: (days: number | null, unit: string = pointsUnit): string => `${unit}/${days ?? 'forever'}`,
	/** spendable points that all end at one instant: given back, imported, promotional */
	pointsUntil: (endsAt: string | null, unit: string = pointsUnit): string =>
		endsAt === null ? `${unit}/forever` : `${unit}/until/${endsAt}`,
	/** earned by one receipt, not spendable yet; one lot that matures */
	pending: (ref: string): string => `pending/${ref}`,
	/** balance ≤ 0: points taken back that were spent already */
	debt: (unit: string = pointsUnit): string => `debt${unit.slice(pointsUnit.length)}`,
	/** a gift card's money */
	money: 'money'
} as const;

/** Whether the account is a pot, of whichever type. */
export const isSpendable = (name: string): boolean => name.startsWith('points/') || name.startsWith('points:');
export const isPending = (name: string): boolean => name.startsWith('pending/');
/** Whether the account holds points, which move by the points' verbs alone. */
export const isPoints = (name: string): boolean =>
	isSpendable(name) || isPending(name) || name === accountNames.debt() || name.startsWith('debt:');

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

export interface MoneyBalance {
	unit: string;
	balance: Cents;
	/** balance less what open holds set aside */
	available: Cents;
}

/** One line of an owner's history, newest first in lists. */
export interface HistoryEntry {
	/** the entry's place in the owner's history, from 1, without gaps */
	seq: number;
	transferId: string;
	account: string;
	unit: string;
	amount: Points | Cents;
	/** the account's balance after it */
	balance: Points | Cents;
	reason: string;
	ref: string | null;
	at: string;
}

/**
 * How long points live. `endsAt` null: for ever. `potDays` names the pot of a policy, whose ends grow with time; with
 * `potDays` null all points that end at `endsAt` share a pot.
 */
export interface Life {
	potDays: number | null;
	endsAt: Date | null;
}

/** When points end: after some days, moved on to the end of a period. */
export interface Expiry {
	/** null: never */
	days: number | null;
	rounding: EndRounding;
	/** `MM-DD`, where the rounding is `date` */
	monthDay: string | null;
}

/**
 * The life of points granted at `from`: until the end of the last day in the shop's time zone. Points that end with a
 * period share a pot with the others that end then; one pot for each length of life holds those that end day by day.
 */
export function lifeOf({ days, rounding, monthDay }: Expiry, from: Date, timeZone: string): Life {
	if (days === null) return { potDays: null, endsAt: null };
	if (rounding === 'day') return { potDays: days, endsAt: endAfterDays(from, days, timeZone) };
	const last = lastDayOf(addDays(localDay(from, timeZone), days), rounding, monthDay);
	return { potDays: null, endsAt: startOfDay(addDays(last, 1), timeZone) };
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
