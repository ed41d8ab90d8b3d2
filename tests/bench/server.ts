import postgres from 'postgres';
import { migrate } from '#platform/migrate';
import { startTestServer } from '../support/postgres.ts';
import type { Ending } from './ending.ts';

/** The server everything is measured on, with two databases of the benchmark's own. */
export interface BenchServer {
	/** our tables, empty */
	shopUrl: string;
	/** one more database with our tables, empty */
	makeShop(name: string): Promise<string>;
	/** for the yardstick's tables */
	yardstickUrl: string;
	/** `PostgreSQL 18.4` */
	version: string;
	/** checkpoints so far, as far as this Postgres tells: a figure measured beside one is slower */
	checkpoints(): Promise<number>;
	/** statistics for the planner and a visible map, as a database that has run for a while has them */
	freshen(url?: string): Promise<void>;
}

/**
 * @param url of a server to use; undefined: an embedded one is started, with the product's own settings
 * @throws when the server does not keep what it acknowledged
 */
export async function openServer(url: string | undefined, ending: Ending): Promise<BenchServer> {
	let base = url;
	if (base === undefined) {
		const server = await startTestServer({ durable: true });
		ending.add('the database server', server.end);
		base = server.url;
	}
	const admin = postgres(base, { max: 1, onnotice: () => {} });
	ending.add('the connection', () => admin.end({ timeout: 5 }));
	await mustBeDurable(admin);
	const name = `pareto_bench_${process.pid}`;
	const make = async (database: string) => {
		await admin.unsafe(`create database "${database}"`);
		ending.add(`database ${database}`, () => admin.unsafe(`drop database if exists "${database}" with (force)`));
		const address = new URL(base);
		address.pathname = `/${database}`;
		return address.href;
	};
	const makeShop = async (database: string) => {
		const url = await make(database);
		await migrate(url);
		return url;
	};
	const shopUrl = await makeShop(name);
	const yardstickUrl = await make(`${name}_yardstick`);
	const [row] = await admin<{ version: string }[]>`select current_setting('server_version') as version`;
	return {
		shopUrl,
		makeShop: (wished) => makeShop(`${name}_${wished}`),
		yardstickUrl,
		version: `PostgreSQL ${row?.version.split(' ')[0]}`,
		checkpoints: () => checkpointsOf(admin),
		freshen: (url = shopUrl) => freshen(url)
	};
}

async function mustBeDurable(sql: postgres.Sql): Promise<void> {
	for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
		const [row] = await sql<{ value: string }[]>`select current_setting(${setting}) as value`;
		if (row?.value === 'off') throw new Error(`This server runs with ${setting} off: what it commits it may lose.`);
	}
}

async function checkpointsOf(sql: postgres.Sql): Promise<number> {
	const [told] = await sql`select to_regclass('pg_catalog.pg_stat_checkpointer') is not null as own`;
	const [row] = told?.own
		? await sql`select (num_timed + num_requested)::int as n from pg_stat_checkpointer`
		: await sql`select (checkpoints_timed + checkpoints_req)::int as n from pg_stat_bgwriter`;
	return row?.n ?? 0;
}

async function freshen(url: string): Promise<void> {
	const sql = postgres(url, { max: 1, onnotice: () => {} });
	try {
		await sql.unsafe('vacuum analyze');
	} finally {
		await sql.end({ timeout: 5 });
	}
}
