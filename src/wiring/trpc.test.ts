import { createTRPCClient, httpLink, type TRPCClientError } from '@trpc/client';
import { parse, stringify } from 'devalue';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import type { Actor } from '#core/actor';
import { must } from '#core/must';
import { declareRefusals } from '#core/refusal';
import { isNetworkTrouble, refusalOf, requestIdOf } from '#client/trpc.ts';
import {
	answerTrpc,
	createCallerFactory,
	isSameOrigin,
	procedure,
	proceduresOf,
	publicProcedure,
	refusalIn,
	router
} from '#platform/trpc';
import type { Context } from '#platform/trpc';

const { refuse } = declareRefusals({ 'bread.sold_out': 'conflict', 'bread.stale': 'gone' });

const routes = router({
	bread: router({
		bake: publicProcedure
			.input(z.object({ loaves: z.int().positive(), due: z.date() }))
			.mutation(({ input }) => ({ ...input, note: undefined })),
		slice: publicProcedure.input(mini.object({ slices: mini.int() })).query(({ input }) => input.slices),
		buy: publicProcedure.mutation(() => {
			throw refuse('bread.sold_out', { loaves: '0' }, { again: new Date(0) });
		}),
		old: publicProcedure.query(() => {
			throw refuse('bread.stale');
		}),
		burn: publicProcedure.query(() => must(false, 'select * from secrets')),
		sell: procedure('till.sell').query(({ ctx }) => ctx.actor.staff.name),
		price: procedure('bread.write').query(({ ctx }) => ctx.actor.staffId),
		eat: procedure('wallet.own').query(({ ctx }) => ctx.actor.memberId),
		shelf: procedure('till.device').query(({ ctx }) => ctx.actor.storeId)
	})
});

const origin = 'http://shop.example';
const guest: Actor = { kind: 'guest' };
const baker: Actor = {
	kind: 'staff',
	userId: 'u',
	staffId: 's',
	name: 'Ann',
	role: 'manager',
	permissions: [],
	storeIds: null
};
const tablet: Actor = { kind: 'till', deviceId: 'd', storeId: 'high-street', staff: null };
const cashier: Actor = { ...tablet, staff: { id: 's', name: 'Bo', role: 'owner', permissions: [], storeIds: null } };

function contextOf(actor: Actor, more: Partial<Context> = {}): Context {
	return {
		actor,
		now: new Date(0),
		requestId: 'req_1',
		language: 'en',
		may: () => true,
		sentenceOf: ({ code }) => `In words: ${code}`,
		headers: new Headers(),
		ip: '127.0.0.1',
		origin: 'http://shop.test',
		secure: false,
		sameOrigin: true,
		...more
	} as Context;
}

function shop(actor: Actor = guest, more: Partial<Context> = {}) {
	const reports: string[] = [];
	const answers: Response[] = [];
	const client = createTRPCClient<typeof routes>({
		links: [
			httpLink({
				url: `${origin}/api/trpc`,
				transformer: { serialize: stringify, deserialize: parse },
				fetch: async (url, init) => {
					const answer = await answerTrpc(
						routes,
						new Request(url as string, init as RequestInit),
						contextOf(actor, more),
						(error, { requestId, path }) => reports.push(`${requestId} ${path} ${error.message}`)
					);
					answers.push(answer.clone());
					return answer;
				}
			})
		]
	});
	return { client, reports, answers };
}

const failure = async (call: Promise<unknown>): Promise<unknown> => {
	try {
		await call;
	} catch (error) {
		return error;
	}
	throw new Error('the call was answered');
};

describe('calls to the server', () => {
	it('carry dates and missing values both ways, and are never kept by a cache', async () => {
		const { client, answers } = shop();
		const due = new Date('2026-03-01T06:00:00Z');
		expect(await client.bread.bake.mutate({ loaves: 3, due })).toStrictEqual({ loaves: 3, due, note: undefined });
		expect(answers[0]?.headers.get('cache-control')).toBe('no-store');
		expect(answers[0]?.headers.get('x-request-id')).toBe('req_1');
	});

	it('answer a refusal with its code, status, details, sentence and what comes along', async () => {
		const { client, answers, reports } = shop();
		const error = await failure(client.bread.buy.mutate());
		expect(refusalOf(error)).toStrictEqual({
			code: 'bread.sold_out',
			kind: 'conflict',
			details: { loaves: '0' },
			sentence: 'In words: bread.sold_out',
			attachment: { again: new Date(0) }
		});
		expect(isNetworkTrouble(error)).toBe(false);
		expect(answers[0]?.status).toBe(409);
		expect((error as TRPCClientError<typeof routes>).data?.code).toBe('CONFLICT');
		expect(reports).toEqual([]);
		await failure(client.bread.old.query());
		expect(answers[1]?.status).toBe(410);
	});

	it('name the fields that were wrong, with either form of zod', async () => {
		const { client, answers } = shop();
		const error = await failure(client.bread.bake.mutate({ loaves: -1, due: 'soon' as unknown as Date }));
		expect(refusalOf(error)).toMatchObject({
			code: 'input.invalid',
			attachment: [
				{ path: 'loaves', problem: 'too_small' },
				{ path: 'due', problem: 'invalid_type' }
			]
		});
		expect(answers[0]?.status).toBe(400);
		const other = await failure(client.bread.slice.query({ slices: 1.5 }));
		expect(refusalOf(other)).toMatchObject({ code: 'input.invalid', attachment: [{ path: 'slices' }] });
	});

	it('report a bug with the request id and tell the caller nothing but that id', async () => {
		const { client, answers, reports } = shop();
		const error = await failure(client.bread.burn.query());
		expect(refusalOf(error)).toBeNull();
		expect(isNetworkTrouble(error)).toBe(false);
		expect(requestIdOf(error)).toBe('req_1');
		expect(answers[0]?.status).toBe(500);
		expect(await answers[0]?.text()).not.toContain('secrets');
		expect(reports).toEqual(['req_1 bread.burn select * from secrets']);
	});

	it('tell a network that fails from a refusal', async () => {
		const client = createTRPCClient<typeof routes>({
			links: [
				httpLink({
					url: `${origin}/api/trpc`,
					transformer: { serialize: stringify, deserialize: parse },
					fetch: () => Promise.reject(new TypeError('fetch failed'))
				})
			]
		});
		const error = await failure(client.bread.old.query());
		expect(isNetworkTrouble(error)).toBe(true);
		expect(refusalOf(error)).toBeNull();
	});

	it.each([
		['an unknown name', 'POST', '/api/trpc/bread.toast', '""', 404, 'input.unknown_call'],
		['a write sent as a read', 'GET', '/api/trpc/bread.buy', null, 404, 'input.unknown_call'],
		['text that is no JSON', 'POST', '/api/trpc/bread.bake', '{', 400, 'input.unreadable'],
		['a value that was not encoded', 'POST', '/api/trpc/bread.bake', '{"loaves":1}', 400, 'input.unreadable'],
		['several calls in one', 'POST', '/api/trpc/bread.bake,bread.buy?batch=1', '{}', 400, 'input.unreadable']
	])('refuse %s', async (_, method, path, body, status, code) => {
		const request = new Request(origin + path, { method, body, headers: { 'content-type': 'application/json' } });
		const reports: Error[] = [];
		const answer = await answerTrpc(routes, request, contextOf(guest), (error) => reports.push(error));
		expect(await answer.text()).toContain(code);
		expect(answer.status).toBe(status);
		expect(reports).toEqual([]);
	});
});

describe('who may call', () => {
	it.each([
		[guest, 'sell', 'access.enrol_first'],
		[tablet, 'sell', 'access.pin_first'],
		[baker, 'sell', 'access.enrol_first'],
		[guest, 'price', 'access.sign_in_first'],
		[cashier, 'price', 'access.sign_in_first'],
		[guest, 'eat', 'access.sign_in_first'],
		[baker, 'eat', 'access.sign_in_first'],
		[guest, 'shelf', 'access.enrol_first']
	] as const)('%o is refused %s: %s', async (actor, name, code) => {
		expect(refusalOf(await failure(shop(actor).client.bread[name].query()))?.code).toBe(code);
	});

	it('lets in whoever is of the right kind and holds the permission, and nobody without it', async () => {
		expect(await shop(cashier).client.bread.sell.query()).toBe('Bo');
		expect(await shop(baker).client.bread.price.query()).toBe('s');
		expect(await shop(tablet).client.bread.shelf.query()).toBe('high-street');
		const may = (permission: string) => permission !== 'bread.write';
		const error = await failure(shop(baker, { may }).client.bread.price.query());
		expect(refusalOf(error)).toMatchObject({ code: 'access.not_allowed', kind: 'forbidden' });
	});

	it('refuses a request that another site sent', async () => {
		const error = await failure(shop(baker, { sameOrigin: false }).client.bread.price.query());
		expect(refusalOf(error)?.code).toBe('access.foreign_origin');
	});

	it.each([
		[{ origin }, true],
		[{ origin: 'http://evil.example' }, false],
		[{ origin: 'null' }, false],
		[{ 'sec-fetch-site': 'cross-site' }, false],
		[{ 'sec-fetch-site': 'same-site' }, false],
		[{ 'sec-fetch-site': 'same-origin' }, true],
		[{}, true]
	])('headers %o come from our own pages: %s', (headers, expected) => {
		const request = new Request(origin, { headers: headers as Record<string, string> });
		expect(isSameOrigin(request, origin)).toBe(expected);
	});

	it('says of every procedure which permission it asks for', () => {
		const asked = proceduresOf(routes);
		expect(asked).toContainEqual({ path: 'bread.sell', type: 'query', permission: 'till.sell' });
		expect(asked).toContainEqual({ path: 'bread.buy', type: 'mutation', permission: null });
		expect(asked).toHaveLength(9);
	});
});

it('gives the refusal itself to a caller in the same process', async () => {
	const caller = createCallerFactory(routes)(contextOf(guest));
	const error = await failure(caller.bread.buy());
	expect(refusalIn(error)?.details).toEqual({ loaves: '0' });
});
