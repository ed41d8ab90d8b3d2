import { newId } from '#core/ids';
import { must } from '#core/must';
import type { RefusalData } from '#core/refusal';
import { house, isPending, ledgerRefusals } from './index.ts';

/**
 * What a book holds in memory: the owners' accounts as they stand after what the batch has done so far, and the rows that
 * will be written. Instants are milliseconds, since lots are compared by the thousand.
 */

export interface Lot {
	/** the account's `credited` after this lot */
	cumulative: number;
	amount: number;
	/** null: never */
	dueAt: number | null;
}

export interface Account {
	ownerId: string;
	name: string;
	unit: string;
	credited: number;
	debited: number;
	held: number;
	floor: number | null;
	firstDueAt: number | null;
	lastDueAt: number | null;
	closed: boolean;
	/** open lots in the order of `cumulative`; of an account whose `lotsRead` is false those that this book made */
	lots: Lot[];
	/** false: none of its lots was due, and nobody was going to take any, so that they were left where they are */
	lotsRead: boolean;
	/** it has no row yet */
	fresh: boolean;
	changed: boolean;
}

export interface Hold {
	id: string;
	ownerId: string;
	name: string;
	amount: number;
	reason: string;
	ref: string | null;
	createdAt: number;
	expiresAt: number;
	capturedAt: number | null;
	releasedAt: number | null;
	fresh: boolean;
	changed: boolean;
}

export interface Owner {
	id: string;
	/** place of the newest entry */
	seq: number;
	accounts: Map<string, Account>;
	holds: Map<string, Hold>;
	/** it has no row yet */
	fresh: boolean;
}

export interface TransferRow {
	id: string;
	debitOwnerId: string;
	debitName: string;
	creditOwnerId: string;
	creditName: string;
	unit: string;
	amount: number;
	reason: string;
	ref: string | null;
	postedAt: Date;
}

export interface EntryRow {
	ownerId: string;
	seq: number;
	name: string;
	transferId: string;
	amount: number;
	creditedAfter: number;
	debitedAfter: number;
	reason: string;
	ref: string | null;
	postedAt: Date;
}

export interface LotRow {
	ownerId: string;
	name: string;
	cumulative: number;
	amount: number;
	dueAt: Date | null;
	transferId: string;
	createdAt: Date;
}

/** Points that an earlier spend took from one lot. */
export interface Taken {
	dueAt: number | null;
	points: number;
}

export interface State {
	now: Date;
	owners: Map<string, Owner>;
	/** the refs whose spends were loaded */
	refs: Set<string>;
	/** what those spends took, soonest due first, by `spendKey` */
	spends: Map<string, Taken[]>;
	/** transfers that exist already, of the ids that callers brought */
	known: Map<string, TransferRow>;
	transfers: TransferRow[];
	entries: EntryRow[];
	lots: LotRow[];
}

export const emptyState = (now: Date): State => ({
	now,
	owners: new Map(),
	refs: new Set(),
	spends: new Map(),
	known: new Map(),
	transfers: [],
	entries: [],
	lots: []
});

export const spendKey = (ownerId: string, ref: string): string => `${ownerId} ${ref}`;

export const balanceOf = (account: Account): number => account.credited - account.debited;

/** An owner of the book. One that the book was not opened with can only be new: writing its row fails if it is not. */
export function ownerOf(state: State, ownerId: string): Owner {
	let owner = state.owners.get(ownerId);
	if (!owner) {
		must(ownerId !== house, 'the house owns no accounts');
		owner = { id: ownerId, seq: 0, accounts: new Map(), holds: new Map(), fresh: true };
		state.owners.set(ownerId, owner);
	}
	return owner;
}

export const findAccount = (state: State, ownerId: string, name: string): Account | null =>
	state.owners.get(ownerId)?.accounts.get(name) ?? null;

/** The account, made when it is missing. */
export function accountOf(state: State, ownerId: string, name: string, unit: string, floor: number | null): Account {
	const { accounts } = ownerOf(state, ownerId);
	let account = accounts.get(name);
	if (!account) {
		account = {
			ownerId,
			name,
			unit,
			credited: 0,
			debited: 0,
			held: 0,
			floor,
			firstDueAt: null,
			lastDueAt: null,
			closed: false,
			lots: [],
			lotsRead: true,
			fresh: true,
			changed: true
		};
		accounts.set(name, account);
	}
	return account;
}

/** The open lots of an account that was read with them. */
export function lotsOf(account: Account): Lot[] {
	must(account.lotsRead, 'whose points are taken is said when the book is opened');
	return account.lots;
}

/** Whether an amount may be posted at all: positive, and exact. */
export const isPostable = (amount: number): boolean => Number.isSafeInteger(amount) && amount > 0;

/** Whether a volume of the account can take the amount and still be exact. */
export const hasRoom = (volume: number, amount: number): boolean => Number.isSafeInteger(volume + amount);

/** A side of a transfer: an owner's account, or the house under a name. */
export type Side = Account | string;

export interface Movement {
	debit: Side;
	credit: Side;
	amount: number;
	unit: string;
	reason: string;
	ref: string | null;
	id?: string | undefined;
}

/**
 * Moves an amount in memory and notes its rows. The caller has checked that it may.
 * @returns the transfer's id
 */
export function post(state: State, { debit, credit, amount, unit, reason, ref, id }: Movement): string {
	must(isPostable(amount), 'a transfer moves a positive amount');
	const transferId = id ?? newId('transfer', state.now);
	const [debitOwnerId, debitName] = namesOf(debit);
	const [creditOwnerId, creditName] = namesOf(credit);
	state.transfers.push({
		id: transferId,
		debitOwnerId,
		debitName,
		creditOwnerId,
		creditName,
		unit,
		amount,
		reason,
		ref,
		postedAt: state.now
	});
	if (typeof debit !== 'string') {
		debit.debited += amount;
		must(
			debit.floor === null || balanceOf(debit) - debit.held >= debit.floor,
			'a debit was checked before it was posted'
		);
		dropSpentLots(debit);
		if (isPending(debit.name) && balanceOf(debit) === 0) {
			debit.closed = true;
			debit.firstDueAt = null;
		}
		note(state, debit, transferId, -amount, reason, ref);
	}
	if (typeof credit !== 'string') {
		credit.credited += amount;
		note(state, credit, transferId, amount, reason, ref);
	}
	return transferId;
}

const namesOf = (side: Side): [string, string] =>
	typeof side === 'string' ? [house, side] : [side.ownerId, side.name];

function note(state: State, account: Account, transferId: string, amount: number, reason: string, ref: string | null) {
	must(
		Number.isSafeInteger(account.credited) && Number.isSafeInteger(account.debited),
		'a volume left the safe integers'
	);
	account.changed = true;
	const owner = ownerOf(state, account.ownerId);
	owner.seq += 1;
	state.entries.push({
		ownerId: account.ownerId,
		seq: owner.seq,
		name: account.name,
		transferId,
		amount,
		creditedAfter: account.credited,
		debitedAfter: account.debited,
		reason,
		ref,
		postedAt: state.now
	});
}

function dropSpentLots(account: Account): void {
	let spent = 0;
	for (const lot of account.lots) {
		if (lot.cumulative > account.debited) break;
		spent += 1;
	}
	if (spent > 0) account.lots.splice(0, spent);
}

/** Posts a credit that makes a lot. Its due date is never earlier than the account's newest, so that lots stay in order. */
export function postLot(state: State, movement: Movement & { credit: Account }, dueAt: number | null): string {
	const account = movement.credit;
	must(
		(dueAt === null) === (account.lastDueAt === null) || account.credited === 0,
		'an account holds lots that fall due, or lots that never do'
	);
	const due = dueAt === null ? null : Math.max(dueAt, account.lastDueAt ?? dueAt);
	const transferId = post(state, movement);
	account.lastDueAt = due;
	account.firstDueAt ??= due;
	account.closed = false;
	account.lots.push({ cumulative: account.credited, amount: movement.amount, dueAt: due });
	state.lots.push({
		ownerId: account.ownerId,
		name: account.name,
		cumulative: account.credited,
		amount: movement.amount,
		dueAt: due === null ? null : new Date(due),
		transferId,
		createdAt: state.now
	});
	return transferId;
}

export interface Refused {
	ok: false;
	refusal: RefusalData;
}

export type Answer<T> = ({ ok: true; transferIds: string[] } & T) | Refused;

export const refused = (...args: Parameters<typeof ledgerRefusals.data>): Refused => ({
	ok: false,
	refusal: ledgerRefusals.data(...args)
});
