import type { Points } from '#core/amounts';
import { must } from '#core/must';
import {
	accountNames,
	houseNames,
	isPending,
	isSpendable,
	pointsUnit,
	type Life,
	type PointsBalance
} from './index.ts';
import {
	accountOf,
	balanceOf,
	findAccount,
	hasRoom,
	isPostable,
	lotsOf,
	post,
	postLot,
	refused,
	spendKey,
	type Account,
	type Answer,
	type Lot,
	type State,
	type Taken
} from './state.ts';

/** Pure verbs on points. Each answers a refusal and changes nothing, or changes the book and answers what it did. */

export interface EarnCommand extends Life {
	ownerId: string;
	points: Points;
	/** until when the points are pending; null: spendable at once */
	maturesAt: Date | null;
	reason: string;
	/** what earned them; it names the pending account, and one ref earns pending points once */
	ref: string;
	/** see `unitOf`; only those that pay are pending for a while */
	unit?: string;
}

export interface SpendCommand {
	ownerId: string;
	points: Points;
	reason: string;
	ref: string;
}

export interface GiveBackCommand {
	ownerId: string;
	/** the ref of the spend; the book was opened with it (`refs`) */
	ofRef: string;
	/** who spent, where the points return to somebody else who has taken their place; the book was opened with both */
	spentBy?: string;
	points: Points;
	/** what earlier returns of the same spend gave back */
	alreadyGivenBack: Points;
	/** points given back live at least until then; null: they keep their first date even if it is past */
	minimumEndsAt: Date | null;
	reason: string;
	ref: string;
}

export interface TakeBackCommand {
	ownerId: string;
	/** the ref under which they were earned */
	ofRef: string;
	points: Points;
	reason: string;
	ref: string;
	unit?: string;
}

export interface LapseCommand {
	ownerId: string;
	unit?: string;
	reason: string;
	ref: string | null;
}

export interface MovePointsCommand {
	fromOwnerId: string;
	toOwnerId: string;
	points: Points;
	reason: string;
	ref: string;
	unit?: string;
}

export interface ExtendCommand {
	ownerId: string;
	/** until when the points live that would lapse before */
	endsAt: Date;
	reason: string;
	ref: string;
	unit?: string;
}

/** Points that came from, or went to, lots with one due date. */
export interface DuePoints {
	endsAt: Date | null;
	points: Points;
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
const dateOf = (at: number | null): Date | null => (at === null ? null : new Date(at));
const byDue = (a: number | null, b: number | null): number => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a - b);

/** What of a lot is not spent. */
export const restOf = (account: Account, lot: Lot): number => Math.min(lot.amount, lot.cumulative - account.debited);

/**
 * Points of a pot whose time is over, written off or not. Lots are in the order of their due dates; where they were not
 * read, none is due.
 */
function lapsed(account: Account, now: number): Points {
	let watermark = account.debited;
	for (const lot of account.lots) {
		if (lot.dueAt === null || lot.dueAt > now) break;
		watermark = lot.cumulative;
	}
	return watermark - account.debited;
}

const spendableOf = (account: Account, now: number): Points => balanceOf(account) - lapsed(account, now);

export function potsOf(state: State, ownerId: string, unit: string): Account[] {
	const pots: Account[] = [];
	for (const account of state.owners.get(ownerId)?.accounts.values() ?? [])
		if (account.unit === unit && isSpendable(account.name)) pots.push(account);
	return pots;
}

export function spendable(state: State, ownerId: string, unit: string = pointsUnit): Points {
	const now = state.now.getTime();
	let total = 0;
	for (const pot of potsOf(state, ownerId, unit)) total += spendableOf(pot, now);
	return total;
}

export const debtOf = (state: State, ownerId: string, unit: string = pointsUnit): Points => {
	const debt = findAccount(state, ownerId, accountNames.debt(unit));
	return debt ? debt.debited - debt.credited : 0;
};

/** Summed by due date, soonest first. */
function gathered(parts: readonly Taken[]): Taken[] {
	const sums: Taken[] = [];
	for (const part of [...parts].sort((a, b) => byDue(a.dueAt, b.dueAt))) {
		const last = sums.at(-1);
		if (last && last.dueAt === part.dueAt) last.points += part.points;
		else if (part.points > 0) sums.push({ dueAt: part.dueAt, points: part.points });
	}
	return sums;
}

/** What of a member's points can be spent, is pending, is owed: without their dates. */
export function standingOf(
	state: State,
	ownerId: string,
	unit: string = pointsUnit
): Pick<PointsBalance, 'spendable' | 'pending' | 'debt'> {
	let pending = 0;
	for (const account of state.owners.get(ownerId)?.accounts.values() ?? [])
		if (account.unit === unit && isPending(account.name)) pending += balanceOf(account);
	return { spendable: spendable(state, ownerId, unit), pending, debt: debtOf(state, ownerId, unit) };
}

/** A member's points at the book's instant, as they stand after what the book has done so far. */
export function pointsBalance(state: State, ownerId: string, unit: string = pointsUnit): PointsBalance {
	const now = state.now.getTime();
	const lots: Taken[] = [];
	const maturing: Taken[] = [];
	for (const account of state.owners.get(ownerId)?.accounts.values() ?? []) {
		if (account.unit !== unit) continue;
		if (isPending(account.name)) {
			for (const lot of lotsOf(account)) maturing.push({ dueAt: lot.dueAt, points: restOf(account, lot) });
		} else if (isSpendable(account.name)) {
			for (const lot of lotsOf(account))
				if (lot.dueAt === null || lot.dueAt > now) lots.push({ dueAt: lot.dueAt, points: restOf(account, lot) });
		}
	}
	return {
		...standingOf(state, ownerId, unit),
		lots: gathered(lots).map(({ dueAt, points }) => ({ endsAt: iso(dueAt), points })),
		maturing: gathered(maturing).map(({ dueAt, points }) => ({ maturesAt: iso(dueAt) ?? '', points }))
	};
}

const potName = ({ potDays, endsAt }: Life, unit: string): string =>
	potDays !== null && endsAt !== null
		? accountNames.points(potDays, unit)
		: accountNames.pointsUntil(endsAt === null ? null : endsAt.toISOString(), unit);

export interface Source {
	unit: string;
	debit: Account | string;
	reason: string;
	ref: string;
}

/** Pays what the owner owes out of points that arrive. @returns how many of them it took */
export function payDebt(state: State, ownerId: string, points: Points, source: Source, ids: string[]): Points {
	const debt = findAccount(state, ownerId, accountNames.debt(source.unit));
	const paid = Math.min(points, debtOf(state, ownerId, source.unit));
	if (debt && paid > 0) ids.push(post(state, { ...source, credit: debt, amount: paid }));
	return paid;
}

/** Puts points that arrive into the pot of their life. */
export function toPot(state: State, ownerId: string, points: Points, life: Life, source: Source, ids: string[]): void {
	const pot = accountOf(state, ownerId, potName(life, source.unit), source.unit, 0);
	ids.push(postLot(state, { ...source, credit: pot, amount: points }, life.endsAt?.getTime() ?? null));
}

/** Whether any account of the owner would leave the exact integers if these points came in or went out. */
export const isExact = (state: State, ownerId: string, points: Points): boolean => {
	if (!isPostable(points)) return false;
	for (const { credited, debited } of state.owners.get(ownerId)?.accounts.values() ?? [])
		if (!hasRoom(credited, points) || !hasRoom(debited, points)) return false;
	return true;
};

/**
 * Gives points: debt is paid first, the rest becomes a lot in the pot of its life, or waits in `pending/<ref>`.
 * Refuses `ledger.amount_invalid`.
 */
export function earn(state: State, command: EarnCommand): Answer<{ toDebt: Points; toPot: Points; toPending: Points }> {
	const { ownerId, points, maturesAt, reason, ref, unit = pointsUnit } = command;
	must(unit === pointsUnit || maturesAt === null, 'only points that pay are pending');
	if (!isExact(state, ownerId, points)) return refused('ledger.amount_invalid');
	const transferIds: string[] = [];
	const source: Source = { debit: houseNames.issued, reason, ref, unit };
	const toDebt = payDebt(state, ownerId, points, source, transferIds);
	const rest = points - toDebt;
	if (rest > 0 && maturesAt === null) toPot(state, ownerId, rest, command, source, transferIds);
	if (rest > 0 && maturesAt !== null) {
		const pending = accountOf(state, ownerId, accountNames.pending(ref), unit, 0);
		transferIds.push(postLot(state, { ...source, credit: pending, amount: rest }, maturesAt.getTime()));
	}
	return {
		ok: true,
		transferIds,
		toDebt,
		toPot: maturesAt === null ? rest : 0,
		toPending: maturesAt === null ? 0 : rest
	};
}

/**
 * Writes off what has lapsed in one account, so that its watermark stands where the next point to spend begins.
 * @returns how many points that was
 */
export function writeOff(state: State, pot: Account, ids: string[]): Points {
	const points = lapsed(pot, state.now.getTime());
	// No ref: they lapse with time, not with the receipt that happened to notice.
	if (points > 0) {
		const side = { debit: pot, credit: houseNames.expired, unit: pot.unit };
		ids.push(post(state, { ...side, amount: points, reason: 'expired', ref: null }));
	}
	return points;
}

interface Piece extends Taken {
	pot: Account;
	place: number;
}

/** The spendable points of an owner in the order in which they go: soonest due first, over all pots. */
function pieces(state: State, ownerId: string, unit: string): Piece[] {
	const found: Piece[] = [];
	const now = state.now.getTime();
	for (const pot of potsOf(state, ownerId, unit)) {
		for (const lot of lotsOf(pot))
			if (lot.dueAt === null || lot.dueAt > now)
				found.push({ pot, dueAt: lot.dueAt, points: restOf(pot, lot), place: lot.cumulative });
	}
	return found.sort(
		(a, b) =>
			byDue(a.dueAt, b.dueAt) || (a.pot.name < b.pot.name ? -1 : a.pot.name > b.pot.name ? 1 : a.place - b.place)
	);
}

interface Take {
	unit: string;
	credit: Account | string;
	reason: string;
	ref: string | null;
}

/** The pieces that make up points which are known to be there; what has lapsed is written off before them. */
function choose(state: State, ownerId: string, points: Points, unit: string, ids: string[]): Piece[] {
	for (const pot of potsOf(state, ownerId, unit)) writeOff(state, pot, ids);
	const chosen: Piece[] = [];
	let left = points;
	for (const piece of pieces(state, ownerId, unit)) {
		if (left === 0) break;
		const part = Math.min(left, piece.points);
		chosen.push({ ...piece, points: part });
		left -= part;
	}
	must(left === 0, 'points were counted before they were taken');
	return chosen;
}

/** Takes points that are known to be there: one transfer per pot. @returns what was taken, by due date */
export function take(state: State, ownerId: string, points: Points, to: Take, ids: string[]): DuePoints[] {
	const chosen = choose(state, ownerId, points, to.unit, ids);
	const perPot = new Map<Account, Points>();
	for (const { pot, points: part } of chosen) perPot.set(pot, (perPot.get(pot) ?? 0) + part);
	for (const [pot, part] of perPot) ids.push(post(state, { ...to, debit: pot, amount: part }));
	return gathered(chosen).map((part) => ({ endsAt: dateOf(part.dueAt), points: part.points }));
}

/**
 * Spends points over all pots, soonest due first.
 * Refuses `ledger.amount_invalid`, `ledger.insufficient` {availablePoints, missingPoints}.
 * @returns `consumed`: the due dates of what was spent, soonest first
 */
export function spend(state: State, command: SpendCommand): Answer<{ consumed: DuePoints[] }> {
	const { ownerId, points, reason, ref } = command;
	if (!isPostable(points)) return refused('ledger.amount_invalid');
	const available = spendable(state, ownerId);
	if (available < points)
		return refused('ledger.insufficient', { availablePoints: available, missingPoints: points - available });
	const transferIds: string[] = [];
	const to: Take = { credit: houseNames.redeemed, reason, ref, unit: pointsUnit };
	const consumed = take(state, ownerId, points, to, transferIds);
	return { ok: true, transferIds, consumed };
}

/**
 * Gives points of an earlier spend back with the dates they had, those that lived longest first. Returns in parts are
 * cumulative: `alreadyGivenBack` says where this one goes on, so that nothing comes back twice. Debt is paid first.
 * Refuses `ledger.amount_invalid`, `ledger.insufficient` when more would come back than was spent.
 */
export function giveBack(state: State, command: GiveBackCommand): Answer<{ toDebt: Points; given: DuePoints[] }> {
	const { ownerId, ofRef, spentBy = ownerId, points, alreadyGivenBack, minimumEndsAt, reason, ref } = command;
	must(state.refs.has(ofRef), 'the book was opened with the spend that is given back');
	const spent = state.spends.get(spendKey(spentBy, ofRef)) ?? [];
	if (!isExact(state, ownerId, points)) return refused('ledger.amount_invalid');
	must(Number.isSafeInteger(alreadyGivenBack) && alreadyGivenBack >= 0, 'what was given back is a count of points');
	const available = spent.reduce((total, part) => total + part.points, 0) - alreadyGivenBack;
	if (available < points) {
		const most = Math.max(0, available);
		return refused('ledger.insufficient', { availablePoints: most, missingPoints: points - most });
	}
	const transferIds: string[] = [];
	const source: Source = { debit: houseNames.redeemed, reason, ref, unit: pointsUnit };
	const toDebt = payDebt(state, ownerId, points, source, transferIds);
	// What pays the debt counts as the first that came back, so that the next part goes on after it.
	const parts = slice(spent.toReversed(), alreadyGivenBack + toDebt, alreadyGivenBack + points);
	const minimum = minimumEndsAt?.getTime() ?? 0;
	const given = gathered(
		parts.map((part) => ({ ...part, dueAt: part.dueAt === null ? null : Math.max(part.dueAt, minimum) }))
	).map((part) => ({ endsAt: dateOf(part.dueAt), points: part.points }));
	for (const part of given)
		toPot(state, ownerId, part.points, { potDays: null, endsAt: part.endsAt }, source, transferIds);
	return { ok: true, transferIds, toDebt, given };
}

/** The points from…to of a row of parts. */
function slice(parts: readonly Taken[], from: Points, to: Points): Taken[] {
	const found: Taken[] = [];
	let at = 0;
	for (const part of parts) {
		const points = Math.min(at + part.points, to) - Math.max(at, from);
		if (points > 0) found.push({ dueAt: part.dueAt, points });
		at += part.points;
	}
	return found;
}

/**
 * How many of points to take back the owner no longer has: what `takeBack` would make a debt of.
 * @param givenBack points that come to the owner first
 */
export function missing(
	state: State,
	{ ownerId, ofRef, points, givenBack }: { ownerId: string; ofRef: string; points: Points; givenBack: Points }
): Points {
	const pending = findAccount(state, ownerId, accountNames.pending(ofRef));
	const there = (pending ? balanceOf(pending) : 0) + spendable(state, ownerId);
	return Math.max(0, points - there - Math.max(0, givenBack - debtOf(state, ownerId)));
}

/**
 * Takes earned points back: from their own pending account, then from what can be spent, and what is missing is owed.
 * Refuses `ledger.amount_invalid`.
 */
export function takeBack(
	state: State,
	command: TakeBackCommand
): Answer<{ fromPending: Points; fromSpendable: Points; owed: Points }> {
	const { ownerId, ofRef, points, reason, ref, unit = pointsUnit } = command;
	if (!isExact(state, ownerId, points)) return refused('ledger.amount_invalid');
	const transferIds: string[] = [];
	const to: Take = { credit: houseNames.issued, reason, ref, unit };
	const pending = unit === pointsUnit ? findAccount(state, ownerId, accountNames.pending(ofRef)) : undefined;
	const fromPending = pending ? Math.min(points, balanceOf(pending)) : 0;
	if (pending && fromPending > 0) transferIds.push(post(state, { ...to, debit: pending, amount: fromPending }));
	const fromSpendable = Math.min(points - fromPending, spendable(state, ownerId, unit));
	if (fromSpendable > 0) take(state, ownerId, fromSpendable, to, transferIds);
	const owed = points - fromPending - fromSpendable;
	if (owed > 0) {
		const debt = accountOf(state, ownerId, accountNames.debt(unit), unit, null);
		transferIds.push(post(state, { ...to, debit: debt, amount: owed }));
	}
	return { ok: true, transferIds, fromPending, fromSpendable, owed };
}

/**
 * Moves spendable points to another owner, soonest due first; they keep their dates. The receiver's debt is paid first.
 * Refuses `ledger.amount_invalid`, `ledger.insufficient` {availablePoints, missingPoints}.
 */
export function movePoints(state: State, command: MovePointsCommand): Answer<{ toDebt: Points; moved: DuePoints[] }> {
	const { fromOwnerId, toOwnerId, points, reason, ref, unit = pointsUnit } = command;
	must(fromOwnerId !== toOwnerId, 'points move between two owners');
	if (!isExact(state, toOwnerId, points)) return refused('ledger.amount_invalid');
	const available = spendable(state, fromOwnerId, unit);
	if (available < points)
		return refused('ledger.insufficient', { availablePoints: available, missingPoints: points - available });
	const transferIds: string[] = [];
	const chosen = choose(state, fromOwnerId, points, unit, transferIds);
	const moved: Taken[] = [];
	for (const piece of chosen) {
		const source: Source = { debit: piece.pot, reason, ref, unit };
		const left = piece.points - payDebt(state, toOwnerId, piece.points, source, transferIds);
		if (left === 0) continue;
		toPot(state, toOwnerId, left, { potDays: null, endsAt: dateOf(piece.dueAt) }, source, transferIds);
		moved.push({ dueAt: piece.dueAt, points: left });
	}
	const given = gathered(moved);
	return {
		ok: true,
		transferIds,
		toDebt: points - given.reduce((total, part) => total + part.points, 0),
		moved: given.map((part) => ({ endsAt: dateOf(part.dueAt), points: part.points }))
	};
}

/** All that an owner could spend lapses. @returns how many points that was */
export function lapse(
	state: State,
	{ ownerId, reason, ref, unit = pointsUnit }: LapseCommand
): { points: Points; transferIds: string[] } {
	const transferIds: string[] = [];
	const points = spendable(state, ownerId, unit);
	if (points > 0) take(state, ownerId, points, { credit: houseNames.expired, reason, ref, unit }, transferIds);
	return { points, transferIds };
}

/**
 * Lets points live until a later date: all that would lapse before it. In every pot these are the next to be spent, so that
 * they can leave it.
 * @returns how many that was
 */
export function extend(
	state: State,
	{ ownerId, endsAt, reason, ref, unit = pointsUnit }: ExtendCommand
): { points: Points; transferIds: string[] } {
	const until = endsAt.getTime();
	must(until > state.now.getTime(), 'points are extended into the future');
	const transferIds: string[] = [];
	const early = pieces(state, ownerId, unit).filter(({ dueAt }) => dueAt !== null && dueAt < until);
	// They are the soonest due over all pots: exactly what would be spent first.
	const points = early.reduce((total, piece) => total + piece.points, 0);
	if (points === 0) return { points, transferIds };
	const perPot = new Map<Account, Points>();
	for (const { pot, points: part } of choose(state, ownerId, points, unit, transferIds))
		perPot.set(pot, (perPot.get(pot) ?? 0) + part);
	for (const [pot, part] of perPot)
		toPot(state, ownerId, part, { potDays: null, endsAt }, { debit: pot, reason, ref, unit }, transferIds);
	return { points, transferIds };
}
