import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A running cluster's processes, the first of them first; of systems without /proc only that one. None: it does not run. */
export function processesOf(data: string): number[] {
	try {
		const first = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
		return [first, ...childrenOf(first)];
	} catch {
		return [];
	}
}

function childrenOf(pid: number): number[] {
	try {
		return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
	} catch {
		return [];
	}
}

/** @returns whether it was there */
export function tell(pid: number, signal: NodeJS.Signals): boolean {
	try {
		process.kill(pid, signal);
		return true;
	} catch {
		return false;
	}
}
