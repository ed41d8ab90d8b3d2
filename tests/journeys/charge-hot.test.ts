import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages } from '#core/languages';
import { moneyOf } from '#ledger/server';
import { hotRequests } from '#wiring/rest/hot.server';
import { auditHouse } from '#wiring/house-audit.server';
import { furnish } from '../support/bad-asks.ts';
import { testDatabase } from '../support/database.ts';
import { aKey } from '../support/shop.ts';
import { aStaffedTill, houseAsItIs, script } from '../support/till.ts';
import { openShop } from '../support/visitor.ts';

/** A web shop, or a till of other make, charges a gift card over HTTP. */
const { db, url } = await testDatabase();
openShop(url);
const now = new Date();
const { shop, cards } = await furnish(db, now);
const till = await aStaffedTill(db, shop.storeId);

const hot = hotRequests(
	() => db,
	() => new Date()
);
const server = createServer((request, response) => {
	if (!hot(request, response)) response.writeHead(404).end('not ours');
});
let origin = '';
beforeAll(async () => {
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
	await new Promise((done) => server.close(done));
	expect((await auditHouse(db)).findings).toEqual([]);
});

async function charge(body: unknown, headers: Record<string, string> = {}) {
	const answer = await fetch(`${origin}/api/v1/gift-cards/charge`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${till.token}`, ...headers },
		body: typeof body === 'string' ? body : JSON.stringify(body)
	});
	const told = (await answer.json()) as {
		refusal?: { code: string; sentence: string };
		leftCents?: number;
		replayed?: boolean;
	};
	return { status: answer.status, ...told };
}

const left = async (id: string) => (await moneyOf(db, [id], now)).get(id)?.balance ?? 0;

describe('a gift card charged over HTTP', () => {
	test('pays once for each key', async () => {
		const had = await left(cards.fine.id);
		const ask = { key: aKey(), cardId: cards.fine.id, cents: 250 };
		expect(await charge(ask)).toMatchObject({ status: 200, cents: 250, leftCents: had - 250, replayed: false });
		expect(await charge(ask)).toMatchObject({ status: 200, leftCents: had - 250, replayed: true });
		expect(await charge({ ...ask, cents: 251 })).toMatchObject({ status: 409, refusal: { code: 'key.reused' } });
		expect(await left(cards.fine.id)).toBe(had - 250);
	});

	test('is refused in plain words, and nothing has changed', async () => {
		const ask = () => ({ key: aKey(), cardId: cards.fine.id, cents: 250 });
		const before = await houseAsItIs(db);
		const cases: [code: string, status: number, body: unknown, headers?: Record<string, string>][] = [
			['gift_card.blocked', 409, { ...ask(), cardId: cards.blocked.id }],
			['gift_card.expired', 410, { ...ask(), cardId: cards.expired.id }],
			['gift_card.inactive', 409, { ...ask(), cardId: cards.inactive.id }],
			['gift_card.currency_other', 422, { ...ask(), cardId: cards.foreign.id }],
			['gift_card.unknown', 404, { ...ask(), cardId: 'gft_made_up' }],
			['gift_card.too_little', 409, { ...ask(), cents: 90_000_000 }],
			['gift_card.amount_invalid', 400, { ...ask(), cents: -1 }],
			['gift_card.amount_invalid', 400, { ...ask(), cents: 0.5 }],
			['gift_card.amount_invalid', 400, { ...ask(), cents: 1e300 }],
			['key.malformed', 400, { ...ask(), key: 'x' }],
			['input.invalid', 400, { ...ask(), cents: '250' }],
			['input.invalid', 400, { ...ask(), cardId: 'a\u0000b' }],
			['input.invalid', 400, []],
			['input.unreadable', 400, '{"key":'],
			['access.enrol_first', 401, ask(), { authorization: 'Bearer nobody' }],
			['identity.client_key_unknown', 401, ask(), { authorization: `Bearer pk_${'x'.repeat(43)}` }],
			['access.foreign_origin', 403, ask(), { origin: 'https://elsewhere.example' }]
		];
		for (const [code, status, body, headers] of cases) {
			const answer = await charge(body, headers);
			expect([code, answer.status, answer.refusal?.code]).toEqual([code, status, code]);
		}
		expect(await houseAsItIs(db)).toEqual(before);
	});

	test('is refused in the language of whoever asks', async () => {
		for (const language of languages) {
			const answer = await charge({ key: aKey(), cardId: cards.blocked.id, cents: 1 }, { 'accept-language': language });
			expect(answer.refusal?.sentence).toMatch(script[language]);
		}
	});
});
