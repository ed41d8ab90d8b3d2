import { must } from '#core/must';
import type { Reads } from '#platform/db';

/** What the house and some of its stores are called: for letters, whose readers have never seen either. */
export interface HouseNames {
	house: string;
	stores: string[];
}
type ReadHouseNames = (reads: Reads, storeIds: readonly string[]) => Promise<HouseNames>;

let read: ReadHouseNames | null = null;

/** Whoever puts the modules together says who knows the names: stores come after identity. */
export function registerHouseNames(reader: ReadHouseNames): void {
	read = reader;
}

export function houseNames(reads: Reads, storeIds: readonly string[]): Promise<HouseNames> {
	must(read, 'somebody knows what the house is called');
	return read(reads, storeIds);
}
