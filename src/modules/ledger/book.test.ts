import { describe, expect, test } from 'vitest';
import { newId } from '#core/ids';
import { day } from '#core/time';
import { inTransaction } from '#platform/db';
import { testDatabase } from '../../../tests/support/database.ts';
import { lifeOf, type Life } from './index.ts';
import { expire, historyOf, lapsedOf, moneyOf, openBook, pointsOf, type Book, type BookOptions } from './server.ts';

const { db } = await testDatabase();

const start = new Date('2026-03-01T10:00:00.000Z');
const at = (days: number): Date => new Date(start.getTime() + days * day);
const life = (days: number, from: Date): Life => ({ potDays: days, endsAt: new Date(from.getTime() + days * day) });
const forever: Life = { potDays: null, endsAt: null };

/** One book, opened, used and written. */
const book = <T>(
	ownerIds: string[],
	now: Date,
	run: (book: Book) => T,
	options: Omit<BookOptions, 'lock'> = {}
): Promise<T> =>
	inTransaction(db, async (tx) => {
		const opened = await openBook(tx, ownerIds, now, { lock: true, ...options });
		const result = run(opened);
		await opened.write(tx);
		return result;
	});

const earn = (ownerId: string, points: number, now: Date, its: Life, ref = newId('receipt', now)) =>
	book([ownerId], now, (b) => b.earn({ ownerId, points, ...its, maturesAt: null, reason: 'earned', ref }));
const spend = (ownerId: string, points: number, now: Date, ref = newId('receipt', now)) =>
	book([ownerId], now, (b) => b.spend({ ownerId, points, reason: 'spent', ref }));
const points = async (ownerId: string, now: Date) => (await pointsOf(db, [ownerId], now)).get(ownerId);
const member = () => newId('member', start);

describe('points', () => {
	test('are spent soonest due first, over all pots', async () => {
		const ownerId = member();
		await earn(ownerId, 100, start, forever);
		await earn(ownerId, 50, start, life(365, start));
		await earn(ownerId, 30, at(1), life(30, at(1)));
		const spent = await spend(ownerId, 70, at(2));
		expect(spent).toMatchObject({
			ok: true,
			consumed: [
				{ endsAt: at(31), points: 30 },
				{ endsAt: at(365), points: 40 }
			]
		});
		expect(await points(ownerId, at(2))).toEqual({
			spendable: 110,
			pending: 0,
			debt: 0,
			lots: [
				{ endsAt: at(365).toISOString(), points: 10 },
				{ endsAt: null, points: 100 }
			],
			maturing: []
		});
	});

	test('that are not there are refused, and nothing changes', async () => {
		const ownerId = member();
		await earn(ownerId, 20, start, life(10, start));
		expect(await spend(ownerId, 21, at(1))).toEqual({
			ok: false,
			refusal: { code: 'ledger.insufficient', kind: 'conflict', details: { availablePoints: 20, missingPoints: 1 } }
		});
		for (const bad of [0, -1, 1.5, Number.NaN, 2 ** 53])
			expect(await spend(ownerId, bad, at(1))).toMatchObject({ refusal: { code: 'ledger.amount_invalid' } });
		expect(await points(ownerId, at(1))).toMatchObject({ spendable: 20 });
	});

	test('whose time is over cannot be spent, even before a job wrote them off', async () => {
		const ownerId = member();
		await earn(ownerId, 40, start, life(10, start));
		await earn(ownerId, 25, at(5), life(10, at(5)));
		expect(await points(ownerId, at(10))).toMatchObject({ spendable: 25, lots: [{ points: 25 }] });
		expect(await spend(ownerId, 26, at(10))).toMatchObject({ ok: false });
		expect(await spend(ownerId, 20, at(10))).toMatchObject({ consumed: [{ endsAt: at(15), points: 20 }] });
		const { items } = await historyOf(db, ownerId, { cursor: null, limit: 10 });
		expect(items.map(({ seq, amount, balance, reason }) => [seq, amount, balance, reason])).toEqual([
			[4, -20, 5, 'spent'],
			[3, -40, 25, 'expired'],
			[2, 25, 65, 'earned'],
			[1, 40, 40, 'earned']
		]);
	});

	test('that come back keep their dates, the longest-lived first, and never come back twice', async () => {
		const ownerId = member();
		const ref = newId('receipt', start);
		await earn(ownerId, 30, start, life(10, start));
		await earn(ownerId, 30, at(1), life(20, at(1)));
		await spend(ownerId, 50, at(2), ref);
		const back = (amount: number, alreadyGivenBack: number, minimumEndsAt: Date | null = null) =>
			book(
				[ownerId],
				at(3),
				(b) =>
					b.giveBack({
						ownerId,
						ofRef: ref,
						points: amount,
						alreadyGivenBack,
						minimumEndsAt,
						reason: 'given_back',
						ref: newId('return', at(3))
					}),
				{ refs: [ref] }
			);
		expect(await back(15, 0)).toMatchObject({ ok: true, given: [{ endsAt: at(21), points: 15 }] });
		expect(await back(10, 15)).toMatchObject({
			given: [
				{ endsAt: at(10), points: 5 },
				{ endsAt: at(21), points: 5 }
			]
		});
		expect(await back(26, 25)).toMatchObject({
			ok: false,
			refusal: { code: 'ledger.insufficient', details: { availablePoints: 25, missingPoints: 1 } }
		});
		expect(await back(25, 25, at(14))).toMatchObject({ given: [{ endsAt: at(14), points: 25 }] });
		expect(await points(ownerId, at(3))).toMatchObject({ spendable: 60 });
	});

	test('taken back come from their own pending account, then from the pot, and then they are owed', async () => {
		const ownerId = member();
		const ref = newId('receipt', start);
		await book([ownerId], start, (b) =>
			b.earn({ ownerId, points: 100, ...life(365, start), maturesAt: at(14), reason: 'earned', ref })
		);
		await earn(ownerId, 30, start, life(365, start));
		expect(await points(ownerId, start)).toMatchObject({
			spendable: 30,
			pending: 100,
			maturing: [{ maturesAt: at(14).toISOString(), points: 100 }]
		});
		const take = (amount: number) =>
			book([ownerId], at(1), (b) =>
				b.takeBack({ ownerId, ofRef: ref, points: amount, reason: 'taken_back', ref: newId('return', at(1)) })
			);
		expect(await take(60)).toMatchObject({ ok: true, fromPending: 60, fromSpendable: 0, owed: 0 });
		expect(await take(80)).toMatchObject({ ok: true, fromPending: 40, fromSpendable: 30, owed: 10 });
		expect(await points(ownerId, at(1))).toEqual({ spendable: 0, pending: 0, debt: 10, lots: [], maturing: [] });
	});

	test('that are earned pay what is owed first', async () => {
		const ownerId = member();
		await book([ownerId], start, (b) => b.takeBack({ ownerId, ofRef: 'rcp_a', points: 10, reason: 'x', ref: 'y' }));
		expect(await earn(ownerId, 4, start, forever)).toMatchObject({ toDebt: 4, toPot: 0 });
		expect(await earn(ownerId, 10, start, forever)).toMatchObject({ toDebt: 6, toPot: 4 });
		expect(await points(ownerId, start)).toMatchObject({ spendable: 4, debt: 0 });
	});

	test('never fall due earlier than those that came before them into the same pot', async () => {
		const ownerId = member();
		await earn(ownerId, 10, at(2), life(10, at(2)));
		await earn(ownerId, 10, start, life(10, start));
		expect(await points(ownerId, at(11))).toMatchObject({ lots: [{ endsAt: at(12).toISOString(), points: 20 }] });
	});

	test('of a member made in the same batch are kept', async () => {
		const ownerId = member();
		await book([], start, (b) =>
			b.earn({
				ownerId,
				points: 7,
				...lifeOf({ days: 365, rounding: 'day', monthDay: null }, start, 'Europe/Moscow'),
				maturesAt: null,
				reason: 'earned',
				ref: 'r'
			})
		);
		expect(await points(ownerId, start)).toMatchObject({ lots: [{ endsAt: '2027-03-01T21:00:00.000Z', points: 7 }] });
		const unopened = book([], start, (b) =>
			b.earn({ ownerId, points: 7, ...forever, maturesAt: null, reason: 'earned', ref: 'r' })
		);
		await expect(unopened).rejects.toMatchObject({ code: '23505' });
	});
});

describe('money', () => {
	const card = () => newId('giftCard', start);
	const command = (ownerId: string, amount: number, unit = 'EUR') => ({
		ownerId,
		name: 'money',
		unit,
		amount,
		reason: 'charged',
		ref: null,
		counterName: 'giftcards/charged'
	});

	test('is never taken below the floor, nor in another currency, nor from nowhere', async () => {
		const ownerId = card();
		const answers = await book([ownerId], start, (b) => [
			b.debit(command(ownerId, 1)),
			b.openAccount({ ownerId, name: 'money', unit: 'EUR' }),
			b.credit(command(ownerId, 5000)),
			b.debit(command(ownerId, 5001)),
			b.debit(command(ownerId, 100, 'USD')),
			b.credit(command(ownerId, -5)),
			b.credit(command(ownerId, Number.MAX_SAFE_INTEGER)),
			b.debit(command(ownerId, 2000))
		]);
		expect(answers.map((answer) => (answer.ok ? 'ok' : answer.refusal.code))).toEqual([
			'ledger.account_unknown',
			'ok',
			'ok',
			'ledger.insufficient',
			'ledger.unit_other',
			'ledger.amount_invalid',
			'ledger.amount_invalid',
			'ok'
		]);
		expect((await moneyOf(db, [ownerId], start)).get(ownerId)).toEqual({ unit: 'EUR', balance: 3000, available: 3000 });
	});

	test('on hold cannot be spent until the hold ends or its time is over', async () => {
		const ownerId = card();
		const held = await book([ownerId], start, (b) => {
			b.openAccount({ ownerId, name: 'money', unit: 'EUR' });
			b.credit(command(ownerId, 1000));
			const hold = (amount: number, until: Date) =>
				b.hold({ ownerId, name: 'money', unit: 'EUR', amount, expiresAt: until, reason: 'web', ref: null });
			return [hold(300, at(1)), hold(400, at(2)), hold(301, at(2)), hold(200, at(3))];
		});
		const [first, second, third, fourth] = held.map((one) => (one.ok ? one.holdId : one.refusal.code));
		expect(third).toBe('ledger.insufficient');
		expect((await moneyOf(db, [ownerId], start)).get(ownerId)).toMatchObject({ balance: 1000, available: 100 });
		expect((await moneyOf(db, [ownerId], at(1))).get(ownerId)).toMatchObject({ balance: 1000, available: 400 });
		const holds = [first, second, fourth].map((holdId) => ({ ownerId, holdId: holdId as string }));
		const finish = { counterName: 'giftcards/charged', reason: 'charged', ref: null };
		const answers = await book(
			[ownerId],
			at(1),
			(b) => [
				b.available(ownerId, 'money'),
				b.capture({ ownerId, holdId: first as string, ...finish }),
				b.capture({ ownerId, holdId: second as string, amount: 401, ...finish }),
				b.capture({ ownerId, holdId: second as string, amount: 150, ...finish }),
				b.capture({ ownerId, holdId: second as string, ...finish }),
				b.release({ ownerId, holdId: fourth as string }),
				b.release({ ownerId, holdId: 'hld_nobody' })
			],
			{ holds }
		);
		expect(answers.map((one) => (typeof one === 'number' ? one : one.ok ? one.amount : one.refusal.code))).toEqual([
			400,
			'ledger.hold_expired',
			'ledger.amount_invalid',
			150,
			'ledger.hold_ended',
			200,
			'ledger.hold_unknown'
		]);
		expect((await moneyOf(db, [ownerId], at(1))).get(ownerId)).toEqual({ unit: 'EUR', balance: 850, available: 850 });
	});
});

describe('what ended unused', () => {
	const ended = async (ref: string, now: Date) => (await lapsedOf(db, [ref], now)).get(ref)?.get('points') ?? 0;
	const ref = () => newId('receipt', start);

	test('is told by what earned it, written off or not, and leaves out what was used before', async () => {
		const [ownerId, first, second] = [member(), ref(), ref()];
		await earn(ownerId, 100, start, life(30, start), first);
		await earn(ownerId, 50, at(10), life(30, at(10)), second);
		await spend(ownerId, 40, at(20));
		expect(await ended(first, at(29))).toBe(0);
		expect(await ended(first, at(30)), 'overdue').toBe(60);
		await expire(db, { now: at(30) });
		expect([await ended(first, at(30)), await ended(second, at(30))], 'written off').toEqual([60, 0]);
		expect((await lapsedOf(db, [first, second], at(50))).get(second)?.get('points')).toBe(50);
	});

	test('leaves out what paid a debt and what was given to somebody else', async () => {
		const [ownerId, friend, mine] = [member(), member(), ref()];
		await book([ownerId], start, (b) =>
			b.takeBack({ ownerId, ofRef: ref(), points: 15, reason: 'taken_back', ref: ref() })
		);
		await earn(ownerId, 100, start, life(30, start), mine);
		await book([ownerId, friend], at(1), (b) =>
			b.movePoints({ fromOwnerId: ownerId, toOwnerId: friend, points: 20, reason: 'transferred', ref: ref() })
		);
		expect(await ended(mine, at(40))).toBe(65);
	});

	test('is followed where points were given longer, matured, and went to who took their owner’s place', async () => {
		const [ownerId, heir, mine] = [member(), member(), ref()];
		await book([ownerId], start, (b) =>
			b.earn({ ownerId, points: 80, ...forever, maturesAt: at(5), reason: 'earned', ref: mine })
		);
		await book([ownerId], at(5), (b) => b.mature(ownerId, (from) => life(30, from)));
		await earn(ownerId, 7, at(6), life(28, at(6)));
		await book([ownerId], at(10), (b) => b.extend({ ownerId, endsAt: at(60), reason: 'extended', ref: ref() }));
		expect(await ended(mine, at(40))).toBe(0);
		await book([ownerId, heir], at(41), (b) =>
			b.absorb({ fromOwnerId: ownerId, toOwnerId: heir, reason: 'merged', ref: newId('merge', at(41)) })
		);
		await spend(heir, 30, at(42));
		expect(await ended(mine, at(59))).toBe(0);
		const left = await ended(mine, at(60));
		await expire(db, { now: at(61) });
		expect([left, await ended(mine, at(61))]).toEqual([57, 57]);
		const all = await book([heir], at(61), (b) => b.lapse({ ownerId: heir, reason: 'lapsed', ref: null }));
		expect(all.points).toBe(0);
	});

	test('counts what somebody lost who did nothing for long', async () => {
		const [ownerId, mine] = [member(), ref()];
		await earn(ownerId, 25, start, forever, mine);
		await book([ownerId], at(3), (b) => b.lapse({ ownerId, reason: 'lapsed', ref: null }));
		expect(await ended(mine, at(3))).toBe(25);
	});
});
