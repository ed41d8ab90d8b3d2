import { log } from './log.server.ts';

/**
 * What has to be closed when the app stops. The start closes it; whoever opens something long-lived registers it here.
 * The registry hangs on the process, since kit's bundle and the start each have their own copy of this module.
 *
 * `draining`: at once, while requests still run: live streams, and jobs that must not begin anything new.
 * `drained`: when requests are finished, newest first: connections.
 */
export type When = 'draining' | 'drained';

interface Closing {
	name: string;
	when: When;
	close: () => unknown;
}

const shared = globalThis as { [key: symbol]: Closing[] | undefined };
const place = Symbol.for('pareto.lifecycle');
const registry = (): Closing[] => (shared[place] ??= []);

/** Registers something to close. @returns forgets it again, for what was closed earlier */
export function onShutdown(name: string, close: () => unknown, when: When = 'drained'): () => void {
	const entry = { name, when, close };
	registry().push(entry);
	return () => {
		const index = registry().indexOf(entry);
		if (index >= 0) registry().splice(index, 1);
	};
}

/** Closes what was registered for then; what throws or takes longer than `patience` milliseconds is logged and left. */
export async function closeAll(when: When, patience = 5000): Promise<void> {
	const entries = registry().filter((entry) => entry.when === when);
	for (const entry of entries.reverse()) {
		registry().splice(registry().indexOf(entry), 1);
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<never>((_, fail) => {
			timer = setTimeout(() => fail(new Error(`not closed after ${patience} ms`)), patience);
		});
		try {
			await Promise.race([entry.close(), late]);
		} catch (error) {
			log.error(`closing ${entry.name} failed`, error);
		} finally {
			clearTimeout(timer);
		}
	}
}
