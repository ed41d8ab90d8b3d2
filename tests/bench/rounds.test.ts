import { expect, test } from 'vitest';
import type { Figure } from './figures.ts';
import { rowsOf } from './results.ts';
import { Rounds } from './rounds.ts';

const rates: Record<string, number> = { 'tpcb-8': 1000, 'tpcb-32': 800, commit: 2000 };

const noBreath = () => Promise.resolve();

/** Subjects that take no time, and what was asked of them. */
function bench() {
	const asked: string[] = [];
	const prepared: number[] = [];
	const open = (subject: string) =>
		Promise.resolve({
			prepare: (count: number) => Promise.resolve(void (subject === 'commit' && prepared.push(count))),
			measure: () => {
				asked.push(subject);
				const rate = rates[subject] ?? 0;
				return Promise.resolve({ count: rate, perSecond: rate, latencies: [1, 2, 3] });
			}
		});
	return { asked, prepared, rounds: new Rounds(open, 2, () => {}, noBreath) };
}

const opening: Figure = {
	name: 'tpcb-32',
	of: 'tpcb-32',
	goals: [{ what: 'rate', of: { subject: 'tpcb-8', what: 'rate' } }]
};
const commits: Figure = {
	name: 'commit',
	of: 'commit',
	goals: [
		{ what: 'rate', of: { subject: 'T', what: 'rate' }, least: 2 },
		{ what: 'p99', of: { subject: 'tpcb-8', what: 'p99' }, most: 1 }
	]
};

test('T is the yardstick at the number of clients where it was better', async () => {
	const { rounds } = bench();
	expect(rounds.real('T')).toBe('tpcb-32');
	rounds.chooseBest(await rounds.measure([opening], 3));
	expect(rounds.real('T')).toBe('tpcb-8');
	const [measured] = await rounds.measure([commits], 3);
	expect(measured && rowsOf(measured)).toMatchObject([{ ratio: { median: 2 }, met: true }, { ratio: { median: 1 } }]);
});

test('a figure and its yardstick are measured one after the other, once each, and take turns in who is first', async () => {
	const { asked, rounds } = bench();
	rounds.chooseBest(await rounds.measure([opening], 1));
	asked.length = 0;
	await rounds.measure([commits], 3);
	expect(asked).toEqual(['commit', 'tpcb-8', 'tpcb-8', 'commit', 'commit', 'tpcb-8']);
});

test('what has to be ready is as much as was done last time, and half as much again', async () => {
	const { prepared, rounds } = bench();
	await rounds.measure([commits], 2);
	expect(prepared).toEqual([1000 * 1.5 * 2 + 500, 2000 * 1.5 * 2 + 500]);
});

test('a figure of which nothing came in its time is told, not printed as nothing', async () => {
	const rounds = new Rounds(
		() => Promise.resolve({ measure: () => Promise.resolve({ count: 0, perSecond: 0, latencies: [] }) }),
		2,
		() => {},
		noBreath
	);
	await expect(rounds.measure([opening], 1)).rejects.toThrow('tpcb-32 did nothing in 2 s');
});

test('what was measured is known even if the run does not get to its end', async () => {
	let opened = 0;
	const open = () => {
		if (++opened > 2) throw new Error('the line was cut');
		return Promise.resolve({ measure: () => Promise.resolve({ count: 10, perSecond: 10, latencies: [1] }) });
	};
	const rounds = new Rounds(open, 2, () => {}, noBreath);
	await expect(rounds.measure([opening, commits], 1)).rejects.toThrow('the line was cut');
	expect(rounds.seen.flatMap(rowsOf)).toMatchObject([{ figure: 'tpcb-32', ratio: { median: 1 }, rounds: 1 }]);
});
