import { createHash } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isRoot } from '#platform/postgres/account';
import { StartFault } from './fault.server.ts';

/** The project's own folder. */
export const project = resolve(import.meta.dirname, '..', '..', '..');

/**
 * Where the embedded database and the secret live: `.pareto` in the project. For root it is a folder of its own under
 * /var/lib/pareto, because Postgres then runs as another account, which cannot enter a closed home.
 */
export function dataFolder(chosen: string | null): string {
	if (chosen) return resolve(project, chosen);
	if (!isRoot()) return join(project, '.pareto');
	const mark = createHash('sha256').update(project).digest('hex').slice(0, 8);
	return join('/var/lib/pareto', `${basename(project)}-${mark}`);
}

/** Makes the data folder, or says why it cannot serve. */
export async function prepareDataFolder(folder: string): Promise<void> {
	try {
		await mkdir(folder, { recursive: true, mode: isRoot() ? 0o755 : 0o700 });
		accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
	} catch (error) {
		throw new StartFault(
			`The data folder ${folder} cannot be used by ${userInfo().username} (${(error as NodeJS.ErrnoException).code}). ` +
				'Give that account the right to write there, or choose another folder: PARETO_DATA=/some/folder npm start'
		);
	}
	if (!isRoot()) return;
	for (let path = folder; path !== dirname(path); path = dirname(path)) {
		if ((statSync(path).mode & 0o001) === 0) {
			throw new StartFault(
				`Postgres does not run as root, and other accounts may not enter ${path}. Choose a folder that they can ` +
					'reach: PARETO_DATA=/srv/pareto npm start'
			);
		}
	}
}

export function mustWriteInto(folder: string): void {
	try {
		accessSync(folder, constants.W_OK);
	} catch {
		throw new StartFault(
			`The app has to be built, but ${userInfo().username} may not write into ${folder}. ` +
				'Start as the owner of the folder, or build it first as the owner: npm run build'
		);
	}
}
