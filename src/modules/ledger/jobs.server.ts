import { newId } from '#core/ids';
import { must } from '#core/must';
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

/**
 * Walks accounts in whose lots something falls due, a chunk of them per transaction. The place moves on even when an
 * account stays due, so that a walk always ends.
 * @returns what `work` told of each chunk
 */
async function* walk<T>(
	db: Db,
	{ names, now, chunk, told }: { names: string; now: Date; chunk: number; told: ToldOwners | undefined },
	work: (tx: Tx, ownerIds: string[]) => Promise<T>
): AsyncGenerator<T> {
	let after: Place = { due: '-infinity', owner_id: '', name: '' };
	for (;;) {
		// In a transaction, which begins anew where its connection was cut since: a job does not end for that.
		const places: Place[] = await inTransaction(db, (tx) =>
			sqlOf(tx)
				.unsafe<Place[]>(
					`select first_due_at::text as due, owner_id, name from ${due(names)}`,
					[now.toISOString(), after.due, after.owner_id, after.name, chunk],
					{ prepare: true }
				)
				.execute()
		);
		const last = places.at(-1);
		if (!last) return;
		after = last;
		const ownerIds = [...new Set(places.map((place) => place.owner_id))];
		const done = await inTransaction(db, (tx) => work(tx, ownerIds));
		told?.(ownerIds);
		yield done;
	}
}

export interface Expired {
	/** pots that lost points */
	pots: number;
	points: number;
}

/**
 * Writes off the points whose time is over, with a history entry of reason `expired` per pot: what a book does when it
 * spends, for everybody at once. One statement per chunk, since ten thousand pots through a book take thirty times as
 * long.
 */
export async function expire(
	db: Db,
	{ now, chunk = 10_000, told }: { now: Date; chunk?: number; told?: ToldOwners }
): Promise<Expired> {
	const total: Expired = { pots: 0, points: 0 };
	for await (const part of walk(db, { names: 'points%', now, chunk, told }, (tx, ids) => expireOwners(tx, ids, now))) {
		total.pots += part.pots;
		total.points += part.points;
	}
	return total;
}

/** A lot that is spent already stays behind the watermark; `first_due_at` becomes exact again. */
const expiry = `with pots as materialized (
		select a.owner_id, a.name, a.unit, a.credited, a.debited,
			coalesce((select max(l.cumulative) from lots l where l.owner_id = a.owner_id and l.name = a.name
				and l.cumulative > a.debited and l.due_at <= $2::timestamptz), a.debited) as mark,
			(select min(l.due_at) from lots l where l.owner_id = a.owner_id and l.name = a.name
				and l.cumulative > a.debited and l.due_at > $2::timestamptz) as next_due
		from json_array_elements_text($1::json) x join accounts a on a.owner_id = x.value collate "C"
		where a.name like 'points%' and coalesce(a.first_due_at, 'infinity') <= $2::timestamptz
	), lost as materialized (
		select p.*, p.mark - p.debited as points, row_number() over (order by owner_id, name) as n,
			row_number() over (partition by owner_id order by name)
				+ (select coalesce(max(e.seq), 0) from entries e where e.owner_id = p.owner_id) as seq
		from pots p where p.mark > p.debited
	), named as materialized (
		select lost.*, ids.value as id from lost join json_array_elements_text($3::json) with ordinality ids(value, n) using (n)
	), moved as (
		update accounts a set debited = p.mark, first_due_at = p.next_due from pots p
		where a.owner_id = p.owner_id and a.name = p.name
	), transferred as (
		insert into transfers (id, debit_owner_id, debit_name, credit_owner_id, credit_name, unit, amount, reason, posted_at)
		select id, owner_id, name, '${house}', '${houseNames.expired}', unit, points, 'expired', $2::timestamptz from named
	), noted as (
		insert into entries (owner_id, seq, name, transfer_id, amount, credited_after, debited_after, reason, posted_at)
		select owner_id, seq, name, id, -points, credited, mark, 'expired', $2::timestamptz from named
	)
	select count(*)::int as pots, coalesce(sum(points), 0)::bigint as points, (select count(*) from lost)::int as lost from named`;

async function expireOwners(tx: Tx, ownerIds: string[], now: Date): Promise<Expired> {
	const sql = sqlOf(tx);
	const list = JSON.stringify(ownerIds.sort());
	await sql.unsafe(
		`select from account_owners where owner_id = any(array(select json_array_elements_text($1::json)))
		order by owner_id for no key update`,
		[list],
		{ prepare: true }
	);
	const [pots] = await sql.unsafe<{ n: number }[]>(
		`select count(*)::int as n from json_array_elements_text($1::json) x
		join accounts a on a.owner_id = x.value collate "C"
		where a.name like 'points%' and a.first_due_at <= $2::timestamptz`,
		[list, now.toISOString()],
		{ prepare: true }
	);
	const ids = Array.from({ length: pots?.n ?? 0 }, () => newId('transfer', now));
	const [done] = await sql.unsafe<(Expired & { lost: number })[]>(
		expiry,
		[list, now.toISOString(), JSON.stringify(ids)],
		{ prepare: true }
	);
	must(done && done.pots === done.lost, 'every pot that loses points has a transfer');
	return { pots: done.pots, points: done.points };
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
	const matured = async (tx: Tx, ownerIds: string[]): Promise<Matured[]> => {
		const book = await openBook(tx, ownerIds, now, { lock: true });
		const parts = ownerIds.map((ownerId) => book.mature(ownerId, life));
		await book.write(tx);
		return parts;
	};
	for await (const parts of walk(db, { names: 'pending/%', now, chunk, told }, matured))
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
