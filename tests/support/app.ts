import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const project = resolve(import.meta.dirname, '..', '..');

/** What `npm start` tells Node. */
const flags = (): string[] => {
	const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { scripts: { start: string } };
	return scripts.start.split(' ').filter((word) => word.startsWith('--'));
};

/** A real server process, started as `npm start` does. */
export interface AppProcess {
	/** everything that it printed so far */
	said(): string;
	/** http://localhost:PORT, once it is ready */
	address(): Promise<string>;
	signal(name: NodeJS.Signals): void;
	pid: number | undefined;
	/** its exit code; null when a signal ended it */
	exit: Promise<number | null>;
}

/** @param node what precedes the start file beside what `npm start` says: flags of Node */
export function startApp(environment: Record<string, string>, args: string[] = [], node: string[] = []): AppProcess {
	const child: ChildProcess = spawn(
		process.execPath,
		[...flags(), ...node, join(project, 'src/wiring/start/start.js'), ...args],
		{
			cwd: project,
			// Nothing of the test runner's own environment, which would change how the app is built and run.
			env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: '0', LOG_LEVEL: 'warn', ...environment },
			stdio: ['ignore', 'pipe', 'pipe']
		}
	);
	let text = '';
	for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
	const exit = new Promise<number | null>((done) => child.once('close', done));
	let over = false;
	void exit.then(() => (over = true));
	const address = async (): Promise<string> => {
		for (;;) {
			const found = /Pareto is ready[\s\S]*?Wallet\s+(http:\/\/[^\s/]+)\//.exec(text)?.[1];
			if (found) return found;
			if (over) throw new Error(`the app did not start:\n${text}`);
			await wait(25);
		}
	};
	return { said: () => text, address, signal: (name) => void child.kill(name), pid: child.pid, exit };
}
