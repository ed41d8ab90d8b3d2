import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTRPCClient, httpLink } from '@trpc/client';
import { parse, stringify } from 'devalue';
import { isHttpError, type Handle, type RequestEvent } from '@sveltejs/kit';
import { post, RestFault } from '#client/rest.ts';
import { refusalOf, type Api, type ApiRefusal } from '#client/trpc.ts';
import type { Language } from '#core/languages';
import { localMail, type LocalMail } from '#platform/mail/local';
import { useMail } from '#platform/mail/door';
import { database } from '#platform/pool';
import { useSettings } from '#platform/settings';
import { answerTrpc } from '#platform/trpc';
import type { Sale } from '#checkout';
import type { ReceiptView } from '#purchases';
import { contextOf } from '#wiring/context.server';
import { actor } from '#wiring/hooks/actor.server';
import { language } from '#wiring/hooks/language.server';
import { request } from '#wiring/hooks/request.server';
import { hotRequests } from '#wiring/rest/hot.server';
import { appRouter, type AppRouter, type Caller } from '#wiring/router.server';
import './words.ts';

/**
 * Settings and mail for a test that goes through the real hooks and the real router.
 * @returns the mail that was sent, newest first
 */
export function openShop(url: string): LocalMail {
	useSettings({
		port: 0,
		host: null,
		origin: null,
		trustedProxies: 0,
		database: { url, prepares: true, directUrl: url, readUrl: url },
		secret: 'a secret for tests that is long enough',
		dataFolder: null,
		mail: null,
		batchBuckets: 1,
		logLevel: 'error'
	});
	const mail = localMail(() => {});
	useMail(mail, mail);
	return mail;
}

export interface VisitorOptions {
	language?: Language;
	origin?: string;
	ip?: string;
	headers?: Record<string, string>;
	/** what the clock says, instead of the real one */
	now?: () => Date;
}

interface SetCookie {
	value: string;
	options: { path: string; httpOnly?: boolean; secure?: boolean; sameSite?: string | boolean; maxAge?: number };
}

/** A browser as far as the server sees it: it keeps cookies, says its language, and calls through hooks and router. */
export class Visitor {
	readonly cookies = new Map<string, SetCookie>();
	readonly api: Api;
	/** errors that were no refusals */
	readonly reports: Error[] = [];
	/** headers and status of the last answer */
	last: Response | undefined;
	private readonly options: VisitorOptions;

	constructor(options: VisitorOptions = {}) {
		this.options = options;
		this.api = createTRPCClient<AppRouter>({
			links: [
				httpLink({
					url: `${this.origin}/api/trpc`,
					transformer: { serialize: stringify, deserialize: parse },
					fetch: (url, init) => this.fetch(String(url), init as RequestInit)
				})
			]
		});
	}

	get origin(): string {
		return this.options.origin ?? 'http://shop.test';
	}

	/** A call as the browser sends it, to the procedures or to the counter's own door. */
	async fetch(url: string, init: RequestInit = {}): Promise<Response> {
		const answer = url.startsWith(`${this.origin}/api/v1/`)
			? await this.knock(url, init)
			: await this.visit(url, init, (event) =>
					answerTrpc(appRouter, event.request, contextOf(event), (error) => this.reports.push(error))
				);
		this.last = answer.clone();
		return answer;
	}

	/** Sends a sale as a till does. */
	sell(
		sale: Omit<Sale, 'fingerprint'> & { fingerprint: string }
	): Promise<{ receipt: ReceiptView; replayed: boolean }> {
		return post('/api/v1/checkout/commit', sale, (path, init) => this.fetch(`${this.origin}${String(path)}`, init));
	}

	/** What a page's load does with `locals.api`. */
	async load<T>(path: string, run: (api: Caller, event: RequestEvent) => Promise<T>): Promise<T> {
		let loaded: T | undefined;
		await this.visit(this.origin + path, {}, async (event) => {
			loaded = await run(event.locals.api, event);
			return new Response();
		});
		return loaded as T;
	}

	private headersOf(init: RequestInit): Headers {
		const headers = new Headers({ ...Object.fromEntries(new Headers(init.headers)), ...this.options.headers });
		if (init.method === 'POST') headers.set('origin', this.options.headers?.origin ?? this.origin);
		headers.set('accept-language', this.options.language ?? 'en');
		const cookie = [...this.cookies].map(([name, { value }]) => `${name}=${encodeURIComponent(value)}`).join('; ');
		if (cookie) headers.set('cookie', cookie);
		return headers;
	}

	/** Hot requests are answered by a plain server in front of kit. */
	private async knock(url: string, init: RequestInit): Promise<Response> {
		const { protocol, host, pathname } = new URL(url);
		const hot = hotRequests(() => database().db, this.options.now ?? (() => new Date()));
		const server = createServer((request, response) => {
			// What the server in front says of a request: how the browser reached the shop.
			Object.assign(request.headers, { 'x-pareto-host': host, 'x-pareto-protocol': protocol.slice(0, -1) });
			if (!hot(request, response)) response.writeHead(404).end();
		});
		await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
		try {
			const { port } = server.address() as AddressInfo;
			const headers = this.headersOf(init);
			headers.set('connection', 'close');
			const answer = await fetch(`http://127.0.0.1:${port}${pathname}`, { ...init, headers });
			return new Response(await answer.arrayBuffer(), answer);
		} finally {
			server.close();
		}
	}

	private async visit(
		url: string,
		init: RequestInit,
		resolve: (event: RequestEvent) => Promise<Response>
	): Promise<Response> {
		const event = {
			request: new Request(url, { ...init, headers: this.headersOf(init) }),
			url: new URL(url),
			cookies: {
				get: (name: string) => this.cookies.get(name)?.value,
				set: (name: string, value: string, options: SetCookie['options']) => {
					if (options.maxAge === 0) this.cookies.delete(name);
					else this.cookies.set(name, { value, options });
				},
				delete: (name: string) => void this.cookies.delete(name)
			},
			locals: {},
			getClientAddress: () => this.options.ip ?? '203.0.113.7'
		} as unknown as RequestEvent;
		const clock: Handle = ({ event: inner, resolve: next }) => {
			if (this.options.now) inner.locals.now = this.options.now();
			return next(inner);
		};
		return through([request, clock, language, actor], event, resolve);
	}
}

/** As kit's `sequence`, which runs inside kit only. */
async function through(
	handles: Handle[],
	event: RequestEvent,
	resolve: (event: RequestEvent) => Promise<Response>
): Promise<Response> {
	const [first, ...rest] = handles;
	return first ? first({ event, resolve: (inner) => through(rest, inner, resolve) }) : resolve(event);
}

/** The refusal that a call ends with, over the wire or from a load; fails when it succeeds or breaks. */
export async function refusalFrom(call: Promise<unknown>): Promise<ApiRefusal> {
	let answer: unknown;
	try {
		answer = await call;
	} catch (error) {
		const refusal =
			error instanceof RestFault ? error.refusal : isHttpError(error) ? error.body.refusal : refusalOf(error);
		if (refusal) return refusal;
		throw error;
	}
	throw new Error(`the call was not refused: ${JSON.stringify(answer)}`);
}
