import { error, redirect } from '@sveltejs/kit';
import { httpStatus } from '#core/refusal';
import { createApi, refusalOf, requestIdOf, type Api } from '#client/trpc.ts';

/** What of a load's event a page needs to ask the procedures. */
interface Asking {
	fetch: typeof globalThis.fetch;
	url: URL;
}

/**
 * Asks a procedure for a page. Whoever is signed in no longer goes to the sign-in and comes back here afterwards; any
 * other refusal is the page's error, with its sentence.
 */
export async function ask<T>({ fetch, url }: Asking, call: (api: Api) => Promise<T>): Promise<T> {
	try {
		return await call(createApi(fetch));
	} catch (thrown) {
		const refusal = refusalOf(thrown);
		if (refusal?.kind === 'unauthenticated')
			redirect(303, `/admin/sign-in?to=${encodeURIComponent(url.pathname + url.search)}`);
		if (refusal) error(httpStatus(refusal.kind), { message: refusal.sentence ?? refusal.code });
		const requestId = requestIdOf(thrown);
		error(requestId ? 500 : 503, requestId ? { message: 'unexpected', requestId } : { message: 'unreachable' });
	}
}
