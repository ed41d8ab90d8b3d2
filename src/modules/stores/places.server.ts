import { asc, eq, isNull } from 'drizzle-orm';
import { newId } from '#core/ids';
import type { Reads, Tx } from '#platform/db';
import type { Store, StoreInput } from './index.ts';
import { storesRefusals } from './refusals.ts';
import { stores } from './tables.server.ts';

const columns = {
	id: stores.id,
	name: stores.name,
	city: stores.city,
	timeZone: stores.timeZone,
	currency: stores.currency,
	archivedAt: stores.archivedAt
};

/** Opens a store. */
export async function createStore(tx: Tx, input: StoreInput, now: Date): Promise<Store> {
	const store: Store = { id: newId('store', now), ...input, archivedAt: null };
	await tx.insert(stores).values({ ...store, createdAt: now });
	return store;
}

/**
 * A store that is open for business.
 * @throws `store.unknown`, `store.closed`
 */
export async function storeOf(reads: Reads, id: string): Promise<Store> {
	const [store] = await reads.select(columns).from(stores).where(eq(stores.id, id));
	if (!store) throw storesRefusals.refuse('store.unknown');
	if (store.archivedAt) throw storesRefusals.refuse('store.closed', { name: store.name });
	return store;
}

/** The stores that are open for business, by city and name. A shop has tens of them: no pages. */
export async function listStores(reads: Reads): Promise<Store[]> {
	return reads
		.select(columns)
		.from(stores)
		.where(isNull(stores.archivedAt))
		.orderBy(asc(stores.city), asc(stores.name));
}
