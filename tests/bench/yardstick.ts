import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { findProgram } from '../support/programs.ts';
import { callersFor, type Sample } from './measure.ts';

/**
 * The yardstick: the TPC-B-like transaction that every Postgres can be asked for. Five statements in a transaction, each
 * prepared, one after the other. The tables are those of `pgbench -i`, with its keys and fillers.
 */
export async function makeTables(url: string, scale: number): Promise<void> {
	const sql = postgres(url, { max: 1, onnotice: () => {} });
	try {
		await sql.unsafe(`
			create table pgbench_branches (bid int not null, bbalance int, filler char(88));
			create table pgbench_tellers (tid int not null, bid int, tbalance int, filler char(84));
			create table pgbench_accounts (aid int not null, bid int, abalance int, filler char(84));
			create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
			insert into pgbench_branches select n, 0, null from generate_series(1, ${scale}) n;
			insert into pgbench_tellers select n, (n - 1) / 10 + 1, 0, null from generate_series(1, ${scale * 10}) n;
			insert into pgbench_accounts select n, (n - 1) / 100000 + 1, 0, '' from generate_series(1, ${scale * 100_000}) n;
			alter table pgbench_branches add primary key (bid);
			alter table pgbench_tellers add primary key (tid);
			alter table pgbench_accounts add primary key (aid);
		`);
		await sql.unsafe('vacuum analyze');
	} finally {
		await sql.end({ timeout: 5 });
	}
}

/** The pgbench of this machine: on the path, or where Debian keeps it. */
export function findPgbench(): string | null {
	const versions = globSync('/usr/lib/postgresql/*/bin').sort((a, b) => versionIn(b) - versionIn(a));
	return findProgram('pgbench', versions);
}

const versionIn = (folder: string): number => Number(/(\d+)\/bin$/.exec(folder)?.[1] ?? 0);

/** What pgbench calls itself: `pgbench (PostgreSQL) 15.18`. */
export const versionOf = async (pgbench: string): Promise<string> =>
	(await run(pgbench, ['--version'], {}, new AbortController().signal)).trim().split('\n')[0] ?? '';

async function run(
	program: string,
	args: string[],
	environment: Record<string, string>,
	signal: AbortSignal
): Promise<string> {
	const child = spawn(program, args, {
		env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...environment },
		stdio: ['ignore', 'pipe', 'pipe'],
		signal
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
	const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
	if (code !== 0) throw new Error(`${program} failed (${code}): ${said.trim()}`);
	return said;
}

/** By pgbench, in at most two threads. */
export async function measurePgbench(
	{ pgbench, url, folder }: { pgbench: string; url: string; folder: string },
	seconds: number,
	callers: number,
	signal: AbortSignal
): Promise<Sample> {
	const { hostname, port, username, password, pathname } = new URL(url);
	const logs = await mkdtemp(join(folder, 'pgbench-'));
	try {
		const said = await run(
			pgbench,
			['-n', '-M', 'prepared', '-c', callers, '-j', Math.min(callers, 2), '-T', seconds, '-l']
				.map(String)
				.concat(`--log-prefix=${join(logs, 'log')}`),
			{
				PGHOST: decodeURIComponent(hostname),
				PGPORT: port || '5432',
				PGUSER: decodeURIComponent(username),
				PGPASSWORD: decodeURIComponent(password),
				PGDATABASE: decodeURIComponent(pathname.slice(1))
			},
			signal
		);
		const perSecond = Number(/^tps = ([\d.]+)/m.exec(said)?.[1]);
		if (!(perSecond >= 0)) throw new Error(`pgbench told no rate:\n${said}`);
		const latencies = await latenciesIn(logs);
		return { count: latencies.length, perSecond, latencies };
	} finally {
		await rm(logs, { recursive: true, force: true });
	}
}

/** One line for each transaction; its third word is the time it took, in microseconds. */
async function latenciesIn(folder: string): Promise<number[]> {
	const latencies: number[] = [];
	for (const name of await readdir(folder))
		for (const text of (await readFile(join(folder, name), 'utf8')).split('\n'))
			if (text) latencies.push(Number(text.split(' ')[2]) / 1000);
	return latencies;
}

/** The same statements through postgres.js, one connection for each caller. */
export async function measureStatements(
	{ url, scale }: { url: string; scale: number },
	seconds: number,
	callers: number
): Promise<Sample> {
	const sql = postgres(url, { max: callers, onnotice: () => {} });
	const transaction = () =>
		sql.begin(async (tx) => {
			const [aid, tid, bid] = [randomInt(scale * 100_000) + 1, randomInt(scale * 10) + 1, randomInt(scale) + 1];
			const delta = randomInt(10_001) - 5000;
			await tx`update pgbench_accounts set abalance = abalance + ${delta} where aid = ${aid}`;
			await tx`select abalance from pgbench_accounts where aid = ${aid}`;
			await tx`update pgbench_tellers set tbalance = tbalance + ${delta} where tid = ${tid}`;
			await tx`update pgbench_branches set bbalance = bbalance + ${delta} where bid = ${bid}`;
			await tx`insert into pgbench_history (tid, bid, aid, delta, mtime)
				values (${tid}, ${bid}, ${aid}, ${delta}, current_timestamp)`;
		});
	try {
		// Connected before the clock runs, as pgbench counts.
		await Promise.all(Array.from({ length: callers }, () => sql`select pg_sleep(0.05)`));
		return await callersFor(seconds, callers, async () => {
			await transaction();
			return true;
		});
	} finally {
		await sql.end({ timeout: 5 });
	}
}
