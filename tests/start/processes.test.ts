import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { createApi, refusalOf, type Api } from '#client/trpc.ts';
import { pointsOf } from '#ledger/server';
import type { Ask } from '#pricing';
import { receipts } from '#purchases/tables';
import type { ReceiptView } from '#purchases';
import { auditHouse } from '#wiring/house-audit.server';
import { startApp, type AppProcess } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { testFolder } from '../support/folders.ts';
import { findPgbouncer, startPooler } from '../support/pooler.ts';
import { aMember, anAsk, line, openShop as stock } from '../support/shop.ts';
import { aStaffedTill } from '../support/till.ts';
import { openShop, Visitor } from '../support/visitor.ts';

/**
 * Three servers on one database, as behind a load balancer that knows nothing of whom it sends where. One of them reaches
 * the database through pgbouncer in transaction mode, where this machine has one.
 */
const { db, url } = await testDatabase();
const mail = openShop(url);
const secret = 'a secret for tests that is long enough';
const shop = await stock(db, new Date());
const till = await aStaffedTill(db, shop.storeId);

const pgbouncer = findPgbouncer();
if (!pgbouncer) console.log('There is no pgbouncer on this machine: all three servers ask the database itself.');
const pooler = pgbouncer ? await startPooler(pgbouncer, url) : null;
const { folder, clear } = await testFolder('processes');
/** @param pooled whether it asks through the pooler */
function startServer(name: string, pooled: boolean): AppProcess {
	const through = pooled && pooler ? pooler.url : url;
	const database = { DATABASE_URL: through, DATABASE_DIRECT_URL: url };
	return startApp({ PARETO_DATA: `${folder}/${name}`, PARETO_SECRET: secret, ...database }, ['--empty']);
}
// One after the other, should the first have to build the app.
const apps: AppProcess[] = [];
const addresses: string[] = [];
for (const [name, pooled] of [
	['one', false],
	['two', false],
	['three', true]
] as const) {
	const app = startServer(name, pooled);
	apps.push(app);
	addresses.push(await app.address());
}
afterAll(async () => {
	for (const app of apps) app.signal('SIGTERM');
	await Promise.all(apps.map(({ exit }) => exit));
	await pooler?.end();
	await clear();
});

let turn = 0;
/** Where the next request goes: to each server in turn. */
const next = (): string => addresses[turn++ % addresses.length] as string;

/** The procedures with a cookie, each call at another server. */
const apiWith = (cookie: string): Api =>
	createApi((path, init) =>
		fetch(`${next()}${String(path)}`, { ...init, headers: { ...(init?.headers as object), cookie } })
	);
const cookieOf = (visitor: Visitor): string =>
	[...visitor.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');

const atTill = apiWith(`till=${till.token}`);

async function saleOf(ask: Ask): Promise<{ key: string; ask: Ask; fingerprint: string }> {
	const { quote } = await atTill.till.checkout.quote.mutate({ ask });
	return { key: `key-${randomUUID()}`, ask, fingerprint: quote.fingerprint };
}

async function commit(address: string, sale: object): Promise<{ receipt: ReceiptView; replayed: boolean }> {
	const answer = await fetch(`${address}/api/v1/checkout/commit`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${till.token}` },
		body: JSON.stringify(sale)
	});
	expect(answer.status, await answer.clone().text()).toBe(200);
	return (await answer.json()) as { receipt: ReceiptView; replayed: boolean };
}

test('a sale that reaches all servers at once, again and again, is one sale', async () => {
	const members = await Promise.all(Array.from({ length: 4 }, () => aMember(db, new Date())));
	const sales = await Promise.all(
		Array.from({ length: 40 }, (_, n) => saleOf(anAsk(members[n % 4] as string, [line('a', shop.products.bread)])))
	);
	const before = await db.$count(receipts);
	const answers = await Promise.all(
		sales.flatMap((sale) => [...addresses, ...addresses].map((address) => commit(address, sale)))
	);
	expect(new Set(answers.map(({ receipt }) => receipt.id)).size).toBe(sales.length);
	expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(sales.length);
	expect(await db.$count(receipts)).toBe(before + sales.length);
	const points = [...(await pointsOf(db, members, new Date())).values()];
	expect(points.map(({ spendable }) => spendable)).toEqual(points.map(() => 10 * 5));
	expect((await auditHouse(db)).findings).toEqual([]);
});

test('who signed in at one server is known at the others, and signed out at one at all of them', async () => {
	const manager = apiWith(cookieOf(till.manager));
	for (const _ of addresses) expect((await manager.admin.identity.me.query())?.name).toBe('Ann');
	for (const _ of addresses) expect((await atTill.till.identity.me.query())?.staff?.id).toBe(till.cashierId);
	await manager.admin.identity.signOut.mutate();
	for (const _ of addresses) expect(await manager.admin.identity.me.query()).toBeNull();
});

test('guesses are counted together, wherever they are made', async () => {
	const guess = async (pin: string) => {
		const tried = atTill.till.identity.signIn.mutate({ staffId: till.cashierId, pin });
		return refusalOf(await tried.then(() => null).catch((error: unknown) => error))?.code ?? 'in';
	};
	const said: string[] = [];
	for (let n = 0; n < 6; n++) said.push(await guess(`99${n}1`));
	expect(said).toEqual([...Array<string>(5).fill('identity.pin_wrong'), 'identity.pin_locked']);
	expect(await guess('4711')).toBe('identity.pin_locked');
});

test('a wallet that listens at one server hears of a sale at another', async () => {
	const email = 'ears@example.com';
	const visitor = new Visitor();
	await visitor.api.wallet.identity.requestCode.mutate({ email });
	const code = /^(\d{6})$/m.exec(mail.recent().find(({ to }) => to === email)?.text ?? '')?.[1] ?? '';
	await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
	const { memberId } = await visitor.api.wallet.customers.me.query();
	for (const [listens, sells] of [
		[0, 1],
		[1, 2],
		[2, 0]
	] as const) {
		const gone = new AbortController();
		const stream = await fetch(`${addresses[listens]}/api/live`, {
			headers: { cookie: cookieOf(visitor) },
			signal: gone.signal
		});
		expect(stream.status).toBe(200);
		const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
		const sale = await saleOf(anAsk(memberId, [line('a', shop.products.tea)]));
		await commit(addresses[sells] as string, sale);
		let heard = '';
		while (!heard.includes('event: changed')) {
			const { value, done } = await reader.read();
			if (done) break;
			heard += value;
		}
		gone.abort();
		expect(heard).toContain(memberId);
	}
});

test('when one server is killed in the middle of sales, the others finish them, none lost and none twice', async () => {
	const member = await aMember(db, new Date());
	const sales = await Promise.all(
		Array.from({ length: 60 }, () => saleOf(anAsk(member, [line('a', shop.products.coffee)])))
	);
	const before = await db.$count(receipts);
	const done = new Map<string, string>();
	const sellOne = async (sale: { key: string }, n: number): Promise<void> => {
		// As a till does: the same again, elsewhere, until there is an answer.
		for (let attempt = 0; ; attempt++) {
			const address = addresses[(n + attempt) % addresses.length] as string;
			const answer = await commit(address, sale).catch((error: unknown) => {
				if (attempt < 3 && error instanceof TypeError) return null;
				throw error;
			});
			if (!answer) continue;
			done.set(sale.key, answer.receipt.id);
			if (done.size === 12) apps[0]?.signal('SIGKILL');
			return;
		}
	};
	await Promise.all(sales.map(sellOne));
	expect(await apps[0]?.exit).toBeNull();
	expect(done.size).toBe(sales.length);
	expect(new Set(done.values()).size).toBe(sales.length);
	expect(await db.$count(receipts)).toBe(before + sales.length);
	expect((await auditHouse(db)).findings).toEqual([]);
}, 60_000);
