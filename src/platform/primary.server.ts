import { once } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { eachServer, serversOf, wishOf, type Wish } from './addresses.server.ts';
import { log } from './log.server.ts';

/**
 * Of several servers the one to talk to, found again when another takes its place. The driver could go through a list by
 * itself, but takes a standby for a server that may be written to (what it asks for has another meaning since Postgres
 * 14), knocks without a pause while there is none, and loses queries whose connection breaks as it is opened.
 */

/** Milliseconds that a query waits for a server when there is none; who comes later in the same outage is refused at once. */
const patience = 5_000;
const pause = 150;
/** how long an answer holds for all: sales of a batch ask one after the other, and a server that hangs takes its time */
const refusedFor = 500;
/** how long a client that was replaced is left to what it had been given */
const lingering = patience + 1_000;
/** how long a server may take to say what it is, and to accept a connection */
const answerWithin = 1_500;
/** how often the servers are asked while connections are open */
const watchEvery = 2_000;

interface Server {
	name: string;
	url: string;
	host: string;
	port: number;
}

/** What a server says of itself: the number of its history, one more with each promotion; null: it follows another. */
type Said = { timeline: number | null } | { error: Error };

const question = `select case when pg_is_in_recovery() then null
	else left(pg_walfile_name(pg_current_wal_lsn()), 8) end as timeline`;

/** Asks one server, over a connection that is kept between two questions and keeps no process from ending. */
class Asker {
	readonly #server: Server;
	#client: postgres.Sql | null = null;

	constructor(server: Server) {
		this.#server = server;
	}

	async ask(): Promise<Said> {
		const client = (this.#client ??= this.#open());
		const late = new AbortController();
		const tooLate = wait(answerWithin, null, { signal: late.signal }).then(() => {
			throw Object.assign(new Error(`${this.#server.name} does not answer`), { code: 'CONNECT_TIMEOUT' });
		});
		try {
			const [row] = await Promise.race([client.unsafe<{ timeline: string | null }[]>(question), tooLate]);
			const text = row?.timeline ?? null;
			return { timeline: text === null ? null : parseInt(text, 16) };
		} catch (error) {
			this.end();
			return { error: error as Error };
		} finally {
			late.abort();
			tooLate.catch(() => {});
		}
	}

	end(): void {
		void this.#client?.end({ timeout: 0 }).catch(() => {});
		this.#client = null;
	}

	#open(): postgres.Sql {
		const { url, host, port } = this.#server;
		return postgres(url, {
			max: 1,
			fetch_types: false,
			connect_timeout: answerWithin / 1000,
			onnotice: () => {},
			connection: { application_name: 'pareto-primary' },
			...bySocket(() => reach({ host, port }, new Socket().unref()).catch(broken))
		});
	}
}

/** The driver takes a function that brings a socket, though its types do not tell. */
const bySocket = (socket: () => Promise<Socket>): object => ({ socket });

/**
 * A socket that fails as soon as it is listened to: a connection whose socket is never brought is lost to the driver. It
 * takes the driver's first words before, since one that closes on words not yet sent never sends any again.
 */
function broken(error: unknown): Socket {
	const socket = Object.assign(new Socket(), { write: () => true });
	setImmediate(() => setImmediate(() => socket.destroy(error as Error)));
	return socket;
}

async function reach({ host, port }: Pick<Server, 'host' | 'port'>, socket = new Socket()): Promise<Socket> {
	socket.connect(port, host);
	const late = setTimeout(
		() => socket.destroy(Object.assign(new Error(`${host} does not answer`), { code: 'CONNECT_TIMEOUT' })),
		answerWithin
	);
	try {
		await once(socket, 'connect');
	} finally {
		clearTimeout(late);
	}
	// The driver takes the name for the certificate from there.
	return Object.assign(socket, { host });
}

const noPrimary = (names: string): Error =>
	Object.assign(new Error(`none of ${names} takes writes: all follow another server`), { code: 'NO_PRIMARY' });

/** What waiting does not help against: a wrong password, a database that is not there. */
const isFinal = (error: unknown): boolean => /^(28|3D)/.test(String((error as { code?: unknown }).code ?? ''));

class Finder {
	readonly #servers: { server: Server; asker: Asker }[];
	readonly #names: string;
	readonly #wish: Wish;
	#current: Server | null = null;
	/** who it was last, and whether everybody was told that it is gone */
	#last: Server | null = null;
	#lost = false;
	/** the newest history that was seen: a former primary that comes back is of an older one */
	#newest = 0;
	#looking: Promise<unknown> | null = null;
	#missingSince: number | null = null;
	#refused: { at: number; trouble: unknown } | null = null;
	readonly #sockets = new Set<Socket>();
	readonly #toldWhenLost = new Set<() => void>();
	#watch: NodeJS.Timeout | undefined;

	constructor(address: string) {
		this.#names = serversOf(address);
		this.#wish = wishOf(address) ?? 'primary';
		this.#servers = eachServer(address).map((url) => {
			const { host: name, hostname, port } = new URL(url);
			const server = { name, url, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 5432) };
			return { server, asker: new Asker(server) };
		});
	}

	get wish(): Wish {
		return this.#wish;
	}

	/** Calls back when the server that everybody talked to is gone, or another took its place. @returns ends that */
	onLost(told: () => void): () => void {
		this.#toldWhenLost.add(told);
		return () => this.#toldWhenLost.delete(told);
	}

	/** A socket to the server that is wanted; it is broken when there is none for too long. */
	async socket(): Promise<Socket> {
		try {
			for (;;) {
				const server = await this.#find();
				const socket = await reach(server).catch(() => null);
				if (socket) {
					this.#keep(socket);
					return socket;
				}
				if (this.#current === server) this.#current = null;
			}
		} catch (error) {
			return broken(error);
		}
	}

	async #find(): Promise<Server> {
		const since = (this.#missingSince ??= Date.now());
		for (;;) {
			if (this.#current) {
				this.#missingSince = null;
				return this.#current;
			}
			if (this.#refused && Date.now() - this.#refused.at < refusedFor) throw this.#refused.trouble;
			const trouble = await this.#look();
			if (this.#current) continue;
			this.#tellLost();
			if (Date.now() - since >= patience || isFinal(trouble)) {
				this.#refused = { at: Date.now(), trouble };
				this.#rest();
				throw trouble;
			}
			await wait(pause);
		}
	}

	/** Asks all of them and settles on one. @returns why there is none, if there is none */
	async #look(): Promise<unknown> {
		return (this.#looking ??= this.#askAll().finally(() => (this.#looking = null)));
	}

	async #askAll(): Promise<unknown> {
		const said = await Promise.all(
			this.#servers.map(async ({ server, asker }) => ({ server, said: await asker.ask() }))
		);
		const there = said.flatMap(({ server, said }) => ('error' in said ? [] : [{ server, timeline: said.timeline }]));
		const found = this.#wish === 'primary' ? this.#newestOf(there) : this.#nextOf(there);
		if (found) this.#settle(found);
		else if (this.#current) return null;
		const errors = said.flatMap(({ said }) => ('error' in said ? [said.error] : []));
		return there.length > 0 ? noPrimary(this.#names) : errors[0];
	}

	#newestOf(there: { server: Server; timeline: number | null }[]): Server | null {
		let found: Server | null = null;
		for (const { server, timeline } of there) {
			if (timeline === null || timeline < this.#newest) continue;
			if (timeline === this.#newest && found) continue;
			found = server;
			this.#newest = timeline;
		}
		return found;
	}

	/** Who is read from stays the same as long as it answers. */
	#nextOf(there: { server: Server; timeline: number | null }[]): Server | null {
		const same = there.find(({ server }) => server === this.#current);
		const follows = this.#wish === 'standby' ? there.find(({ timeline }) => timeline === null) : undefined;
		return (same ?? follows ?? there[0])?.server ?? null;
	}

	#settle(server: Server): void {
		const moved = this.#last !== null && this.#last !== server;
		if (moved) {
			log.warn('another database server is the one to talk to', { server: server.name });
			this.#tellLost();
			// What still stands leads to a server that hangs, or that must not be written to any more.
			for (const socket of this.#sockets) socket.destroy();
			this.#sockets.clear();
		}
		this.#current = this.#last = server;
		this.#lost = false;
	}

	#tellLost(): void {
		if (this.#lost) return;
		this.#lost = true;
		for (const told of this.#toldWhenLost) told();
	}

	#keep(socket: Socket): void {
		this.#sockets.add(socket);
		this.#watch ??= setInterval(() => void this.#check(), watchEvery).unref();
	}

	/** The driver takes all listeners off a socket that it encrypts: which are closed has to be looked up. */
	async #check(): Promise<void> {
		for (const socket of this.#sockets) if (socket.destroyed) this.#sockets.delete(socket);
		if (this.#sockets.size === 0) this.#rest();
		else await this.#look();
	}

	#rest(): void {
		if (this.#sockets.size > 0) return;
		clearInterval(this.#watch);
		this.#watch = undefined;
		this.#current = null;
		for (const { asker } of this.#servers) asker.end();
	}
}

/** Seconds. The driver's own pauses grow with every try of any connection, so that a database which is back stays unused. */
const backoff = () => 0.1;

const finders = new Map<string, Finder>();

function finderOf(address: string): Finder {
	const finder = finders.get(address) ?? new Finder(address);
	finders.set(address, finder);
	return finder;
}

/**
 * The driver's client for an address that may name several servers. Without a wish in the address it talks to the one that
 * takes writes.
 */
export function openClient<T extends Record<string, postgres.PostgresType>>(
	address: string,
	options: postgres.Options<T>
): Client<T> {
	const [first = address, ...others] = eachServer(address);
	if (others.length === 0) return postgres(address, { backoff, ...options });
	const finder = finderOf(address);
	return renewable(finder, (isOver) =>
		postgres(first, {
			backoff,
			...options,
			// A server may have become a standby between the question and the connection.
			...(finder.wish === 'primary' && { target_session_attrs: 'primary' }),
			...bySocket(async () => {
				const socket = await (isOver() ? broken(new Error('the client has ended')) : finder.socket());
				if (isOver()) socket.destroy();
				return socket;
			})
		})
	);
}

type Client<T extends Record<string, postgres.PostgresType>> = ReturnType<typeof postgres<T>>;

/**
 * A client that is made anew when its server is lost. A connection of the driver that breaks with words not yet sent never
 * sends any again (porsager/postgres #1208), and of three connections one such is every third sale.
 * @param open is told whether the client it made has had its time
 */
function renewable<T extends Record<string, postgres.PostgresType>>(
	finder: Finder,
	open: (isOver: () => boolean) => Client<T>
): Client<T> {
	const make = () => {
		const state = { over: false };
		return { state, client: open(() => state.over) };
	};
	let current = make();
	const forget = finder.onLost(() => {
		const { client, state } = current;
		current = make();
		// How values are read and written was changed since, by drizzle.
		Object.assign(current.client.options.parsers, client.options.parsers);
		Object.assign(current.client.options.serializers, client.options.serializers);
		// What waits already is still answered if the outage is short.
		setTimeout(() => {
			state.over = true;
			void client.end({ timeout: 0 }).catch(() => {});
		}, lingering).unref();
	});
	return new Proxy(current.client, {
		apply: (_, self, args: unknown[]) => Reflect.apply(current.client as never, self, args) as unknown,
		get(_, name) {
			if (name === 'end') forget();
			return Reflect.get(current.client, name) as unknown;
		}
	});
}
