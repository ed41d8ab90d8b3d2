import { inArray } from 'drizzle-orm';
import type { Reads } from '#platform/db';
import { findProgramme } from './programme.server.ts';
import { stores } from './tables.server.ts';

/** What the house and these stores of it are called, the stores by the alphabet. */
export async function houseNamesOf(
	reads: Reads,
	storeIds: readonly string[]
): Promise<{ house: string; stores: string[] }> {
	const name = (await findProgramme(reads))?.name ?? 'Pareto';
	if (storeIds.length === 0) return { house: name, stores: [] };
	const found = await reads
		.select({ name: stores.name })
		.from(stores)
		.where(inArray(stores.id, [...storeIds]));
	return { house: name, stores: found.map((store) => store.name).sort((a, b) => a.localeCompare(b)) };
}
