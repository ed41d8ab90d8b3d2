import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { processesOf, tell } from './processes.ts';

/** Waits until the test run is gone, then stops its Postgres at once (nothing in it is worth keeping) and clears the folder. */
const [, , folder] = process.argv;
if (!folder) throw new Error('which folder?');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.stdin.resume();
await new Promise<void>((done) =>
	process.stdin
		.once('end', done)
		.once('close', done)
		.once('error', () => done())
);

/** Tells a server to stop, also one that a test has made stand still. @returns whether it was still there */
function stop(cluster: string): boolean {
	const [first, ...others] = processesOf(join(folder as string, cluster, 'data'));
	if (first === undefined || !tell(first, 'SIGQUIT')) return false;
	for (const pid of [first, ...others]) tell(pid, 'SIGCONT');
	return true;
}

const clusters = (): string[] => {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
};

for (let attempt = 0; attempt < 100; attempt++) {
	if (!clusters().map(stop).includes(true)) break;
	await wait(50);
}
await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
