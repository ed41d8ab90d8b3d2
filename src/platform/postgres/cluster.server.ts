import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { accountFor, type Account } from './account.server.ts';
import { postgresBinaries } from './binaries.server.ts';

/**
 * The embedded Postgres: a real server from npm under our own supervisor. It is made once in a folder, listens on
 * loopback alone with a random password, outlives a killed server process and is then adopted by the next one.
 */
export interface Cluster {
	/** address of one of its databases */
	url(database: string): string;
	/** true when it was running already */
	adopted: boolean;
	port: number;
	/** Starts it again, on the same port, whenever it should die; `told` hears of each time. Ends with `stop`. */
	watch(told: (sentence: string) => void): void;
	/** Stops it and waits until it is down. Connections still open are cut. */
	stop(): Promise<void>;
}

export interface ClusterOptions {
	/** the cluster's own folder; made when missing */
	folder: string;
	/** server settings on top of ours */
	settings?: Record<string, string>;
	/** false loses data when the machine stops: for tests only */
	durable?: boolean;
	/** told once when the cluster has to be made or a dead one is waited for */
	say?: (sentence: string) => void;
}

const owner = 'pareto';
const startPatience = 60_000;

/** What every cluster runs with. `jit` costs more than it brings on short statements; a small WAL means checkpoints all the time. */
function ownSettings(): Record<string, string> {
	const sharedBuffers = Math.min(2048, Math.max(128, Math.floor(totalmem() / 1024 / 1024 / 8)));
	return {
		listen_addresses: '127.0.0.1',
		unix_socket_directories: '',
		max_connections: '200',
		shared_buffers: `${sharedBuffers}MB`,
		max_wal_size: '4GB',
		checkpoint_timeout: '15min',
		random_page_cost: '1.1',
		jit: 'off',
		timezone: 'UTC',
		log_timezone: 'UTC',
		log_min_error_statement: 'panic',
		log_parameter_max_length_on_error: '0'
	};
}

const place = (folder: string) => ({
	data: join(folder, 'data'),
	password: join(folder, 'password'),
	port: join(folder, 'port'),
	log: join(folder, 'postgres.log'),
	pid: join(folder, 'data', 'postmaster.pid')
});

/** Runs one of the programs to its end. */
async function run(program: string, args: string[], account: Account | null, folder: string): Promise<void> {
	const child = spawn(program, args, {
		stdio: ['ignore', 'pipe', 'pipe'],
		cwd: folder,
		env: { PATH: process.env.PATH ?? '' },
		...(account && { uid: account.uid, gid: account.gid })
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
	const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
	if (code !== 0) throw new Error(`${program} failed (${code}): ${said.trim()}`);
}

/**
 * Makes the cluster beside its place and renames it when it is whole: a start cut off half-way leaves nothing that
 * looks like a cluster, and of two at once one wins.
 */
async function make(folder: string, durable: boolean): Promise<void> {
	await mkdir(dirname(folder), { recursive: true });
	const fresh = await mkdtemp(`${folder}.new-`);
	try {
		const account = await accountFor(place(fresh).data);
		const { data, password } = place(fresh);
		await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
		if (account) for (const path of [fresh, password]) await chown(path, account.uid, account.gid);
		await chmod(fresh, 0o700);
		await initdb(data, password, account, fresh, durable);
		await rename(fresh, folder).catch((error: NodeJS.ErrnoException) => {
			if (!existsSync(place(folder).data)) throw error;
		});
	} finally {
		await rm(fresh, { recursive: true, force: true });
	}
}

/**
 * Sorting comes from Postgres itself (C.UTF-8), never from the machine. What counts as a letter in searches still comes
 * from the machine's ctype: the first locale that it has is taken.
 */
async function initdb(data: string, password: string, account: Account | null, cwd: string, durable: boolean) {
	const { initdb: program } = await postgresBinaries();
	for (const [index, ctype] of ['C.UTF-8', 'en_US.UTF-8', 'C'].entries()) {
		const args = ['-D', data, '-U', owner, `--pwfile=${password}`, '--auth=scram-sha-256', '-E', 'UTF8'];
		args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', `--lc-ctype=${ctype}`);
		args.push('--no-instructions');
		if (!durable) args.push('--no-sync');
		try {
			return await run(program, args, account, cwd);
		} catch (error) {
			if (index === 2 || !/invalid locale/i.test(String(error))) throw error;
			await rm(data, { recursive: true, force: true });
		}
	}
}

const address = (password: string, port: number, database: string): string =>
	`postgres://${owner}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

/** What the postmaster says of itself in its pid file, or null when there is none (or it is half written). */
async function postmaster(folder: string): Promise<{ pid: number; port: number } | null> {
	const text = await readFile(place(folder).pid, 'utf8').catch(() => '');
	const lines = text.split('\n');
	const pid = Number(lines[0]);
	const port = Number(lines[3]);
	return pid > 0 && port > 0 ? { pid, port } : null;
}

/** The port of the server running in this folder, when it answers to our password and says that the folder is its own. */
async function answering(folder: string): Promise<number | null> {
	const running = await postmaster(folder);
	if (!running) return null;
	const password = await readFile(place(folder).password, 'utf8');
	const sql = postgres(address(password, running.port, 'postgres'), { max: 1, connect_timeout: 5, onnotice: () => {} });
	try {
		const [row] = await sql<{ folder: string }[]>`select current_setting('data_directory') as folder`;
		return row?.folder === place(folder).data ? running.port : null;
	} catch {
		return null;
	} finally {
		await sql.end({ timeout: 1 }).catch(() => {});
	}
}

/** The port if it is free, any free one for 0; null when it is taken. */
export async function freePort(wanted: number): Promise<number | null> {
	const server = createServer();
	try {
		await new Promise<void>((done, fail) => server.once('error', fail).listen(wanted, '127.0.0.1', done));
		return (server.address() as { port: number }).port;
	} catch {
		return null;
	} finally {
		await new Promise((done) => server.close(done));
	}
}

/** Where it listened last, if that is free: a server that starts again is found by those who are connected already. */
async function choosePort(folder: string): Promise<number> {
	const last = Number(await readFile(place(folder).port, 'utf8').catch(() => '0'));
	const port = ((last > 0 && (await freePort(last))) || (await freePort(0))) ?? 0;
	await writeFile(place(folder).port, String(port));
	return port;
}

/**
 * A pid file whose process is no postmaster any more: its parent does not reap the dead (many containers), or the
 * number went to another program after a restart of the machine. Postgres would wait for it for ever.
 */
async function removeDeadPid(folder: string): Promise<void> {
	const running = await postmaster(folder);
	if (!running || process.platform !== 'linux') return;
	const status = await readFile(`/proc/${running.pid}/status`, 'utf8').catch(() => null);
	if (status === null) return;
	const name = /^Name:\s*(.*)$/m.exec(status)?.[1];
	const zombie = /^State:\s*Z/m.test(status);
	if (zombie || name !== 'postgres') await rm(place(folder).pid, { force: true });
}

interface Launch {
	gone(): boolean;
	/** what the server said last, for a start that failed */
	lastWords(): Promise<string>;
	/** keeps its log as the cluster's */
	keep(): Promise<void>;
	forget(): Promise<void>;
}

let launches = 0;

/** Starts the program, detached: Ctrl-C in a terminal reaches us alone, and we stop it when our requests are finished. */
async function launch(folder: string, settings: Record<string, string>): Promise<Launch> {
	const { data, log } = place(folder);
	const account = await accountFor(data);
	const { postgres: program } = await postgresBinaries();
	const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
	// A log of its own until it is up: of two starts at once, the one that fails must not hide what the other says.
	const words = `${log}.${process.pid}.${launches++}`;
	const output = await open(words, 'w', 0o600);
	const child = spawn(program, ['-D', data, '-p', String(await choosePort(folder)), ...options], {
		detached: true,
		stdio: ['ignore', output.fd, output.fd],
		cwd: folder,
		env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
		...(account && { uid: account.uid, gid: account.gid })
	});
	let gone = false;
	child.once('exit', () => (gone = true)).once('error', () => (gone = true));
	child.unref();
	await output.close();
	return {
		gone: () => gone,
		lastWords: async () => (await readFile(words, 'utf8').catch(() => '')).trim().split('\n').slice(-6).join('\n'),
		keep: () => rename(words, log),
		forget: () => rm(words, { force: true })
	};
}

const lingering = /lock file .* already exists|pre-existing shared memory|could not bind|Address already in use/;

/** Starts the server, again and again while a dead one's traces linger, and waits until it answers. */
async function startAndWait(
	folder: string,
	settings: Record<string, string>,
	say: (text: string) => void
): Promise<number> {
	const until = Date.now() + startPatience;
	let words = '';
	while (Date.now() < until) {
		const server = await launch(folder, settings);
		while (Date.now() < until) {
			const port = await answering(folder);
			// When it is gone, it is another start's server that answers.
			if (port) return server.gone() ? server.forget().then(() => port) : server.keep().then(() => port);
			if (server.gone()) break;
			await wait(50);
		}
		const first = words === '';
		words = await server.lastWords();
		await server.forget();
		if (server.gone() && !lingering.test(words)) throw new Error(`The embedded Postgres does not start:\n${words}`);
		if (first) say('Waiting for the last database process to end …');
		await removeDeadPid(folder);
		await wait(200);
	}
	throw new Error(`The embedded Postgres did not answer within a minute:\n${words}`);
}

async function stopCluster(folder: string): Promise<void> {
	// Fast: cut connections and write everything down. Quit only when that does not come to an end.
	for (const [signal, patience] of [['SIGINT', 20_000] as const, ['SIGQUIT', 5_000] as const]) {
		const running = await postmaster(folder);
		if (!running) return;
		try {
			process.kill(running.pid, signal);
		} catch {
			return;
		}
		const until = Date.now() + patience;
		while (existsSync(place(folder).pid) && Date.now() < until) await wait(25);
	}
}

/** Brings up the cluster in the folder: makes it when there is none, adopts it when it runs, else starts it. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
	const { folder, durable = true, say = () => {} } = options;
	if (!existsSync(place(folder).data)) {
		say('Making the database …');
		await make(folder, durable);
	}
	const settings = {
		...ownSettings(),
		...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
		...options.settings
	};
	const running = await answering(folder);
	const port = running ?? (await startAndWait(folder, settings, say));
	const password = await readFile(place(folder).password, 'utf8');
	let watch: NodeJS.Timeout | undefined;
	return {
		url: (database) => address(password, port, database),
		adopted: running !== null,
		port,
		watch: (told) => (watch = watchCluster(folder, settings, told)),
		stop: () => {
			clearInterval(watch);
			return stopCluster(folder);
		}
	};
}

const watchEvery = 1000;

function watchCluster(
	folder: string,
	settings: Record<string, string>,
	told: (sentence: string) => void
): NodeJS.Timeout {
	let busy = false;
	const look = async () => {
		if (busy || (await isUp(folder))) return;
		busy = true;
		try {
			told('the database died and is started again');
			await startAndWait(folder, settings, () => {});
			told('the database is back');
		} catch (error) {
			told(`the database does not come back: ${(error as Error).message}`);
		} finally {
			busy = false;
		}
	};
	return setInterval(() => void look(), watchEvery).unref();
}

/** Whether the process named in the pid file lives; cheap enough to ask all the time. */
async function isUp(folder: string): Promise<boolean> {
	await removeDeadPid(folder);
	const running = await postmaster(folder);
	if (!running) return false;
	try {
		process.kill(running.pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** Makes the database in the cluster unless it is there. */
export async function ensureDatabase(cluster: Cluster, name: string): Promise<void> {
	const sql = postgres(cluster.url('postgres'), { max: 1, onnotice: () => {} });
	try {
		const found = await sql`select 1 from pg_database where datname = ${name}`;
		if (!found.length) await sql.unsafe(`create database "${name}"`);
	} catch (error) {
		if ((error as { code?: string }).code !== '42P04') throw error;
	} finally {
		await sql.end({ timeout: 5 });
	}
}
