import { connect } from '#platform/db';
import { postingOptions } from '#platform/pool';
import { Expiry } from './expiry.ts';
import { scanAndQuote } from './identify.ts';
import { callersFor, type Sample } from './measure.ts';
import { chargeThroughHttp, postOne, type Spreading } from './postings.ts';
import type { Scene } from './scene.ts';
import { sellOne, sellThroughHttp, sellThroughModule } from './sell.ts';
import { fillAccounts } from './wallets.ts';
import type { Crowding } from './house.ts';
import type { Ending } from './ending.ts';

/** A subject that is ready to be measured again and again. */
export interface Running {
	/** outside of the clock: whatever so many requests need */
	prepare?(count: number): Promise<void>;
	measure(seconds: number): Promise<Sample>;
}

/** What kinds need that a scene does not have. */
export interface Means {
	scene: Scene;
	ending: Ending;
	/** of the yardstick, at so many clients */
	yardstick: (callers: number) => Promise<Running>;
	/** points that fall due in one go */
	lots: number;
	/** accounts of the large table */
	manyAccounts: number;
}

/** Something that can be measured with any number of callers. */
interface Kind {
	title: string;
	open(means: Means, callers: number): Running | Promise<Running>;
}

const commits = (crowding: Crowding): Kind['open'] =>
	function open({ scene }, callers) {
		return {
			prepare: (count) => scene.house.stock(count, new Date(), crowding),
			measure: (seconds) => sellThroughModule(scene, seconds, callers, crowding)
		};
	};

const postings = (spreading: Spreading): Kind['open'] =>
	function open({ scene }, callers) {
		return {
			measure: (seconds) =>
				callersFor(seconds, callers, async () => {
					scene.posted.push(await postOne(scene.posting, spreading, scene.house.members));
					return true;
				})
		};
	};

/** To add one: what it is called, what has to be made ready, and one request. */
const kinds: Record<string, Kind> = {
	tpcb: { title: 'TPC-B', open: ({ yardstick }, callers) => yardstick(callers) },
	commit: { title: 'commits, module', open: commits('uniform') },
	'commit-hot': { title: 'commits, hot members', open: commits('hot') },
	'commit-http': { title: 'commits, HTTP', open: ({ scene }, callers) => commitsThroughHttp(scene, callers) },
	identify: {
		title: 'scan and quote',
		open: ({ scene }, callers) => ({
			measure: (seconds) => callersFor(seconds, callers, () => scanAndQuote(scene).then(() => true))
		})
	},
	posting: { title: 'postings', open: postings('charge') },
	'posting-http': {
		title: 'postings, HTTP',
		async open({ scene }, callers) {
			const { address } = await scene.served();
			return { measure: (seconds) => chargeThroughHttp({ ...scene, address }, seconds, callers) };
		}
	},
	'posting-pairs': { title: 'postings, card to card', open: postings('pairs') },
	'posting-one': { title: 'postings, one card', open: postings('one') },
	'posting-many': { title: 'postings, large table', open: (means, callers) => amongMany(means, callers) },
	expiry: {
		title: 'lots written off',
		open({ scene, lots }) {
			const expiry = new Expiry(scene.db, lots);
			return { prepare: () => expiry.prepare(), measure: () => expiry.run() };
		}
	},
	'commit-beside-expiry': {
		title: 'commits beside expiry',
		open({ scene, lots }, callers) {
			// As the job's own chain of batches begins anew, far from the other's.
			const expiry = new Expiry(scene.db, lots, 100_000);
			return {
				async prepare() {
					await expiry.prepare();
					await scene.house.stock(2000 * callers + Math.ceil(lots / 10), new Date());
				},
				measure: () => expiry.beside(callers, (caller) => sellOne(scene, caller))
			};
		}
	}
};

async function commitsThroughHttp(scene: Scene, callers: number): Promise<Running> {
	const { address, memory } = await scene.served();
	return {
		prepare: (count) => scene.house.stock(count, new Date()),
		async measure(seconds) {
			const sample = await sellThroughHttp({ ...scene, address }, seconds, callers);
			// The server's, whoever made them: it is opened more than once.
			const commits = (scene.held.at(-1)?.commits ?? 0) + sample.count;
			const held = await memory();
			if (held === undefined) return sample;
			scene.held.push({ commits, memory: held });
			return { ...sample, also: { memory: held } };
		}
	};
}

async function amongMany({ scene, ending, manyAccounts }: Means, callers: number): Promise<Running> {
	const url = await scene.server.makeShop('many');
	const { db, end } = connect(url, { ...postingOptions, name: 'pareto-bench-many' });
	ending.add('the large table’s pool', end);
	await fillAccounts(db, manyAccounts);
	await scene.server.freshen(url);
	const one = () => postOne(db, 'charge', manyAccounts).then(() => true);
	return { measure: (seconds) => callersFor(seconds, callers, one) };
}

/** `commit-32` is a kind with a number of callers; without one it is a single one. */
function read(subject: string): { kind: Kind; callers: number } {
	const [, name = '', callers = '1'] = /^(.*?)(?:-(\d+))?$/.exec(subject) ?? [];
	const kind = kinds[name];
	if (!kind) throw new Error(`there is nothing to measure that is called ${subject}`);
	return { kind, callers: Number(callers) };
}

export function titleOf(subject: string): string {
	const { kind, callers } = read(subject);
	return kind === kinds.expiry ? kind.title : `${kind.title}, ${callers}`;
}

export function openSubject(means: Means, subject: string): Promise<Running> {
	const { kind, callers } = read(subject);
	return Promise.resolve(kind.open(means, callers));
}
