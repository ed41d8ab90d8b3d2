import { createTRPCClient, httpLink, TRPCClientError, type TRPCClient } from '@trpc/client';
import { parse, stringify } from 'devalue';
import type { AppRouter, WireRefusal } from '../wiring/router.server.ts';

export type Api = TRPCClient<AppRouter>;

/**
 * The typed client of all faces. One call, one request: the server chooses who is asking by the path of the call.
 * @param fetch kit's own `fetch` in a load, so that the call runs in-process while the server renders
 */
export function createApi(fetch: typeof globalThis.fetch = (...args) => globalThis.fetch(...args)): Api {
	return createTRPCClient<AppRouter>({
		links: [httpLink({ url: '/api/trpc', fetch, transformer: { serialize: stringify, deserialize: parse } })]
	});
}

/** For use in the browser. */
export const api = createApi();

/** A refusal with what came along, such as the fields that were wrong or the new quote. */
export interface ApiRefusal extends WireRefusal {
	attachment: unknown;
}

/** The refusal that the server answered with; null when the call failed for another reason. */
export function refusalOf(error: unknown): ApiRefusal | null {
	const data = dataOf(error);
	return data?.refusal ? { ...data.refusal, attachment: data.attachment ?? null } : null;
}

/**
 * Whether the call never got an answer of ours: no network, a timeout, a proxy's error page. Nobody knows whether it
 * was carried out; a write may be repeated under its idempotency key.
 */
export const isNetworkTrouble = (error: unknown): boolean =>
	error instanceof TRPCClientError && dataOf(error) === null && !isAbort(error);

/** The number under which the server's log has an unexpected error; null where there is none. */
export const requestIdOf = (error: unknown): string | null => dataOf(error)?.requestId ?? null;

const isAbort = (error: TRPCClientError<AppRouter>): boolean =>
	error.cause instanceof DOMException && error.cause.name === 'AbortError';

/** What the server says instead of an answer. */
export interface ErrorData {
	refusal: WireRefusal | null;
	attachment: unknown;
	/** the number under which its log has an unexpected error */
	requestId: string | null;
}

function dataOf(error: unknown): ErrorData | null {
	if (!(error instanceof TRPCClientError)) return null;
	return (error as { data?: ErrorData | null }).data ?? null;
}
