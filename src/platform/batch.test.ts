import { expect, test } from 'vitest';
import { groupCommit } from './batch.server.ts';

const turn = () => new Promise<void>((done) => setImmediate(done));

test('what arrives together goes out together, each with its own answer', async () => {
	const sizes: number[] = [];
	const double = groupCommit<number, number>(
		async (numbers) => {
			sizes.push(numbers.length);
			await turn();
			return numbers.map((n) => n * 2);
		},
		{ most: 64, inFlight: 2 }
	);
	const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => double(n)));
	expect(answers).toEqual(Array.from({ length: 200 }, (_, n) => n * 2));
	expect(Math.max(...sizes)).toBe(64);
	expect(sizes.reduce((a, b) => a + b)).toBe(200);
});

test('a lone caller waits for nobody', async () => {
	let turns = 0;
	const echo = groupCommit<string, string>(async (texts) => texts, { most: 64, inFlight: 2 });
	const counting = setImmediate(function count() {
		turns += 1;
		setImmediate(count);
	});
	await echo('hello');
	clearImmediate(counting);
	expect(turns).toBeLessThan(5);
});

test('one caller’s trouble does not hurt the others of its batch', async () => {
	const picky = groupCommit<number, number>(
		async (numbers) => {
			if (numbers.includes(13)) throw new Error('not thirteen');
			return numbers;
		},
		{ most: 64, inFlight: 2 }
	);
	const settled = await Promise.allSettled([12, 13, 14].map(picky));
	expect(settled.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
	expect(await picky(15)).toBe(15);
});

test('no more batches are under way than allowed, and none waits while one is free', async () => {
	let open = 0;
	let most = 0;
	const slow = groupCommit<number, number>(
		async (numbers) => {
			most = Math.max(most, ++open);
			await new Promise((done) => setTimeout(done, 5));
			open -= 1;
			return numbers;
		},
		{ most: 4, inFlight: 2 }
	);
	const calls: Promise<number>[] = [];
	for (let n = 0; n < 40; n++) {
		calls.push(slow(n));
		if (n % 3 === 0) await turn();
	}
	await Promise.all(calls);
	expect(most).toBe(2);
});
