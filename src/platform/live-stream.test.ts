import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testDatabase } from '../../tests/support/database.ts';
import { sqlOf } from './db.server.ts';
import { closeAll } from './lifecycle.server.ts';
import { streamChanges } from './live-stream.server.ts';
import { listenForChanges, notifyChanged } from './live.server.ts';

const { db, url } = await testDatabase();
const now = () => new Date('2026-11-20T10:00:00Z');
const notify = (...ids: string[]) => notifyChanged(sqlOf(db), ids);
const endings: (() => unknown)[] = [];
afterEach(async () => {
	for (const end of endings.splice(0).reverse()) await end();
});

/** What a viewer read so far, as blocks. */
function reading(response: Response) {
	const reader = response.body!.getReader();
	const read = { text: '', done: false, stop: () => reader.cancel() };
	void (async () => {
		const decoder = new TextDecoder();
		for (;;) {
			const { value, done } = await reader.read();
			if (done) break;
			read.text += decoder.decode(value, { stream: true });
		}
		read.done = true;
	})();
	return read;
}

async function listening() {
	const changes = listenForChanges(url);
	endings.push(() => changes.end());
	await vi.waitFor(() => expect(changes.listening).toBe(true));
	return changes;
}

/** A real server with a real socket between it and the viewer. */
async function serve(answer: () => Response): Promise<string> {
	const server: Server = createServer((request, response) => {
		void (async () => {
			const { status, headers, body } = answer();
			response.writeHead(status, Object.fromEntries(headers));
			const reader = body!.getReader();
			request.on('close', () => void reader.cancel());
			for (;;) {
				const { value, done } = await reader.read();
				if (done) break;
				response.write(value);
			}
			response.end();
		})();
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	endings.push(() => new Promise((done) => (server.closeAllConnections(), server.close(done))));
	return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
}

describe('a live stream', () => {
	it('tells an open page over the wire that its things changed, and nothing of others', async () => {
		const changes = await listening();
		const address = await serve(() => streamChanges(changes, { viewer: 'mem_1', ownerIds: ['mem_1', 'gft_1'], now }));
		const response = await fetch(address);
		expect(response.headers.get('content-type')).toContain('text/event-stream');
		const read = reading(response);
		await vi.waitFor(() => expect(read.text).toContain('event: ready\ndata: {"now":"2026-11-20T10:00:00.000Z"}\n\n'));
		await notify('mem_2');
		await notify('gft_1', 'mem_3');
		await vi.waitFor(() => expect(read.text).toContain('event: changed\ndata: ["gft_1"]\n\n'));
		expect(read.text).not.toContain('mem_');
		await read.stop();
	});

	it('beats while it is quiet and ends when its time is over', async () => {
		const changes = await listening();
		const read = reading(
			streamChanges(changes, { viewer: 'mem_1', ownerIds: ['mem_1'], now }, { heartbeat: 20, lifetime: 150 })
		);
		await vi.waitFor(() => expect(read.text.split(':\n\n').length).toBeGreaterThan(3));
		await vi.waitFor(() => expect(read.done).toBe(true));
	});

	it('ends at once when the app stops', async () => {
		const changes = await listening();
		const read = reading(streamChanges(changes, { viewer: 'mem_1', ownerIds: ['mem_1'], now }));
		await vi.waitFor(() => expect(read.text).toContain('ready'));
		await closeAll('draining');
		await vi.waitFor(() => expect(read.done).toBe(true));
	});

	it('is refused to somebody with too many, until one of them is closed', async () => {
		const changes = await listening();
		const stream = () => streamChanges(changes, { viewer: 'mem_1', ownerIds: ['mem_1'], now });
		const reads = Array.from({ length: 24 }, () => reading(stream()));
		expect(stream).toThrow(expect.objectContaining({ name: 'Refusal', code: 'live.too_many' }));
		await reads[0]!.stop();
		reads.push(reading(stream()));
		await Promise.all(reads.map((read) => read.stop()));
	});
});
