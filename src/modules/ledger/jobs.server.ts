import { newId } from '#core/ids';
import { present } from '#core/must';
import { listOf, listsOf } from '#platform/bulk';
import { inTransaction, sqlOf, type Db, type Tx } from '#platform/db';
import { openBook } from './book.server.ts';
import { house, houseNames, type Life } from './index.ts';

/**
 * What time does to balances. Each verb works in chunks with a commit each, owners locked as everywhere else; it can be
 * stopped and run again, beside the shop or beside itself, and does nothing twice: what is due is read under the lock.
 */

/** The due accounts of a kind after a place in the order of (first due, owner, name): $1 now, $2–$4 the place. */
const due = (names: string): string => `accounts where first_due_at <= $1::timestamptz and name like '${names}'
	and (first_due_at, owner_id, name) > ($2::timestamptz, $3 collate "C", $4 collate "C")
	order by first_due_at, owner_id, name limit $5`;

interface Place {
	due: string;
	owner_id: string;
	name: string;
}

/** Told the owners of each chunk after its commit, so that whoever looks at their balances reads again. */
type ToldOwners = (ownerIds: string[]) => void;

const start: Place = { due: '-infinity', owner_id: '', name: '' };

const ownersOf = (places: readonly Place[]): string[] => [...new Set(places.map((place) => place.owner_id))].sort();

interface Walk {
	/** beginning of the accounts' names */
	names: string;
	now: Date;
	/** accounts in one transaction */
	chunk: number;
	/** transactions under way at the same time */
	atOnce: number;
	told: ToldOwners | undefined;
}

/**
 * Walks accounts in whose lots something falls due, a chunk of them per transaction. The place moves on even when an
 * account stays due, so that a walk always ends.
 * @param work is told the places of a chunk, which may no longer be due
 * @returns what `work` told of each chunk
 */
async function* walk<T>(
	db: Db,
	{ names, now, chunk, atOnce, told }: Walk,
	work: (tx: Tx, places: Place[]) => Promise<T>
): AsyncGenerator<T> {
	// In a transaction, which begins anew where its connection was cut since: a job does not end for that.
	const read = (after: Place): Promise<Place[]> =>
		inTransaction(db, (tx) =>
			sqlOf(tx)
				.unsafe<Place[]>(
					`select first_due_at::text as due, owner_id, name from ${due(names)}`,
					[now.toISOString(), after.due, after.owner_id, after.name, chunk],
					{ prepare: true }
				)
				.execute()
		);
	const underWay: { ownerIds: string[]; done: Promise<T> }[] = [];
	try {
		for (let places = await read(start); places.length > 0 || underWay.length > 0;) {
			const last = places.at(-1);
			if (last) {
				const mine = places;
				const done = inTransaction(db, (tx) => work(tx, mine));
				// Whoever waits for it below is told; until then nobody does.
				done.catch(() => {});
				underWay.push({ ownerIds: ownersOf(mine), done });
				// Looked up while the others are at work: what happens to them meanwhile is seen under their lock.
				places = await read(last);
			}
			while (underWay.length >= atOnce || (places.length === 0 && underWay.length > 0)) {
				const [oldest] = underWay.splice(0, 1);
				if (!oldest) break;
				const done = await oldest.done;
				told?.(oldest.ownerIds);
				yield done;
			}
		}
	} finally {
		await Promise.allSettled(underWay.map(({ done }) => done));
	}
}

export interface Expired {
	/** pots that lost points */
	pots: number;
	points: number;
}

/**
 * Writes off the points whose time is over, with a history entry of reason `expired` per pot: what a book does when it
 * spends, for everybody at once. One statement per chunk, since thousands of pots through a book take thirty times as
 * long; two of them at a time, since one leaves a core idle. A till that sells to one of a chunk waits for its end: chunks
 * of 2,500 take a tenth of a second. Beside a till, chunks of 10,000 one by one did 4.5 T lots a second and made its p99
 * 4.9 times as long; these do 11 T and make it 3.0 times as long.
 */
export async function expire(
	db: Db,
	{ now, chunk = 2500, atOnce = 2, told }: { now: Date; chunk?: number; atOnce?: number; told?: ToldOwners }
): Promise<Expired> {
	const total: Expired = { pots: 0, points: 0 };
	const work = (tx: Tx, places: Place[]) => expirePots(tx, places, now);
	for await (const part of walk(db, { names: 'points%', now, chunk, atOnce, told }, work)) {
		total.pots += part.pots;
		total.points += part.points;
	}
	return total;
}

/** A lot that is spent already stays behind the watermark; `first_due_at` becomes exact again. */
const expiry = `with pots as materialized (
		select a.owner_id, a.name, a.unit, a.credited, a.debited, x.id, coalesce(l.mark, a.debited) as mark, l.next_due
		from unnest($1::text[], $2::text[], $3::text[]) as x(owner_id, name, id)
		join accounts a on a.owner_id = x.owner_id collate "C" and a.name = x.name collate "C"
		cross join lateral (
			select max(l.cumulative) filter (where l.due_at <= $4::timestamptz) as mark,
				min(l.due_at) filter (where l.due_at > $4::timestamptz) as next_due
			from lots l where l.owner_id = a.owner_id and l.name = a.name and l.cumulative > a.debited
		) l
		where a.first_due_at <= $4::timestamptz
	), lost as materialized (
		select p.*, p.mark - p.debited as points,
			row_number() over (partition by owner_id order by name)
				+ (select coalesce(max(e.seq), 0) from entries e where e.owner_id = p.owner_id) as seq
		from pots p where p.mark > p.debited
	), moved as (
		update accounts a set debited = p.mark, first_due_at = p.next_due from pots p
		where a.owner_id = p.owner_id and a.name = p.name
	), transferred as (
		insert into transfers (id, debit_owner_id, debit_name, credit_owner_id, credit_name, unit, amount, reason, posted_at)
		select id, owner_id, name, '${house}', '${houseNames.expired}', unit, points, 'expired', $4::timestamptz from lost
	), noted as (
		insert into entries (owner_id, seq, name, transfer_id, amount, credited_after, debited_after, reason, posted_at)
		select owner_id, seq, name, id, -points, credited, mark, 'expired', $4::timestamptz from lost
	)
	select count(*)::int as pots, coalesce(sum(points), 0)::bigint as points from lost`;

async function expirePots(tx: Tx, places: Place[], now: Date): Promise<Expired> {
	const sql = sqlOf(tx);
	// Rows that lie beside each other are written one after the other.
	const pots = places.map((place) => ({ ...place, id: newId('transfer', now) }));
	pots.sort((a, b) => (a.owner_id < b.owner_id ? -1 : a.owner_id > b.owner_id ? 1 : 0));
	await sql.unsafe(
		`select from account_owners where owner_id = any($1::text[]) order by owner_id for no key update`,
		[listOf(ownersOf(places))],
		{ prepare: true }
	);
	const [done] = await sql.unsafe<Expired[]>(
		expiry,
		[...listsOf(pots, ['owner_id', 'name', 'id']), now.toISOString()],
		{ prepare: true }
	);
	return present(done, 'a sum is one row');
}

export interface Matured {
	points: number;
	/** part of them that paid what was owed */
	toDebt: number;
}

/**
 * Makes pending points spendable whose time has come; debt is paid first.
 * @param life how long points live that matured at an instant, counted from then
 */
export async function mature(
	db: Db,
	{ now, life, chunk = 1000, told }: { now: Date; life: (maturedAt: Date) => Life; chunk?: number; told?: ToldOwners }
): Promise<Matured> {
	const total: Matured = { points: 0, toDebt: 0 };
	const matured = async (tx: Tx, places: Place[]): Promise<Matured[]> => {
		const ownerIds = ownersOf(places);
		const book = await openBook(tx, ownerIds, now, { lock: true });
		const parts = ownerIds.map((ownerId) => book.mature(ownerId, life));
		await book.write(tx);
		return parts;
	};
	for await (const parts of walk(db, { names: 'pending/%', now, chunk, atOnce: 1, told }, matured))
		for (const part of parts) {
			total.points += part.points;
			total.toDebt += part.toDebt;
		}
	return total;
}

/** Frees what holds set aside whose time is over. @returns how many holds that were */
export async function releaseHolds(db: Db, { now, chunk = 1000 }: { now: Date; chunk?: number }): Promise<number> {
	let released = 0;
	for (;;) {
		const rows = await sqlOf(db).unsafe<{ owner_id: string }[]>(
			`select distinct owner_id from (select owner_id from holds where captured_at is null and released_at is null
				and expires_at <= $1::timestamptz order by expires_at limit $2) x`,
			[now.toISOString(), chunk],
			{ prepare: true }
		);
		if (rows.length === 0) return released;
		released += await inTransaction(db, async (tx) => {
			const book = await openBook(
				tx,
				rows.map((row) => row.owner_id),
				now,
				{ lock: true }
			);
			await book.write(tx);
			return book.released;
		});
	}
}
