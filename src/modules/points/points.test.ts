import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { newCode } from '#core/codes';
import { newId } from '#core/ids';
import { day, later } from '#core/time';
import { members } from '#customers/tables';
import { audit, historyOf, pointsOf } from '#ledger/server';
import { inTransaction } from '#platform/db';
import type { ProgrammeRules } from '#pricing';
import { byHouse, type By } from '#platform/trail';
import { programmeOf, updateProgramme } from '#stores/server';
import { testDatabase } from '../../../tests/support/database.ts';
import { aMember, openShop, testSettings } from '../../../tests/support/shop.ts';
import { defaultPolicy, type PointsPolicy } from './index.ts';
import { adjust, extend, lapseInactive, lapsesOf, policyOf, savePolicy, transfer } from './server.ts';
import { pointActs } from './tables.server.ts';
import { actsOf } from './views.server.ts';

const { db, url } = await testDatabase({ max: 12 });
testSettings(url);
/** half past ten in the evening of 1 March in the shop */
const now = new Date('2026-03-01T21:30:00Z');
await openShop(db, later(now, -day));

const refused = (code: string, details: object = {}) =>
	expect.objectContaining({ code, details: expect.objectContaining(details) });
let ann: string;
let by: By & { actor: { staffId: string } };

beforeEach(async () => {
	ann = await aMember(db, later(now, -day));
	const actor = { kind: 'staff', userId: 'u', staffId: newId('staff'), name: 'Mina', role: 'manager' } as never;
	by = { actor, requestId: null };
});

const move = (points: number, wish: Partial<Parameters<typeof adjust>[1]> = {}, at = now) =>
	inTransaction(db, (tx) =>
		adjust(tx, { memberId: ann, points, reason: 'a kindness', note: null, limited: true, ...wish }, by, at)
	);
const allow = async (change: { [K in keyof PointsPolicy]?: Partial<PointsPolicy[K]> }) => {
	const { version } = await policyOf(db);
	const policy = {
		adjust: { ...defaultPolicy.adjust, ...change.adjust },
		transfer: { ...defaultPolicy.transfer, ...change.transfer },
		returned: defaultPolicy.returned,
		warnDays: null
	};
	await inTransaction(db, (tx) => savePolicy(tx, { policy, version }, byHouse, now));
};
const rules = async (change: Partial<ProgrammeRules['earn']>) => {
	const { rules: before, version } = await programmeOf(db);
	await inTransaction(db, (tx) =>
		updateProgramme(tx, { rules: { ...before, earn: { ...before.earn, ...change } }, version }, byHouse, now)
	);
};
const lapsesAt = async (memberId: string) => (await lapsesOf(db, [memberId])).get(memberId)?.get('points') ?? null;
const held = async (memberId = ann, at = now) => (await pointsOf(db, [memberId], at)).get(memberId);

describe('points by hand', () => {
	it('are given as earned ones are, and taken soonest due first', async () => {
		await allow({});
		await move(300, {}, later(now, -1000));
		await move(-120);
		// 365 days of the shop, to the end of the last one
		expect(await held()).toMatchObject({ spendable: 180, lots: [{ points: 180, endsAt: '2027-03-01T23:00:00.000Z' }] });
		const { items } = await actsOf(db, { memberId: ann, cursor: null });
		expect(items.map(({ points, kind, reason }) => [points, kind, reason])).toEqual([
			[-120, 'adjusted', 'a kindness'],
			[300, 'adjusted', 'a kindness']
		]);
	});

	it('need a reason, and keep no code that stands in it', async () => {
		await allow({});
		for (const reason of ['', '  ', 'no', 'x'.repeat(201)]) {
			await expect(move(5, { reason })).rejects.toEqual(refused('points.reason_form', { field: 'reason' }));
		}
		const code = newCode('giftCard');
		await move(5, { reason: `card ${code} was empty`, note: 'Sorry!' });
		const [act] = await db.select().from(pointActs).where(eq(pointActs.memberId, ann));
		expect(act).toMatchObject({
			reason: `card …${code.slice(-4)} was empty`,
			note: 'Sorry!',
			staffId: by.actor.staffId
		});
	});

	it.each([[0], [0.5], [Number.NaN], [Number.POSITIVE_INFINITY], [1e15], [-1_000_000_001]])(
		'are a whole number of points, not %s',
		async (points) => {
			await expect(move(points, { limited: false })).rejects.toEqual(refused('points.amount_form'));
			expect(await held()).toMatchObject({ spendable: 0, debt: 0 });
		}
	);

	it('stay within what one move and one day may bring, unless somebody is not bound by it', async () => {
		await allow({ adjust: { most: 100, mostPerDay: 250 } });
		await expect(move(101)).rejects.toEqual(refused('points.over_limit', { mostPoints: 100 }));
		await move(100);
		await move(-50);
		await expect(move(-101)).rejects.toEqual(refused('points.over_limit'));
		await expect(move(100).then(() => move(1))).rejects.toEqual(refused('points.over_day_limit', { leftPoints: 0 }));
		expect((await held())?.spendable).toBe(150);
		// the shop's next day has begun
		await move(100, {}, later(now, 2 * 3_600_000));
		await move(5000, { limited: false });
		expect((await held())?.spendable).toBe(5250);
	});

	it('do not pass a day’s limit when one person presses at twenty places at once', async () => {
		await allow({ adjust: { most: 100, mostPerDay: 250 } });
		const others = await Promise.all(Array.from({ length: 20 }, () => aMember(db, later(now, -day))));
		const done = await Promise.allSettled(others.map((memberId) => move(30, { memberId })));
		expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
		for (const each of done) {
			if (each.status === 'rejected') expect(each.reason).toEqual(refused('points.over_day_limit', { leftPoints: 10 }));
		}
	});

	it('are not taken beyond what is there, unless the house lets members owe', async () => {
		await allow({});
		await move(50);
		await expect(move(-51)).rejects.toEqual(refused('points.not_enough', { availablePoints: 50 }));
		await allow({ adjust: { mayOwe: true } });
		expect(await move(-80)).toMatchObject({ owed: 30 });
		expect(await held()).toMatchObject({ spendable: 0, debt: 30 });
		expect(await move(100)).toMatchObject({ toDebt: 30 });
		expect(await held()).toMatchObject({ spendable: 70, debt: 0 });
	});

	it('are not given to somebody who is blocked, erased or unknown', async () => {
		await allow({});
		await move(10);
		await db.update(members).set({ blockedAt: now }).where(eq(members.id, ann));
		await expect(move(10)).rejects.toEqual(refused('points.member_blocked'));
		await move(-10);
		await db.update(members).set({ erasedAt: now, words: null }).where(eq(members.id, ann));
		await expect(move(10)).rejects.toEqual(refused('points.receiver_unknown'));
		await expect(move(10, { memberId: newId('member') })).rejects.toEqual(refused('points.receiver_unknown'));
	});
});

describe('points that would lapse', () => {
	const until = (untilDay: string, at = now) =>
		inTransaction(db, (tx) => extend(tx, { memberId: ann, untilDay, reason: 'was ill' }, by, at));

	it('live until a later day; those that live longer stay as they are', async () => {
		await allow({});
		await move(40);
		await move(60, {}, later(now, 100 * day));
		const at = later(now, 101 * day);
		expect(await until('2027-04-30', at)).toMatchObject({ points: 40 });
		expect((await held(ann, at))?.lots).toEqual([
			{ points: 40, endsAt: '2027-04-30T22:00:00.000Z' },
			{ points: 60, endsAt: '2027-06-09T22:00:00.000Z' }
		]);
		await expect(until('2027-04-30', at)).rejects.toEqual(refused('points.none_to_extend'));
		expect(await until('2028-01-01', at)).toMatchObject({ points: 100 });
	});

	it('are not extended into the past', async () => {
		await allow({});
		await move(40);
		await expect(until('2026-02-28')).rejects.toEqual(refused('points.day_past'));
	});
});

describe('points from member to member', () => {
	const give = (points: number, to: string, note: string | null = null) =>
		inTransaction(db, (tx) => transfer(tx, { memberId: ann, to, points, note }, by, now));
	const numberOf = async (id: string) =>
		(await db.select({ number: members.number }).from(members).where(eq(members.id, id)))[0]?.number ?? '';

	it('keep their dates, and are told to both', async () => {
		await allow({ transfer: { enabled: true, least: 10 } });
		await move(100, {}, later(now, -1000));
		const bo = await aMember(db, later(now, -day));
		await give(60, await numberOf(bo), 'For your birthday');
		expect(await held()).toMatchObject({ spendable: 40 });
		expect(await held(bo)).toMatchObject({ lots: [{ points: 60, endsAt: '2027-03-01T23:00:00.000Z' }] });
		expect((await actsOf(db, { memberId: bo, cursor: null })).items).toMatchObject([
			{ points: 60, kind: 'transferred' }
		]);
		expect((await actsOf(db, { memberId: ann, cursor: null })).items[0]).toMatchObject({ points: -60 });
	});

	it('are refused in plain words, and nothing moves', async () => {
		await allow({ transfer: { enabled: true, least: 10, mostPerDay: 50 } });
		await move(45, {}, later(now, -1000));
		const bo = await aMember(db, later(now, -day));
		const [own, number] = [await numberOf(ann), await numberOf(bo)];
		const [row] = await db.select({ email: members.email }).from(members).where(eq(members.id, bo));
		await expect(give(9, number)).rejects.toEqual(refused('points.transfer_least', { leastPoints: 10 }));
		await expect(give(10.5, number)).rejects.toEqual(refused('points.amount_form'));
		await expect(give(46, number)).rejects.toEqual(refused('points.not_enough', { availablePoints: 45 }));
		await expect(give(51, number)).rejects.toEqual(refused('points.transfer_day_limit', { leftPoints: 50 }));
		await expect(give(10, own)).rejects.toEqual(refused('points.receiver_self'));
		// an address would tell who is a member here
		await expect(give(10, row?.email ?? '')).rejects.toEqual(refused('points.receiver_unknown'));
		await expect(give(10, newCode('member'))).rejects.toEqual(refused('points.receiver_unknown'));
		await db.update(members).set({ blockedAt: now }).where(eq(members.id, bo));
		await expect(give(10, number)).rejects.toEqual(refused('points.member_blocked'));
		await allow({});
		await expect(give(10, number)).rejects.toEqual(refused('points.transfer_off'));
		expect(await held()).toMatchObject({ spendable: 45 });
	});
});

describe('the policy', () => {
	it('is not saved over what somebody else saved meanwhile, the first one included', async () => {
		const { version } = await policyOf(db);
		const save = () => inTransaction(db, (tx) => savePolicy(tx, { policy: defaultPolicy, version }, by, now));
		const done = await Promise.allSettled([save(), save(), save()]);
		expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		await expect(save()).rejects.toEqual(refused('points.policy_changed', { version: version + 1 }));
		await expect(
			inTransaction(db, (tx) => savePolicy(tx, { policy: defaultPolicy, version: 99 }, by, now))
		).rejects.toEqual(refused('points.policy_changed'));
	});

	it('has whole limits above nothing', async () => {
		for (const most of [0, -1, 0.5, Number.NaN, 1e12]) {
			const policy = { ...defaultPolicy, adjust: { ...defaultPolicy.adjust, most } };
			const { version } = await policyOf(db);
			await expect(inTransaction(db, (tx) => savePolicy(tx, { policy, version }, by, now))).rejects.toEqual(
				refused('points.policy_form', { field: 'adjust.most' })
			);
		}
	});
});

describe('points that end with a period', () => {
	it('share one end, and are told with it', async () => {
		await allow({});
		await rules({ expiry: { days: 30, rounding: 'quarter', monthDay: null } });
		await move(10, {}, later(now, -1000));
		await move(20, {}, later(now, 10 * day));
		// 31 March and 10 April are in two quarters
		expect((await held(ann, later(now, 11 * day)))?.lots).toEqual([
			{ points: 10, endsAt: '2026-03-31T22:00:00.000Z' },
			{ points: 20, endsAt: '2026-06-30T22:00:00.000Z' }
		]);
		await rules({ expiry: { days: 365, rounding: 'day', monthDay: null } });
	});
});

describe('points of a member who stays away', () => {
	it('lapse at the end of the last day, and not a moment before', async () => {
		await allow({});
		await rules({ inactiveDays: 30 });
		await move(70);
		// 30 days after 1 March, the shop's 31 March is over
		const end = new Date('2026-03-31T22:00:00Z');
		expect(await lapsesAt(ann)).toEqual(end);
		const told: string[] = [];
		const run = (at: Date) => lapseInactive(db, { now: at, chunk: 2, told: (ids) => void told.push(...ids) });
		await run(later(end, -1));
		expect(told).not.toContain(ann);
		expect((await held(ann, later(end, -1)))?.spendable).toBe(70);
		await run(end);
		expect(told).toContain(ann);
		expect(await held(ann, end)).toMatchObject({ spendable: 0, debt: 0 });
		expect((await historyOf(db, ann, { cursor: null, limit: 1 })).items[0]).toMatchObject({
			reason: 'inactive',
			amount: -70
		});
		expect(await run(later(end, 1))).toEqual({ members: 0, points: 0 });
		await rules({ inactiveDays: null });
		expect(await lapsesAt(ann)).toBeNull();
	});

	it('stay when somebody moved some for them meanwhile, or the rule is off', async () => {
		await allow({});
		await rules({ inactiveDays: 30 });
		await move(70);
		await move(1, {}, later(now, 20 * day));
		await lapseInactive(db, { now: later(now, 40 * day) });
		expect((await held(ann, later(now, 40 * day)))?.spendable).toBe(71);
		await rules({ inactiveDays: null });
		expect(await lapseInactive(db, { now: later(now, 400 * day) })).toEqual({ members: 0, points: 0 });
	});
});

it('the books are clean after all of it', async () => {
	expect((await audit(db)).findings).toEqual([]);
});
