import { expect, test } from 'vitest';
import { memoryOf, memorySentence, toldOf } from './memory.ts';

const looks = (memory: (commits: number) => number) =>
	Array.from({ length: 11 }, (_, n) => ({ commits: n * 1000, memory: memory(n * 1000) }));

test('what a server needs to start is no growth of its memory', () => {
	const told = toldOf(looks((commits) => (commits < 5000 ? 100 + commits / 50 : 200)));
	expect(told).toEqual({ commits: 10_000, start: 100, end: 200, most: 200, slope: 0 });
});

test('a server that keeps something of each commit grows', () => {
	const told = toldOf(looks((commits) => 150 + commits / 1000));
	expect(told?.slope).toBeCloseTo(100);
	expect(told && memorySentence(told)).toBe(
		'Memory of the server over 10000 commits: 150 MB at first, 160 at the end, 160 at most; +100.0 MB for each 100,000 commits of the later half.'
	);
});

test('of a single look nothing can be told', () => {
	expect(toldOf([{ commits: 10, memory: 100 }])).toBeNull();
	expect(toldOf([])).toBeNull();
});

test.skipIf(process.platform !== 'linux')('a process tells what it holds, and one that is gone does not', async () => {
	expect(await memoryOf(process.pid)).toBeGreaterThan(10);
	expect(await memoryOf(undefined)).toBeUndefined();
	expect(await memoryOf(2 ** 30)).toBeUndefined();
});
