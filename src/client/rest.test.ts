import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiServer } from './till/api-server.ts';
import { commit } from './till/commit.ts';
import type { Attempt } from './till/sale.svelte.ts';

/** A server that answers each request with the next of these. */
let answers: ((response: ServerResponse) => void)[] = [];
const heard: string[] = [];
let server: Server;
let address = '';

beforeAll(async () => {
	server = createServer((request, response) => {
		let body = '';
		request.on('data', (part: Buffer) => (body += part.toString()));
		request.on('end', () => {
			heard.push(body);
			answers.shift()?.(response);
		});
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const json = (status: number, body: unknown) => (response: ServerResponse) =>
	response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const page = (status: number) => (response: ServerResponse) =>
	response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
const hangUp = (response: ServerResponse) => void response.destroy();

const attempt = { key: 'a-key-of-this-sale', ask: {}, fingerprint: 'f' } as unknown as Attempt;
const sold = { receipt: { id: 'rcp_1' }, replayed: false };
const refusal = { code: 'quote.stale', kind: 'conflict', details: { amount: 5 }, sentence: 'Look again.' };

/** Sends the attempt to a server that answers like this, and tells what it sent. */
async function send(...said: ((response: ServerResponse) => void)[]) {
	answers = said;
	heard.length = 0;
	const till = apiServer(undefined, (path, init) => fetch(address + String(path), init));
	const outcome = await commit(till, attempt, null, () => Promise.resolve());
	return { outcome, tries: heard.length, same: new Set(heard).size === 1 };
}

describe('a sale that a till sends', () => {
	test('is done when the receipt comes back', async () => {
		expect(await send(json(200, sold))).toMatchObject({ outcome: { kind: 'done', ...sold }, tries: 1 });
	});

	test('is refused with its reason, and not sent again', async () => {
		const { outcome, tries } = await send(json(409, { refusal, attachment: null }));
		const { sentence: _sentence, ...data } = refusal;
		expect(outcome).toEqual({ kind: 'refused', refusal: data });
		expect(tries).toBe(1);
	});

	test('is stale when the new quote comes along', async () => {
		const now = { quote: { toPayCents: 1 }, facts: { rights: [] } };
		expect((await send(json(409, { refusal, attachment: now }))).outcome).toEqual({ kind: 'stale', now });
	});

	test.each([
		['the line broke', hangUp],
		['a proxy answered', page(502)],
		['a page for guests came instead', page(200)],
		['something else’s JSON came', json(404, { message: 'Not Found' })],
		['the server failed', json(500, { refusal: null, requestId: 'req_1' })]
	])('is sent again, the same under the same key, when %s', async (_, trouble) => {
		const { outcome, tries, same } = await send(trouble, json(200, { ...sold, replayed: true }));
		expect(outcome).toMatchObject({ kind: 'done', replayed: true });
		expect({ tries, same }).toEqual({ tries: 2, same: true });
		expect((await send(trouble, trouble, trouble)).outcome).toEqual({ kind: 'unsent' });
	});

	test('tells a failure of the server, by its number, from no answer', async () => {
		const till = apiServer(undefined, (path, init) => fetch(address + String(path), init));
		answers = [json(500, { refusal: null, requestId: 'req_1' }), hangUp];
		const trouble = async () => till.troubleOf(await till.commit(attempt).catch((error: unknown) => error));
		expect(await trouble()).toEqual({ kind: 'unexpected', requestId: 'req_1' });
		expect(await trouble()).toEqual({ kind: 'unreached' });
	});
});
