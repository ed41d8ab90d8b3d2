import { onShutdown } from './lifecycle.server.ts';
import { log } from './log.server.ts';

/**
 * Work that nobody waits for, such as mail whose sending must not show in how long an answer takes. It begins after the
 * caller's own work, is waited for when the app stops, and its failure is logged; it is lost with the process, so that only
 * what a person can ask for again belongs here.
 */
const running = new Set<Promise<void>>();
let registered = false;

export function afterwards(name: string, run: () => Promise<unknown>): void {
	if (!registered) {
		registered = true;
		onShutdown('what runs afterwards', () => Promise.all(running), 'drained');
	}
	const work: Promise<void> = new Promise((done) => setImmediate(done))
		.then(run)
		.then(() => {})
		.catch((error: unknown) => log.error(`${name}.failed`, error))
		.finally(() => running.delete(work));
	running.add(work);
}
