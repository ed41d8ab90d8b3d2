import { error as httpError, type RequestEvent } from '@sveltejs/kit';
import { httpStatus } from '#core/refusal';
import { may } from '#identity';
import { mail } from '#platform/mail/door';
import { database, lookingDatabase, readingDatabase } from '#platform/pool';
import { settings } from '#platform/settings';
import { isSameOrigin, refusalIn, type Context } from '#platform/trpc';
import { sentenceOf } from '#ui/refusal.ts';
import { createCaller, type Caller } from './router.server.ts';

/** What of kit's event a context is made of. */
export type Visit = Pick<RequestEvent, 'request' | 'url' | 'cookies' | 'locals' | 'getClientAddress'>;

/** What the procedures know about this request. */
export function contextOf(visit: Visit): Context {
	const { locals, request, url, cookies } = visit;
	const { actor, language, requestId, now } = locals;
	return {
		actor,
		db: database().db,
		looking: lookingDatabase().db,
		reading: readingDatabase().db,
		now,
		requestId,
		language,
		may: (permission) => may(actor, permission),
		sentenceOf: (refusal) => sentenceOf(refusal, language),
		headers: request.headers,
		ip: visit.getClientAddress(),
		origin: settings().origin ?? url.origin,
		secure: url.protocol === 'https:',
		cookies,
		mail: mail(),
		secret: settings().secret,
		sameOrigin: isSameOrigin(request, url.origin)
	};
}

/**
 * The procedures for loads and form actions, in-process. A refusal comes out as kit's own error with its status, its
 * sentence as message and itself in `body.refusal`.
 */
export function callerFor(visit: Visit): Caller {
	// A page may be opened from anywhere by its address, and kit itself checks where forms come from.
	const context = { ...contextOf(visit), sameOrigin: true };
	return createCaller(context, {
		onError({ error }) {
			const refusal = refusalIn(error);
			if (!refusal) throw error.cause ?? error;
			const { code, kind, details, attachment } = refusal;
			const sentence = context.sentenceOf(refusal);
			httpError(httpStatus(kind), {
				message: sentence,
				requestId: context.requestId,
				refusal: { code, kind, details, sentence, attachment: attachment ?? null }
			});
		}
	});
}
