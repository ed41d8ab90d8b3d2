import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

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

for (let attempt = 0; attempt < 100; attempt++) {
	try {
		const pid = Number(readFileSync(join(folder, 'cluster', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
		process.kill(pid, 'SIGQUIT');
	} catch {
		break;
	}
	await wait(50);
}
await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
