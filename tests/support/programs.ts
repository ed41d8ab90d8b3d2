import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * A program of this machine that comes from no registry of packages for Node.
 * @param folders where it may be besides the path
 * @returns where it is; null: it is not there
 */
export function findProgram(name: string, folders: readonly string[]): string | null {
	const all = [...(process.env.PATH ?? '').split(delimiter), ...folders];
	return all.map((folder) => join(folder, name)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
