import { PgBoss } from 'pg-boss';
import postgres from 'postgres';
import type { Db } from './db.server.ts';

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
	/** works in short batches with its own instant; a rerun does nothing twice */
	run(context: JobContext): Promise<void>;
}

export interface JobContext {
	db: Db;
	now: Date;
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

export async function startJobs(
	jobs: readonly Job[],
	{ directUrl, db, clock, onTrouble }: JobOptions
): Promise<RunningJobs> {
	// One connection: pg-boss sends begin … commit as one text, which must not be spread over a pool.
	const client = postgres(directUrl, {
		max: 1,
		types: { json: asText(114), jsonb: asText(3802) },
		onnotice: () => {},
		connection: { application_name: 'pareto-jobs' }
	});
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
		await boss.work(job.name, { pollingIntervalSeconds: 10 }, async () => {
			try {
				await job.run({ db, now: clock() });
			} catch (error) {
				onTrouble(job.name, error);
				throw error;
			}
		});
		await boss.schedule(job.name, job.cron, {}, { tz: 'UTC' });
	}
	const known = new Set(jobs.map((job) => job.name));
	for (const { name } of await boss.getSchedules()) if (!known.has(name)) await boss.unschedule(name);
	return {
		async runNow(name) {
			await boss.send(name, {});
		},
		async stop() {
			await boss.stop({ graceful: true, timeout: 5000 });
			await client.end({ timeout: 2 });
		}
	};
}
