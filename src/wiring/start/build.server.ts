import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { onShutdown } from '#platform/lifecycle';
import { StartFault } from './fault.server.ts';
import { mustWriteInto, project } from './folders.server.ts';
import { takeLock } from './only-one.server.ts';

/** What the build is made of. Contents are compared, not times: a fresh clone or a checkout touches every file. */
const ingredients = [
	'src',
	'static',
	'project.inlang',
	'package-lock.json',
	'package.json',
	'svelte.config.js',
	'vite.config.ts',
	'tsconfig.json'
];
const fingerprintFile = join(project, 'build', 'made-of');
const notBuilt =
	/\.test\.ts$|^src\/paraglide\/|^src\/wiring\/start\/|^project\.inlang\/(cache|project_id)|^project\.inlang\/(README|\.)/;

async function filesOf(path: string): Promise<string[]> {
	const found = await readdir(join(project, path), { recursive: true, withFileTypes: true }).catch(() => null);
	if (!found) return existsSync(join(project, path)) ? [path] : [];
	return found
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(project.length + 1));
}

async function fingerprint(): Promise<string> {
	const files = (await Promise.all(ingredients.map(filesOf)))
		.flat()
		.filter((file) => !notBuilt.test(file.replaceAll('\\', '/')));
	const hash = createHash('sha256');
	for (const file of files.sort())
		hash
			.update(file)
			.update('\0')
			.update(await readFile(join(project, file)))
			.update('\0');
	return hash.digest('hex');
}

async function isCurrent(print: string): Promise<boolean> {
	return (await readFile(fingerprintFile, 'utf8').catch(() => null)) === print;
}

/** Builds the app when `build/` is missing or was made of other sources. Two starts at once build one after the other. */
export async function buildIfNeeded(say: (sentence: string) => void): Promise<void> {
	const print = await fingerprint();
	if (await isCurrent(print)) return;
	mustWriteInto(project);
	await mkdir(join(project, '.svelte-kit'), { recursive: true });
	const lock = join(project, '.svelte-kit', 'building.json');
	let held = await takeLock(lock);
	if ('holder' in held) say('Another start is building the app; waiting for it …');
	while ('holder' in held) {
		await wait(500);
		held = await takeLock(lock);
	}
	try {
		if (await isCurrent(print)) return;
		await rm(fingerprintFile, { force: true });
		await build(say);
		await writeFile(fingerprintFile, print);
	} finally {
		await held.release();
	}
}

/** `vite build`, told in a line every few seconds; its own words are shown when it fails. */
async function build(say: (sentence: string) => void): Promise<void> {
	say('Building the app (once; again only when its sources change) …');
	const began = Date.now();
	const seconds = () => Math.round((Date.now() - began) / 1000);
	const child = spawn(process.execPath, [join(project, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'], {
		cwd: project,
		stdio: ['ignore', 'pipe', 'pipe'],
		detached: true,
		env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1', FORCE_COLOR: '0' }
	});
	let words = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (words += text.toString()));
	const forget = onShutdown('the build', () => child.kill('SIGTERM'), 'draining');
	const heartbeat = setInterval(() => say(`  still building, ${seconds()} s`), 10_000);
	try {
		const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
		if (code !== 0) throw new StartFault(`The build failed:\n\n${words.trim().split('\n').slice(-40).join('\n')}`);
		say(`  built in ${seconds()} s`);
	} finally {
		clearInterval(heartbeat);
		forget();
	}
}
