import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { networkInterfaces } from 'node:os';
import { log, withRequestId } from '#platform/log';
import type { Settings } from '#platform/settings';
import { StartFault } from './fault.server.ts';

/** Answers a request. The hot one says false when the request is not for it. */
export type HotHandler = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
type Handler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => unknown;

/**
 * Our own server in front of kit's handler. It listens from the first second (a taken port is known before anything
 * else is done), answers "starting" until the app is there, and lets requests finish when the app stops.
 */
export interface Front {
	server: Server;
	port: number;
	serve(handler: Handler): void;
	/** stops accepting; resolves when no request runs any more, or after `patience` milliseconds */
	close(patience: number): Promise<void>;
}

/** Kit's bundle registers its handler for hot requests here: one pool and one commit queue, whoever asks. */
const hotPlace = Symbol.for('pareto.hot');
const hotHandler = (): HotHandler | undefined => (globalThis as { [key: symbol]: HotHandler | undefined })[hotPlace];

/** What of a request was said by the network, or by a proxy that we were told to trust; always set by us. */
export const trustedHeaders = {
	address: 'x-pareto-address',
	protocol: 'x-pareto-protocol',
	host: 'x-pareto-host'
} as const;

const forwarded = (request: IncomingMessage, name: string): string[] =>
	[request.headers[name] ?? []]
		.flat()
		.join(',')
		.split(',')
		.map((part) => part.trim())
		.filter(Boolean);

/** Overwrites the headers that the handlers believe; without trusted proxies nothing that the client says counts. */
export function markRequest(request: IncomingMessage, trustedProxies: number): string {
	const behind = trustedProxies > 0;
	const addresses = behind ? forwarded(request, 'x-forwarded-for') : [];
	const protocol = behind ? forwarded(request, 'x-forwarded-proto').at(-1) : undefined;
	const host = behind ? forwarded(request, 'x-forwarded-host').at(-1) : undefined;
	const known = behind ? request.headers['x-request-id'] : undefined;
	const id = typeof known === 'string' && /^[\w.-]{8,64}$/.test(known) ? known : randomUUID();
	// A socket that serves both families writes 192.0.2.7 as ::ffff:192.0.2.7.
	const peer = request.socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '') ?? '';
	request.headers[trustedHeaders.address] = addresses.at(-trustedProxies) ?? addresses[0] ?? peer;
	request.headers[trustedHeaders.protocol] = protocol === 'https' ? 'https' : 'http';
	request.headers[trustedHeaders.host] = host ?? request.headers.host ?? 'localhost';
	request.headers['x-request-id'] = id;
	return id;
}

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
	try {
		const hot = hotHandler();
		if (hot && (await hot(request, response))) return;
		await handler(request, response, (error) => {
			if (error) throw error;
			response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found');
		});
	} catch (error) {
		log.error('a request failed', error, { method: request.method, path: request.url?.split('?')[0] });
		if (response.headersSent) response.destroy();
		else
			response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end('Something went wrong on our side.');
	}
}

const starting: Handler = (_, response) =>
	response
		.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '2', refresh: '2' })
		.end('Pareto is starting …\n');

export async function openFront(settings: Settings): Promise<Front> {
	let handler: Handler = starting;
	const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
		const id = markRequest(request, settings.trustedProxies);
		response.setHeader('x-request-id', id);
		withRequestId(id, () => void answer(handler, request, response));
	});
	await listen(server, settings);
	return {
		server,
		port: (server.address() as { port: number }).port,
		serve: (next) => void (handler = next),
		close: (patience) => drain(server, patience)
	};
}

async function listen(server: Server, { port, host }: Settings): Promise<void> {
	try {
		await new Promise<void>((done, fail) => {
			server.once('error', fail);
			server.listen({ port, ...(host !== null && { host }) }, done);
		});
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === 'EADDRINUSE')
			throw new StartFault(`Port ${port} is taken by another program. Choose another one: PORT=${port + 1} npm start`);
		if (code === 'EACCES')
			throw new StartFault(`This account may not listen on port ${port}. Choose one above 1023: PORT=3000 npm start`);
		if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
			throw new StartFault(`HOST=${host} is no address of this machine. Leave HOST out to listen on all of them.`);
		throw new StartFault(`Port ${port} cannot be opened: ${message}`);
	}
}

async function drain(server: Server, patience: number): Promise<void> {
	// Connections that the browser keeps open become idle only when their last answer is out.
	const sweep = setInterval(() => server.closeIdleConnections(), 50);
	const cut = setTimeout(() => server.closeAllConnections(), patience);
	await new Promise<void>((done) => {
		server.close(() => done());
		server.closeIdleConnections();
	});
	clearInterval(sweep);
	clearTimeout(cut);
}

/** Where people reach the app: this machine first, then the machine's addresses in its networks. */
export function addressesOf(port: number, { host, origin }: Settings): string[] {
	const all = host === null || host === '0.0.0.0' || host === '::';
	const near = Object.values(networkInterfaces())
		.flat()
		.filter((face) => face?.family === 'IPv4' && !face.internal)
		.map((face) => face?.address ?? '');
	const hosts = all ? ['localhost', ...near.slice(0, 3)] : [host.includes(':') ? `[${host}]` : host];
	return [...(origin ? [origin] : []), ...hosts.map((name) => `http://${name}:${port}`)];
}
