import { Agent, request } from 'node:http';
import { counterOf } from '#checkout/server';
import type { Db } from '#platform/db';
import type { Crowding, House, ReadySale, ReadyTill } from './house.ts';
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
export async function sellThroughHttp(
	{ address, house, acknowledged }: { address: string; house: House; acknowledged: Acknowledged },
	seconds: number,
	callers: number
): Promise<Sample> {
	const agent = new Agent({ keepAlive: true, maxSockets: callers });
	try {
		return await callersFor(seconds, callers, async (caller) => {
			const sale = house.take();
			if (!sale) return false;
			acknowledged.push(await post(agent, `${address}/api/v1/checkout/commit`, tillOf(house, caller), sale));
			return true;
		});
	} finally {
		agent.destroy();
	}
}

function tillOf({ tills }: House, caller: number): ReadyTill {
	const till = tills[caller % tills.length];
	if (!till) throw new Error('the benchmark has no till');
	return till;
}

/** @returns the id of the receipt */
function post(agent: Agent, url: string, till: ReadyTill, sale: ReadySale): Promise<string> {
	const body = Buffer.from(JSON.stringify(sale));
	const headers = {
		authorization: `Bearer ${till.token}`,
		'content-type': 'application/json',
		'content-length': body.length
	};
	return new Promise((done, fail) => {
		const asked = request(url, { agent, method: 'POST', headers }, (response) => {
			const parts: Buffer[] = [];
			response.on('data', (part: Buffer) => parts.push(part));
			response.once('error', fail);
			response.once('end', () => {
				const text = Buffer.concat(parts).toString('utf8');
				if (response.statusCode !== 200)
					return fail(new Error(`a commit was answered ${response.statusCode}: ${text}`));
				done((JSON.parse(text) as { receipt: { id: string } }).receipt.id);
			});
		});
		asked.once('error', fail);
		asked.end(body);
	});
}
