import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';

/** Who holds a lock. `started` tells a process from a later one that got the same number. */
interface Holder {
	pid: number;
	started: string | null;
	port?: number;
}

export type Held = { release(): Promise<void> } | { holder: Holder };

/** The kernel's start time of a process, where the system tells it. */
async function startOf(pid: number): Promise<string | null> {
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
	// The name, in parentheses, may hold spaces; the start time is the 20th field after it.
	return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
	try {
		process.kill(pid, 0);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
	}
	const now = await startOf(pid);
	if (now !== null && started !== null) return now === started;
	return pid !== process.pid;
}

async function read(path: string): Promise<Holder | null> {
	try {
		return JSON.parse(await readFile(path, 'utf8')) as Holder;
	} catch {
		return null;
	}
}

/**
 * Takes the lock at `path`, or tells who holds it. It is a file with the holder's process in it, whole from the moment
 * it appears (a link to a finished file); what a killed process left is cleared away.
 */
export async function takeLock(path: string, port?: number): Promise<Held> {
	const own: Holder = { pid: process.pid, started: await startOf(process.pid), ...(port !== undefined && { port }) };
	const draft = `${path}.${process.pid}`;
	await writeFile(draft, JSON.stringify(own), { mode: 0o644 });
	try {
		for (;;) {
			try {
				await link(draft, path);
				return { release: () => rm(path, { force: true }) };
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
			}
			const holder = await read(path);
			if (holder && (await isAlive(holder))) return { holder };
			await clearAway(path, holder);
		}
	} finally {
		await rm(draft, { force: true });
	}
}

/** Moves a dead holder's file away; if another start was quicker and it is that one's file by now, puts it back. */
async function clearAway(path: string, dead: Holder | null): Promise<void> {
	const aside = `${path}.old.${process.pid}`;
	try {
		await rename(path, aside);
	} catch {
		return;
	}
	const moved = await read(aside);
	if (moved && JSON.stringify(moved) !== JSON.stringify(dead)) await link(aside, path).catch(() => {});
	await rm(aside, { force: true });
}
