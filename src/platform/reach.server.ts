import { storesOf, type Actor } from '#core/actor';
import { isRefusal } from '#core/refusal';
import { requestRefusals } from './refusals.server.ts';

/**
 * Somebody limited to some stores sees and changes the things of those alone. Lists take `storesOf(actor)` as a filter;
 * whatever names one thing asks here, with the same answer for things of other stores and things that never were.
 */

/** @throws access.other_store */
export function needStore(actor: Actor, storeId: string): void {
	const stores = storesOf(actor);
	if (stores !== null && !stores.includes(storeId)) throw requestRefusals.refuse('access.other_store');
}

/** What concerns every store is for those who are limited to none. @throws access.all_stores_only */
export function needEveryStore(actor: Actor): void {
	if (storesOf(actor) !== null) throw requestRefusals.refuse('access.all_stores_only');
}

/** Those stores of a list that are somebody's. */
export function withinReach<S extends { id: string }>(actor: Actor, stores: readonly S[]): S[] {
	const own = storesOf(actor);
	return stores.filter(({ id }) => own === null || own.includes(id));
}

/** A thing that is not there is, for somebody limited to some stores, one of another store: which of the two is not told. */
export async function asOtherStore<T>(actor: Actor, found: Promise<T>): Promise<T> {
	try {
		return await found;
	} catch (error) {
		if (storesOf(actor) !== null && isRefusal(error) && error.kind === 'not_found')
			throw requestRefusals.refuse('access.other_store');
		throw error;
	}
}
