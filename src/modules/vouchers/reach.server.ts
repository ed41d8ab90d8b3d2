import { storesOf, type Actor } from '#core/actor';
import { sqlOf, type Reads } from '#platform/db';
import { needEveryStore, needStore } from '#platform/reach';
import type { Conditions } from '#pricing';

/**
 * Somebody limited to some stores makes and changes vouchers of those alone. One that names no store counts in every one.
 * @throws access.all_stores_only, access.other_store
 */
export function needStores(actor: Actor, { conditions: { storeIds } }: { conditions: Conditions }): void {
	if (storeIds.length === 0) needEveryStore(actor);
	for (const storeId of storeIds) needStore(actor, storeId);
}

/** The same for a voucher that is there; one that is not is refused by whoever looks for it. */
export async function needReach(reads: Reads, actor: Actor, voucherId: string): Promise<void> {
	if (storesOf(actor) === null) return;
	const [row] = await sqlOf(reads)<
		{ conditions: Conditions }[]
	>`select conditions from vouchers where id = ${voucherId}`;
	if (row) needStores(actor, row);
	else needEveryStore(actor);
}
