import { spawn } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureDatabase, startCluster } from '../../src/platform/postgres/cluster.server.ts';
import { migrate } from '../../src/platform/migrate.server.ts';
import { testBase, testFolder } from './folders.ts';

/** Every database of a test file is a copy of this one. */
export const templateName = 'pareto_template';

declare module 'vitest' {
	interface ProvidedContext {
		/** address of the run's Postgres (its maintenance database) */
		postgres: string;
	}
}

/** One Postgres for the whole test run, on a free port in a folder of its own: runs side by side never meet. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const server = await startTestServer();
	project.provide('postgres', server.url);
	return server.end;
}

/**
 * The test server outside of vitest, for the browser tests and benchmarks.
 * @param durable true: with the settings of a real one; false: fast, and gone when the machine stops
 */
export async function startTestServer({ durable = false } = {}): Promise<{ url: string; end(): Promise<void> }> {
	await sweep(await testBase());
	const { folder } = await testFolder('run');
	const guard = startGuard(folder);
	const cluster = await startCluster({
		folder: join(folder, 'cluster'),
		durable,
		settings: durable ? {} : { shared_buffers: '256MB', max_connections: '500' }
	});
	await ensureDatabase(cluster, templateName);
	await migrate(cluster.url(templateName));
	return { url: cluster.url('postgres'), end: guard };
}

/**
 * A small process that stops the servers in a folder and clears it when we are gone, however we went: its standard input
 * closes. Asked to end, it does the same.
 */
export function startGuard(folder: string): () => Promise<void> {
	const child = spawn(process.execPath, [join(import.meta.dirname, 'postgres-guard.ts'), folder], {
		stdio: ['pipe', 'ignore', 'inherit'],
		detached: true
	});
	child.unref();
	(child.stdin as unknown as { unref?(): void }).unref?.();
	return () =>
		new Promise((done) => {
			child.ref();
			child.once('exit', () => done());
			if (child.exitCode !== null) done();
			child.stdin.end();
		});
}

/** Removes what a run left behind whose guard could not finish (the machine stopped). */
export async function sweep(base: string): Promise<void> {
	for (const name of await readdir(base)) {
		const pid = Number(/^pareto-test-(\d+)-/.exec(name)?.[1]);
		if (!pid || isAlive(pid)) continue;
		// The guard of a run that just ended may still be at it: it is done within seconds, and removing twice is fine.
		await rm(join(base, name), { recursive: true, force: true }).catch(() => {});
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
