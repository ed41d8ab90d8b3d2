import { counterOf } from '#checkout/server';
import type { Db } from '#platform/db';
import type { Crowding, House } from './house.ts';
import { throughHttp, tillOf, type Door } from './http.ts';
import { callersFor, type Sample } from './measure.ts';

/** Ids of the receipts that were acknowledged, for the proof at the end. */
export type Acknowledged = string[];

/** Where sales are made, and noted. */
interface Place {
	posting: Db;
	house: House;
	acknowledged: Acknowledged;
}

/** Commits through the module, as the server's own handlers call it. */
export const sellThroughModule = (
	place: Place,
	seconds: number,
	callers: number,
	crowding: Crowding = 'uniform'
): Promise<Sample> => callersFor(seconds, callers, (caller) => sellOne(place, caller, crowding));

/** @returns false: the stock is sold out */
export async function sellOne(
	{ posting, house, acknowledged }: Place,
	caller: number,
	crowding: Crowding = 'uniform'
): Promise<boolean> {
	const sale = house.take(crowding);
	if (!sale) return false;
	const { deviceId, storeId, staffId } = tillOf(house, caller);
	const command = { caller: deviceId, storeId, deviceId, staffId, ...sale };
	const result = await counterOf(posting).sell(command, new Date());
	if (!result.ok) throw new Error(`a sale was refused: ${result.refusal.code}`);
	acknowledged.push(result.receipt.id);
	return true;
}

/** Commits through a running server, each caller a tablet with a connection that it keeps. */
export const sellThroughHttp = (
	{ acknowledged, ...door }: Door & { acknowledged: Acknowledged },
	seconds: number,
	callers: number
): Promise<Sample> =>
	throughHttp(door, seconds, callers, async (send, till) => {
		const sale = door.house.take();
		if (!sale) return false;
		const answer = (await send('/api/v1/checkout/commit', till, sale)) as { receipt: { id: string } };
		acknowledged.push(answer.receipt.id);
		return true;
	});
