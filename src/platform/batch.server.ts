import { must } from '#core/must';
import type { Db } from './db.server.ts';
import { batchBuckets } from './settings.server.ts';

/**
 * Group commit: commands that arrive while others are being committed go out together with the next batch. A transaction
 * costs the same for one command as for sixty-four, so the more callers wait, the less each of them pays.
 *
 * Measured on two cores (128 callers posting transfers): batches of at most 64, two in flight, 14,300 a second; one
 * batch of 128 at a time 10,300; three in flight no better than two.
 */
export interface BatchLimits<C> {
	/** commands in one batch */
	most?: number;
	/** batches under way at the same time */
	inFlight?: number;
	/**
	 * So many must wait for a batch to leave beside another; fewer wait for its end. Where a great many ask, small batches
	 * would follow each other, and each costs as much as a large one.
	 */
	beside?: number;
	/**
	 * Who waits is shared out among the batches that may leave, so many to each at least. Callers whose batch has ended ask
	 * again together: they would follow each other as one batch for ever, with nobody beside it (measured on two cores: 16
	 * callers a fifth slower, 32 a fifth, 128 the same).
	 */
	leastShare?: number;
	/**
	 * What a command will lock. One that needs what a batch under way holds waits here for its end, and not in the
	 * database, where the whole of its own batch would wait with it. Commands for the same thing keep their order.
	 */
	locks?: (command: C) => readonly string[];
	/**
	 * Commands of one bucket travel together, and no others with them: their rows lie on one machine, where the database is
	 * spread over several (`bucketOf`). Absent: all are of one.
	 */
	bucket?: (command: C) => string | number;
}

/**
 * For what tills ask while somebody waits, several questions after each other. Who waits shares the cost of statements:
 * those whose batch has ended ask their next question together, in few large batches and not in many small ones (measured
 * on two cores, in runs some minutes apart, against shares of 8 that leave beside others from 8 on: 32 callers 4,000-4,800
 * a second and not 3,300-3,600).
 */
export const lookingBatches = { most: 64, inFlight: 2, beside: 16, leastShare: 32 } as const;

/** FNV-1a: the same on every process, and quick. */
function hashed(text: string): number {
	let hash = 0x811c9dc5;
	for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
	return hash >>> 0;
}

/** The bucket of whoever's rows a command is about (a member, a gift card): one of as many as the settings say. */
export function bucketOf(ownerId: string): number {
	const buckets = batchBuckets();
	return buckets === 1 ? 0 : hashed(ownerId) % buckets;
}

interface Waiting<C, R> {
	command: C;
	locks: readonly string[];
	bucket: string | number;
	resolve: (result: R) => void;
	reject: (error: unknown) => void;
}

/**
 * Makes a set-based verb callable one by one. No timers: a batch leaves as soon as the event loop has collected what is
 * there, and a lone caller waits for nobody. Commands leave in the order in which they came, but for those that wait for
 * what a batch under way has locked, or are of another bucket than the first of their batch.
 *
 * A batch that throws as a whole is run again one by one, so that one caller's trouble stays theirs: `run` must therefore
 * be a transaction (all or nothing), and whoever may have been committed before a connection broke brings its own
 * idempotency key. What `run` refuses comes back as a result and hurts nobody.
 * @param run answers one result per command, in their order
 */
export function groupCommit<C, R>(
	run: (commands: C[]) => Promise<R[]>,
	{ most = 64, inFlight = 2, beside = 1, leastShare = 8, locks = () => [], bucket = () => 0 }: BatchLimits<C> = {}
): (command: C) => Promise<R> {
	must(most >= 1 && inFlight >= 1, 'a batch has room for one');
	let waiting: Waiting<C, R>[] = [];
	/** what the batches under way have locked: each by one of them alone */
	const held = new Set<string>();
	let flying = 0;
	let called = false;

	const mayLeave = () => flying < inFlight && waiting.length >= (flying > 0 ? beside : 1);
	const call = () => {
		if (called || !mayLeave()) return;
		called = true;
		// After the callbacks that are due now, so that requests read in one turn of the event loop travel together.
		setImmediate(() => {
			called = false;
			if (!mayLeave()) return;
			const share = Math.max(leastShare, Math.ceil(waiting.length / (inFlight - flying)));
			const [batch, rest] = chosen(waiting, Math.min(most, share), held);
			if (batch.length === 0) return;
			waiting = rest;
			flying += 1;
			for (const one of batch) for (const name of one.locks) held.add(name);
			void commit(run, batch).finally(() => {
				flying -= 1;
				for (const one of batch) for (const name of one.locks) held.delete(name);
				call();
			});
			call();
		});
	};

	return (command) =>
		new Promise<R>((resolve, reject) => {
			waiting.push({ command, locks: locks(command), bucket: bucket(command), resolve, reject });
			call();
		});
}

/**
 * The first that waits for nothing that is locked, and with it the next of its bucket, `most` in all. Who is passed over
 * keeps what they need from those behind them, so that nobody is overtaken without end.
 * @returns the batch, and who still waits, both in their order
 */
function chosen<C, R>(
	waiting: Waiting<C, R>[],
	most: number,
	held: ReadonlySet<string>
): [batch: Waiting<C, R>[], rest: Waiting<C, R>[]] {
	const batch: Waiting<C, R>[] = [];
	const rest: Waiting<C, R>[] = [];
	const wanted = new Set<string>();
	for (const [place, one] of waiting.entries()) {
		if (batch.length >= most) return [batch, rest.concat(waiting.slice(place))];
		const elsewhere = batch.length > 0 && batch[0]?.bucket !== one.bucket;
		if (elsewhere || one.locks.some((name) => held.has(name) || wanted.has(name))) {
			for (const name of one.locks) wanted.add(name);
			rest.push(one);
		} else batch.push(one);
	}
	return [batch, rest];
}

/** Settles every member of a batch; never rejects itself. */
async function commit<C, R>(run: (commands: C[]) => Promise<R[]>, batch: Waiting<C, R>[]): Promise<void> {
	let results: R[];
	try {
		results = await run(batch.map(({ command }) => command));
	} catch (error) {
		const [only] = batch;
		if (batch.length === 1) only?.reject(error);
		else for (const one of batch) await commit(run, [one]);
		return;
	}
	try {
		// It is committed already: a wrong number of answers is a bug to shout about, not a reason to run it again.
		must(results.length === batch.length, 'a batch answers every command');
		batch.forEach(({ resolve }, place) => resolve(results[place] as R));
	} catch (error) {
		for (const { reject } of batch) reject(error);
	}
}

/** What is opened once for each database in this process, such as a queue: everybody who asks shares it. */
export function perDatabase<T>(open: (db: Db) => T): (db: Db) => T {
	const opened = new WeakMap<Db, T>();
	return (db) => {
		let one = opened.get(db);
		if (one === undefined) opened.set(db, (one = open(db)));
		return one;
	};
}
