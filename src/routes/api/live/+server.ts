import type { RequestHandler } from './$types';
import { error } from '@sveltejs/kit';
import { isRefusal, httpStatus } from '#core/refusal';
import { changes } from '#platform/live';
import { streamChanges } from '#platform/live-stream';

/** What changes of the signed-in shopper's things, as it happens. */
export const GET: RequestHandler = async ({ locals }) => {
	const { actor } = locals;
	if (actor.kind !== 'shopper') error(401, 'sign in first');
	// A card in this wallet may be charged by somebody else who has its code.
	const cards = await locals.api.wallet.giftcards.held();
	// What others do to a purse that is shared is told under their names.
	const sharing = await locals.api.wallet.home.sharing();
	const ownerIds = [actor.memberId, ...cards.map(({ id }) => id), ...sharing];
	try {
		return streamChanges(changes(), { viewer: actor.memberId, ownerIds, now: () => new Date() });
	} catch (refusal) {
		if (!isRefusal(refusal)) throw refusal;
		error(httpStatus(refusal.kind), refusal.code);
	}
};
