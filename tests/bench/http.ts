import { Agent, request } from 'node:http';
import type { House, ReadyTill } from './house.ts';
import { callersFor, type Sample } from './measure.ts';

/** A running server, as its tablets reach it. */
export interface Door {
	house: House;
	address: string;
}

/** Sends something to a path of the server, as a caller's tablet. @returns what was answered with 200 */
export type Send = (path: string, till: ReadyTill, body: object) => Promise<unknown>;

/** The tablet of a caller; many callers share one. */
export function tillOf({ tills }: House, caller: number): ReadyTill {
	const till = tills[caller % tills.length];
	if (!till) throw new Error('the benchmark has no till');
	return till;
}

/**
 * Callers who ask a running server, each with a connection that it keeps.
 * @param ask one request of a caller's tablet; false: there is nothing left to ask for
 */
export async function throughHttp(
	{ house, address }: Door,
	seconds: number,
	callers: number,
	ask: (send: Send, till: ReadyTill) => Promise<boolean>
): Promise<Sample> {
	const agent = new Agent({ keepAlive: true, maxSockets: callers });
	const send: Send = (path, till, body) => post(agent, `${address}${path}`, till, body);
	try {
		return await callersFor(seconds, callers, (caller) => ask(send, tillOf(house, caller)));
	} finally {
		agent.destroy();
	}
}

function post(agent: Agent, url: string, till: ReadyTill, what: object): Promise<unknown> {
	const body = Buffer.from(JSON.stringify(what));
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
				if (response.statusCode !== 200) return fail(new Error(`${url} answered ${response.statusCode}: ${text}`));
				done(JSON.parse(text));
			});
		});
		asked.once('error', fail);
		asked.end(body);
	});
}
