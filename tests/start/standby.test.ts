import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { createApi } from '#client/trpc.ts';
import { migrate } from '#platform/migrate';
import { connect } from '#platform/db';
import { closeAll } from '#platform/lifecycle';
import { ensureDatabase } from '#platform/postgres/cluster';
import { receipts } from '#purchases/tables';
import type { ReceiptView } from '#purchases';
import { auditHouse } from '#wiring/house-audit.server';
import { startApp } from '../support/app.ts';
import { testFolder } from '../support/folders.ts';
import { aMember, anAsk, line, openShop as stock } from '../support/shop.ts';
import { startPair } from '../support/standby.ts';
import { aStaffedTill } from '../support/till.ts';
import { openShop, Visitor } from '../support/visitor.ts';

/**
 * A server process on two database servers, of which the first dies while sales are being committed. What it had
 * acknowledged the other has, and the process goes on with it.
 */
const pair = await startPair();
await ensureDatabase(pair.primary, 'shop');
const url = pair.url('shop');
await migrate(url);
await pair.waitForStandby(true);
const mail = openShop(url);
const { db, end } = connect(url, { max: 4, name: 'pareto-test' });
const shop = await stock(db, new Date());
const till = await aStaffedTill(db, shop.storeId);

const { folder, clear } = await testFolder('standby-app');
const secret = 'a secret for tests that is long enough';
const app = startApp({ PARETO_DATA: folder, PARETO_SECRET: secret, DATABASE_URL: url }, ['--empty']);
const address = await app.address();
let over = false;
void app.exit.then(() => (over = true));
/** what the standby has, asked without anything of the product's that looks for a primary */
const after = connect(pair.standby.url('shop'), { max: 2, name: 'pareto-test' });
afterAll(async () => {
	app.signal('SIGTERM');
	await app.exit;
	await closeAll('draining');
	await closeAll('drained');
	await Promise.all([end(), after.end()]);
	await pair.end();
	await clear();
}, 60_000);

interface Sale {
	key: string;
	memberId: string;
	fingerprint: string;
}

const askOf = (memberId: string) => anAsk(memberId, [line('a', shop.products.bread)]);

async function saleTo(memberId: string): Promise<Sale> {
	const atTill = createApi((path, init) =>
		fetch(`${address}${String(path)}`, {
			...init,
			headers: { ...(init?.headers as object), cookie: `till=${till.token}` }
		})
	);
	const { quote } = await atTill.till.checkout.quote.mutate({ ask: askOf(memberId) });
	return { key: `key-${randomUUID()}`, memberId, fingerprint: quote.fingerprint };
}

/** One try of a till. Null: it was not told that the sale is done. */
async function tryToSell({ key, memberId, fingerprint }: Sale) {
	const answer = await fetch(`${address}/api/v1/checkout/commit`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${till.token}` },
		body: JSON.stringify({ key, ask: askOf(memberId), fingerprint })
	});
	const text = await answer.text();
	// What is refused would never be sold: only trouble is worth another try.
	expect([200, 500], text).toContain(answer.status);
	return answer.status === 200 ? (JSON.parse(text) as { receipt: ReceiptView; replayed: boolean }) : null;
}

/** A wallet whose page is open. @returns whether it was told of a change since it was asked last */
async function openWallet(): Promise<{ memberId: string; told(): string; close(): void }> {
	const email = 'ears@example.com';
	const visitor = new Visitor();
	await visitor.api.wallet.identity.requestCode.mutate({ email });
	const code = /^(\d{6})$/m.exec(mail.recent().find(({ to }) => to === email)?.text ?? '')?.[1] ?? '';
	await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
	const { memberId } = await visitor.api.wallet.customers.me.query();
	const gone = new AbortController();
	const cookie = [...visitor.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
	const stream = await fetch(`${address}/api/live`, { headers: { cookie }, signal: gone.signal });
	expect(stream.status).toBe(200);
	let heard = '';
	void stream
		.body!.pipeThrough(new TextDecoderStream())
		.pipeTo(new WritableStream({ write: (text) => void (heard += text) }))
		.catch(() => {});
	const told = () => {
		const news = heard;
		heard = '';
		return news;
	};
	return { memberId, told, close: () => gone.abort() };
}

const wallet = await openWallet();

test('when the database dies in the middle of sales and the standby takes its place, none that was acknowledged is lost and none is there twice', async ({
	annotate
}) => {
	const members = await Promise.all(Array.from({ length: 8 }, () => aMember(db, new Date())));
	const sales = await Promise.all(Array.from({ length: 320 }, (_, n) => saleTo(members[n % 8] as string)));
	const before = await db.$count(receipts);
	const done = new Map<string, { receiptId: string; replayed: boolean }>();
	let troubles = 0;
	let last = performance.now();
	let longest = 0;
	let taking: Promise<void> | null = null;
	let kept: string[] = [];
	const takeOver = async () => {
		await pair.withholdAnswers();
		const written = async () => (await after.db.$count(receipts)) - before;
		await expect.poll(written).toBeGreaterThan(done.size);
		last = performance.now();
		await pair.kill();
		kept = [...done.keys()];
		await pair.promote();
	};
	const waiting = [...sales];
	const shopper = async (): Promise<void> => {
		for (let sale = waiting.shift(); sale; sale = waiting.shift()) {
			let answer = await tryToSell(sale);
			for (; !answer; answer = await tryToSell(sale)) {
				troubles++;
				await wait(50);
			}
			const now = performance.now();
			longest = Math.max(longest, now - last);
			last = now;
			done.set(sale.key, { receiptId: answer.receipt.id, replayed: answer.replayed });
			if (done.size === 100) taking = takeOver();
		}
	};
	await Promise.all(Array.from({ length: 24 }, shopper));
	await taking;

	const answered = [...done.values()];
	const replayed = answered.filter((one) => one.replayed).length;
	// Those that the dead primary had written down with the standby, and had not told of.
	expect(replayed).toBeGreaterThan(0);
	expect(kept.length).toBeLessThan(sales.length);
	expect(new Set(answered.map(({ receiptId }) => receiptId)).size).toBe(sales.length);
	const stored = new Set((await after.db.select({ id: receipts.id }).from(receipts)).map(({ id }) => id));
	expect(answered.filter(({ receiptId }) => !stored.has(receiptId))).toEqual([]);
	expect(stored.size).toBe(before + sales.length);
	expect((await auditHouse(after.db)).findings).toEqual([]);
	expect(longest).toBeLessThan(15_000);
	await annotate(
		`Nothing was sold for ${Math.round(longest)} ms; tills were told of trouble ${troubles} times, and ${replayed} sales ` +
			'that were asked for again were there already.'
	);
}, 90_000);

test('the server that ran all the time sells on, tells wallets of it, and does its jobs', async () => {
	expect(over).toBe(false);
	// The line was broken: an open page is told to read everything again.
	await expect.poll(() => wallet.told()).toContain('event: changed\ndata: []');
	// More at once than there are connections: none of them is left over from before.
	const sales = await Promise.all(Array.from({ length: 64 }, () => saleTo(wallet.memberId)));
	const answers = await Promise.all(sales.map(tryToSell));
	expect(answers.filter((answer) => answer?.replayed !== false)).toEqual([]);
	await expect.poll(() => wallet.told()).toContain(wallet.memberId);
	wallet.close();
	const manager = createApi((path, init) => {
		const cookie = [...till.manager.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
		return fetch(`${address}${String(path)}`, { ...init, headers: { ...(init?.headers as object), cookie } });
	});
	expect((await manager.admin.identity.me.query())?.name).toBe('Ann');
	// Out of its turn, which comes once a minute.
	await after.client`insert into jobs.job (name) values ('outbox.deliver')`;
	const waiting = async () => (await after.client`select 1 from outbox limit 1`).length;
	await expect.poll(waiting, { timeout: 40_000 }).toBe(0);
}, 90_000);
