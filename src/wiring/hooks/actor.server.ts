import type { Handle } from '@sveltejs/kit';
import { isRefusal } from '#core/refusal';
import { isLanguage, type Language } from '#core/languages';
import { programmeWording } from '#customers';
import { join, memberOfUser } from '#customers/server';
import type { Face } from '#identity';
import { actorOf, hasSignIn, type MemberOf } from '#identity/server';
import { database } from '#platform/pool';
import { inTransaction } from '#platform/db';
import { log } from '#platform/log';
import { callerFor, contextOf } from '../context.server.ts';
import type { Caller } from '../router.server.ts';

/**
 * Which face a request belongs to, by its path alone: one browser may be signed in on all three. For procedures the
 * path of the call says so; `/api/v1` is the till's.
 */
export function faceOf(pathname: string): Face {
	const [, first = '', second = '', third = ''] = pathname.split('/');
	const head = first === 'api' && second === 'trpc' ? third.split('.')[0] : first === 'api' ? second : first;
	if (head === 'till' || head === 'v1') return 'till';
	return head === 'admin' ? 'admin' : 'wallet';
}

/** The member behind a signed-in shopper; on the first visit they join. */
const memberFor =
	(language: Language): MemberOf =>
	async ({ userId, email, name }, now) => {
		const { db } = database();
		const known = await memberOfUser(db, userId);
		if (known) return known.id;
		const consent = { programme: programmeWording };
		try {
			return await inTransaction(db, async (tx) => {
				const { member } = await join(tx, { userId, email, name, language, consent }, now);
				return member.id;
			});
		} catch (error) {
			if (!isRefusal(error)) throw error;
			log.warn('member.not_joined', { code: error.code });
			return null;
		}
	};

/** Says who asks (`locals.actor`) and gives loads their procedures (`locals.api`). */
export const actor: Handle = async ({ event, resolve }) => {
	const { locals, url } = event;
	const face = faceOf(url.pathname);
	const spoken = isLanguage(locals.language) ? locals.language : 'en';
	locals.actor = { kind: 'guest' };
	const secure = url.protocol === 'https:';
	if (hasSignIn(face, { cookies: event.cookies, headers: event.request.headers, secure })) {
		locals.actor = await actorOf(face, contextOf(event), memberFor(spoken), locals.now);
	}
	let api: Caller | undefined;
	Object.defineProperty(locals, 'api', { configurable: true, get: () => (api ??= callerFor(event)) });
	return resolve(event);
};
