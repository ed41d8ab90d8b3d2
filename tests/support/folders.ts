import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot } from '../../src/platform/postgres/account.server.ts';

/** Where test runs keep their folders; as root a place that the account which runs Postgres may enter. */
export async function testBase(): Promise<string> {
	const base = isRoot() ? '/var/lib/pareto-test' : tmpdir();
	await mkdir(base, { recursive: true, mode: 0o755 });
	return base;
}

/** A folder of its own for a test. Its name starts with our process number: a later run clears what a killed one left. */
export async function testFolder(what: string): Promise<{ folder: string; clear(): Promise<void> }> {
	const folder = await mkdtemp(join(await testBase(), `pareto-test-${process.pid}-${what}-`));
	await chmod(folder, 0o755);
	return { folder, clear: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) };
}
