import { readFile } from 'node:fs/promises';

/** What a process holds in memory, in MB; undefined: this system does not tell. */
export async function memoryOf(pid: number | undefined): Promise<number | undefined> {
	if (pid === undefined) return undefined;
	const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
	const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
	return kilobytes > 0 ? kilobytes / 1024 : undefined;
}

/** How much a server held after so many commits. */
export interface Held {
	commits: number;
	memory: number;
}

/** How a server's memory went along its commits. */
export interface MemoryTold {
	commits: number;
	/** MB at the first look, at the last, and at most */
	start: number;
	end: number;
	most: number;
	/** MB for each 100,000 commits, by least squares over the later half of them: what a start needs is no growth */
	slope: number;
}

export function toldOf(looks: readonly Held[]): MemoryTold | null {
	const [first, last] = [looks[0], looks.at(-1)];
	if (!first || !last || first === last) return null;
	const middle = (first.commits + last.commits) / 2;
	const later = looks.filter(({ commits }) => commits >= middle);
	return {
		commits: last.commits,
		start: first.memory,
		end: last.memory,
		most: Math.max(...looks.map(({ memory }) => memory)),
		slope: slopeOf(later) * 100_000
	};
}

/** MB for each commit; 0 of a single look. */
export function slopeOf(looks: readonly Held[]): number {
	const mean = (of: (look: Held) => number) => looks.reduce((sum, look) => sum + of(look), 0) / looks.length;
	const [commits, memory] = [mean((look) => look.commits), mean((look) => look.memory)];
	const spread = mean((look) => (look.commits - commits) ** 2);
	return spread === 0 ? 0 : mean((look) => (look.commits - commits) * (look.memory - memory)) / spread;
}

/** The sentence below the table. */
export const memorySentence = ({ commits, start, end, most, slope }: MemoryTold): string =>
	`Memory of the server over ${commits} commits: ${start.toFixed(0)} MB at first, ${end.toFixed(0)} at the end, ` +
	`${most.toFixed(0)} at most; ${slope >= 0 ? '+' : '−'}${Math.abs(slope).toFixed(1)} MB for each 100,000 commits of the later half.`;
