import { must } from '#core/must';
import { listsOf, Writes } from '#platform/bulk';
import { sqlOf, type Raw, type Reads, type Tx } from '#platform/db';
import type { Life, PointsBalance } from './index.ts';
import * as money from './money.ts';
import { mature } from './maturing.ts';
import * as points from './points.ts';
import {
	addHolds,
	lockOwners,
	makeOwners,
	ownersOf,
	postingsOf,
	readHolds,
	readOwners,
	readSpends,
	readTransfers,
	spendsOf
} from './read.server.ts';
import { absorb, forfeit, type AbsorbCommand } from './succession.ts';
import { emptyState, type Account, type Hold, type State } from './state.ts';
import { accountOwners, accounts, entries, holds, lots, transfers } from './tables.server.ts';

export interface BookOptions {
	/** true: no other transaction touches these owners until this one ends. Only a locked book can be written. */
	lock: boolean;
	/**
	 * from whom points may be taken; absent: from everybody. The others' points can be told and earned, but not by their dates
	 */
	taking?: readonly string[];
	/** refs (receipts) of these owners whose spends may be given back */
	refs?: readonly string[];
	/** holds that will be captured or released; a book knows open ones anyway, this tells what became of the others */
	holds?: readonly { ownerId: string; holdId: string }[];
	/** ids of movements that callers brought along */
	transferIds?: readonly string[];
	/** the owners' own accounts are meant, also of those who share a purse: for who moves things in and out of it */
	own?: true;
}

/**
 * Opens the books of some owners: locks them in the order of their ids, then reads their open accounts, lots and holds.
 * One wait for the database. What has lapsed or whose hold is over counts as gone at `now`.
 *
 * Who shares a purse is told by the rows that are locked and read anyway, so that nobody else waits for it; then the purse
 * is locked and read too, after everybody who shares it. From then on the book means the purse wherever one of them is
 * named.
 */
export async function openBook(
	reads: Reads,
	ownerIds: readonly string[],
	now: Date,
	options: BookOptions
): Promise<Book> {
	const sql = sqlOf(reads);
	const ids = [...new Set(ownerIds)].sort();
	const { refs = [], holds: askedHolds = [], transferIds = [] } = options;
	const taking = options.taking ? new Set(options.taking) : null;
	// Sent in this order on one connection. The lock is a statement of its own: what is read in the statement that waited
	// for a lock is still what was there before the wait.
	const [first, spendRows, holdRows, transferRows] = await Promise.all([
		ids.length > 0 ? readBooks(sql, ids, taking, now, options.lock) : noBooks(),
		refs.length > 0 ? readSpends(sql, ids, refs) : [],
		askedHolds.length > 0 ? readHolds(sql, askedHolds) : [],
		transferIds.length > 0 ? readTransfers(sql, transferIds) : []
	]);
	const state = emptyState(now);
	state.owners = first.owners;
	const postings = options.own ? new Map<string, string>() : first.postings;
	for (let purses = pursesIn(postings, state.owners); purses.length > 0; purses = pursesIn(postings, state.owners)) {
		const more = await readBooks(sql, purses, null, now, options.lock);
		for (const [id, owner] of more.owners) state.owners.set(id, owner);
		for (const [id, purse] of more.postings) postings.set(id, purse);
	}
	state.refs = new Set(refs);
	state.spends = spendsOf(spendRows);
	state.known = new Map(transferRows.map((row) => [row.id, row]));
	addHolds(state.owners, holdRows);
	const released = money.releaseExpired(state);
	return new Book(state, options.lock, released, postings);
}

interface Books {
	owners: State['owners'];
	/** whose accounts take what is somebody's, for those who share a purse */
	postings: Map<string, string>;
}

const noBooks = (): Books => ({ owners: new Map(), postings: new Map() });

/** What owners have. With `lock`, nobody else changes it until the transaction ends. */
async function readBooks(
	sql: Raw,
	ids: readonly string[],
	taking: ReadonlySet<string> | null,
	now: Date,
	lock: boolean
): Promise<Books> {
	if (!lock) {
		const rows = await readOwners(sql, ids, taking, now, false);
		return { owners: ownersOf(rows), postings: postingsOf(rows) };
	}
	const [locked, rows] = await Promise.all([lockOwners(sql, ids), readOwners(sql, ids, taking, now, true)]);
	const owners = ownersOf(rows);
	const postings = postingsOf(locked);
	if (locked.length === ids.length) return { owners, postings };
	// Whoever had no row is read again with it: somebody else may have made it and moved something on it meanwhile.
	const there = new Set(locked.map(({ owner_id }) => owner_id));
	const missing = ids.filter((id) => !there.has(id));
	const [, made, again] = await Promise.all([
		makeOwners(sql, missing, now),
		lockOwners(sql, missing),
		readOwners(sql, missing, taking, now, true)
	]);
	for (const [id, owner] of ownersOf(again)) owners.set(id, owner);
	for (const [id, purse] of postingsOf(made)) postings.set(id, purse);
	return { owners, postings };
}

/** Purses that are shared by owners of the book and not in it yet. One that has ended leads on to who took what was in it. */
const pursesIn = (postings: ReadonlyMap<string, string>, owners: State['owners']): string[] =>
	[...new Set(postings.values())].filter((id) => !owners.has(id)).sort();

/**
 * Takes back the rows that `openBook` made to lock owners who turn out not to exist. Whoever has an account keeps theirs.
 */
export async function forgetOwners(reads: Reads, ownerIds: readonly string[]): Promise<void> {
	await sqlOf(reads).unsafe(
		`delete from account_owners o using json_array_elements_text($1::json) as x(id)
		where o.owner_id = x.id collate "C" and o.posts_to is null and not exists (select from accounts a where a.owner_id = o.owner_id)`,
		[JSON.stringify(ownerIds)],
		{ prepare: true }
	);
}

/**
 * One unit of work on some owners inside one transaction: verbs decide in memory, `write` writes once. A verb answers
 * `ok: false` with a refusal and has changed nothing, or has changed the book alone.
 *
 * An owner that the book was not opened with counts as new: right for an id made a moment ago, and the write fails when
 * the owner exists after all.
 */
export class Book {
	readonly #state: State;
	readonly #locked: boolean;
	/** whose accounts take what is somebody's; empty for nearly every book */
	readonly #postings: ReadonlyMap<string, string>;
	#written = false;
	/** holds whose time was over when the book was opened: it frees them */
	readonly released: number;

	/** @see openBook */
	constructor(state: State, locked: boolean, released: number, postings: ReadonlyMap<string, string> = new Map()) {
		this.#state = state;
		this.#locked = locked;
		this.#postings = postings;
		this.released = released;
	}

	/** Whose accounts take what is this owner's: the purse they share, or their own. */
	purseOf(ownerId: string): string {
		let id = ownerId;
		for (let next = this.#postings.get(id); next !== undefined; next = this.#postings.get(id)) id = next;
		return id;
	}

	/** A command on the accounts that are meant. */
	#at<C extends { ownerId: string }>(command: C): C {
		return this.#postings.size === 0 ? command : { ...command, ownerId: this.purseOf(command.ownerId) };
	}

	#between<C extends { fromOwnerId: string; toOwnerId: string }>(command: C): C {
		const { fromOwnerId, toOwnerId } = command;
		return { ...command, fromOwnerId: this.purseOf(fromOwnerId), toOwnerId: this.purseOf(toOwnerId) };
	}

	get now(): Date {
		return this.#state.now;
	}

	/** Points as they stand after what this book has done so far. @param unit of which type; absent: those that pay */
	points(ownerId: string, unit?: string): PointsBalance {
		return points.pointsBalance(this.#state, this.purseOf(ownerId), unit);
	}

	/** The same without its dates. */
	standing(ownerId: string, unit?: string): Pick<PointsBalance, 'spendable' | 'pending' | 'debt'> {
		return points.standingOf(this.#state, this.purseOf(ownerId), unit);
	}

	/** What an account can pay now: its balance less what is held; 0 for one that does not exist. */
	available(ownerId: string, name: string): number {
		return money.availableOf(this.#state, ownerId, name);
	}

	/** Points to take back that the owner no longer has. */
	missing(command: Parameters<typeof points.missing>[1]): number {
		return points.missing(this.#state, this.#at(command));
	}

	earn(command: points.EarnCommand) {
		return points.earn(this.#state, this.#at(command));
	}

	spend(command: points.SpendCommand) {
		return points.spend(this.#state, this.#at(command));
	}

	giveBack(command: points.GiveBackCommand) {
		// Who spent is named as they were then.
		return points.giveBack(this.#state, { spentBy: command.ownerId, ...this.#at(command) });
	}

	takeBack(command: points.TakeBackCommand) {
		return points.takeBack(this.#state, this.#at(command));
	}

	movePoints(command: points.MovePointsCommand) {
		return points.movePoints(this.#state, this.#between(command));
	}

	absorb(command: AbsorbCommand) {
		return absorb(this.#state, this.#between(command));
	}

	lapse(command: points.LapseCommand) {
		return points.lapse(this.#state, this.#at(command));
	}

	forfeit(command: points.LapseCommand) {
		return forfeit(this.#state, this.#at(command));
	}

	extend(command: points.ExtendCommand) {
		return points.extend(this.#state, this.#at(command));
	}

	mature(ownerId: string, life: (maturedAt: Date) => Life) {
		return mature(this.#state, this.purseOf(ownerId), life);
	}

	openAccount(account: { ownerId: string; name: string; unit: string; floor?: number | null }) {
		return money.openAccount(this.#state, account);
	}

	credit(command: money.PostCommand) {
		return money.credit(this.#state, command);
	}

	debit(command: money.PostCommand) {
		return money.debit(this.#state, command);
	}

	move(command: money.MoveCommand) {
		return money.move(this.#state, command);
	}

	hold(command: money.HoldCommand) {
		return money.hold(this.#state, command);
	}

	capture(command: money.CaptureCommand) {
		return money.capture(this.#state, command);
	}

	release(command: { ownerId: string; holdId: string }) {
		return money.release(this.#state, command);
	}

	/** Adds what the verbs did to what will be written. The book is done then. */
	addTo(writes: Writes): void {
		must(this.#locked, 'only a locked book is written');
		must(!this.#written, 'a book is written once');
		this.#written = true;
		addWrites(writes, this.#state);
	}

	/** Writes what the verbs did, by itself. The book is done then. */
	async write(tx: Tx): Promise<void> {
		const writes = new Writes();
		this.addTo(writes);
		await writes.send(sqlOf(tx));
	}
}

const dateOf = (at: number | null): Date | null => (at === null ? null : new Date(at));

const accountRow = (account: Account, now: Date) => ({
	ownerId: account.ownerId,
	name: account.name,
	unit: account.unit,
	credited: account.credited,
	debited: account.debited,
	held: account.held,
	floor: account.floor,
	firstDueAt: dateOf(account.firstDueAt),
	lastDueAt: dateOf(account.lastDueAt),
	createdAt: now,
	closedAt: account.closed ? now : null
});

const holdRow = (hold: Hold) => ({
	ownerId: hold.ownerId,
	id: hold.id,
	name: hold.name,
	amount: hold.amount,
	reason: hold.reason,
	ref: hold.ref,
	createdAt: new Date(hold.createdAt),
	expiresAt: new Date(hold.expiresAt),
	capturedAt: dateOf(hold.capturedAt),
	releasedAt: dateOf(hold.releasedAt)
});

/**
 * Balances are written as they are, not as changes: `balance = balance + x` is checked against the floor on the row as the
 * statement first saw it, before it notices that the row has moved on.
 */
function addWrites(writes: Writes, state: State): void {
	const owners = [...state.owners.values()];
	const changed = owners.flatMap((owner) => [...owner.accounts.values()].filter((account) => account.changed));
	const ended = owners.flatMap((owner) => [...owner.holds.values()].filter((hold) => hold.changed));
	const freshOwners = owners
		.filter((owner) => owner.fresh && owner.accounts.size > 0)
		.map((owner) => ({ ownerId: owner.id, createdAt: state.now }))
		.sort((a, b) => (a.ownerId < b.ownerId ? -1 : 1));
	const rowOf = (account: Account) => accountRow(account, state.now);
	writes.insert(accountOwners, freshOwners);
	writes.insert(accounts, changed.filter((account) => account.fresh).map(rowOf));
	updateAccounts(writes, changed.filter((account) => !account.fresh).map(rowOf));
	writes.insert(transfers, state.transfers, { same: ['postedAt'] });
	writes.insert(entries, state.entries, { same: ['postedAt'] });
	writes.insert(lots, state.lots, { same: ['createdAt'] });
	writes.insert(holds, ended.filter((hold) => hold.fresh).map(holdRow));
	updateHolds(writes, ended.filter((hold) => !hold.fresh).map(holdRow));
}

function updateAccounts(writes: Writes, rows: readonly ReturnType<typeof accountRow>[]): void {
	if (rows.length === 0) return;
	writes.add(
		`update accounts a set credited = x.credited, debited = x.debited, held = x.held, first_due_at = x.first_due_at,
			last_due_at = x.last_due_at, closed_at = x.closed_at
		from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::timestamptz[],
			$8::timestamptz[]) as x(owner_id, name, credited, debited, held, first_due_at, last_due_at, closed_at)
		where a.owner_id = x.owner_id collate "C" and a.name = x.name collate "C"`,
		listsOf(rows, ['ownerId', 'name', 'credited', 'debited', 'held', 'firstDueAt', 'lastDueAt', 'closedAt'])
	);
}

function updateHolds(writes: Writes, rows: readonly ReturnType<typeof holdRow>[]): void {
	if (rows.length === 0) return;
	writes.add(
		`update holds h set captured_at = x.captured_at, released_at = x.released_at
		from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) as x(owner_id, id, captured_at, released_at)
		where h.owner_id = x.owner_id collate "C" and h.id = x.id collate "C"`,
		listsOf(rows, ['ownerId', 'id', 'capturedAt', 'releasedAt'])
	);
}
