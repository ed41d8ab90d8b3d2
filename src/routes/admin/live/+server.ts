import { error } from '@sveltejs/kit';
import { storesOf } from '#core/actor';
import { httpStatus, isRefusal } from '#core/refusal';
import { isId } from '#core/ids';
import { may } from '#identity';
import { changes } from '#platform/live';
import { streamChanges } from '#platform/live-stream';
import { sentenceOf } from '#ui/refusal.ts';
import type { RequestHandler } from './$types';

/**
 * Tells an open page of the console that what it shows has changed: `?of=mem_…`, `?of=gft_…`, `?of=sto_…`, several where
 * needed. Only ids travel; the page reads again through its procedures.
 */
export const GET: RequestHandler = ({ locals, url }) => {
	const { actor, language } = locals;
	const ownerIds = url.searchParams.getAll('of').slice(0, 200);
	const readable = (id: string) =>
		((isId('member', id) || isId('memberGroup', id)) && may(actor, 'members.read')) ||
		(isId('giftCard', id) && may(actor, 'giftcards.read')) ||
		(isId('store', id) && may(actor, 'figures.read') && (storesOf(actor)?.includes(id) ?? true));
	if (actor.kind !== 'staff' || !ownerIds.every(readable)) error(403, '');
	try {
		return streamChanges(changes(), { viewer: actor.staffId, ownerIds, now: () => new Date() });
	} catch (thrown) {
		if (isRefusal(thrown)) error(httpStatus(thrown.kind), sentenceOf(thrown, language));
		throw thrown;
	}
};
