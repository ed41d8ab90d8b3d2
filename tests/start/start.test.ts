import { connect, createServer } from 'node:net';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, afterEach, expect, test } from 'vitest';
import { startApp, type AppProcess } from '../support/app.ts';
import { cloneDatabase } from '../support/database.ts';
import { testFolder } from '../support/folders.ts';

const { folder, clear } = await testFolder('start');
const running = new Set<AppProcess>();

function start(environment: Record<string, string> = {}, args = ['--empty'], node: string[] = []): AppProcess {
	const app = startApp({ PARETO_DATA: folder, ...environment }, args, node);
	running.add(app);
	return app;
}

async function stop(app: AppProcess): Promise<number | null> {
	app.signal('SIGINT');
	running.delete(app);
	return app.exit;
}

afterEach(async () => {
	for (const app of running) await stop(app);
});
afterAll(clear);

const postmaster = async (): Promise<{ pid: number; port: number } | null> => {
	const text = await readFile(join(folder, 'database', 'data', 'postmaster.pid'), 'utf8').catch(() => null);
	const lines = text?.split('\n');
	return lines ? { pid: Number(lines[0]), port: Number(lines[3]) } : null;
};

test('a first start makes everything, serves, and Ctrl-C stops it with its database', async () => {
	const app = start();
	const address = await app.address();
	const response = await fetch(address);
	expect(response.status).toBe(200);
	expect(response.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
	expect(app.said()).toMatch(/\/admin\/setup with this code[^:]*:\s+S\w{3} \w{4} \w{4} \w{4}\n/);
	expect((await stat(join(folder, 'secret'))).mode & 0o777).toBe(0o600);
	expect((await stat(join(folder, 'database'))).mode & 0o777).toBe(0o700);

	const before = Date.now();
	expect(await stop(app)).toBe(0);
	expect(Date.now() - before).toBeLessThan(8000);
	expect(await postmaster()).toBeNull();
	expect(await readdir(folder)).toEqual(expect.not.arrayContaining(['running.json']));
	await expect(fetch(address)).rejects.toThrow();
});

test('forms are taken from its own pages over plain http, and from nobody else’s', async () => {
	const address = await start().address();
	const post = (origin: string, more: Record<string, string> = {}) =>
		fetch(address, { method: 'POST', body: new URLSearchParams({ a: '1' }), headers: { origin, ...more } });
	expect((await post(address)).status).not.toBe(403);
	expect((await post('https://evil.example')).status).toBe(403);
	// What a client claims about itself counts for nothing without a trusted proxy.
	expect((await post(address.replace('http:', 'https:'), { 'x-forwarded-proto': 'https' })).status).toBe(403);
});

/** A request whose body comes in two parts: it is under way until `finish`. */
function slowRequest(address: string): { finish(): Promise<string> } {
	const { hostname, port } = new URL(address);
	const socket = connect(Number(port), hostname);
	let answer = '';
	socket.on('data', (chunk) => (answer += chunk.toString())).on('error', () => {});
	const closed = new Promise<void>((done) => socket.once('close', () => done()));
	socket.write(
		`POST / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{`
	);
	return {
		async finish() {
			socket.write('}');
			await closed;
			return answer;
		}
	};
}

test('a request that runs when Ctrl-C comes is answered', async () => {
	const app = start();
	const slow = slowRequest(await app.address());
	await wait(200);
	app.signal('SIGTERM');
	await wait(500);
	expect(await slow.finish()).toMatch(/^HTTP\/1\.1 \d{3} /);
	expect(await app.exit).toBe(0);
	running.delete(app);
});

test('one Ctrl-C that comes twice, from the terminal and from npm, is one', async () => {
	const app = start();
	await app.address();
	app.signal('SIGINT');
	await wait(50);
	app.signal('SIGINT');
	expect(await app.exit).toBe(0);
	running.delete(app);
	expect(app.said()).not.toMatch(/at once\./);
	expect(await postmaster()).toBeNull();
});

test('a second Ctrl-C does not wait for anybody, and still stops the database', async () => {
	const app = start();
	slowRequest(await app.address());
	await wait(200);
	app.signal('SIGINT');
	await wait(900);
	const before = Date.now();
	app.signal('SIGINT');
	expect(await app.exit).toBe(130);
	running.delete(app);
	expect(Date.now() - before).toBeLessThan(2500);
	expect(await postmaster()).toBeNull();
});

test('a second start in the same folder is told, and leaves the first alone', async () => {
	const first = start();
	const address = await first.address();
	const second = start();
	expect(await second.exit).toBe(1);
	running.delete(second);
	expect(second.said()).toMatch(/already runs in this folder/);
	expect((await fetch(address)).status).toBe(200);
});

test('a taken port is told in one sentence, before anything was made', async () => {
	const other = createServer();
	await new Promise<void>((done) => other.listen(0, done));
	const { port } = other.address() as { port: number };
	const { folder: fresh, clear: clearFresh } = await testFolder('port');
	const app = start({ PORT: String(port), PARETO_DATA: fresh });
	expect(await app.exit).toBe(1);
	expect(app.said().trim()).toBe(
		`Port ${port} is taken by another program. Choose another one: PORT=${port + 1} npm start`
	);
	expect(await readdir(fresh)).toEqual([]);
	await clearFresh();
	await new Promise((done) => other.close(done));
});

test('a killed server leaves a database that the next start adopts, with everything in it', async () => {
	const app = start();
	await app.address();
	const before = await postmaster();
	const password = await readFile(join(folder, 'database', 'password'), 'utf8');
	const sql = postgres(`postgres://pareto:${password}@127.0.0.1:${before?.port}/pareto`, {
		max: 1,
		onnotice: () => {}
	});
	await sql`create table if not exists kept_through_a_kill (id int)`;
	await sql`insert into kept_through_a_kill values (1)`;
	app.signal('SIGKILL');
	running.delete(app);
	expect(await app.exit).toBeNull();

	const next = start();
	await next.address();
	expect((await postmaster())?.pid).toBe(before?.pid);
	expect([...(await sql`select id from kept_through_a_kill`)]).toEqual([{ id: 1 }]);
	await sql`drop table kept_through_a_kill`;
	await sql.end();
	expect(await stop(next)).toBe(0);
	expect(await postmaster()).toBeNull();
});

test('when the server and its database are both killed, the next start gets over it', async () => {
	const app = start();
	await app.address();
	const killed = await postmaster();
	app.signal('SIGKILL');
	process.kill(killed?.pid ?? 0, 'SIGKILL');
	running.delete(app);
	await app.exit;
	const next = start();
	await next.address();
	expect((await postmaster())?.pid).not.toBe(killed?.pid);
	expect(await stop(next)).toBe(0);
});

test('Ctrl-C during the start stops it too, and the next start works', async () => {
	const app = start();
	// Before that there is nothing to stop, and on a busy machine it may take a while until there is.
	await expect.poll(postmaster, { timeout: 30_000, interval: 5 }).not.toBeNull();
	expect(await stop(app)).toBe(0);
	expect(await postmaster()).toBeNull();
	const next = start();
	await next.address();
	expect(await stop(next)).toBe(0);
});

test('a database of one’s own is used instead, and is not stopped', async () => {
	const own = await cloneDatabase();
	const { folder: unused, clear: clearUnused } = await testFolder('own');
	const app = start({ DATABASE_URL: own.url, PARETO_SECRET: 'x'.repeat(40), PARETO_DATA: unused });
	expect((await fetch(await app.address())).status).toBe(200);
	expect(await stop(app)).toBe(0);
	expect(await readdir(unused)).toEqual([]);
	expect([...(await own.client`select 1 as up`)]).toEqual([{ up: 1 }]);
	await own.end();
	await clearUnused();
});

test.each([
	['there is no such database', (url: URL) => (url.pathname = '/no_such_database'), /no database of that name/],
	['the password is wrong', (url: URL) => (url.password = 'wrong'), /refuses this user or password/]
])('a database that cannot be used is told: %s', async (_, spoil, sentence) => {
	const own = await cloneDatabase();
	const url = new URL(own.url);
	spoil(url);
	const app = start({ DATABASE_URL: url.href, PARETO_SECRET: 'x'.repeat(40) });
	expect(await app.exit).toBe(1);
	running.delete(app);
	expect(app.said()).toMatch(sentence);
	expect(app.said()).not.toContain(own.url);
	await own.end();
});

test('settings that cannot be used are told together', async () => {
	const app = start({ PORT: 'http', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://root:hunter2@db/pareto' });
	expect(await app.exit).toBe(1);
	running.delete(app);
	for (const name of ['PORT', 'LOG_LEVEL', 'DATABASE_URL', 'PARETO_SECRET']) expect(app.said()).toContain(`  ${name} `);
	expect(app.said()).not.toContain('hunter2');
});

test('an option that does not exist is told, with those that do', async () => {
	const app = start({}, ['--emtpy']);
	expect(await app.exit).toBe(1);
	running.delete(app);
	expect(app.said()).toContain('--empty');
});

test('a Node that is too old is told so, and which one is needed', async () => {
	const pretend = 'Object.defineProperty(process.versions, "node", { value: "20.11.1" })';
	const app = start({}, ['--empty'], ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`]);
	expect(await app.exit).toBe(1);
	running.delete(app);
	expect(app.said()).toMatch(/needs Node 22\.17 or newer; this is 20\.11\.1/);
});
