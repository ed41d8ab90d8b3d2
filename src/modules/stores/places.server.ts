import { asc, eq, isNull, sql } from 'drizzle-orm';
import { newId } from '#core/ids';
import type { Reads, Tx } from '#platform/db';
import { byHouse, keepTrail, withoutCodes, type By } from '#platform/trail';
import { storeProblems, type Store, type StoreInput } from './index.ts';
import { storesRefusals } from './refusals.ts';
import { stores } from './tables.server.ts';

const { refuse } = storesRefusals;

const columns = {
	id: stores.id,
	name: stores.name,
	city: stores.city,
	address: stores.address,
	taxNumber: stores.taxNumber,
	timeZone: stores.timeZone,
	currency: stores.currency,
	hours: stores.hours,
	pricesIncludeTax: stores.pricesIncludeTax,
	version: stores.version,
	archivedAt: stores.archivedAt
};

const tidy = (text: string | null | undefined): string | null => (text ?? '').trim() || null;

export function storeColumns(input: StoreInput) {
	const { timeZone, currency, hours = null, pricesIncludeTax = true } = input;
	const [name, city] = [input.name.trim(), input.city.trim()];
	const [address, taxNumber] = [tidy(input.address), tidy(input.taxNumber)];
	return { name, city, address, taxNumber, timeZone, currency, hours, pricesIncludeTax };
}

/** What the trail keeps of a store. */
const trailOf = ({
	name,
	city,
	address,
	taxNumber,
	timeZone,
	currency,
	hours,
	pricesIncludeTax
}: ReturnType<typeof storeColumns>) => ({
	name: withoutCodes(name),
	city: withoutCodes(city),
	address: address && withoutCodes(address),
	taxNumber: taxNumber && withoutCodes(taxNumber),
	timeZone,
	currency,
	weekly: hours?.weekly ?? null,
	exceptions: hours?.exceptions.map(({ day, spans }) => ({ day, spans })) ?? null,
	pricesIncludeTax
});

function refuseProblems(input: StoreInput): void {
	const problems = storeProblems(input);
	const [first] = problems;
	if (first) throw refuse(first.refusal.code as 'store.hours_form', first.refusal.details, { problems });
}

/** Opens a store. @throws what `storeProblems` finds */
export async function createStore(tx: Tx, input: StoreInput, now: Date, by: By = byHouse): Promise<Store> {
	refuseProblems(input);
	const store: Store = { id: newId('store', now), ...storeColumns(input), version: 1, archivedAt: null };
	await tx.insert(stores).values({ ...store, createdAt: now, updatedAt: now });
	const subject = { kind: 'store', id: store.id };
	const title = withoutCodes(store.name);
	await keepTrail(tx, by, { action: 'store.opened', subject, title, after: trailOf(store), storeId: store.id }, now);
	return store;
}

/** Which currencies a store has sold in: told by whoever keeps receipts. */
export type CurrenciesSold = (reads: Reads, storeId: string) => Promise<string[]>;

async function lock(tx: Tx, id: string): Promise<Store> {
	const [row] = await tx.select(columns).from(stores).where(eq(stores.id, id)).for('update');
	if (!row) throw refuse('store.unknown');
	return row;
}

/**
 * Changes a store, provided that nobody changed it since `version` was read.
 * @throws `store.unknown`, `store.changed_meanwhile` with `version`, `store.currency_in_use` with the `currency` that
 * its receipts are in, and what `storeProblems` finds
 */
export async function editStore(
	tx: Tx,
	{ id, version, ...input }: StoreInput & { id: string; version: number },
	sold: CurrenciesSold,
	by: By,
	now: Date
): Promise<{ version: number }> {
	refuseProblems(input);
	const before = await lock(tx, id);
	if (before.version !== version) throw refuse('store.changed_meanwhile', { version: before.version });
	if (before.currency !== input.currency) {
		const other = (await sold(tx, id)).find((currency) => currency !== input.currency);
		if (other) throw refuse('store.currency_in_use', { field: 'currency', sold: other });
	}
	const after = storeColumns(input);
	await tx
		.update(stores)
		.set({ ...after, version: version + 1, updatedAt: now })
		.where(eq(stores.id, id));
	const subject = { kind: 'store', id };
	const title = withoutCodes(after.name);
	const deed = { action: 'store.changed', subject, title, before: trailOf(before), after: trailOf(after), storeId: id };
	await keepTrail(tx, by, deed, now);
	return { version: version + 1 };
}

/**
 * Closes a store for good, or opens it again. The last one cannot be closed: there would be nowhere to sell.
 * @throws `store.unknown`, `store.last`
 */
export async function archiveStore(
	tx: Tx,
	{ id, archived }: { id: string; archived: boolean },
	by: By,
	now: Date
): Promise<void> {
	await tx.execute(sql`select pg_advisory_xact_lock(hashtext('stores.stores'))`);
	const before = await lock(tx, id);
	if ((before.archivedAt !== null) === archived) return;
	if (archived && (await listStores(tx)).length === 1) throw refuse('store.last');
	await tx
		.update(stores)
		.set({ archivedAt: archived ? now : null, version: before.version + 1, updatedAt: now })
		.where(eq(stores.id, id));
	const subject = { kind: 'store', id };
	const action = archived ? 'store.closed' : 'store.reopened';
	await keepTrail(tx, by, { action, subject, title: withoutCodes(before.name), storeId: id }, now);
}

/**
 * A store that is open for business.
 * @throws `store.unknown`, `store.closed`
 */
export async function storeOf(reads: Reads, id: string): Promise<Store> {
	const store = await getStore(reads, id);
	if (store.archivedAt) throw refuse('store.closed', { name: store.name });
	return store;
}

/** A store, closed or not. @throws `store.unknown` */
export async function getStore(reads: Reads, id: string): Promise<Store> {
	const [store] = await reads.select(columns).from(stores).where(eq(stores.id, id));
	if (!store) throw refuse('store.unknown');
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

/** All of them, the closed ones last. */
export async function allStores(reads: Reads): Promise<Store[]> {
	return reads
		.select(columns)
		.from(stores)
		.orderBy(sql`${stores.archivedAt} is not null`, asc(stores.city), asc(stores.name));
}
