import { PgBoss } from 'pg-boss';
import type postgres from 'postgres';
import type { Db } from './db.server.ts';
import { openClient } from './primary.server.ts';

/**
 * Jobs by the clock, on pg-boss (upkeep and size: one package, Postgres only, 12.35.0 since 12.38 cannot be installed).
 * However many processes run, each due job runs once. It gets postgres.js through its adapter, so that there is one
 * driver; its own client, since drizzle changes the other's parsers.
 */
export interface Job {
	/** `ledger.expire` */
	name: string;
	/** five fields, in UTC */
	cron: string;
	/** how soon it begins after `wake`, in seconds; ten unless somebody waits for it */
	soon?: number;
	/** works in short batches with its own instant; a rerun does nothing twice */
	run(context: JobContext): Promise<void>;
}

export interface JobContext {
	db: Db;
	now: Date;
	/** for work that takes so long that one instant is not enough */
	clock?: () => Date;
	/** aborted when the house closes: what takes long leaves the rest to the next turn */
	signal?: AbortSignal;
}

export interface RunningJobs {
	/** runs one now, in turn with its schedule; for commands and tests */
	runNow(name: string): Promise<void>;
	/** waits for what is running, at most some seconds */
	stop(): Promise<void>;
}

export interface JobOptions {
	/** a session connection: not through a pooler in transaction mode */
	directUrl: string;
	db: Db;
	clock: () => Date;
	onTrouble: (job: string, error: unknown) => void;
}

/** pg-boss gives JSON as text, which must not be quoted once more. */
const asText = (oid: number): postgres.PostgresType => ({
	to: oid,
	from: [oid],
	serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
	parse: (text: string) => JSON.parse(text) as unknown
});

/** The app's code is there twice in a running server: what both need hangs on the process. */
const shared = globalThis as { [key: symbol]: RunningJobs | undefined };
const place = Symbol.for('pareto.jobs');

/** Has a job run soon, out of its turn. Without running jobs (a command, a test) its turn will come. */
export async function wake(name: string): Promise<void> {
	await shared[place]?.runNow(name);
}

export async function startJobs(
	jobs: readonly Job[],
	{ directUrl, db, clock, onTrouble }: JobOptions
): Promise<RunningJobs> {
	// One connection: pg-boss sends begin … commit as one text, which must not be spread over a pool.
	const client = openClient(directUrl, {
		max: 1,
		types: { json: asText(114), jsonb: asText(3802) },
		onnotice: () => {},
		connection: { application_name: 'pareto-jobs' }
	});
	const closing = new AbortController();
	const boss = new PgBoss({
		db: {
			async executeSql(text, values) {
				const rows = await client.unsafe(text, (values ?? []) as never[]);
				return { rows: [...rows] };
			}
		},
		schema: 'jobs',
		superviseIntervalSeconds: 300
	});
	boss.on('error', (error) => onTrouble('pg-boss', error));
	await boss.start();
	for (const job of jobs) {
		const options = { policy: 'singleton', retryLimit: 2, expireInSeconds: 900 } as const;
		await boss.createQueue(job.name, options);
		await boss.updateQueue(job.name, { retryLimit: 2, expireInSeconds: 900 });
		await boss.work(job.name, { pollingIntervalSeconds: job.soon ?? 10 }, async () => {
			try {
				await job.run({ db, now: clock(), clock, signal: closing.signal });
			} catch (error) {
				onTrouble(job.name, error);
				throw error;
			}
		});
		await boss.schedule(job.name, job.cron, {}, { tz: 'UTC' });
	}
	const known = new Set(jobs.map((job) => job.name));
	for (const { name } of await boss.getSchedules()) if (!known.has(name)) await boss.unschedule(name);
	const running: RunningJobs = {
		async runNow(name) {
			await boss.send(name, {});
		},
		async stop() {
			closing.abort();
			if (shared[place] === running) delete shared[place];
			await boss.stop({ graceful: true, timeout: 5000 });
			await client.end({ timeout: 2 });
		}
	};
	shared[place] = running;
	return running;
}
