import { createServer, request as send, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { languages, type Language } from '#core/languages';
import { pointsOf } from '#ledger/server';
import { captureLog } from '#platform/log';
import { onceKeys } from '../../src/platform/once.tables.server.ts';
import { database } from '#platform/pool';
import { settings, useSettings } from '#platform/settings';
import type { Ask, Quote } from '#pricing';
import { receipts } from '#purchases/tables';
import type { ReceiptView } from '#purchases';
import { hotRequests } from '#wiring/rest/hot.server';
import { badBaskets, badWishes, furnish, type BadAsk } from '../support/bad-asks.ts';
import { testDatabase } from '../support/database.ts';
import { aKey, anAsk, line } from '../support/shop.ts';
import { aStaffedTill, houseAsItIs, script } from '../support/till.ts';
import { openShop } from '../support/visitor.ts';
import { auditHouse } from '#wiring/house-audit.server';

const { db, url } = await testDatabase();
openShop(url);
const now = new Date();
const furnished = await furnish(db, now);
const { shop, memberId } = furnished;
const till = await aStaffedTill(db, shop.storeId);
const { coffee, tea, bread } = shop.products;

/** told when the head of a request has come */
let arrived: (() => void) | null = null;

const hot = hotRequests(
	() => db,
	() => new Date()
);
const server = createServer((request, response) => {
	arrived?.();
	if (hot(request, response)) return;
	response.writeHead(404).end('not ours');
});
let port = 0;

const lines: string[] = [];
const putBack = captureLog((text) => lines.push(text));
let before: Record<string, string>;

beforeAll(async () => {
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	({ port } = server.address() as AddressInfo);
});
beforeEach(async () => {
	before = await houseAsItIs(db);
	lines.length = 0;
	arrived = null;
});
afterAll(async () => {
	putBack();
	await new Promise((done) => server.close(done));
	expect((await auditHouse(db)).findings).toEqual([]);
});

const path = '/api/v1/checkout/commit';

interface Answer {
	status: number;
	headers: IncomingHttpHeaders;
	text: string;
	body: {
		refusal?: { code: string; kind: string; sentence: string };
		attachment?: { quote: Quote } | { path: string; problem: string }[] | null;
		receipt?: ReceiptView;
		replayed?: boolean;
	};
}

interface Sending {
	headers?: Record<string, string>;
	language?: Language;
	/** the tablet's token; null: none */
	token?: string | null;
	path?: string;
}

function open({ headers = {}, language = 'en', token = till.token, path: to = path }: Sending): ClientRequest {
	return send({
		port,
		host: '127.0.0.1',
		method: 'POST',
		path: to,
		agent: false,
		headers: {
			'content-type': 'application/json',
			'accept-language': language,
			...(token !== null && { cookie: `till=${token}` }),
			...headers
		}
	});
}

function post(body: unknown, sending: Sending = {}): Promise<Answer> {
	const call = open(sending);
	return new Promise((done, fail) => {
		call.on('error', fail).on('response', (answer) => {
			let text = '';
			answer.on('data', (part: Buffer) => (text += part.toString()));
			answer.on('end', () => {
				const isJson = answer.headers['content-type']?.startsWith('application/json');
				const { headers, statusCode = 0 } = answer;
				done({ status: statusCode, headers, text, body: isJson ? JSON.parse(text) : {} });
			});
		});
		call.end(typeof body === 'string' ? body : JSON.stringify(body));
	});
}

const sale = (ask: unknown, more: { key?: string; fingerprint?: string } = {}) => ({
	key: aKey(),
	ask,
	fingerprint: 'none',
	...more
});

/** A sale as a till sends it, quoted first. */
async function aGoodSale(ask: Ask) {
	const { quote } = await till.in.en.api.till.checkout.quote.mutate({ ask });
	return sale(ask, { fingerprint: quote.fingerprint });
}

async function refusedInAll(body: unknown, code: string, sending: Sending = {}): Promise<Answer> {
	let last: Answer | undefined;
	for (const language of languages) {
		const answer = await post(body, { ...sending, language });
		expect(answer.body.refusal?.code).toBe(code);
		expect(answer.body.refusal?.sentence).toMatch(script[language]);
		expect(answer.body.refusal?.sentence).not.toMatch(/[{}]|undefined|NaN/);
		expect(answer.status).toBeGreaterThanOrEqual(400);
		expect(answer.status).toBeLessThan(500);
		expect(answer.headers['cache-control']).toBe('no-store');
		last = answer;
	}
	expect(await houseAsItIs(db)).toEqual(before);
	expect(lines).toEqual([]);
	return last as Answer;
}

describe('a sale sent to the counter’s door', () => {
	it.each<BadAsk>([...badBaskets(furnished), ...badWishes(furnished)])('with %s is refused', async (_, ask, code) => {
		await refusedInAll(sale(ask), code);
	});

	it('with a wrong field is told which one', async () => {
		const ask = { ...anAsk(null, [{ ...line('a', 1), unitCents: 'five' as unknown as number }]), memberId: 7 };
		const { body } = await refusedInAll(sale(ask), 'input.invalid');
		expect(body.attachment).toEqual([
			{ path: 'ask.memberId', problem: 'invalid_type' },
			{ path: 'ask.basket.lines.0.unitCents', problem: 'invalid_type' }
		]);
	});

	it('with a quote that is no longer true gets the one that is, and sells with it', async () => {
		const ask = anAsk(memberId, [line('a', coffee)]);
		const stale = await aGoodSale(anAsk(memberId, [line('a', tea)]));
		const { body } = await refusedInAll({ ...stale, ask }, 'quote.stale');
		const { quote } = body.attachment as { quote: Quote };
		expect(quote.totalCents).toBe(350);
		const sold = await post({ ...stale, ask, fingerprint: quote.fingerprint });
		expect(sold.body).toMatchObject({ replayed: false, receipt: { totalCents: 350, memberId } });
	});

	it('under a key that was used finds its receipt; with another basket it is refused', async () => {
		const good = await aGoodSale(anAsk(memberId, [line('a', bread)]));
		const first = await post(good);
		before = await houseAsItIs(db);
		expect((await post(good)).body).toEqual({ receipt: first.body.receipt, codes: [], replayed: true });
		await refusedInAll({ ...good, ask: anAsk(memberId, [line('a', coffee)]) }, 'key.reused');
		await refusedInAll({ ...good, ask: anAsk(null, [line('a', bread)]) }, 'key.reused');
	});

	it.each(['short', 'with a blank in it', 'schlüssel-eins', '../../etc/passwd'])(
		'under the key %j is refused',
		async (key) => {
			await refusedInAll(sale(anAsk(null, [line('a', coffee)]), { key }), 'key.malformed');
		}
	);
});

describe('what is no sale at all', () => {
	it.each([
		['nothing', '', 'input.unreadable'],
		['half of one', '{"key":"abcdefgh","ask":{', 'input.unreadable'],
		['brackets without an end', '['.repeat(500_000), 'input.unreadable'],
		['not even text', '\u0000\u0001\u0002', 'input.unreadable'],
		['null', 'null', 'input.invalid'],
		['a number', '42', 'input.invalid'],
		['a list', '[]', 'input.invalid'],
		['without a key', { ask: anAsk(null, [line('a', coffee)]), fingerprint: '' }, 'input.invalid'],
		['with a key too long to keep', sale(anAsk(null, [line('a', coffee)]), { key: 'k'.repeat(65) }), 'input.invalid'],
		['more than anybody buys', `{"key":"${'k'.repeat(2_100_000)}"}`, 'input.too_large']
	])('is refused: %s', async (_, body, code) => {
		await refusedInAll(body, code);
	});

	it.each([
		'text/plain',
		'application/x-www-form-urlencoded',
		'multipart/form-data; boundary=x',
		'application/jsonp',
		''
	])('is refused: sent as %j', async (type) => {
		const good = await aGoodSale(anAsk(null, [line('a', coffee)]));
		await refusedInAll(good, 'input.content_type', { headers: { 'content-type': type } });
	});

	it('is left to others: another path, another verb', async () => {
		expect((await post({}, { path: '/api/v1/checkout/commits' })).text).toBe('not ours');
		expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(404);
	});
});

describe('who may not sell', () => {
	const good = () => aGoodSale(anAsk(memberId, [line('a', coffee)]));

	it.each(['https://evil.example', 'null', 'http://127.0.0.1.evil.example', 'nonsense'])(
		'the page of another site: %s',
		async (origin) => {
			await refusedInAll(await good(), 'access.foreign_origin', { headers: { origin } });
		}
	);

	it('the shop’s own page may, and so it may under the address that the house has set', async () => {
		const own = await post(await good(), { headers: { origin: `http://127.0.0.1:${port}` } });
		expect(own.status).toBe(200);
		const usual = settings();
		useSettings({ ...usual, origin: 'http://till.example' });
		try {
			expect((await post(await good(), { headers: { origin: 'http://till.example' } })).status).toBe(200);
			before = await houseAsItIs(db);
			await refusedInAll(await good(), 'access.foreign_origin', { headers: { origin: `http://127.0.0.1:${port}` } });
		} finally {
			useSettings(usual);
		}
	});

	it.each([null, '', 'til_short', `til_${'A'.repeat(43)}`, '"; drop table devices; --'])(
		'a tablet that nobody enrolled: %j',
		async (token) => {
			await refusedInAll(await good(), 'access.enrol_first', { token });
		}
	);

	it.each([
		['till', 'https', 'access.enrol_first'],
		['__Host-till', 'https', null],
		['till', 'http', null],
		['__Host-till', 'http', 'access.enrol_first']
	])('whose cookie %s came over %s: %s', async (name, protocol, code) => {
		const headers = { cookie: `${name}=${till.token}`, 'x-pareto-protocol': protocol };
		if (code) await refusedInAll(await good(), code, { headers });
		else expect((await post(await good(), { headers })).status).toBe(200);
	});

	it('whose cookie is not that of the https address which the house has set', async () => {
		const usual = settings();
		useSettings({ ...usual, origin: 'https://till.example' });
		try {
			// What a request says of itself counts for nothing then.
			const plain = { cookie: `till=${till.token}`, 'x-pareto-protocol': 'http' };
			await refusedInAll(await good(), 'access.enrol_first', { headers: plain });
			const answer = await post(await good(), { headers: { cookie: `__Host-till=${till.token}` } });
			expect(answer.status).toBe(200);
		} finally {
			useSettings(usual);
		}
	});

	it('a tablet where nobody stands, and one that was taken out', async () => {
		const other = await aStaffedTill(db, shop.storeId);
		expect((await post(await good(), { token: other.token })).status).toBe(200);
		before = await houseAsItIs(db);
		await other.in.en.api.till.identity.signOut.mutate();
		await refusedInAll(await good(), 'access.pin_first', { token: other.token });
		await other.manager.api.admin.identity.devices.revoke.mutate({ key: aKey(), deviceId: other.deviceId });
		before = await houseAsItIs(db);
		await refusedInAll(await good(), 'access.enrol_first', { token: other.token });
	});
});

describe('a payment card’s number', () => {
	const number = '4111111111111111';

	it.each([
		['for a member', { memberId: number }],
		['for a voucher', { rightIds: [number] }],
		['for a gift card', { giftCards: [{ id: number, cents: null }] }]
	])('%s is refused, kept nowhere and not said back', async (_, wish) => {
		const answer = await refusedInAll(sale(anAsk(null, [line('a', coffee)], wish)), 'input.invalid');
		expect(answer.text).not.toContain('4111');
	});
});

describe('a connection that breaks', () => {
	const cut = async (call: ClientRequest): Promise<void> => {
		const closed = new Promise((done) => call.on('error', () => {}).once('close', done));
		if (call.closed) return;
		call.destroy();
		await closed;
	};
	const settled = async (probe: () => Promise<boolean>): Promise<void> => {
		for (let tries = 0; tries < 200 && !(await probe()); tries++) await new Promise((done) => setTimeout(done, 25));
	};
	const isKept = async (key: string): Promise<boolean> =>
		(await db.select().from(onceKeys).where(eq(onceKeys.key, key))).length === 1;

	it('half-way through a request leaves nothing, and the same sale goes through afterwards', async () => {
		const good = await aGoodSale(anAsk(memberId, [line('a', bread)]));
		const text = JSON.stringify(good);
		const call = open({ headers: { 'content-length': String(text.length) } });
		const heard = new Promise<void>((done) => (arrived = done));
		call.write(text.slice(0, text.length / 2));
		await heard;
		await new Promise((done) => setTimeout(done, 50));
		await cut(call);
		await new Promise((done) => setTimeout(done, 100));
		expect(await houseAsItIs(db)).toEqual(before);
		expect(lines).toEqual([]);
		expect((await post(good)).body).toMatchObject({ replayed: false, receipt: { totalCents: 520 } });
	});

	it('after the request and before the answer sells once: the retry finds the receipt', async () => {
		const points = async () => (await pointsOf(db, [memberId], new Date())).get(memberId)?.spendable ?? 0;
		const had = await points();
		const good = await aGoodSale(anAsk(memberId, [line('a', bread, 2000)], { points: 100 }));
		// The counter stands still while this transaction has the member; the tablet hangs up meanwhile.
		const isLocked = Promise.withResolvers<void>();
		const held = Promise.withResolvers<void>();
		const waiting = database().db.transaction(async (tx) => {
			await tx.execute(`select id from members where id = '${memberId}' for update`);
			isLocked.resolve();
			await held.promise;
		});
		await isLocked.promise;
		const call = open({});
		const heard = new Promise<void>((done) => (arrived = done));
		call.end(JSON.stringify(good));
		await heard;
		await new Promise((done) => setTimeout(done, 150));
		await cut(call);
		expect(await isKept(good.key)).toBe(false);
		held.resolve();
		await waiting;
		await settled(() => isKept(good.key));
		const [receipt] = await db.select().from(receipts).where(eq(receipts.pointsSpent, 100));
		const again = await post(good);
		expect(again.body).toMatchObject({ replayed: true, receipt: { id: receipt?.id, pointsSpent: 100 } });
		expect(await points()).toBe(had - 100 + (again.body.receipt?.pointsEarned ?? 0));
		expect(lines).toEqual([]);
	});

	it('twenty times over, in every moment of a sale, charges once', async () => {
		const good = await aGoodSale(anAsk(memberId, [line('a', coffee)]));
		const count = await db.$count(receipts);
		for (let moment = 0; moment < 20; moment++) {
			const call = open({}).on('error', () => {});
			call.end(JSON.stringify(good));
			await new Promise((done) => setTimeout(done, moment * 2));
			await cut(call);
		}
		const last = await post(good);
		expect(last.status).toBe(200);
		expect(await db.$count(receipts)).toBe(count + 1);
		expect((await post(good)).body).toEqual({ receipt: last.body.receipt, codes: [], replayed: true });
		expect(lines).toEqual([]);
	});
});
