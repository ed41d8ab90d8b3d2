import { appendFile, chown, copyFile, cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { startCluster, type Cluster } from '../../src/platform/postgres/cluster.server.ts';
import { testBase, testFolder } from './folders.ts';
import { startGuard, sweep } from './postgres.ts';
import { processesOf, tell } from './processes.ts';

/** Two durable servers on this machine: what the first commits the second has, before anybody is told. */
export interface Pair {
	primary: Cluster;
	standby: Cluster;
	/** one address for both, as it is written into DATABASE_URL */
	url(database: string): string;
	/** whether commits wait for the standby from now on; returns when that is so */
	waitForStandby(yes: boolean): Promise<void>;
	/** From now on the standby has what is committed and nobody is told: they wait for one more, which does not exist. */
	withholdAnswers(): Promise<void>;
	/** the primary's machine is gone: nothing of it says another word */
	kill(): Promise<void>;
	/** the primary's machine stands still: connections stay, nobody answers. `kill` ends it all the same. */
	freeze(): Promise<void>;
	/** makes the standby the primary; returns when it takes writes */
	promote(): Promise<void>;
	/** starts the former primary again as if nothing had happened: it takes itself for the primary still */
	revive(): Promise<void>;
	end(): Promise<void>;
}

/** The standby's name: of its slot, and to the primary. */
const name = 'standby';
/** What a copy of a running cluster leaves out, besides the WAL: it gets that from the primary. */
const notCopied = /^(postmaster\.(pid|opts)|pg_wal\/.+|pg_replslot\/.+|pg_stat_tmp\/.+|pgsql_tmp.*)$/;

/**
 * How often a standby looks for its primary. It hears of its promotion only between two looks, and Postgres' own five
 * seconds are five in which nobody sells.
 */
const settings = { wal_retrieve_retry_interval: '500ms' };

export async function startPair(): Promise<Pair> {
	await sweep(await testBase());
	const { folder } = await testFolder('pair');
	// However the run ends: the guard stops both and clears the folder.
	const end = startGuard(folder);
	try {
		const primary = await startCluster({ folder: join(folder, 'primary'), settings });
		await copyRunning(primary, join(folder, 'primary'), join(folder, name));
		const standby = await startCluster({ folder: join(folder, name), settings });
		return pairOf(folder, { primary, standby, end });
	} catch (error) {
		await end();
		throw error;
	}
}

function pairOf(folder: string, { primary, standby, end }: Pick<Pair, 'primary' | 'standby' | 'end'>): Pair {
	// The first process last: it would start others for those that are gone.
	const signal = async (name: NodeJS.Signals): Promise<void> => {
		for (const pid of processesOf(join(folder, 'primary', 'data')).reverse()) tell(pid, name);
	};
	return {
		primary,
		standby,
		url: (database) => primary.url(database).replace(/(127\.0\.0\.1:\d+)/, `$1,127.0.0.1:${standby.port}`),
		waitForStandby: (yes) => waitForStandby(primary, yes),
		withholdAnswers: () =>
			asked(primary, async (sql) => {
				await sql.unsafe(`alter system set synchronous_standby_names = 'FIRST 2 (${name}, nobody)'`);
				await sql`select pg_reload_conf()`;
			}),
		kill: () => signal('SIGKILL'),
		freeze: () => signal('SIGSTOP'),
		revive: async () => void (await startCluster({ folder: join(folder, 'primary'), settings })),
		promote: () => asked(standby, async (sql) => void (await sql`select pg_promote(true, 30)`)),
		end
	};
}

async function asked<T>(cluster: Cluster, ask: (sql: postgres.Sql) => Promise<T>): Promise<T> {
	const sql = postgres(cluster.url('postgres'), { max: 1, onnotice: () => {} });
	try {
		return await ask(sql);
	} finally {
		await sql.end({ timeout: 2 });
	}
}

/** A base backup by SQL, since the embedded Postgres has no pg_basebackup. It becomes a standby as soon as it is started. */
async function copyRunning(primary: Cluster, from: string, to: string): Promise<void> {
	await asked(primary, async (sql) => {
		await sql`select pg_create_physical_replication_slot(${name}, true)`;
		await sql`select pg_backup_start(${name}, true)`;
		await mkdir(to, { mode: 0o700 });
		await copyFile(join(from, 'password'), join(to, 'password'));
		const data = join(to, 'data');
		await cp(join(from, 'data'), data, {
			recursive: true,
			filter: (path) => !notCopied.test(relative(join(from, 'data'), path).split(sep).join('/'))
		});
		const [row] = await sql<{ label: string }[]>`select labelfile as label from pg_backup_stop(false)`;
		await writeFile(join(data, 'backup_label'), row?.label ?? '');
		await writeFile(join(data, 'standby.signal'), '');
		const { username, password, port } = new URL(primary.url('postgres'));
		// In a file, and not among the arguments of the program, which everybody on the machine can read.
		const reach = `host=127.0.0.1 port=${port} user=${username} password=${decodeURIComponent(password)} application_name=${name}`;
		await appendFile(
			join(data, 'postgresql.auto.conf'),
			`primary_conninfo = '${reach}'\nprimary_slot_name = '${name}'\n`
		);
	});
	await giveTo(to, await stat(join(from, 'data')));
}

/** The account that runs the one runs the other: as root a copy is root's. */
async function giveTo(folder: string, { uid, gid }: { uid: number; gid: number }): Promise<void> {
	const inside = await readdir(folder, { recursive: true });
	for (const path of [folder, ...inside.map((one) => join(folder, one))]) await chown(path, uid, gid);
}

/** Made by a setting of the running server, and not in the copy: a promoted standby must not wait for one of its own. */
async function waitForStandby(primary: Cluster, yes: boolean): Promise<void> {
	await asked(primary, async (sql) => {
		await sql.unsafe(`alter system set synchronous_standby_names = '${yes ? name : ''}'`);
		await sql`select pg_reload_conf()`;
		const wanted = yes ? 'sync' : 'async';
		for (let tries = 0; tries < 400; tries++) {
			const [row] = await sql`select 1 from pg_stat_replication where sync_state = ${wanted} and state = 'streaming'`;
			if (row) return;
			await wait(25);
		}
		throw new Error(`the standby did not become ${wanted} in ten seconds`);
	});
}
