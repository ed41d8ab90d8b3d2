import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import { shown, type Counter } from '#checkout';
import { counterOf, slipCodes, soldCards } from '#checkout/server';
import { chargeCard } from '#giftcards/server';
import { isLanguage, languages, type Language } from '#core/languages';
import { httpStatus, isRefusal, Refusal } from '#core/refusal';
import { isStorable } from '#core/text';
import { identityRefusals, may } from '#identity';
import { cookieName, findClient, findTill, isClientKey, isDeviceToken } from '#identity/server';
import type { Db } from '#platform/db';
import { log } from '#platform/log';
import { newId } from '#core/ids';
import { needStore } from '#platform/reach';
import { requestRefusals } from '#platform/refusals';
import { settings } from '#platform/settings';
import { askSchema } from '#pricing';
import { sentenceOf } from '#ui/refusal.ts';

/**
 * The requests a queue of shoppers waits for, answered before SvelteKit sees them: its pipeline costs more than the
 * commit. Built inside kit's server bundle, so that pages and commits share one pool and one commit queue, and handed to
 * the start through a registered symbol.
 */
export const hotSymbol = Symbol.for('pareto.hot');

const saleSchema = z.object({
	key: z.string().check(z.maxLength(64)),
	ask: askSchema,
	fingerprint: z.string().check(z.maxLength(20_000)),
	/** where it happens: said by programs, known of tablets */
	storeId: z.optional(z.string().check(z.maxLength(40)))
});

/** @returns whether the request was one of ours */
export type Hot = (request: IncomingMessage, response: ServerResponse) => boolean;

const chargeSchema = z.object({
	key: z.string().check(z.maxLength(64)),
	cardId: z.string().check(z.maxLength(40)),
	cents: z.number(),
	/** that the card's PIN was entered */
	proof: z.optional(z.string().check(z.maxLength(200))),
	/** as of a sale */
	storeId: z.optional(z.string().check(z.maxLength(40)))
});

/** @returns what is answered with 200 */
type Answer = (house: House, seller: Seller, body: unknown, now: Date) => Promise<object>;

const answers = new Map<string, Answer>([
	['/api/v1/checkout/commit', commit],
	['/api/v1/gift-cards/charge', charge]
]);
/** bytes; 500 lines need about 60,000 */
const bodyLimit = 2_000_000;

/** @param posting where the batches of sales run */
export function hotRequests(database: () => Db, clock: () => Date, posting: () => Db = database): Hot {
	return (request, response) => {
		const run = answers.get(request.url?.split('?', 1)[0] ?? '');
		if (!run || request.method !== 'POST') return false;
		void answer({ db: database(), posting: posting(), clock }, run, request, response);
		return true;
	};
}

/** The other side went away before it had said everything: there is nobody to answer, and nothing was done. */
class CutOff extends Error {}

interface House {
	db: Db;
	posting: Db;
	clock: () => Date;
}

type Seller = Awaited<ReturnType<typeof sellerOf>>;

async function commit({ db, posting }: House, seller: Seller, body: unknown, now: Date): Promise<object> {
	const { key, ask, fingerprint, storeId } = inputIn(saleSchema, body);
	const result = await counterOf(posting).sell({ ...counterFor(seller, storeId), key, ask, fingerprint }, now);
	if (!result.ok) throw new Refusal(result.refusal, result.now ? shown(result.now) : null);
	// Of cards that were sold to nobody known: told here and nowhere else.
	const codes = await slipCodes(db, soldCards(result.receipt));
	return { receipt: result.receipt, replayed: result.replayed, codes };
}

/** A gift card pays for something that is no sale of ours. */
async function charge({ posting }: House, seller: Seller, body: unknown, now: Date): Promise<object> {
	const { key, cardId, cents, proof = null, storeId: said } = inputIn(chargeSchema, body);
	const { caller, storeId } = counterFor(seller, said);
	const result = await chargeCard(posting, { caller, key, cardId, cents, storeId, proof }, now);
	if (!result.ok) throw new Refusal(result.refusal);
	const { ok: _, ...charged } = result;
	return charged;
}

async function answer(
	{ db, posting, clock }: House,
	run: Answer,
	request: IncomingMessage,
	response: ServerResponse
): Promise<void> {
	const began = clock();
	const requestId = newId('request', began);
	try {
		if (isForeign(request)) throw requestRefusals.refuse('access.foreign_origin');
		const [seller, body] = await Promise.all([sellerOf(db, request, began), readJson(request)]);
		// Whoever sends slowly sells when everything is said, not when they began.
		const now = clock();
		send(response, 200, await run({ db, posting, clock }, seller, body, now));
	} catch (error) {
		if (error instanceof CutOff) return;
		if (isRefusal(error)) return send(response, httpStatus(error.kind), wire(error, languageOf(request)));
		log.error('a hot request broke', error, { requestId });
		send(response, 500, { refusal: null, requestId });
	}
}

const wire = ({ code, kind, details, attachment }: Refusal, language: Language) => ({
	refusal: { code, kind, details, sentence: sentenceOf({ code, kind, details }, language) },
	attachment: attachment ?? null
});

function send(response: ServerResponse, status: number, body: object): void {
	// The other side may be gone: what was committed stays, and its retry is a replay.
	if (response.destroyed) return;
	const text = JSON.stringify(body);
	response.writeHead(status, {
		'content-type': 'application/json; charset=utf-8',
		'content-length': Buffer.byteLength(text),
		'cache-control': 'no-store',
		'x-content-type-options': 'nosniff'
	});
	response.end(text);
}

/** Set by the server in front of us: how and by which name the browser reached the shop, as a trusted proxy tells it. */
const hostHeader = 'x-pareto-host';
const protocolHeader = 'x-pareto-protocol';

/** Whether the browser speaks https to the shop: then only the cookie that no other host can set is ours. */
function isSecure(request: IncomingMessage): boolean {
	const { origin } = settings();
	return origin ? origin.startsWith('https:') : request.headers[protocolHeader] === 'https';
}

/** A browser says where a request comes from; another site's page has no business here. Tills of other make say nothing. */
function isForeign(request: IncomingMessage): boolean {
	const { origin, host, [hostHeader]: told } = request.headers;
	if (!origin) return false;
	const own = settings().origin;
	try {
		return new URL(origin).host !== (own ? new URL(own).host : (told ?? host));
	} catch {
		return true;
	}
}

function cookiesOf(request: IncomingMessage): Map<string, string> {
	const cookies = new Map<string, string>();
	for (const part of (request.headers.cookie ?? '').split(';')) {
		const at = part.indexOf('=');
		if (at > 0) cookies.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
	}
	return cookies;
}

/** A program shows its key, a till of other make its token, a tablet has its cookie. */
async function sellerOf(db: Db, request: IncomingMessage, now: Date) {
	const cookies = cookiesOf(request);
	const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
	if (bearer && isClientKey(bearer)) {
		const client = await findClient(db, bearer, now);
		if (!may(client, 'till.sell')) throw requestRefusals.refuse('access.not_allowed');
		return client;
	}
	const token = bearer ?? cookies.get(cookieName('till', isSecure(request))) ?? '';
	const till = isDeviceToken(token) ? await findTill(db, token, now) : null;
	if (till?.kind !== 'till') throw requestRefusals.refuse('access.enrol_first');
	if (!till.staff) throw requestRefusals.refuse('access.pin_first');
	if (!may(till, 'till.sell')) throw requestRefusals.refuse('access.not_allowed');
	return { ...till, staff: till.staff };
}

/** Under whose name a sale is kept, and where it happens. */
function counterFor(seller: Seller, storeId: string | undefined): Counter {
	if (seller.kind === 'till') {
		const { deviceId, staff } = seller;
		return { caller: deviceId, storeId: seller.storeId, deviceId, staffId: staff.id };
	}
	if (!storeId) throw identityRefusals.refuse('identity.client_store', { field: 'storeId' });
	needStore(seller, storeId);
	return { caller: seller.clientId, storeId, deviceId: null, staffId: null };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
	if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
		throw requestRefusals.refuse('input.content_type');
	const body = await readBody(request);
	if (!body) throw requestRefusals.refuse('input.too_large');
	try {
		return JSON.parse(body.toString('utf8'));
	} catch {
		throw requestRefusals.refuse('input.unreadable');
	}
}

/**
 * Everything that was sent; null when it is more than we take. What is too much is read all the same and thrown away: a
 * connection closed while the other side still sends loses our answer.
 */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
	const parts: Buffer[] = [];
	let size = 0;
	try {
		for await (const part of request as AsyncIterable<Buffer>) {
			size += part.length;
			if (size <= bodyLimit) parts.push(part);
			else if (size > 10 * bodyLimit) break;
			else parts.length = 0;
		}
	} catch {
		throw new CutOff();
	}
	return size > bodyLimit ? null : Buffer.concat(parts);
}

/** @throws input.invalid, with the fields as procedures name them: `[{ path, problem }]` */
function inputIn<T extends z.ZodMiniType>(schema: T, body: unknown): z.output<T> {
	const read = schema.safeParse(body);
	if (!read.success) {
		const fields = read.error.issues.map(({ path, code }) => ({ path: path.join('.'), problem: code }));
		throw requestRefusals.refuse('input.invalid', {}, fields);
	}
	if (!isStorable(read.data)) throw requestRefusals.refuse('input.invalid');
	return read.data;
}

function languageOf(request: IncomingMessage): Language {
	const chosen = cookiesOf(request).get('locale');
	if (isLanguage(chosen)) return chosen;
	for (const part of (request.headers['accept-language'] ?? '').split(',')) {
		const tag = part.trim().slice(0, 2).toLowerCase();
		if (isLanguage(tag)) return tag;
	}
	return languages[0];
}
