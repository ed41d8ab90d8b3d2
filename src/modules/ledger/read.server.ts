import { listOf, listsOf } from '#platform/bulk';
import type { Raw } from '#platform/db';
import { houseNames } from './index.ts';
import type { Account, Hold, Lot, Owner, Taken, TransferRow } from './state.ts';
import { spendKey } from './state.ts';

/** The statements that fill a book. Instants travel as milliseconds: lots come by the thousand. */

export interface OwnerRow {
	owner_id: string;
	posts_to: string | null;
	seq: number;
	fresh: boolean;
	name: string | null;
	unit: string;
	credited: number;
	debited: number;
	held: number;
	floor: number | null;
	first_due: number | null;
	last_due: number | null;
	closed: boolean;
	lots: string | null;
	/** `lots` says all there are */
	lots_read: boolean;
	holds: string | null;
}

/** By way of a float, which is exact for them: `extract` reckons in decimals. */
const milliseconds = (column: string): string => `(date_part('epoch', ${column}) * 1000)::bigint`;

const listed = 'unnest($1::text[]) as x(id)';

/**
 * Locks the owners who have a row, in the order of their ids: nearly always all of them.
 * @returns them, and whose accounts take what is theirs
 */
export const lockOwners = (sql: Raw, ownerIds: readonly string[]) =>
	sql
		.unsafe<{ owner_id: string; posts_to: string | null }[]>(
			`select owner_id, posts_to from account_owners where owner_id = any($1::text[]) order by owner_id for no key update`,
			[listOf(ownerIds)],
			{ prepare: true }
		)
		.execute();

/**
 * Makes the rows of owners who had none and locks them, in the order of their ids, in one pass: somebody else may have
 * made one meanwhile, and `do update … where false` writes nothing and still locks. Whoever asks holds every row that was
 * there before, so that nobody waits in a circle. `for no key update` over the accounts would miss those that do not exist
 * yet.
 */
export const makeOwners = (sql: Raw, ownerIds: readonly string[], now: Date) =>
	sql
		.unsafe(
			`insert into account_owners (owner_id, created_at)
			select id collate "C", $2::timestamptz from ${listed} order by id collate "C"
			on conflict (owner_id) do update set created_at = excluded.created_at where false`,
			[listOf(ownerIds), now.toISOString()],
			{ prepare: true }
		)
		.execute();

const lotsOfAccount = `(select json_agg(json_build_array(l.cumulative, l.amount, ${milliseconds('l.due_at')}) order by l.cumulative)::text
	from lots l where l.owner_id = a.owner_id and l.name = a.name and l.cumulative > a.debited)`;

const asked = `(x.taking or coalesce(a.first_due_at <= $3::timestamptz, false))`;

const holdRow = `json_build_array(h.id, h.name, h.amount, h.reason, h.ref, ${milliseconds('h.created_at')},
	${milliseconds('h.expires_at')}, ${milliseconds('h.captured_at')}, ${milliseconds('h.released_at')})`;

const holdsOfAccount = `(select json_agg(${holdRow})::text from holds h
	where h.owner_id = a.owner_id and h.name = a.name and h.captured_at is null and h.released_at is null)`;

const newestEntry = `cross join lateral (
	select coalesce(max(e.seq), 0) as seq from entries e where e.owner_id = x.id collate "C"
) s`;

/**
 * The open accounts of owners, each with its open lots and holds: one row per account, and one with `name` null for an
 * owner without any. One statement, so that balances and lots are of one moment even without a lock.
 *
 * Of whoever is not among `taking`, the lots of an account of which none is due are left where they are: nobody asks for
 * them, and they come by the thousand.
 * @param taking from whom points may be taken, or whose lots are told; null: everybody
 * @param locked the owners are locked, so that it is known whose accounts take what is theirs, and entries may be written:
 * the newest are told. Otherwise the other way round
 */
export const readOwners = (
	sql: Raw,
	ownerIds: readonly string[],
	taking: ReadonlySet<string> | null,
	now: Date,
	locked: boolean
) =>
	sql
		.unsafe<OwnerRow[]>(
			`select x.id as owner_id, ${locked ? 'null as posts_to, s.seq' : 'o.posts_to, 0 as seq'}, a.name, a.unit, a.credited, a.debited, a.held, a.floor,
				${milliseconds('a.first_due_at')} as first_due, ${milliseconds('a.last_due_at')} as last_due,
				case when a.name >= 'p' and ${asked} then ${lotsOfAccount} end as lots, ${asked} as lots_read,
				case when a.held > 0 then ${holdsOfAccount} end as holds
			from unnest($1::text[], $2::bool[]) as x(id, taking)
			${locked ? newestEntry : 'left join account_owners o on o.owner_id = x.id collate "C"'}
			left join accounts a on a.owner_id = x.id collate "C" and a.closed_at is null`,
			[listOf(ownerIds), listOf(ownerIds.map((id) => taking?.has(id) ?? true)), now.toISOString()],
			{ prepare: true }
		)
		.execute();

/** Whose accounts take what is somebody's, for the owners among these who share a purse. */
export const postingsOf = (rows: readonly Pick<OwnerRow, 'owner_id' | 'posts_to'>[]): Map<string, string> =>
	new Map(rows.flatMap(({ owner_id, posts_to }) => (posts_to === null ? [] : [[owner_id, posts_to] as const])));

type HoldFields = [string, string, number, string, string | null, number, number, number | null, number | null];

const holdOf = (ownerId: string, fields: HoldFields): Hold => {
	const [id, name, amount, reason, ref, createdAt, expiresAt, capturedAt, releasedAt] = fields;
	const times = { createdAt, expiresAt, capturedAt, releasedAt };
	return { id, ownerId, name, amount, reason, ref, ...times, fresh: false, changed: false };
};

const lotOf = ([cumulative, amount, dueAt]: [number, number, number | null]): Lot => ({ cumulative, amount, dueAt });

export function ownersOf(rows: readonly OwnerRow[]): Map<string, Owner> {
	const owners = new Map<string, Owner>();
	for (const row of rows) {
		let owner = owners.get(row.owner_id);
		if (!owner) {
			owner = { id: row.owner_id, seq: row.seq, accounts: new Map(), holds: new Map(), fresh: false };
			owners.set(owner.id, owner);
		}
		if (row.name === null) continue;
		const account: Account = {
			ownerId: row.owner_id,
			name: row.name,
			unit: row.unit,
			credited: row.credited,
			debited: row.debited,
			held: row.held,
			floor: row.floor,
			firstDueAt: row.first_due,
			lastDueAt: row.last_due,
			closed: false,
			lots: row.lots === null ? [] : (JSON.parse(row.lots) as [number, number, number | null][]).map(lotOf),
			lotsRead: row.lots_read,
			fresh: false,
			changed: false
		};
		owner.accounts.set(row.name, account);
		for (const fields of row.holds === null ? [] : (JSON.parse(row.holds) as HoldFields[]))
			owner.holds.set(fields[0], holdOf(row.owner_id, fields));
	}
	return owners;
}

interface SpendRow {
	owner_id: string;
	ref: string;
	due: number | null;
	points: number;
}

/**
 * What earlier spends of these owners under these refs took from which lots: a debit stands at (debitedAfter − amount,
 * debitedAfter] among the lots of its account. Both are immutable, so that no lock is needed.
 */
export const readSpends = (sql: Raw, ownerIds: readonly string[], refs: readonly string[]) =>
	sql
		.unsafe<SpendRow[]>(
			`select e.owner_id, e.ref, ${milliseconds('l.due_at')} as due,
				least(l.cumulative, e.debited_after) - greatest(l.cumulative - l.amount, e.debited_after + e.amount) as points
			from entries e
			join transfers t on t.id = e.transfer_id and t.credit_name = '${houseNames.redeemed}'
			cross join lateral (
				select cumulative, amount, due_at from lots l
				where l.owner_id = e.owner_id and l.name = e.name and l.cumulative > e.debited_after + e.amount
					and l.cumulative - l.amount < e.debited_after
			) l
			where e.owner_id = any($1::text[])
				and e.ref = any($2::text[]) and e.amount < 0
			order by e.owner_id, e.ref, l.due_at nulls last, e.seq, l.cumulative`,
			[listOf(ownerIds), listOf(refs)],
			{ prepare: true }
		)
		.execute();

export function spendsOf(rows: readonly SpendRow[]): Map<string, Taken[]> {
	const spends = new Map<string, Taken[]>();
	for (const { owner_id, ref, due, points } of rows) {
		const name = spendKey(owner_id, ref);
		const taken = spends.get(name);
		if (taken) taken.push({ dueAt: due, points });
		else spends.set(name, [{ dueAt: due, points }]);
	}
	return spends;
}

/** Holds by id, ended ones too, so that a late capture hears what became of its hold. */
export const readHolds = (sql: Raw, holds: readonly { ownerId: string; holdId: string }[]) =>
	sql
		.unsafe<{ owner_id: string; hold: string }[]>(
			`select h.owner_id, ${holdRow}::text as hold from unnest($1::text[], $2::text[]) as x(owner_id, hold_id)
			join holds h on h.owner_id = x.owner_id collate "C" and h.id = x.hold_id collate "C"`,
			listsOf(holds, ['ownerId', 'holdId']),
			{ prepare: true }
		)
		.execute();

export function addHolds(owners: Map<string, Owner>, rows: readonly { owner_id: string; hold: string }[]): void {
	for (const row of rows) {
		const hold = holdOf(row.owner_id, JSON.parse(row.hold) as HoldFields);
		const owner = owners.get(row.owner_id);
		if (owner && !owner.holds.has(hold.id)) owner.holds.set(hold.id, hold);
	}
}

/** Transfers that exist already, of ids that a caller brought. */
export const readTransfers = (sql: Raw, ids: readonly string[]) =>
	sql
		.unsafe<TransferRow[]>(
			`select t.id, t.debit_owner_id as "debitOwnerId", t.debit_name as "debitName", t.credit_owner_id as "creditOwnerId",
				t.credit_name as "creditName", t.unit, t.amount, t.reason, t.ref, t.posted_at as "postedAt"
			from ${listed} join transfers t on t.id = x.id collate "C"`,
			[listOf(ids)],
			{ prepare: true }
		)
		.execute();
