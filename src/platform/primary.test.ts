import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { startPair } from '../../tests/support/standby.ts';
import { connect, inTransaction, sqlOf, type Connection } from './db.server.ts';

const pair = await startPair();
await pair.waitForStandby(true);
const url = pair.url('postgres');
const [one, two] = /127[^/]+/.exec(url)![0].split(',') as [string, string];
const turned = url.replace(`${one},${two}`, `${two},${one}`);
afterAll(() => pair.end(), 30_000);

function open(address: string): Connection {
	const connection = connect(address, { max: 4, name: 'pareto-test' });
	onTestFinished(() => connection.end());
	return connection;
}

const isStandby = async ({ client }: Connection): Promise<boolean> =>
	(await client<{ is: boolean }[]>`select pg_is_in_recovery() as is`)[0]!.is;
const portOf = async ({ client }: Connection): Promise<number> =>
	(await client<{ port: number }[]>`select current_setting('port')::int as port`)[0]!.port;
const write = ({ db }: Connection, n: number) =>
	inTransaction(db, async (tx) => void (await sqlOf(tx)`insert into written values (${n})`));

it('writes find the server that takes them, wherever it stands in the address', async () => {
	await open(url).client`create table written (n int primary key)`;
	await write(open(url), 1);
	await write(open(turned), 2);
	expect(await portOf(open(turned))).toBe(pair.primary.port);
});

it('who wishes for a standby reads from it, and who takes any from the first', async () => {
	expect(await isStandby(open(`${url}?target_session_attrs=prefer-standby`))).toBe(true);
	expect(await isStandby(open(`${url}?target_session_attrs=any`))).toBe(false);
	expect(await isStandby(open(`${turned}?target_session_attrs=any`))).toBe(true);
});

it('while no server takes writes one is waited for, for some seconds in all and not for each who asks', async () => {
	const standbys = open(url.replace(one, two));
	const began = performance.now();
	const refused = { code: 'NO_PRIMARY' };
	await expect(standbys.client`select 1`).rejects.toMatchObject(refused);
	const first = performance.now() - began;
	expect(first).toBeGreaterThan(4_000);
	await Promise.all(Array.from({ length: 8 }, () => expect(standbys.client`select 1`).rejects.toMatchObject(refused)));
	expect(performance.now() - began - first).toBeLessThan(4_000);
}, 30_000);

it('a server that stands still is left for the one that takes its place, with every write that was acknowledged', async () => {
	const connection = open(url);
	const acknowledged: number[] = [];
	let n = 100;
	let over = false;
	const writer = async () => {
		while (!over) {
			const mine = n++;
			// As a till does: the same again until it is told that it is done.
			const again = async (): Promise<void> =>
				write(connection, mine).catch(async (error: { cause?: { code?: string } }) => {
					if (error.cause?.code === '23505') return;
					await wait(20);
					return over ? undefined : again();
				});
			await again();
			if (!over) acknowledged.push(mine);
		}
	};
	const writers = Array.from({ length: 8 }, writer);
	await expect.poll(() => acknowledged.length).toBeGreaterThan(50);
	await pair.freeze();
	await pair.promote();
	const before = acknowledged.length;
	await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(before + 200);
	over = true;
	await Promise.all(writers);
	expect(await portOf(connection)).toBe(pair.standby.port);
	const stored = await connection.client<{ n: number }[]>`select n from written where n >= 100`;
	const there = new Set(stored.map(({ n }) => n));
	expect(acknowledged.filter((n) => !there.has(n))).toEqual([]);
}, 60_000);

it('a former primary that comes back as if nothing had happened is not written to', async () => {
	const connection = open(url);
	await write(connection, 10);
	await pair.kill();
	await pair.revive();
	// Long enough for whoever watches the servers to have seen it.
	await wait(2_500);
	await write(connection, 11);
	await write(open(turned), 12);
	await write(open(url.replace('/postgres', '/postgres?application_name=late')), 13);
	expect(await portOf(connection)).toBe(pair.standby.port);
	const after = connect(pair.standby.url('postgres'), { max: 1 });
	onTestFinished(() => after.end());
	expect(await after.client`select n from written where n between 10 and 13 order by n`).toHaveLength(4);
}, 60_000);
