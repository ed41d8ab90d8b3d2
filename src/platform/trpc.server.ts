import { initTRPC, TRPCError, type AnyRouter } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { parse, stringify } from 'devalue';
import { $ZodError } from 'zod/v4/core';
import { mayHold, type Actor, type HolderOf } from '#core/actor';
import type { Language } from '#core/languages';
import { httpStatus, isRefusal, Refusal, type RefusalData, type RefusalKind } from '#core/refusal';
import { isStorable } from '#core/text';
import type { Db } from './db.server.ts';
import type { Mail } from './mail/mail.server.ts';
import { needEveryStore } from './reach.server.ts';
import { requestRefusals } from './refusals.server.ts';

/** The cookies of one request and of its answer; kit's own `cookies` has this form. */
export interface CookieJar {
	get(name: string): string | undefined;
	set(name: string, value: string, options: CookieOptions): void;
	delete(name: string, options: CookieOptions): void;
}

export interface CookieOptions {
	path: string;
	httpOnly?: boolean;
	secure?: boolean;
	sameSite?: 'lax' | 'strict' | 'none';
	/** seconds */
	maxAge?: number;
	encode?: (value: string) => string;
}

/** What a procedure knows about its call. Made once per request by wiring. */
export interface Context {
	actor: Actor;
	db: Db;
	/** for what a till asks while somebody waits: statements planned once, few connections */
	looking: Db;
	/** for figures and files of whole lists: a replica where there is one, which may lag behind what somebody just did */
	reading: Db;
	/** the instant of the request; procedures never read the clock themselves */
	now: Date;
	requestId: string;
	language: Language;
	/** whether the actor holds a permission */
	may(permission: string): boolean;
	/** a refusal in the caller's language */
	sentenceOf(refusal: RefusalData): string;
	headers: Headers;
	/** the caller's address, for throttling */
	ip: string;
	/** the address people reach this server by, such as https://wallet.example.com: for links in mail */
	origin: string;
	/** whether the request came over https: decides names and attributes of cookies */
	secure: boolean;
	cookies: CookieJar;
	mail: Mail;
	/** keys are derived from it, one per purpose */
	secret: string;
	/** false when another site's page sent the request */
	sameOrigin: boolean;
}

/** Every procedure says which permission it asks for; null: open to everybody. */
export interface Meta {
	permission: string | null;
}

/** A refusal as it crosses the wire: with its sentence in the caller's language. */
export interface WireRefusal extends RefusalData {
	sentence: string | null;
}

/** Dates, maps and undefined survive; parsing never evaluates code. */
const transformer = { serialize: (value: unknown): unknown => stringify(value), deserialize: parse };

const t = initTRPC
	.context<Context>()
	.meta<Meta>()
	.create({
		transformer,
		isDev: false,
		defaultMeta: { permission: null },
		errorFormatter({ shape, error, ctx, path }) {
			const refusal = refusalIn(error);
			return {
				code: shape.code,
				// Never the message of an unexpected error: it may quote a statement or somebody's data.
				message: refusal?.code ?? 'unexpected',
				data: {
					code: shape.data.code,
					httpStatus: refusal ? httpStatus(refusal.kind) : 500,
					path: path ?? null,
					requestId: ctx?.requestId ?? null,
					refusal: refusal && wire(refusal, ctx?.sentenceOf),
					attachment: refusal?.attachment ?? null
				}
			};
		}
	});

function wire(refusal: Refusal, sentenceOf: Context['sentenceOf'] | undefined): WireRefusal {
	const { code, kind, details } = refusal;
	return { code, kind, details, sentence: sentenceOf?.({ code, kind, details }) ?? null };
}

/** tRPC's own words for the kinds; the exact status (410 has no word) comes from `httpStatus`. */
const trpcCodes: Record<RefusalKind, TRPCError['code']> = {
	invalid: 'BAD_REQUEST',
	unauthenticated: 'UNAUTHORIZED',
	forbidden: 'FORBIDDEN',
	not_found: 'NOT_FOUND',
	conflict: 'CONFLICT',
	gone: 'NOT_FOUND',
	unprocessable: 'UNPROCESSABLE_CONTENT',
	limited: 'TOO_MANY_REQUESTS',
	unavailable: 'SERVICE_UNAVAILABLE'
};

/** What tRPC itself refuses before or beside a procedure, in our words. */
const protocolRefusals: Partial<Record<TRPCError['code'], Parameters<typeof requestRefusals.refuse>[0]>> = {
	PARSE_ERROR: 'input.unreadable',
	BAD_REQUEST: 'input.unreadable',
	UNSUPPORTED_MEDIA_TYPE: 'input.content_type',
	PAYLOAD_TOO_LARGE: 'input.too_large',
	NOT_FOUND: 'input.unknown_call',
	METHOD_NOT_SUPPORTED: 'input.unknown_call'
};

/** The refusal inside an error that tRPC threw; null for a bug or trouble. */
export function refusalIn(error: unknown): Refusal | null {
	if (isRefusal(error)) return error;
	if (!(error instanceof TRPCError)) return null;
	if (isRefusal(error.cause)) return error.cause;
	if (error.code === 'BAD_REQUEST' && error.cause instanceof $ZodError) {
		const fields = error.cause.issues.map(({ path, code }) => ({ path: path.join('.'), problem: code }));
		return requestRefusals.refuse('input.invalid', {}, fields);
	}
	const code = protocolRefusals[error.code];
	return code ? requestRefusals.refuse(code) : null;
}

const base = t.procedure.use(async ({ ctx, next, getRawInput }) => {
	if (!ctx.sameOrigin) throw requestRefusals.refuse('access.foreign_origin');
	const raw = await getRawInput();
	// tRPC would take forms and files as well; nothing here does.
	if (raw instanceof FormData || raw instanceof ReadableStream) throw requestRefusals.refuse('input.content_type');
	if (!isStorable(raw)) throw requestRefusals.refuse('input.invalid');
	const result = await next();
	if (result.ok) return result;
	const refusal = refusalIn(result.error);
	if (!refusal) return result;
	return { ...result, error: new TRPCError({ code: trpcCodes[refusal.kind], cause: refusal }) };
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Open to everybody, such as signing in. */
export const publicProcedure = base;

/**
 * A procedure for those who hold a permission. The permission's first word says on which face (see `HolderOf`), so
 * that `ctx.actor` is already narrowed: `till.sell` has a cashier, `wallet.own` a shopper, `vouchers.write` a person
 * in the console.
 * @throws access.sign_in_first, access.enrol_first, access.pin_first, access.not_allowed
 */
export const procedure = <const P extends string>(permission: P) =>
	base.meta({ permission }).use(({ ctx, next }) => {
		if (!mayHold(ctx.actor, permission)) throw requestRefusals.refuse(whatIsMissing(ctx.actor, permission));
		if (!ctx.may(permission)) throw requestRefusals.refuse('access.not_allowed');
		return next({ ctx: { actor: ctx.actor as HolderOf<P> } });
	});

/**
 * As `procedure`, for what concerns every store: the programme's rules, roles. Somebody limited to some stores is refused.
 * @throws access.all_stores_only
 */
export const wideProcedure = <const P extends string>(permission: P) =>
	procedure(permission).use(({ ctx, next }) => {
		needEveryStore(ctx.actor);
		return next();
	});

function whatIsMissing(actor: Actor, permission: string): Parameters<typeof requestRefusals.refuse>[0] {
	if (!permission.startsWith('till.')) return 'access.sign_in_first';
	return actor.kind === 'till' ? 'access.pin_first' : 'access.enrol_first';
}

/**
 * Whether a request may act with the cookies it brings. Browsers name the sending page's origin on every request that
 * can change something; kit's own check covers form content types only. Programs that name neither origin nor site
 * (tills, scripts) carry no cookies of a browser.
 */
export function isSameOrigin(request: Request, origin: string): boolean {
	const from = request.headers.get('origin');
	if (from !== null) return from === origin;
	const site = request.headers.get('sec-fetch-site');
	return site === null || site === 'same-origin' || site === 'none';
}

/**
 * Answers a tRPC request. One call per request: the actor is chosen by the path of the call, so that a batch could
 * mix faces.
 * @param report told of every bug and trouble, with what is needed to find it again
 */
export async function answerTrpc(
	routes: AnyRouter,
	request: Request,
	context: Context,
	report: (error: Error, about: { requestId: string; path: string | undefined }) => void
): Promise<Response> {
	const response = await fetchRequestHandler({
		endpoint: '/api/trpc',
		req: request,
		router: routes,
		allowBatching: false,
		createContext: () => context,
		onError({ error, path }) {
			if (!refusalIn(error)) report(error.cause ?? error, { requestId: context.requestId, path });
		}
	});
	response.headers.set('cache-control', 'no-store');
	response.headers.set('x-request-id', context.requestId);
	return response;
}

/** Every procedure of a router with the permission it asks for, for whoever wants to walk them. */
export function proceduresOf(routes: AnyRouter): { path: string; type: string; permission: string | null }[] {
	return Object.entries(routes._def.procedures).map(([path, procedure]) => {
		const { type, meta } = (procedure as { _def: { type: string; meta?: Meta } })._def;
		return { path, type, permission: meta?.permission ?? null };
	});
}
