import type postgres from 'postgres';
import { groupCommit, perDatabase } from './batch.server.ts';
import { sqlOf, type Db, type Raw } from './db.server.ts';
import { onShutdown } from './lifecycle.server.ts';
import { log } from './log.server.ts';
import { openClient } from './primary.server.ts';
import { settings } from './settings.server.ts';

/**
 * Live updates: whoever writes says whose things changed, whoever looks at them reads again. Only ids travel, never what
 * changed: a listener that missed something reads the same truth as one that did not.
 */

const channel = 'pareto_changed';
/** Postgres takes payloads below 8000 bytes. */
const payloadBytes = 7900;

/**
 * Tells every server process that these owners' (members', gift cards', stores') things changed. Once per batch and
 * AFTER its commit, on a pool and not inside a transaction: NOTIFY makes transactions queue at their commit.
 */
export async function notifyChanged(sql: Raw, ownerIds: Iterable<string>): Promise<void> {
	const payloads = packed([...new Set(ownerIds)]);
	if (payloads.length === 0) return;
	await sql.unsafe(
		`select pg_notify('${channel}', payload) from json_array_elements_text($1::json) as x(payload)`,
		[JSON.stringify(payloads)],
		{ prepare: true }
	);
}

const tellerOf = perDatabase((db) =>
	groupCommit(
		async (told: string[][]) => {
			await notifyChanged(sqlOf(db), told.flat());
			return told.map(() => null);
		},
		{ most: 256, inFlight: 1 }
	)
);

/**
 * As `notifyChanged`, for whoever has written and answers now: what was written stands whether or not anybody could be
 * told. While one message is under way, what else there is to tell waits for the next.
 */
export function tellChanged(db: Db, ownerIds: Iterable<string>): void {
	tellerOf(db)([...ownerIds]).catch((error: unknown) => log.warn('nobody was told of a change', { error }));
}

/** Ids joined by commas, in as few texts as the limit allows. */
export function packed(ids: readonly string[]): string[] {
	const texts: string[] = [];
	let open = '';
	for (const id of ids) {
		const longer = open === '' ? id : `${open},${id}`;
		if (open !== '' && Buffer.byteLength(longer) > payloadBytes) {
			texts.push(open);
			open = id;
		} else open = longer;
	}
	if (open !== '') texts.push(open);
	return texts;
}

/** The ids among a subscriber's whose things changed; null: the line was broken, anything may have changed. */
export type Told = (ids: readonly string[] | null) => void;

export interface Changes {
	/** Calls back whenever things of one of these owners changed. @returns ends the subscription */
	subscribe(ownerIds: readonly string[], told: Told): () => void;
	/** whether changes are being heard right now */
	readonly listening: boolean;
	end(): Promise<void>;
}

export interface ListenOptions {
	/** milliseconds between checks that the line still answers */
	checkEvery?: number;
	/** milliseconds to the first new try after a break; doubles up to 10 s */
	retryAfter?: number;
}

/** Who wants to hear about whom. */
class Subscriptions {
	#byOwner = new Map<string, Set<Told>>();

	add(ownerIds: readonly string[], told: Told): () => void {
		// A function of its own, so that one callback may subscribe twice and end each by itself.
		const own: Told = (ids) => told(ids);
		const ids = [...new Set(ownerIds)];
		for (const id of ids) {
			const there = this.#byOwner.get(id);
			if (there) there.add(own);
			else this.#byOwner.set(id, new Set([own]));
		}
		return () => {
			for (const id of ids) {
				const there = this.#byOwner.get(id);
				there?.delete(own);
				if (there?.size === 0) this.#byOwner.delete(id);
			}
		};
	}

	tell(changedIds: readonly string[]): void {
		const perListener = new Map<Told, string[]>();
		for (const id of changedIds) {
			for (const told of this.#byOwner.get(id) ?? []) {
				const ids = perListener.get(told);
				if (ids) ids.push(id);
				else perListener.set(told, [id]);
			}
		}
		for (const [told, ids] of perListener) this.#call(told, ids);
	}

	tellAllToReadAgain(): void {
		for (const told of new Set([...this.#byOwner.values()].flatMap((set) => [...set]))) this.#call(told, null);
	}

	#call(told: Told, ids: readonly string[] | null): void {
		try {
			told(ids);
		} catch (error) {
			log.error('a listener for changes failed', error);
		}
	}
}

/**
 * One connection that listens for the whole process. postgres.js' own `listen` gives up for good when the server is away
 * as it tries again, so the line is kept here: it is rebuilt with growing pauses, checked while it is quiet, and after a
 * break everybody is told to read again.
 */
class Line implements Changes {
	#url: string;
	#checkEvery: number;
	#retryAfter: number;
	#subscriptions = new Subscriptions();
	#line: postgres.Sql | null = null;
	#listening = false;
	#ended = false;
	#failures = 0;
	#heardBefore = false;
	#timer: NodeJS.Timeout | undefined;

	constructor(url: string, { checkEvery = 20_000, retryAfter = 100 }: ListenOptions) {
		this.#url = url;
		this.#checkEvery = checkEvery;
		this.#retryAfter = retryAfter;
		void this.#open();
	}

	get listening(): boolean {
		return this.#listening;
	}

	subscribe(ownerIds: readonly string[], told: Told): () => void {
		return this.#subscriptions.add(ownerIds, told);
	}

	async end(): Promise<void> {
		this.#ended = true;
		clearTimeout(this.#timer);
		const line = this.#line;
		this.#line = null;
		this.#listening = false;
		await line?.end({ timeout: 1 });
	}

	async #open(): Promise<void> {
		const line = this.#connect();
		this.#line = line;
		try {
			await line.unsafe(`listen ${channel}`);
		} catch (error) {
			return this.#broken(line, error);
		}
		if (this.#line !== line) return;
		this.#listening = true;
		this.#failures = 0;
		if (this.#heardBefore) {
			log.info('changes are heard again');
			this.#subscriptions.tellAllToReadAgain();
		}
		this.#heardBefore = true;
		this.#checkLater(line);
	}

	#connect(): postgres.Sql {
		const onnotify = (name: string, payload: string) => {
			if (name === channel) this.#subscriptions.tell(payload.split(','));
		};
		const line: postgres.Sql = openClient(this.#url, {
			max: 1,
			idle_timeout: 0,
			max_lifetime: null,
			connect_timeout: 5,
			fetch_types: false,
			onnotice: () => {},
			connection: { application_name: 'pareto-live' },
			onclose: () => this.#broken(line),
			// Not in its types, but what its own `listen` is built on.
			...{ onnotify }
		});
		return line;
	}

	#checkLater(line: postgres.Sql): void {
		this.#timer = setTimeout(() => void this.#check(line), this.#checkEvery);
		this.#timer.unref();
	}

	async #check(line: postgres.Sql): Promise<void> {
		const late = setTimeout(() => this.#broken(line, new Error('the line for changes does not answer')), 5000);
		try {
			await line.unsafe('select 1');
			if (this.#line === line) this.#checkLater(line);
		} catch (error) {
			this.#broken(line, error);
		} finally {
			clearTimeout(late);
		}
	}

	#broken(line: postgres.Sql, why?: unknown): void {
		if (this.#line !== line) return;
		this.#line = null;
		clearTimeout(this.#timer);
		void line.end({ timeout: 0 }).catch(() => {});
		if (this.#ended) return;
		if (this.#listening) log.warn('changes are not heard for the moment');
		else if (this.#failures === 0 && why) log.error('cannot listen for changes', why);
		this.#listening = false;
		const pause = Math.min(this.#retryAfter * 2 ** this.#failures++, 10_000);
		this.#timer = setTimeout(() => void this.#open(), pause);
		this.#timer.unref();
	}
}

/**
 * Listens with one connection. `url` must reach Postgres directly: a pooler in transaction mode swallows notifications.
 */
export const listenForChanges = (url: string, options: ListenOptions = {}): Changes => new Line(url, options);

const shared = globalThis as { [key: symbol]: Changes | undefined };
const place = Symbol.for('pareto.live');

/** The process' one line for changes, opened when first asked for. */
export function changes(): Changes {
	const kept = shared[place];
	if (kept) return kept;
	const opened = listenForChanges(settings().database.directUrl);
	shared[place] = opened;
	onShutdown('the line for changes', async () => {
		delete shared[place];
		await opened.end();
	});
	return opened;
}
