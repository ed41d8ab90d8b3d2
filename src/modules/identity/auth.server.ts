import { createHmac } from 'node:crypto';
import { APIError, createAuthEndpoint } from 'better-auth/api';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { parseSetCookieHeader, setSessionCookie } from 'better-auth/cookies';
import { betterAuth } from 'better-auth/minimal';
import { emailOTP } from 'better-auth/plugins/email-otp';
import { z } from 'zod';
import { Bug, must } from '#core/must';
import { newId, type IdKind } from '#core/ids';
import { day, hour, minute, second } from '#core/time';
import type { Db } from '#platform/db';
import { log } from '#platform/log';
import type { Context } from '#platform/trpc';
import { cookieName } from './cookies.server.ts';
import type { Face } from './index.ts';
import { authAccounts, sessions, users, verifications } from './tables.server.ts';

/**
 * better-auth keeps users, sessions, passwords and e-mail codes. Two instances over the same tables, one per face, each
 * with its own cookie and its own key: both may be signed in side by side in one browser, and neither's session is
 * worth anything on the other. Only our own verbs reach it, in-process: its HTTP routes are not mounted, since they
 * know neither our locks nor our faces.
 */
export type AuthFace = Exclude<Face, 'till'>;

/** What signing in needs of a request. */
export type AuthContext = Pick<Context, 'db' | 'secret' | 'secure' | 'headers' | 'cookies' | 'ip'>;

/** How long a session lasts without being used, and how often its end is moved on. */
const spans: Record<AuthFace, { lasts: number; renewed: number }> = {
	wallet: { lasts: 180 * day, renewed: 1 * day },
	admin: { lasts: 12 * hour, renewed: 10 * minute }
};

export const codeMinutes = 10;
export const codeTries = 5;

const idKindOf: Record<string, IdKind> = {
	user: 'user',
	session: 'session',
	account: 'account',
	verification: 'verification'
};

function open(db: Db, face: AuthFace, secret: string, secure: boolean) {
	const key = createHmac('sha256', secret).update(`sign-in ${face}`).digest('base64url');
	return betterAuth({
		// Never used for links or cookies: the instance is called in-process only.
		baseURL: 'http://localhost',
		secret: key,
		database: drizzleAdapter(db, {
			provider: 'pg',
			schema: { user: users, session: sessions, account: authAccounts, verification: verifications },
			transaction: true
		}),
		plugins: face === 'wallet' ? [emailCodes(key)] : [consoleDoor],
		session: {
			expiresIn: spans[face].lasts / second,
			updateAge: spans[face].renewed / second,
			additionalFields: { face: { type: 'string', required: true, input: false, defaultValue: face } }
		},
		// A code that is over must answer so and not look wrong: `sweep` removes it a day later.
		verification: { disableCleanup: true },
		rateLimit: { enabled: false },
		telemetry: { enabled: false },
		logger: {
			level: 'error',
			log: (_, message, ...rest) =>
				log.error(
					'auth.failed',
					rest.find((item) => item instanceof Error),
					{ message }
				)
		},
		advanced: {
			database: { generateId: ({ model }) => newId(idKindOf[model] ?? unknownModel(model)) },
			ipAddress: { ipAddressHeaders: [addressHeader] },
			useSecureCookies: false,
			defaultCookieAttributes: { secure, httpOnly: true, sameSite: 'lax', path: '/' },
			cookies: { session_token: { name: cookieName(face, secure) } }
		}
	});
}

/** Set by us from the address that the server saw, whatever a client sent under this name. */
const addressHeader = 'x-client-address';

function unknownModel(model: string): never {
	throw new Bug(`better-auth asks for an id of ${model}`);
}

const emailCodes = (key: string) =>
	emailOTP({
		otpLength: 6,
		expiresIn: (codeMinutes * minute) / second,
		allowedAttempts: codeTries,
		storeOTP: { hash: async (code) => createHmac('sha256', key).update(code).digest('base64url') },
		// We make the code and send it ourselves, in the language of whoever asked.
		sendVerificationOTP: async () => must(false, 'codes are sent by requestCode alone')
	});

/**
 * Opens a session for a user whose proofs we have checked ourselves: better-auth's own sign-in knows the password alone,
 * and opens before any second step.
 */
const consoleDoor = {
	id: 'console-door',
	endpoints: {
		openConsole: createAuthEndpoint(
			'/console/open',
			{ method: 'POST', body: z.object({ userId: z.string() }), metadata: { SERVER_ONLY: true } },
			async (ctx) => {
				const { internalAdapter } = ctx.context;
				const user = await internalAdapter.findUserById(ctx.body.userId);
				must(user, 'a session is opened for somebody who exists');
				const session = await internalAdapter.createSession(user.id);
				await setSessionCookie(ctx, { session, user });
				return { sessionId: session.id };
			}
		)
	}
};

type Auth = ReturnType<typeof open>;

const opened = new WeakMap<Db, Map<string, Auth>>();

function authOf(face: AuthFace, { db, secret, secure }: Pick<AuthContext, 'db' | 'secret' | 'secure'>): Auth {
	const known = opened.get(db) ?? new Map<string, Auth>();
	opened.set(db, known);
	const name = `${face} ${secure} ${secret}`;
	const auth = known.get(name) ?? open(db, face, secret, secure);
	known.set(name, auth);
	return auth;
}

/** The request's headers as far as better-auth may see them. */
function headersFor({ headers, ip }: AuthContext): Headers {
	const shown = new Headers({ [addressHeader]: ip });
	for (const name of ['cookie', 'user-agent']) {
		const value = headers.get(name);
		if (value !== null) shown.set(name, value.slice(0, 4096));
	}
	return shown;
}

function passCookies(from: Headers, { cookies, secure }: AuthContext): void {
	for (const header of from.getSetCookie()) {
		for (const [name, { value, 'max-age': maxAge }] of parseSetCookieHeader(header)) {
			const age = maxAge === undefined ? {} : { maxAge: Number(maxAge) };
			cookies.set(name, value, { path: '/', httpOnly: true, secure, sameSite: 'lax', ...age });
		}
	}
}

/** better-auth's own code for why it said no, such as INVALID_OTP; null when the error is something else. */
export function refusedAs(error: unknown): string | null {
	if (!(error instanceof APIError) || error.statusCode >= 500) return null;
	return (error.body as { code?: string } | undefined)?.code ?? 'UNKNOWN';
}

/** A code for this address, valid for ten minutes; earlier ones of the address are void. */
export async function makeCode(context: AuthContext, email: string): Promise<string> {
	const api = authOf('wallet', context).api as unknown as CodeApi;
	return api.createVerificationOTP({ body: { email, type: 'sign-in' } });
}

/** The endpoints of the e-mail code plugin, which the types of a conditional plugin list lose. */
interface CodeApi {
	createVerificationOTP(call: { body: { email: string; type: 'sign-in' } }): Promise<string>;
	signInEmailOTP(call: {
		body: { email: string; otp: string };
		headers: Headers;
		returnHeaders: true;
	}): Promise<{ headers: Headers; response: { user: { id: string; email: string } } }>;
}

/** Consumes the code and opens a wallet session; a first-time address becomes a user. Throws better-auth's APIError. */
export async function openWithCode(context: AuthContext, email: string, code: string): Promise<{ userId: string }> {
	const api = authOf('wallet', context).api as unknown as CodeApi;
	const call = { body: { email, otp: code }, headers: headersFor(context), returnHeaders: true as const };
	const { headers, response } = await api.signInEmailOTP(call);
	passCookies(headers, context);
	return { userId: response.user.id };
}

/** The endpoint of `consoleDoor`, which the types of a conditional plugin list lose. */
interface DoorApi {
	openConsole(call: {
		body: { userId: string };
		headers: Headers;
		returnHeaders: true;
	}): Promise<{ headers: Headers; response: { sessionId: string } }>;
}

/** Opens a console session. Only `admitToConsole` calls it: it asks for nothing and checks nothing. */
export async function openSession(context: AuthContext, userId: string): Promise<{ sessionId: string }> {
	const api = authOf('admin', context).api as unknown as DoorApi;
	const call = { body: { userId }, headers: headersFor(context), returnHeaders: true as const };
	const { headers, response } = await api.openConsole(call);
	passCookies(headers, context);
	return response;
}

export interface OpenSession {
	sessionId: string;
	userId: string;
	email: string;
	name: string;
}

/** The session of this face that the request's cookie names; renews it when it is due. */
export async function findSession(face: AuthFace, context: AuthContext): Promise<OpenSession | null> {
	if (!context.cookies.get(cookieName(face, context.secure))) return null;
	const auth = authOf(face, context);
	const { headers, response } = await auth.api.getSession({ headers: headersFor(context), returnHeaders: true });
	passCookies(headers, context);
	if (!response || (response.session as { face?: unknown }).face !== face) return null;
	const { user, session } = response;
	return { sessionId: session.id, userId: user.id, email: user.email, name: user.name };
}

/** Ends the session on the server and takes the cookie away; without a session it only does the latter. */
export async function closeSession(face: AuthFace, context: AuthContext): Promise<void> {
	const { headers } = await authOf(face, context).api.signOut({
		headers: headersFor(context),
		returnHeaders: true
	});
	passCookies(headers, context);
}
