import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '#platform/db';
import { project } from './folders.server.ts';

/** One way to sign in to the demo shop, as it is printed at the start. */
export interface DemoSignIn {
	/** who that is: "Owner", "Cashier in Vienna" */
	who: string;
	/** the path to open: "/admin" */
	path: string;
	/** what to type: "owner@pareto.example, code 123456" */
	how: string;
}

/** What `src/wiring/demo/demo.server.ts` offers. */
export interface Demo {
	/**
	 * Fills an empty database with the demo shop: all of it, or what a cut-off run left out. Does nothing where a house
	 * has begun to work on its own.
	 */
	seedDemo(
		connection: Connection,
		options: { now: Date; say: (sentence: string) => void; signal: AbortSignal }
	): Promise<void>;
	/** Empty where there is no demo shop. */
	demoSignIns(connection: Connection, now: Date): Promise<DemoSignIn[]>;
}

const file = join(project, 'src', 'wiring', 'demo', 'demo.server.ts');

export async function loadDemo(): Promise<Demo | null> {
	return existsSync(file) ? ((await import(file)) as Demo) : null;
}
