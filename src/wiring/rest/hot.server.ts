import type { IncomingMessage, ServerResponse } from 'node:http';
import { counterOf } from '#checkout/server';
import { isLanguage, languages, type Language } from '#core/languages';
import { httpStatus, isRefusal, Refusal } from '#core/refusal';
import { may } from '#identity';
import { findTill, isDeviceToken } from '#identity/server';
import type { Db } from '#platform/db';
import { log } from '#platform/log';
import { newId } from '#core/ids';
import { requestRefusals } from '#platform/refusals';
import { askSchema } from '#pricing';
import { sentenceOf } from '#ui/refusal.ts';

/**
 * The requests a queue of shoppers waits for, answered before SvelteKit sees them: its pipeline costs more than the
 * commit. Built inside kit's server bundle, so that pages and commits share one pool and one commit queue, and handed to
 * the start through a registered symbol.
 */
export const hotSymbol = Symbol.for('pareto.hot');

/** @returns whether the request was one of ours */
export type Hot = (request: IncomingMessage, response: ServerResponse) => boolean;

const commitPath = '/api/v1/checkout/commit';
/** bytes; 500 lines need about 60,000 */
const bodyLimit = 2_000_000;

export function hotRequests(database: () => Db, clock: () => Date): Hot {
	return (request, response) => {
		const path = request.url?.split('?', 1)[0];
		if (path !== commitPath || request.method !== 'POST') return false;
		void answer(database(), clock(), request, response);
		return true;
	};
}

async function answer(db: Db, now: Date, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const requestId = newId('request', now);
	try {
		if (isForeign(request)) throw requestRefusals.refuse('access.foreign_origin');
		const [till, body] = await Promise.all([tillOf(db, request, now), readJson(request)]);
		const { key, ask, fingerprint } = saleIn(body);
		const command = { caller: till.deviceId, storeId: till.storeId, deviceId: till.deviceId, staffId: till.staff.id };
		const result = await counterOf(db).sell({ ...command, key, ask, fingerprint }, now);
		if (!result.ok) throw new Refusal(result.refusal, result.now ?? null);
		send(response, 200, { receipt: result.receipt, replayed: result.replayed });
	} catch (error) {
		if (isRefusal(error)) return send(response, httpStatus(error.kind), wire(error, languageOf(request)));
		log.error('a commit broke', error, { requestId });
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

/** A browser says where a request comes from; another site's page has no business here. Tills of other make say nothing. */
function isForeign(request: IncomingMessage): boolean {
	const { origin, host } = request.headers;
	if (!origin) return false;
	try {
		return new URL(origin).host !== host;
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

async function tillOf(db: Db, request: IncomingMessage, now: Date) {
	const cookies = cookiesOf(request);
	const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
	const token = bearer ?? cookies.get('__Host-till') ?? cookies.get('till') ?? '';
	const till = isDeviceToken(token) ? await findTill(db, token, now) : null;
	if (till?.kind !== 'till') throw requestRefusals.refuse('access.enrol_first');
	if (!till.staff) throw requestRefusals.refuse('access.pin_first');
	if (!may(till, 'till.sell')) throw requestRefusals.refuse('access.not_allowed');
	return { ...till, staff: till.staff };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
	const parts: Buffer[] = [];
	let size = 0;
	for await (const part of request as AsyncIterable<Buffer>) {
		size += part.length;
		if (size > bodyLimit) throw requestRefusals.refuse('input.unreadable');
		parts.push(part);
	}
	try {
		return JSON.parse(Buffer.concat(parts).toString('utf8'));
	} catch {
		throw requestRefusals.refuse('input.unreadable');
	}
}

function saleIn(body: unknown) {
	const { key, ask, fingerprint } = (body ?? {}) as Record<string, unknown>;
	const read = askSchema.safeParse(ask);
	if (!read.success || typeof key !== 'string' || typeof fingerprint !== 'string')
		throw requestRefusals.refuse('input.invalid');
	return { key, ask: read.data, fingerprint };
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
