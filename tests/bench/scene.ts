import { connect, type Db } from '#platform/db';
import { lookingOptions, postingOptions } from '#platform/pool';
import { startApp } from '../support/app.ts';
import { testFolder } from '../support/folders.ts';
import type { Ending } from './ending.ts';
import { House } from './house.ts';
import { memoryOf, type Held } from './memory.ts';
import type { Acknowledged } from './sell.ts';
import type { BenchServer } from './server.ts';

/** The built app as its own process. */
export interface Served {
	address: string;
	/** MB; undefined: this system does not tell */
	memory(): Promise<number | undefined>;
}

/** A shop that is measured: its database, as a server would be connected to it, and what was acknowledged of it. */
export interface Scene {
	server: BenchServer;
	url: string;
	/** what pages and tills read from */
	db: Db;
	/** what tills ask while somebody waits */
	looking: Db;
	/** the counter's own connections */
	posting: Db;
	house: House;
	/** receipts */
	acknowledged: Acknowledged;
	/** ids of single postings */
	posted: string[];
	/** how the server's memory went */
	held: Held[];
	/** a server on this database, started when first asked for */
	served(): Promise<Served>;
}

export interface SceneWish {
	url: string;
	secret: string;
	members: number;
	/** tablets */
	tills: number;
}

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

export async function openScene(server: BenchServer, wish: SceneWish, ending: Ending): Promise<Scene> {
	const { url, secret, members, tills } = wish;
	const main = connect(url, { max: 16, name: 'pareto-bench' });
	ending.add('the pool', main.end);
	const counter = connect(url, { ...postingOptions, name: 'pareto-bench-counter' });
	ending.add('the counter’s pool', counter.end);
	const looking = connect(url, { ...lookingOptions, name: 'pareto-bench-till' });
	ending.add('the tills’ pool', looking.end);
	const house = await House.open(main.db, { members, tills }, new Date());
	await server.freshen(url);
	let serving: Promise<Served> | undefined;
	return {
		...{ server, url, house },
		db: main.db,
		looking: looking.db,
		posting: counter.db,
		acknowledged: [],
		posted: [],
		held: [],
		served: () => (serving ??= serve(url, secret, ending))
	};
}

async function serve(url: string, secret: string, ending: Ending): Promise<Served> {
	const { folder, clear } = await testFolder('bench-app');
	ending.add('the app’s folder', clear);
	say('Starting the server (it is built first if need be) …');
	const app = startApp({ DATABASE_URL: url, PARETO_SECRET: secret, PARETO_DATA: folder }, ['--empty']);
	ending.add('the app', () => {
		app.signal('SIGTERM');
		return app.exit;
	});
	void app.exit.then(() => ending.signal.aborted || say(`The server ended:\n${app.said()}`));
	return { address: await app.address(), memory: () => memoryOf(app.pid) };
}
