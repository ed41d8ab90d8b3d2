import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audit, expire, mature, openBook, pointsOf, postAll, releaseHolds, type Book } from '#ledger/server';
import { groupCommit } from '#platform/batch';
import { inTransaction } from '#platform/db';
import { testDatabase } from '../support/database.ts';
import { day, Model, type Command, type Kind } from '../support/ledger-model.ts';
import { Runner } from '../support/ledger-runner.ts';

const { db, client } = await testDatabase({ max: 24 });

const now = Date.parse('2026-03-01T10:00:00.000Z');
const owners = [0, 1, 2, 3];
const owner = fc.constantFrom(...owners);
const points = fc.integer({ min: 1, max: 60 });
const cents = fc.integer({ min: 1, max: 500 });
/** those that pay, or another type */
const types = [0];
const kind: fc.Arbitrary<Kind> = fc.constantFrom(null, null, ...types);

/** Commands that were chosen beforehand: what they meet is decided by who comes first. */
const command: fc.Arbitrary<(ref: string, earlier: string) => Command> = fc.oneof(
	fc
		.record({ owner, kind, points, pendingDays: fc.constantFrom(null, null, 5), days: fc.constantFrom(3, 9) })
		.map(({ days, pendingDays, ...rest }) => (ref: string): Command => ({
			verb: 'earn',
			...rest,
			pendingDays: rest.kind === null ? pendingDays : null,
			life: { kind: 'pot', days },
			ref
		})),
	fc.record({ owner, points }).map((rest) => (ref: string): Command => ({ verb: 'spend', ...rest, ref })),
	fc
		.record({ owner, kind, points })
		.map((rest) => (ref: string, ofRef: string): Command => ({ verb: 'takeBack', ...rest, ofRef, ref })),
	fc.record({ owner, points }).map((rest) => (ref: string, ofRef: string): Command => {
		return { verb: 'giveBack', ...rest, ofRef, already: 0, minimumDays: 1, ref };
	}),
	fc
		.record({ owner, kind, points })
		.map((rest) => (ref: string): Command => ({ verb: 'movePoints', ...rest, to: (rest.owner + 1) % 4, ref })),
	fc
		.record({ owner, kind, days: fc.constantFrom(4, 12) })
		.map((rest) => (ref: string): Command => ({ verb: 'extend', ...rest, ref })),
	fc.record({ owner, kind }).map((rest) => (): Command => ({ verb: 'lapse', ...rest })),
	fc
		.record({ verb: fc.constantFrom('credit' as const, 'debit' as const), owner, cents })
		.map((rest) => (ref: string): Command => ({ ...rest, ref })),
	fc
		.record({ owner, cents })
		.map((rest) => (ref: string): Command => ({ verb: 'move', ...rest, to: (rest.owner + 3) % 4, ref })),
	fc.record({ owner, cents }).map((rest) => (ref: string): Command => ({ verb: 'hold', ...rest, days: 3, ref }))
);

let shops = 0;

describe('books opened by many at once', () => {
	test('answer as if they had come one after the other', async () => {
		const books = fc.array(fc.tuple(fc.array(command, { minLength: 1, maxLength: 3 }), fc.nat()), {
			minLength: 80,
			maxLength: 120
		});
		const race = async (wanted: [((ref: string, earlier: string) => Command)[], number][]) => {
			const real = new Runner(db, `race${shops++}`);
			const inOrder: { commands: Command[]; answers: unknown[] }[] = [];
			const jobs = [expire(db, { now: new Date(now), chunk: 3 }), releaseHolds(db, { now: new Date(now), chunk: 3 })];
			await Promise.all(
				wanted.map(([makers, earlier], book) => {
					const commands = makers.map((make, place) => make(`b${book}_${place}`, `b${earlier % (book + 1)}_0`));
					// Whoever shares an owner with us cannot commit before we have, so that this order is that of the commits.
					return real.run(commands, now, (answers) => inOrder.push({ commands, answers }));
				})
			);
			await Promise.all(jobs);
			const model = new Model();
			for (const { commands, answers } of inOrder)
				expect(answers).toEqual(commands.map((one) => model.apply(one, now)));
			for (const number of owners) expect(await real.view(number, now)).toEqual(model.view(number, now));
			expect(await real.types(owners, types, now)).toEqual(
				owners.map((number) => types.map((type) => model.points(number, type, now)))
			);
		};
		await fc.assert(fc.asyncProperty(books, race), { numRuns: 5 });
	}, 240_000);

	test('leave a clean ledger', async () => {
		expect((await audit(db)).findings).toEqual([]);
	}, 60_000);
});

const members = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}_${i}`);

const book = (ownerIds: string[], at: number, run: (book: Book) => void): Promise<void> =>
	inTransaction(db, async (tx) => {
		const opened = await openBook(tx, ownerIds, new Date(at), { lock: true });
		run(opened);
		await opened.write(tx);
	});

const earned = (ownerId: string, ref: string, ends: number, matures: number | null = null) => ({
	...{ ownerId, points: 10, potDays: 30, endsAt: new Date(ends), reason: 'earned', ref },
	maturesAt: matures === null ? null : new Date(matures)
});

describe('what time does', () => {
	test('happens once, however many jobs run beside each other and beside the tills', async () => {
		const ids = members('lapsing', 60);
		await book(ids, now, (b) => {
			for (const id of ids) {
				b.earn(earned(id, `${id}_a`, now + day));
				b.earn(earned(id, `${id}_b`, now + 5 * day));
			}
		});
		const later = now + 2 * day;
		const [spends, ...parts] = await Promise.all([
			Promise.all(
				ids.map((id) =>
					book([id], later, (b) => void b.spend({ ownerId: id, points: 4, reason: 'spent', ref: `${id}_s` }))
				)
			),
			...Array.from({ length: 4 }, () => expire(db, { now: new Date(later), chunk: 7 }))
		]);
		expect(spends).toHaveLength(60);
		const lost =
			await client`select sum(amount)::int as points from transfers where reason = 'expired' and debit_owner_id like 'lapsing%'`;
		expect(lost[0]?.points).toBe(600);
		expect(parts.reduce((total, part) => total + part.points, 0)).toBeLessThanOrEqual(600);
		const left = await pointsOf(db, ids, new Date(later));
		expect([...left.values()].map((one) => one.spendable)).toEqual(ids.map(() => 6));
		expect(await expire(db, { now: new Date(later) })).toEqual({ pots: 0, points: 0 });
	}, 60_000);

	test('is done chunk by chunk: a job that was stopped has left none half done, and the next one goes on', async () => {
		const ids = members('stopped', 20);
		await book(ids, now, (b) => {
			// Several pots each: an owner's stand in different chunks.
			for (const id of ids)
				for (const days of [30, 60, 90]) b.earn({ ...earned(id, `${id}_${days}`, now + day), potDays: days });
		});
		const later = new Date(now + 2 * day);
		const stop = () => {
			throw new Error('stopped');
		};
		await expect(expire(db, { now: later, chunk: 7, told: stop })).rejects.toThrow('stopped');
		const lost = async () =>
			(
				await client`select count(*)::int as pots, sum(amount)::int as points from transfers
					where reason = 'expired' and debit_owner_id like 'stopped%'`
			)[0];
		const before = await lost();
		expect(before?.pots).toBeGreaterThan(0);
		expect(before?.pots).toBeLessThan(60);
		const { pots } = await expire(db, { now: later, chunk: 7 });
		expect(pots + Number(before?.pots)).toBe(60);
		expect(await lost()).toEqual({ pots: 60, points: 600 });
		expect((await audit(db)).findings).toEqual([]);
	});

	test('makes pending points spendable once, and pays what is owed with them', async () => {
		const ids = members('pending', 40);
		await book(ids, now, (b) => {
			for (const id of ids) {
				b.earn(earned(id, `${id}_a`, now, now + day));
				b.takeBack({ ownerId: id, ofRef: 'elsewhere', points: 3, reason: 'taken_back', ref: `${id}_t` });
			}
		});
		const life = (from: Date) => ({ potDays: 30, endsAt: new Date(from.getTime() + 30 * day) });
		const at = { now: new Date(now + 2 * day), life, chunk: 7 };
		const parts = await Promise.all(Array.from({ length: 4 }, () => mature(db, at)));
		expect(parts.reduce((total, part) => total + part.points, 0)).toBe(400);
		expect(parts.reduce((total, part) => total + part.toDebt, 0)).toBe(120);
		for (const [, one] of await pointsOf(db, ids, at.now))
			expect(one).toMatchObject({ spendable: 7, pending: 0, debt: 0 });
	}, 60_000);
});

describe('postings', () => {
	const at = new Date(now);
	const money = { name: 'money', unit: 'EUR', reason: 'charged', ref: null, counterName: 'giftcards' };

	test('through a group commit are carried out once each, also when a key comes again and again', async () => {
		const ids = members('card', 3);
		const commit = groupCommit((postings: Parameters<typeof postAll>[1][number][]) => postAll(db, postings, at), {
			most: 16
		});
		await Promise.all(
			ids.map((ownerId) => commit({ verb: 'credit', open: { floor: 0 }, ownerId, ...money, amount: 1000 }))
		);
		const charges = Array.from({ length: 240 }, (_, i) => ({
			...{ verb: 'debit' as const, ownerId: ids[i % 3] as string, ...money, amount: 10 },
			transferId: `charge_${i % 120}`
		}));
		const answers = await Promise.all(charges.map(commit));
		expect(answers.every((answer) => answer.ok)).toBe(true);
		expect(answers.filter((answer) => answer.ok && answer.replayed)).toHaveLength(120);
		const again = await commit({ ...charges[0], amount: 11 } as (typeof charges)[0]);
		expect(again).toMatchObject({ ok: false, refusal: { code: 'ledger.transfer_repeated' } });
		const elsewhere = await Promise.all([
			commit({ ...charges[1], transferId: 'charge_new' } as (typeof charges)[0]),
			commit({ ...charges[2], transferId: 'charge_new' } as (typeof charges)[0])
		]);
		expect(elsewhere.filter((answer) => answer.ok)).toHaveLength(1);
	}, 60_000);

	test('of all the races left a clean ledger', async () => {
		expect((await audit(db)).findings).toEqual([]);
	}, 60_000);
});
