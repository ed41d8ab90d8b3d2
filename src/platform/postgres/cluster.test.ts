import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testFolder } from '../../../tests/support/folders.ts';
import { ensureDatabase, startCluster, type Cluster } from './cluster.server.ts';

const { folder: base, clear } = await testFolder('cluster');
const folder = join(base, 'cluster');
const small = { shared_buffers: '32MB' };
const start = (): Promise<Cluster> => startCluster({ folder, durable: false, settings: small });

const pidFile = join(folder, 'data', 'postmaster.pid');
const pidOf = async (): Promise<number> => Number((await readFile(pidFile, 'utf8')).split('\n')[0]);

async function query<T = Record<string, unknown>>(url: string, statement: string): Promise<T[]> {
	const sql = postgres(url, { max: 1, onnotice: () => {} });
	try {
		return [...((await sql.unsafe(statement)) as unknown as T[])];
	} finally {
		await sql.end({ timeout: 1 });
	}
}

let cluster: Cluster;
beforeAll(async () => {
	cluster = await start();
	await ensureDatabase(cluster, 'shop');
	await query(cluster.url('shop'), 'create table kept (id int)');
	await query(cluster.url('shop'), 'insert into kept values (1)');
});
afterAll(async () => {
	await cluster.stop();
	await clear();
});

describe('the embedded database', () => {
	test('listens on loopback alone and wants its password', async () => {
		const [row] = await query<{ a: string; jit: string; tz: string }>(
			cluster.url('shop'),
			`select current_setting('listen_addresses') as a, current_setting('jit') as jit, current_setting('timezone') as tz`
		);
		expect(row).toEqual({ a: '127.0.0.1', jit: 'off', tz: 'UTC' });
		const wrong = new URL(cluster.url('shop'));
		wrong.password = 'password';
		await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
	});

	test('is adopted when it runs already, as after its starter was killed', async () => {
		const again = await start();
		expect(again.adopted).toBe(true);
		expect(again.port).toBe(cluster.port);
		await ensureDatabase(again, 'shop');
		expect(await query(again.url('shop'), 'select id from kept')).toEqual([{ id: 1 }]);
	});

	test('comes back with its data after it was killed itself', async () => {
		process.kill(await pidOf(), 'SIGKILL');
		cluster = await start();
		expect(cluster.adopted).toBe(false);
		expect(await query(cluster.url('shop'), 'select id from kept')).toEqual([{ id: 1 }]);
	});

	test('comes back by itself, on the same port, while it is watched', async () => {
		const told: string[] = [];
		cluster.watch((sentence) => told.push(sentence));
		process.kill(await pidOf(), 'SIGKILL');
		const until = Date.now() + 30_000;
		while (told.length < 2 && Date.now() < until) await wait(50);
		expect(told).toEqual(['the database died and is started again', 'the database is back']);
		expect(await query(cluster.url('shop'), 'select id from kept')).toEqual([{ id: 1 }]);
	});

	test('starts although its last process number now belongs to another program', async () => {
		const lines = (await readFile(pidFile, 'utf8')).split('\n');
		await cluster.stop();
		await writeFile(pidFile, [process.pid, ...lines.slice(1)].join('\n'));
		cluster = await start();
		expect(await query(cluster.url('shop'), 'select id from kept')).toEqual([{ id: 1 }]);
	});

	test('is one server when two start it at once', async () => {
		await cluster.stop();
		const [one, two] = await Promise.all([start(), start()]);
		cluster = one;
		expect(two.port).toBe(one.port);
		expect([one.adopted, two.adopted]).toContain(false);
	});

	test('is made once when two make it at once', async () => {
		const other = join(base, 'other');
		const both = await Promise.all([1, 2].map(() => startCluster({ folder: other, durable: false, settings: small })));
		expect(both[0]?.port).toBe(both[1]?.port);
		await both[0]?.stop();
		await rm(other, { recursive: true, force: true });
	});

	test('is gone after a stop, and stopping again does no harm', async () => {
		await cluster.stop();
		await cluster.stop();
		await expect(query(cluster.url('shop'), 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
	});
});
