import { drizzle, type PostgresJsDatabase, type PostgresJsTransaction } from 'drizzle-orm/postgres-js';
import type { TablesRelationalConfig } from 'drizzle-orm';
import type postgres from 'postgres';
import { must } from '#core/must';
import { later } from '#core/time';
import { openClient } from './primary.server.ts';

/**
 * The one way to Postgres. One client serves both readings: drizzle for tables, ordinary reads and writes; raw
 * statements (`sqlOf`) where a set-based or prepared statement is worth its text. drizzle makes the client pass
 * timestamps and JSON through as text (drizzle-orm #5789), so raw statements take and give ISO strings and JSON text.
 */
export type Db = PostgresJsDatabase<Record<string, never>>;
export type Tx = PostgresJsTransaction<Record<string, never>, TablesRelationalConfig>;
/** Where a read does not care whether it runs inside a transaction. */
export type Reads = Db | Tx;
export type Raw = postgres.Sql<{ bigint: number }> & postgres.TransactionSql<{ bigint: number }>;

export interface Connection {
	db: Db;
	client: postgres.Sql<{ bigint: number }>;
	end(): Promise<void>;
}

/** Integers come back as numbers; one that a number cannot hold exactly is a bug, never a rounding. */
const bigint: postgres.PostgresType<number> = {
	to: 20,
	from: [20],
	serialize: (value: number) => String(value),
	parse: (text: string) => {
		const value = Number(text);
		must(Number.isSafeInteger(value), 'a bigint left the safe integers');
		return value;
	}
};

export interface ConnectOptions {
	/** connections in the pool */
	max?: number;
	/** false behind a pooler in transaction mode that cannot keep prepared statements (pgbouncer before 1.21) */
	prepare?: boolean;
	/**
	 * true: a prepared statement is planned once, whatever its values. Postgres compares costs, and where the first lists
	 * were short it plans every time anew (measured for a lone commit: a millisecond of its three in the database). For
	 * statements whose plan does not hang on values; not through a pooler, which may not know the setting.
	 */
	plansOnce?: boolean;
	/** shows up in pg_stat_activity */
	name?: string;
}

/**
 * A client whose connections take the next query only when the last was answered, outside of transactions. A pooler in
 * transaction mode gives the server to somebody else after the first of two answers, and what was sent behind it is lost:
 * both sides wait for ever (seen with pgbouncer 1.18). The driver asks a query's `onexecute`, if it has one, whether its
 * connection may take more (its `max_pipeline` cannot say it: without a second query no transaction begins).
 */
function oneByOne<T extends postgres.Sql<{ bigint: number }>>(client: T): T {
	const alone = <Q>(query: Q): Q => {
		// A helper for parts of a statement (`sql(ids)`) is no query.
		const { options } = query as { options?: { onexecute?: () => boolean } };
		if (options) options.onexecute ??= () => false;
		return query;
	};
	return new Proxy(client, {
		apply: (target, self, args: unknown[]) => alone(Reflect.apply(target, self, args)),
		get(target, name) {
			const value: unknown = Reflect.get(target, name);
			if (name !== 'unsafe' && name !== 'file') return value;
			return (...args: unknown[]) => alone((value as (...args: unknown[]) => unknown)(...args));
		}
	});
}

/** What a query's `onexecute` is told: its connection, which calls `onclose` when it is gone. */
interface Wire {
	onclose: ((error: unknown) => void) | null;
}

/**
 * A client whose transactions know when their connection is gone. The driver goes on with it: a statement sent then ends
 * the process where there is no socket yet (porsager/postgres #1208), and stands alone, without the locks and outside of
 * its transaction, where there is a new one.
 */
function mindful<T extends postgres.Sql<{ bigint: number }>>(client: T): T {
	type Run = (own: unknown) => Promise<unknown>;
	return new Proxy(client, {
		get(target, name) {
			const value: unknown = Reflect.get(target, name);
			if (name !== 'begin') return value;
			return (run: Run) => (value as (run: Run) => unknown)((own) => run(standing(own as T)));
		}
	});
}

/** What the statements of a transaction go through, as long as its connection stands. */
function standing<T extends postgres.Sql<{ bigint: number }>>(own: T): T {
	let wire: Wire | null = null;
	let gone: unknown = null;
	const onexecute = (connection: Wire): boolean => {
		wire = connection;
		const { onclose } = connection;
		connection.onclose = (error) => {
			gone = error;
			onclose?.(error);
		};
		return true;
	};
	const send = (make: () => unknown): unknown => {
		if (gone) throw gone;
		const query = make() as { options?: { onexecute?: unknown } };
		if (!wire && query.options)
			query.options.onexecute ??= (connection: Wire) => wire !== null || onexecute(connection);
		return query;
	};
	return new Proxy(own, {
		apply: (target, self, args: unknown[]) => send(() => Reflect.apply(target, self, args)),
		get(target, name) {
			const value: unknown = Reflect.get(target, name);
			if (name !== 'unsafe') return value;
			return (...args: unknown[]) => send(() => (value as (...args: unknown[]) => unknown)(...args));
		}
	});
}

export function connect(url: string, options: ConnectOptions = {}): Connection {
	const plain = openClient(url, {
		max: options.max ?? 16,
		prepare: options.prepare ?? true,
		onnotice: () => {},
		connection: {
			application_name: options.name ?? 'pareto',
			...(options.plansOnce && { plan_cache_mode: 'force_generic_plan' })
		},
		types: { bigint }
	});
	const client = mindful(options.prepare === false ? oneByOne(plain) : plain);
	const db = drizzle(client, { casing: 'snake_case' }) as unknown as Db;
	return { db, client, end: () => client.end({ timeout: 5 }) };
}

/** The raw statements of a database or of a running transaction: what is written through it belongs to that transaction. */
export function sqlOf(reads: Reads): Raw {
	const { client } = (reads as unknown as { _: { session: { client: Raw } } })._.session;
	must(client, 'drizzle no longer tells its client');
	return client;
}

/** SQLSTATE of a database error, however deep drizzle wrapped it; null for anything else. */
export function sqlState(error: unknown): string | null {
	for (let e = error as { code?: unknown; cause?: unknown } | undefined, depth = 0; e && depth < 4; depth++) {
		if (typeof e.code === 'string' && /^[0-9A-Z]{5}$/.test(e.code)) return e.code;
		e = e.cause as typeof e;
	}
	return null;
}

/** Name of the constraint that a database error names, or null. */
export function constraintOf(error: unknown): string | null {
	for (
		let e = error as { constraint_name?: unknown; cause?: unknown } | undefined, depth = 0;
		e && depth < 4;
		depth++
	) {
		if (typeof e.constraint_name === 'string') return e.constraint_name;
		e = e.cause as typeof e;
	}
	return null;
}

/** Serialisation failure, deadlock: Postgres undid everything, the same again may succeed. */
const retryable = new Set(['40001', '40P01']);

/** Whether a query failed because its connection is gone: Postgres ended it, the network did, or the driver gave it up. */
const connectionGone = (error: unknown): boolean => {
	for (let e = error as { code?: unknown; severity?: unknown; cause?: unknown } | undefined, n = 0; e && n < 4; n++) {
		if (e.severity === 'FATAL' || e.severity === 'PANIC') return true;
		if (typeof e.code === 'string' && /^(CONNECTION_(CLOSED|DESTROYED)|ECONNRESET|EPIPE)$/.test(e.code)) return true;
		e = e.cause as typeof e;
	}
	return false;
};

/**
 * What failed because its connection is gone is never settled for the driver, which would send a ROLLBACK after it: where
 * there is no socket any more that throws where nobody can catch it, ends the process and leaves the pool a connection
 * that never connects again (porsager/postgres #1208); where there is a new one already, it would undo somebody else's
 * work. The transaction itself is refused by the driver when the socket closes, which the end of a connection always
 * brings.
 */
async function unlessGone<T>(run: Promise<T>): Promise<T> {
	try {
		return await run;
	} catch (error) {
		if (connectionGone(error)) await new Promise(() => {});
		throw error;
	}
}

/**
 * Runs in one transaction; a serialisation failure or deadlock is tried again, up to five times. So is a beginning that
 * failed with its connection, since nothing was done: after a cut the driver refuses the first command of the new
 * connection with the error of the old one.
 */
export async function inTransaction<T>(db: Db, run: (tx: Tx) => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		let begun = false;
		try {
			return await db.transaction((tx) => {
				begun = true;
				return unlessGone(run(tx as unknown as Tx));
			});
		} catch (error) {
			const again = retryable.has(sqlState(error) ?? '') || (!begun && connectionGone(error));
			if (attempt >= 5 || !again) throw error;
			await new Promise((done) => setTimeout(done, attempt * 5 + Math.random() * 10));
		}
	}
}

/** A raw timestamp (text) as a Date. */
export const instant = (text: string | Date): Date => later(new Date(text), 0);
