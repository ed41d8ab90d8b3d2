import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { setTimeout as wait } from 'node:timers/promises';
import { bucketOf, groupCommit } from './batch.server.ts';
import { readSettings, useSettings } from './settings.server.ts';

const address = 'postgres://localhost/none';
const database = { url: address, prepares: true, directUrl: address, readUrl: address };

/** A commit that takes a moment and notes its batches. */
function till(work: (commands: number[]) => Promise<number[]> | number[] = (commands) => commands.map((c) => c * 10)) {
	const batches: number[][] = [];
	let busy = 0;
	let busiest = 0;
	const run = async (commands: number[]) => {
		batches.push([...commands]);
		busiest = Math.max(busiest, ++busy);
		try {
			await wait(2);
			return await work(commands);
		} finally {
			busy -= 1;
		}
	};
	return { run, batches, busiest: () => busiest };
}

describe('group commit', () => {
	test('who asks at once is shared out among the batches that may leave', async () => {
		const { run, batches, busiest } = till();
		const commit = groupCommit(run, { most: 64, inFlight: 2 });
		await Promise.all(Array.from({ length: 32 }, (_, n) => commit(n)));
		expect(batches.map(({ length }) => length)).toEqual([16, 16]);
		expect(busiest()).toBe(2);
		await Promise.all(Array.from({ length: 7 }, (_, n) => commit(n)));
		expect(batches.slice(2).map(({ length }) => length)).toEqual([7]);
	});

	test('where so many must wait for a batch beside another, fewer wait for its end', async () => {
		const batches: number[][] = [];
		const ends: (() => void)[] = [];
		const run = async (commands: number[]) => {
			batches.push(commands);
			await new Promise<void>((end) => ends.push(end));
			return commands;
		};
		const left = async () => {
			await wait(5);
			return batches.map((batch) => batch.join());
		};
		const commit = groupCommit(run, { inFlight: 2, beside: 3 });
		const all = [commit(0)];
		expect(await left()).toEqual(['0']);
		all.push(commit(1), commit(2));
		expect(await left()).toEqual(['0']);
		all.push(commit(3));
		expect(await left()).toEqual(['0', '1,2,3']);
		all.push(commit(4));
		for (const end of ends.splice(0)) end();
		expect(await left()).toEqual(['0', '1,2,3', '4']);
		for (const end of ends.splice(0)) end();
		expect(await Promise.all(all)).toEqual([0, 1, 2, 3, 4]);
	});

	test('a lone caller waits for nobody', async () => {
		const { run, batches } = till();
		expect(await groupCommit(run)(7)).toBe(70);
		expect(batches).toEqual([[7]]);
	});

	test('callers that come together leave together, each with its own answer', async () => {
		const { run, batches } = till();
		const commit = groupCommit(run);
		expect(await Promise.all([1, 2, 3].map(commit))).toEqual([10, 20, 30]);
		expect(batches).toEqual([[1, 2, 3]]);
	});

	test('who comes while batches are under way leaves with the next one', async () => {
		const { run, batches, busiest } = till();
		const commit = groupCommit(run, { inFlight: 1 });
		const first = commit(1);
		await wait(1);
		const rest = [2, 3, 4].map(commit);
		expect(await Promise.all([first, ...rest])).toEqual([10, 20, 30, 40]);
		expect(batches).toEqual([[1], [2, 3, 4]]);
		expect(busiest()).toBe(1);
	});

	test('batches keep their size, their number and the order of arrival', async () => {
		const { run, batches, busiest } = till();
		const commit = groupCommit(run, { most: 8, inFlight: 2 });
		const commands = Array.from({ length: 100 }, (_, i) => i);
		expect(await Promise.all(commands.map(commit))).toEqual(commands.map((c) => c * 10));
		expect(batches.flat()).toEqual(commands);
		expect(Math.max(...batches.map((batch) => batch.length))).toBe(8);
		expect(busiest()).toBe(2);
	});

	test('callers who come without end do not keep the first ones waiting', async () => {
		const { run } = till();
		const commit = groupCommit(run, { most: 4, inFlight: 1 });
		const order: number[] = [];
		const late: Promise<unknown>[] = [];
		const first = Array.from({ length: 12 }, (_, i) =>
			commit(i).then((answer) => {
				order.push(i);
				if (i < 4) late.push(commit(100 + i).then(() => order.push(100 + i)));
				return answer;
			})
		);
		await Promise.all(first);
		await Promise.all(late);
		expect(order.slice(0, 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
	});

	test('one caller’s trouble stays theirs', async () => {
		const { run, batches } = till((commands) => {
			if (commands.includes(3)) throw new Error('three');
			return commands.map((c) => c * 10);
		});
		const commit = groupCommit(run);
		const answers = await Promise.allSettled([1, 2, 3, 4].map(commit));
		expect(answers.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message))).toEqual([
			10,
			20,
			'three',
			40
		]);
		expect(batches).toEqual([[1, 2, 3, 4], [1], [2], [3], [4]]);
		expect(await commit(5)).toBe(50);
	});

	test('trouble of a lone caller is told at once, without a second try', async () => {
		const { run, batches } = till(() => Promise.reject(new Error('down')));
		await expect(groupCommit(run)(1)).rejects.toThrow('down');
		expect(batches).toEqual([[1]]);
	});

	test('a batch that was committed with answers missing is not run again', async () => {
		const { run, batches } = till(() => [1]);
		const commit = groupCommit(run);
		const answers = await Promise.allSettled([1, 2].map(commit));
		expect(answers.map((one) => one.status)).toEqual(['rejected', 'rejected']);
		expect(batches).toHaveLength(1);
	});

	test('a crowd that comes in one moment uses every place there is', async () => {
		const { run, batches, busiest } = till();
		await Promise.all(Array.from({ length: 128 }, (_, i) => i).map(groupCommit(run, { most: 64, inFlight: 2 })));
		expect(batches.map((batch) => batch.length)).toEqual([64, 64]);
		expect(busiest()).toBe(2);
	});

	describe('what a batch under way has locked', () => {
		const lock = { locks: (name: string) => name.split('') };

		test('is waited for alone: everybody else leaves at once', async () => {
			const batches: string[] = [];
			const ends = new Map<string, () => void>();
			const commit = groupCommit(
				async (names: string[]) => {
					batches.push(names.join(' '));
					await new Promise<void>((done) => ends.set(names.join(' '), done));
					return names;
				},
				{ ...lock, inFlight: 3 }
			);
			const answers = [commit('ab'), commit('c')];
			await wait(5);
			answers.push(...['bd', 'd', 'e'].map(commit));
			await wait(5);
			// "d" needs nothing that is locked, but somebody before it waits for that, too.
			expect(batches).toEqual(['ab c', 'e']);
			ends.get('ab c')?.();
			await wait(5);
			expect(batches).toEqual(['ab c', 'e', 'bd d']);
			for (const end of ends.values()) end();
			expect(await Promise.all(answers)).toEqual(['ab', 'c', 'bd', 'd', 'e']);
		});

		test('is held by no two batches, those for one thing come in their order, and nobody is left behind', async () => {
			await fc.assert(
				fc.asyncProperty(
					fc.array(fc.stringMatching(/^[a-f]{1,3}$/), { maxLength: 60 }),
					fc.integer({ min: 1, max: 8 }),
					fc.integer({ min: 1, max: 4 }),
					async (names, most, inFlight) => {
						const flying = new Set<string>();
						const done: number[] = [];
						const commands = names.map((name, place) => ({ name, place }));
						const run = async (batch: typeof commands) => {
							const own = new Set(batch.flatMap(({ name }) => name.split('')));
							expect([...own].filter((letter) => flying.has(letter))).toEqual([]);
							for (const letter of own) flying.add(letter);
							await new Promise(setImmediate);
							if (batch.length % 3 === 0) await new Promise(setImmediate);
							for (const letter of own) flying.delete(letter);
							done.push(...batch.map(({ place }) => place));
							return batch.map(({ place }) => place);
						};
						const commit = groupCommit(run, { most, inFlight, locks: ({ name }) => name.split('') });
						expect(await Promise.all(commands.map(commit))).toEqual(commands.map(({ place }) => place));
						for (const letter of 'abcdef') {
							const asked = commands.filter(({ name }) => name.includes(letter)).map(({ place }) => place);
							expect(done.filter((place) => asked.includes(place))).toEqual(asked);
						}
					}
				)
			);
		});

		test('is free again after trouble', async () => {
			let broken = true;
			const commit = groupCommit(async (names: string[]) => {
				if (broken) throw new Error('down');
				return names;
			}, lock);
			await expect(Promise.all([commit('a'), commit('a')])).rejects.toThrow('down');
			broken = false;
			expect(await commit('a')).toBe('a');
		});
	});

	describe('in buckets', () => {
		const byTen = { bucket: (command: number) => Math.floor(command / 10) };

		test('commands of one travel together, the first that came decides which', async () => {
			const { run, batches } = till();
			const commit = groupCommit(run, { ...byTen, inFlight: 1 });
			expect(await Promise.all([1, 11, 2, 21, 12, 3].map(commit))).toEqual([10, 110, 20, 210, 120, 30]);
			expect(batches).toEqual([[1, 2, 3], [11, 12], [21]]);
		});

		test('two of them leave side by side, and a lone caller waits for nobody', async () => {
			const { run, batches, busiest } = till();
			const commit = groupCommit(run, byTen);
			await Promise.all([1, 11].map(commit));
			expect(busiest()).toBe(2);
			await commit(31);
			expect(batches).toEqual([[1], [11], [31]]);
		});

		test('one that is full without end does not keep another waiting', async () => {
			const { run, batches } = till();
			const commit = groupCommit(run, { ...byTen, most: 2, inFlight: 1 });
			let over = false;
			const crowd = async (n: number) => {
				while (!over) await commit(n);
			};
			const crowds = [0, 1, 2, 3, 4, 5].map(crowd);
			await wait(5);
			const before = batches.length;
			await commit(71);
			const waited = batches.length - before;
			over = true;
			await Promise.all(crowds);
			// Six were there before it, two leave at a time.
			expect(waited).toBeLessThanOrEqual(6);
		});

		test('whatever comes: no batch of two buckets, none too large, every bucket and every lock in its order', async () => {
			await fc.assert(
				fc.asyncProperty(
					fc.array(fc.record({ bucket: fc.integer({ min: 0, max: 4 }), name: fc.stringMatching(/^[a-d]{0,2}$/) }), {
						maxLength: 60
					}),
					fc.integer({ min: 1, max: 8 }),
					fc.integer({ min: 1, max: 3 }),
					fc.integer({ min: 0, max: 60 }),
					async (wishes, most, inFlight, late) => {
						const done: number[] = [];
						let flying = 0;
						const commands = wishes.map((wish, place) => ({ ...wish, place }));
						const run = async (batch: typeof commands) => {
							expect(new Set(batch.map(({ bucket }) => bucket)).size).toBe(1);
							expect(batch.length).toBeLessThanOrEqual(most);
							expect(++flying).toBeLessThanOrEqual(inFlight);
							done.push(...batch.map(({ place }) => place));
							await new Promise(setImmediate);
							if (batch.length % 3 === 0) await new Promise(setImmediate);
							flying -= 1;
							return batch.map(({ place }) => place);
						};
						const locks = ({ name }: { name: string }) => name.split('');
						const commit = groupCommit(run, { most, inFlight, locks, bucket: ({ bucket }) => bucket });
						const first = commands.slice(0, late).map(commit);
						await new Promise(setImmediate);
						const answers = await Promise.all([...first, ...commands.slice(late).map(commit)]);
						expect(answers).toEqual(commands.map(({ place }) => place));
						for (const letter of 'abcd') {
							const asked = commands.filter(({ name }) => name.includes(letter)).map(({ place }) => place);
							expect(done.filter((place) => asked.includes(place))).toEqual(asked);
						}
						for (const bucket of [0, 1, 2, 3, 4]) {
							const free = commands.filter((one) => one.bucket === bucket && one.name === '').map(({ place }) => place);
							expect(done.filter((place) => free.includes(place))).toEqual(free);
						}
					}
				)
			);
		});

		test('a member is of one bucket on every process, and buckets are about as full as each other', () => {
			expect(bucketOf('mem_one')).toBe(0);
			useSettings({ ...readSettings({}), database, secret: 'a secret', batchBuckets: 8 });
			try {
				expect(bucketOf('mem_one')).toBe(bucketOf('mem_one'));
				const full = new Map<number, number>();
				for (let n = 0; n < 8000; n++) full.set(bucketOf(`mem_${n}`), (full.get(bucketOf(`mem_${n}`)) ?? 0) + 1);
				expect([...full.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
				expect(Math.min(...full.values())).toBeGreaterThan(800);
			} finally {
				useSettings({ ...readSettings({}), database, secret: 'a secret' });
			}
		});
	});

	test('a lone caller waits for no timer', async () => {
		const echo = groupCommit(async (texts: string[]) => texts);
		let turns = 0;
		let counting = setImmediate(function count() {
			turns += 1;
			counting = setImmediate(count);
		});
		await echo('hello');
		clearImmediate(counting);
		expect(turns).toBeLessThan(5);
	});
});
