import { connect, type Connection } from './db.server.ts';
import { onShutdown } from './lifecycle.server.ts';
import { settings } from './settings.server.ts';

/**
 * The app's connections, one pool of each kind per process, opened when first asked for: kit imports every server
 * module while it builds, so nothing may connect at import.
 */
interface Pools {
	main?: Connection;
	posting?: Connection;
	looking?: Connection;
	reading?: Connection;
}

const shared = globalThis as { [key: symbol]: Pools | undefined };
const place = Symbol.for('pareto.pool');
const pools = (): Pools => (shared[place] ??= {});

const names: Record<keyof Pools, string> = {
	main: 'pareto',
	posting: 'pareto-counter',
	looking: 'pareto-till',
	reading: 'pareto-reports'
};

function open(
	kind: keyof Pools,
	url: string,
	options: { max: number; prepare?: boolean; plansOnce?: boolean }
): Connection {
	const kept = pools()[kind];
	if (kept) return kept;
	const connection = connect(url, { ...options, name: names[kind] });
	pools()[kind] = connection;
	onShutdown(`the ${kind} pool`, async () => {
		delete pools()[kind];
		await connection.end();
	});
	return connection;
}

/** The app's database. */
export function database(): Connection {
	const { url, prepares } = settings().database;
	return open('main', url, { max: 16, prepare: prepares });
}

/** Also for benchmarks, which connect as a server does. */
export const postingOptions = { max: 3, plansOnce: true } as const;

/**
 * For batches of postings, of which two are under way at a time: few connections, so that each has all its statements
 * planned and its tables' pages at hand, and no page of the console waits in their queue. Past a
 * pooler, for the sake of the plans: three connections are no burden to anybody.
 */
export const postingDatabase = (): Connection => open('posting', settings().database.directUrl, postingOptions);

/** Also for benchmarks. */
export const lookingOptions = { max: 4, plansOnce: true } as const;

/** For what a till asks while somebody waits at it, in batches too: beside the postings, and past a pooler like them. */
export const lookingDatabase = (): Connection => open('looking', settings().database.directUrl, lookingOptions);

/** For reports: the replica where there is one (it may lag behind), else the app's own pool. */
export function readingDatabase(): Connection {
	const { url, readUrl, prepares } = settings().database;
	return readUrl === url ? database() : open('reading', readUrl, { max: 4, prepare: prepares });
}
