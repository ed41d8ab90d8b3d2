import { expire } from '#ledger/server';
import { must } from '#core/must';
import { later, minute } from '#core/time';
import { inTransaction, sqlOf, type Db } from '#platform/db';
import { callersFor, type Sample } from './measure.ts';

const rest = `lpad(to_hex($3::int), 6, '0') || lpad(to_hex(n), 16, '0')`;
const series = `from generate_series($1::bigint, $2::bigint) n`;
const owner = `'mem_' || ${rest}`;

/** One lot for each owner; $1 the first, $2 the last, $3 the batch, $4 when they fall due. */
const statements: readonly string[] = [
	`insert into account_owners (owner_id, created_at)
	select ${owner}, $4::timestamptz ${series} where $3 > 0`,
	`insert into accounts (owner_id, name, unit, credited, debited, floor, created_at, first_due_at, last_due_at)
	select ${owner}, 'points/365', 'points', 100, 0, 0, $4::timestamptz, $4::timestamptz, $4::timestamptz ${series} where $3 > 0`,
	`insert into transfers (id, debit_owner_id, debit_name, credit_owner_id, credit_name, unit, amount, reason, posted_at)
	select 'trf_' || ${rest}, 'house', 'points/issued', ${owner}, 'points/365', 'points', 100, 'earned', $4::timestamptz ${series}`,
	`insert into entries (owner_id, seq, name, transfer_id, amount, credited_after, debited_after, reason, posted_at)
	select ${owner}, 1, 'points/365', 'trf_' || ${rest}, 100, 100, 0, 'earned', $4::timestamptz ${series}`,
	`insert into lots (owner_id, name, cumulative, amount, due_at, transfer_id, created_at)
	select ${owner}, 'points/365', 100, 100, $4::timestamptz, 'trf_' || ${rest}, $4::timestamptz ${series}`
];

/** Points that fall due, batch after batch, and the product's own job that writes them off. */
export class Expiry {
	readonly #db: Db;
	readonly #lots: number;
	#batch: number;

	/** @param batch the number of the last batch before the first: two of these on one database begin far from each other */
	constructor(db: Db, lots: number, batch = 0) {
		this.#db = db;
		this.#lots = lots;
		this.#batch = batch;
	}

	/** Long ago, so that nobody's own points fall due with them. */
	get #due(): Date {
		return later(new Date('2001-01-01T00:00:00Z'), this.#batch * minute);
	}

	async prepare(): Promise<void> {
		this.#batch += 1;
		const chunk = 100_000;
		for (let first = 0; first < this.#lots; first += chunk)
			await inTransaction(this.#db, async (tx) => {
				await sqlOf(tx)`set local session_replication_role = replica`;
				const range = [first, Math.min(this.#lots, first + chunk) - 1, this.#batch];
				for (const statement of statements)
					await sqlOf(tx).unsafe(statement, statement.includes('$4') ? [...range, this.#due.toISOString()] : range);
			});
	}

	/** @returns lots a second, and how long each chunk took */
	async run(): Promise<Sample> {
		const latencies: number[] = [];
		const start = performance.now();
		let before = start;
		const told = () => {
			const now = performance.now();
			latencies.push(now - before);
			before = now;
		};
		const { pots } = await expire(this.#db, { now: this.#due, told });
		const perSecond = (pots / (performance.now() - start)) * 1000;
		must(pots === this.#lots, 'every lot that was due is written off, once');
		return { count: pots, perSecond, latencies, also: { chunk: Math.max(...latencies) } };
	}

	/** Tills that sell while the job runs, from its first chunk to its last. */
	async beside(callers: number, sell: (caller: number) => Promise<boolean>): Promise<Sample> {
		let over = false;
		const job = this.run().finally(() => (over = true));
		const [{ perSecond, also }, sample] = await Promise.all([
			job,
			callersFor(Infinity, callers, async (caller) => {
				if (over) return false;
				must(await sell(caller), 'there are sales as long as the job runs');
				return true;
			})
		]);
		return { ...sample, also: { ...also, lots: perSecond } };
	}
}
