import { connect, type Socket } from 'node:net';
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
	const lines = await Promise.all(Array.from({ length: callers }, () => Line.open(new URL(address))));
	try {
		return await callersFor(seconds, callers, (caller) => {
			const line = lines[caller] as Line;
			return ask((path, till, body) => line.post(path, till.token, body), tillOf(house, caller));
		});
	} finally {
		for (const line of lines) line.end();
	}
}

interface Waiting {
	done: (body: unknown) => void;
	fail: (error: Error) => void;
}

/**
 * One connection, one request at a time. Words of our own: Node's client takes a good part of the same two cores, and
 * what is measured is the server.
 */
class Line {
	readonly #socket: Socket;
	readonly #host: string;
	#heard: Buffer = Buffer.alloc(0);
	#waiting: Waiting | null = null;

	private constructor(socket: Socket, host: string) {
		this.#socket = socket;
		this.#host = host;
		socket.setNoDelay(true);
		socket.on('data', (part: Buffer) => this.#hear(part));
		socket.on('error', (error) => this.#waiting?.fail(error));
		socket.on('close', () => this.#waiting?.fail(new Error('the server hung up')));
	}

	static open({ hostname, port, host }: URL): Promise<Line> {
		return new Promise((done, fail) => {
			const socket = connect({ host: hostname, port: Number(port) }, () => done(new Line(socket, host)));
			socket.once('error', fail);
		});
	}

	post(path: string, token: string, what: object): Promise<unknown> {
		const body = JSON.stringify(what);
		const head =
			`POST ${path} HTTP/1.1\r\nhost: ${this.#host}\r\nauthorization: Bearer ${token}\r\n` +
			`content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
		return new Promise((done, fail) => {
			this.#waiting = { done, fail };
			this.#socket.write(head + body);
		});
	}

	#hear(part: Buffer): void {
		this.#heard = this.#heard.length === 0 ? part : Buffer.concat([this.#heard, part]);
		const headEnd = this.#heard.indexOf('\r\n\r\n');
		if (headEnd < 0) return;
		const head = this.#heard.toString('latin1', 0, headEnd);
		const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? NaN);
		if (Number.isNaN(length)) return this.#waiting?.fail(new Error(`an answer without a length: ${head}`));
		const end = headEnd + 4 + length;
		if (this.#heard.length < end) return;
		const text = this.#heard.toString('utf8', headEnd + 4, end);
		this.#heard = this.#heard.subarray(end);
		const waiting = this.#waiting;
		this.#waiting = null;
		if (!head.startsWith('HTTP/1.1 200')) waiting?.fail(new Error(`the server answered ${head.slice(9, 12)}: ${text}`));
		else waiting?.done(JSON.parse(text));
	}

	end(): void {
		this.#socket.destroy();
	}
}
