import type { Cents } from '#core/amounts';
import { newId } from '#core/ids';
import { must } from '#core/must';
import { house, isPoints } from './index.ts';
import {
	accountOf,
	balanceOf,
	findAccount,
	hasRoom,
	isPostable,
	ownerOf,
	post,
	refused,
	type Account,
	type Answer,
	type Hold,
	type Refused,
	type State
} from './state.ts';

/** Pure verbs on plain balances, such as a gift card's money. Points have lots and verbs of their own (points.ts). */

interface Amount {
	/** ISO 4217 */
	unit: string;
	amount: Cents;
	reason: string;
	ref: string | null;
	/** the caller's own permanent id: the same movement again is answered as replayed, another one under it is refused */
	transferId?: string;
}

export interface PostCommand extends Amount {
	ownerId: string;
	name: string;
	/** the house's side: `giftcards/charged` */
	counterName: string;
}

export interface MoveCommand extends Amount {
	from: { ownerId: string; name: string };
	to: { ownerId: string; name: string };
}

export interface HoldCommand {
	ownerId: string;
	name: string;
	unit: string;
	amount: Cents;
	expiresAt: Date;
	reason: string;
	ref: string | null;
}

export interface CaptureCommand {
	ownerId: string;
	holdId: string;
	/** at most what the hold set aside, the rest is free again; left out: all of it */
	amount?: Cents;
	counterName: string;
	reason: string;
	ref: string | null;
}

export type Posted = Answer<{ replayed: boolean }>;

const available = (account: Account): Cents => balanceOf(account) - account.held;

/** What an account can pay now: its balance less what is held. An account that does not exist can pay nothing. */
export function availableOf(state: State, ownerId: string, name: string): Cents {
	const account = findAccount(state, ownerId, name);
	return account ? available(account) : 0;
}

/**
 * Makes an account, or finds it as it is.
 * @param floor its balance may not go below; null: no floor
 * Refuses `ledger.unit_other` when it exists in another unit.
 */
export function openAccount(
	state: State,
	{ ownerId, name, unit, floor = 0 }: { ownerId: string; name: string; unit: string; floor?: number | null }
): { ok: true } | Refused {
	must(!isPoints(name), 'points have accounts of their own');
	const account = accountOf(state, ownerId, name, unit, floor);
	return account.unit === unit ? { ok: true } : refused('ledger.unit_other', { unit: account.unit });
}

/** The account an amount may be posted to, or why not. */
function postable(state: State, ownerId: string, name: string, unit: string, amount: Cents): Account | Refused {
	must(!isPoints(name), 'points move by their own verbs');
	if (!isPostable(amount)) return refused('ledger.amount_invalid');
	const account = findAccount(state, ownerId, name);
	if (!account) return refused('ledger.account_unknown');
	if (account.unit !== unit) return refused('ledger.unit_other', { unit: account.unit });
	return account;
}

const payable = (account: Account, amount: Cents): Refused | null => {
	if (!hasRoom(account.debited, amount)) return refused('ledger.amount_invalid');
	if (account.floor === null) return null;
	const most = available(account) - account.floor;
	return most < amount ? refused('ledger.insufficient', { availableCents: most, missingCents: amount - most }) : null;
};

const receivable = (account: Account, amount: Cents): Refused | null =>
	hasRoom(account.credited, amount) ? null : refused('ledger.amount_invalid');

interface Sides {
	debitOwnerId: string;
	debitName: string;
	creditOwnerId: string;
	creditName: string;
}

const creditSides = ({ ownerId, name, counterName }: PostCommand): Sides => ({
	debitOwnerId: house,
	debitName: counterName,
	creditOwnerId: ownerId,
	creditName: name
});

const debitSides = ({ ownerId, name, counterName }: PostCommand): Sides => ({
	debitOwnerId: ownerId,
	debitName: name,
	creditOwnerId: house,
	creditName: counterName
});

/** What a debit that was made before is answered again; null: it was not. */
export const repeatedDebit = (state: State, command: PostCommand): Posted | null =>
	repeated(state, command, debitSides(command));

/** A movement whose id exists already is answered from the first; null: it is new. */
function repeated(state: State, { transferId, unit, amount }: Amount, sides: Sides): Posted | null {
	if (transferId === undefined) return null;
	const first = state.known.get(transferId) ?? state.transfers.find((transfer) => transfer.id === transferId);
	if (!first) return null;
	const same =
		first.unit === unit &&
		first.amount === amount &&
		first.debitOwnerId === sides.debitOwnerId &&
		first.debitName === sides.debitName &&
		first.creditOwnerId === sides.creditOwnerId &&
		first.creditName === sides.creditName;
	return same ? { ok: true, transferIds: [first.id], replayed: true } : refused('ledger.transfer_repeated');
}

/**
 * Puts money on an account, from the house.
 * Refuses `ledger.amount_invalid`, `ledger.account_unknown`, `ledger.unit_other`, `ledger.transfer_repeated`.
 */
export function credit(state: State, command: PostCommand): Posted {
	const { ownerId, name, unit, amount, counterName, reason, ref, transferId: id } = command;
	const before = repeated(state, command, creditSides(command));
	if (before) return before;
	const account = postable(state, ownerId, name, unit, amount);
	if ('refusal' in account) return account;
	const refusal = receivable(account, amount);
	if (refusal) return refusal;
	const transferId = post(state, { debit: counterName, credit: account, amount, unit, reason, ref, id });
	return { ok: true, transferIds: [transferId], replayed: false };
}

/**
 * Takes money off an account, to the house.
 * Refuses as `credit` does, and `ledger.insufficient` {availableCents, missingCents} below the floor.
 */
export function debit(state: State, command: PostCommand): Posted {
	const { ownerId, name, unit, amount, counterName, reason, ref, transferId: id } = command;
	const before = repeated(state, command, debitSides(command));
	if (before) return before;
	const account = postable(state, ownerId, name, unit, amount);
	if ('refusal' in account) return account;
	const refusal = payable(account, amount);
	if (refusal) return refusal;
	const transferId = post(state, { debit: account, credit: counterName, amount, unit, reason, ref, id });
	return { ok: true, transferIds: [transferId], replayed: false };
}

/** Moves money between two owners' accounts, or two accounts of one owner. Refuses as `debit` does. */
export function move(state: State, command: MoveCommand): Posted {
	const { from, to, unit, amount, reason, ref, transferId: id } = command;
	const before = repeated(state, command, {
		debitOwnerId: from.ownerId,
		debitName: from.name,
		creditOwnerId: to.ownerId,
		creditName: to.name
	});
	if (before) return before;
	const payer = postable(state, from.ownerId, from.name, unit, amount);
	if ('refusal' in payer) return payer;
	const receiver = postable(state, to.ownerId, to.name, unit, amount);
	if ('refusal' in receiver) return receiver;
	must(payer !== receiver, 'a transfer has two sides');
	const refusal = payable(payer, amount) ?? receivable(receiver, amount);
	if (refusal) return refusal;
	const transferId = post(state, { debit: payer, credit: receiver, amount, unit, reason, ref, id });
	return { ok: true, transferIds: [transferId], replayed: false };
}

/** Sets an amount aside until it is captured, released, or its time is over. Refuses as `debit` does. */
export function hold(state: State, command: HoldCommand): { ok: true; holdId: string } | Refused {
	const { ownerId, name, unit, amount, expiresAt, reason, ref } = command;
	const account = postable(state, ownerId, name, unit, amount);
	if ('refusal' in account) return account;
	if (expiresAt <= state.now) return refused('ledger.hold_expired');
	const refusal = payable(account, amount);
	if (refusal) return refusal;
	const id = newId('hold', state.now);
	account.held += amount;
	account.changed = true;
	ownerOf(state, ownerId).holds.set(id, {
		id,
		ownerId,
		name,
		amount,
		reason,
		ref,
		createdAt: state.now.getTime(),
		expiresAt: expiresAt.getTime(),
		capturedAt: null,
		releasedAt: null,
		fresh: true,
		changed: true
	});
	return { ok: true, holdId: id };
}

/** An open hold with its account, or why there is none. */
function openHold(state: State, ownerId: string, holdId: string): { found: Hold; account: Account } | Refused {
	const found = ownerOf(state, ownerId).holds.get(holdId);
	if (!found) return refused('ledger.hold_unknown');
	if (found.releasedAt !== null && found.releasedAt >= found.expiresAt) return refused('ledger.hold_expired');
	if (found.capturedAt !== null || found.releasedAt !== null) return refused('ledger.hold_ended');
	const account = findAccount(state, ownerId, found.name);
	must(account, 'a hold has its account');
	return { found, account };
}

function end(hold: Hold, account: Account): void {
	account.held -= hold.amount;
	account.changed = true;
	hold.changed = true;
}

/**
 * Takes what a hold set aside, to the house.
 * Refuses `ledger.hold_unknown`, `ledger.hold_ended`, `ledger.hold_expired`, `ledger.amount_invalid`.
 */
export function capture(state: State, command: CaptureCommand): Answer<{ amount: Cents }> {
	const open = openHold(state, command.ownerId, command.holdId);
	if ('refusal' in open) return open;
	const { found, account } = open;
	const amount = command.amount ?? found.amount;
	if (!isPostable(amount) || amount > found.amount || !hasRoom(account.debited, amount))
		return refused('ledger.amount_invalid');
	end(found, account);
	found.capturedAt = state.now.getTime();
	const { counterName, reason, ref } = command;
	const transferId = post(state, { debit: account, credit: counterName, amount, unit: account.unit, reason, ref });
	return { ok: true, transferIds: [transferId], amount };
}

/** Frees what a hold set aside. Refuses `ledger.hold_unknown`, `ledger.hold_ended`, `ledger.hold_expired`. */
export function release(
	state: State,
	{ ownerId, holdId }: { ownerId: string; holdId: string }
): { ok: true; amount: Cents } | Refused {
	const open = openHold(state, ownerId, holdId);
	if ('refusal' in open) return open;
	end(open.found, open.account);
	open.found.releasedAt = state.now.getTime();
	return { ok: true, amount: open.found.amount };
}

/** Frees every hold of the book whose time is over. @returns how many that were */
export function releaseExpired(state: State): number {
	let released = 0;
	for (const owner of state.owners.values())
		for (const hold of owner.holds.values()) {
			if (hold.capturedAt !== null || hold.releasedAt !== null || hold.expiresAt > state.now.getTime()) continue;
			const account = owner.accounts.get(hold.name);
			must(account, 'a hold has its account');
			end(hold, account);
			hold.releasedAt = state.now.getTime();
			released += 1;
		}
	return released;
}
