import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { newId } from '#core/ids';
import { day, later } from '#core/time';
import { members } from '#customers/tables';
import { registerImports } from '#imports/server';
import { unitOf } from '#ledger';
import { audit, expire, historyOf, openBook } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { byHouse, type By } from '#platform/trail';
import type { PointType } from '#pricing';
import { typesEarnedOn } from '#purchases';
import { undoSales } from '#checkout/server';
import { programmeOf, updateProgramme } from '#stores/server';
import { testDatabase } from '../../../tests/support/database.ts';
import { bringIn } from '../../../tests/support/importing.ts';
import { aKey, aMember, anAsk, aSale, line, openShop, sell, testSettings } from '../../../tests/support/shop.ts';
import {
	adjust,
	extend,
	lapseInactive,
	lapsesOf,
	pointSteps,
	pointsImport,
	savePointTypes,
	transfer,
	typeBalancesOf
} from './server.ts';
import { pointTypes, type PointTypeInput } from './point-type.server.ts';
import { pointActs } from './tables.server.ts';
import { trailEntries } from '../../platform/trail.tables.server.ts';

const { db, url } = await testDatabase();
testSettings(url);
const now = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, now);
registerImports(pointsImport);

const forever: PointType['expiry'] = { days: null, rounding: 'day', monthDay: null };
const visits: PointTypeInput = {
	id: null,
	name: 'Stamps',
	earn: { kind: 'visit', points: 1, leastCents: 500 },
	expiry: { days: 30, rounding: 'day', monthDay: null },
	archived: false
};
const stars: PointTypeInput = {
	...visits,
	name: 'Stars',
	earn: { kind: 'amount', points: 3, perCents: 100 },
	expiry: forever
};
const thanks: PointTypeInput = { ...visits, name: 'Thanks', earn: { kind: 'by_hand' }, expiry: forever };

const save = async (types: readonly PointTypeInput[], version?: number) =>
	inTransaction(db, async (tx) =>
		savePointTypes(tx, { types, version: version ?? (await pointTypes(tx)).version }, byHouse, now)
	);
const change = async (edit: (types: PointType[]) => readonly PointTypeInput[]) =>
	save(edit((await pointTypes(db)).types));
const refused = (code: string, details: object = {}) =>
	expect.objectContaining({ code, details: expect.objectContaining(details) });

await save([visits, stars, thanks]);
const [stampsId = '', starsId = '', thanksId = ''] = (await pointTypes(db)).types.map(({ id }) => id);
const had = async (memberId: string, at = now) =>
	Object.fromEntries(
		(await typeBalancesOf(db, memberId, (await pointTypes(db)).types, at)).map((type) => [
			type.name,
			type.spendable - type.debt
		])
	);
const buy = async (memberId: string, cents: number[], at = now) => {
	const lines = cents.map((price, index) => line(`${index}`, price));
	const result = await sell(db, await aSale(db, shop, anAsk(memberId, lines), at), at);
	if (!result.ok) throw new Error(result.refusal.code);
	return result.receipt;
};
const giveBack = async (
	receiptId: string,
	lines: { position: number; quantity: number }[] | 'everything',
	at = now
) => {
	const counter = { caller: 'dev_test', key: aKey(), storeId: shop.storeId, deviceId: 'dev_test', staffId: null };
	const [done] = await inTransaction(db, (tx) => undoSales(tx, [{ ...counter, receiptId, lines, reason: null }], at));
	if (!done?.result.ok) throw new Error('refused');
	return done.result.given;
};
const staff = {
	actor: { kind: 'staff', userId: 'u', staffId: newId('staff'), name: 'Mina', role: 'manager' }
} as never;
const by: By = { ...(staff as object), requestId: null } as By;
const move = (memberId: string, typeId: string | null, points: number) =>
	inTransaction(db, (tx) =>
		adjust(tx, { memberId, typeId, points, reason: 'a kindness', note: null, limited: true }, by, now)
	);

const numberOf = async (memberId: string) =>
	(await db.select({ number: members.number }).from(members).where(eq(members.id, memberId)))[0]?.number ?? '';
const give = async (memberId: string, receiver: string, typeId: string | null, points: number, at = now) => {
	const to = await numberOf(receiver);
	return inTransaction(db, (tx) => transfer(tx, { memberId, to, typeId, points, note: null }, by, at));
};
const allow = (typeId: string, rules: PointType['transfer']) =>
	change((types) => types.map((type) => (type.id === typeId ? { ...type, transfer: rules } : type)));
const lotsOf = async (memberId: string, typeId: string, at = now) =>
	(await typeBalancesOf(db, memberId, (await pointTypes(db)).types, at)).find((type) => type.typeId === typeId)?.lots;

test('a purchase earns each type by its own rule, and the receipt says so', async () => {
	const anna = await aMember(db, now);
	const small = await buy(anna, [499]);
	expect(typesEarnedOn(small)).toEqual([{ typeId: starsId, name: 'Stars', points: 14, by: 'amount' }]);
	const large = await buy(anna, [500, 1049]);
	expect(typesEarnedOn(large).map(({ name, points }) => [name, points])).toEqual([
		['Stamps', 1],
		['Stars', 46]
	]);
	expect(await had(anna)).toEqual({ Stamps: 1, Stars: 60, Thanks: 0 });
});

test('types are kept apart from the points that pay, and end by their own dates', async () => {
	const anna = await aMember(db, now);
	await buy(anna, [2000]);
	const inMonths = later(now, 40 * day);
	expect(await had(anna, inMonths)).toEqual({ Stamps: 0, Stars: 60, Thanks: 0 });
	await expire(db, { now: inMonths });
	const book = await inTransaction(db, (tx) => openBook(tx, [anna], inMonths, { lock: false }));
	expect(book.points(anna)).toMatchObject({ spendable: 20 });
	expect(book.points(anna, unitOf(stampsId))).toMatchObject({ spendable: 0, lots: [] });
	const { items } = await historyOf(db, anna, { cursor: null, limit: 10 });
	expect(items.map(({ unit, amount, reason }) => [unit, amount, reason])).toEqual([
		[unitOf(stampsId), -1, 'expired'],
		[unitOf(starsId), 60, 'earned'],
		[unitOf(stampsId), 1, 'earned'],
		['points', 20, 'earned']
	]);
	expect((await audit(db)).findings).toEqual([]);
});

test('a return takes back what the goods earned, and the visit when nothing of it is left', async () => {
	const anna = await aMember(db, now);
	const receipt = await buy(anna, [700, 300]);
	const half = await giveBack(receipt.id, [{ position: receipt.lines[0]?.position ?? 0, quantity: 1000 }]);
	expect(half.typesTakenBack).toEqual([{ typeId: starsId, points: 21 }]);
	expect(await had(anna)).toEqual({ Stamps: 1, Stars: 9, Thanks: 0 });
	const rest = await giveBack(receipt.id, 'everything');
	expect(rest.typesTakenBack).toEqual([
		{ typeId: stampsId, points: 1 },
		{ typeId: starsId, points: 9 }
	]);
	expect(await had(anna)).toEqual({ Stamps: 0, Stars: 0, Thanks: 0 });
});

test('what ended unused is not taken back with the goods, of no type, and nothing is owed for it', async () => {
	const anna = await aMember(db, now);
	const [receipt, other] = [await buy(anna, [700, 300]), await buy(anna, [1000])];
	const inMonths = later(now, 40 * day);
	const half = await giveBack(receipt.id, [{ position: receipt.lines[0]?.position ?? 0, quantity: 1000 }], inMonths);
	expect(half.typesTakenBack).toEqual([{ typeId: starsId, points: 21 }]);
	await expire(db, { now: inMonths });
	const rest = await giveBack(receipt.id, 'everything', inMonths);
	expect(rest.typesTakenBack).toEqual([
		{ typeId: stampsId, points: 0, lapsed: 1 },
		{ typeId: starsId, points: 9 }
	]);
	expect(await had(anna, inMonths)).toEqual({ Stamps: 0, Stars: 30, Thanks: 0 });
	expect((await giveBack(other.id, 'everything', inMonths)).typesTakenBack[0]).toMatchObject({ points: 0, lapsed: 1 });
	expect(await had(anna, inMonths)).toEqual({ Stamps: 0, Stars: 0, Thanks: 0 });
	expect((await audit(db)).findings).toEqual([]);
});

test('what is gone already is owed, and the next of its type pays it', async () => {
	const anna = await aMember(db, now);
	const receipt = await buy(anna, [1000]);
	await move(anna, starsId, -25);
	await giveBack(receipt.id, 'everything');
	expect(await had(anna)).toMatchObject({ Stars: -25 });
	await move(anna, starsId, 30);
	expect(await had(anna)).toMatchObject({ Stars: 5 });
	expect((await audit(db)).findings).toEqual([]);
});

test('by hand each type is given by itself; those that pay are not touched', async () => {
	const anna = await aMember(db, now);
	await move(anna, thanksId, 7);
	expect(await had(anna)).toEqual({ Stamps: 0, Stars: 0, Thanks: 7 });
	await expect(move(anna, thanksId, -8)).rejects.toEqual(refused('points.not_enough', { availablePoints: 7 }));
	await expect(move(anna, null, -1)).rejects.toEqual(refused('points.not_enough', { availablePoints: 0 }));
	await expect(move(anna, newId('pointType'), 5)).rejects.toEqual(refused('points.type_unknown'));
});

test('members give each other points of a type where the house lets them; they keep their dates', async () => {
	const [anna, bo] = [await aMember(db, now), await aMember(db, now)];
	await buy(anna, [2000]);
	await move(anna, stampsId, 9);
	// a house begins without, whatever it says of those that pay
	await expect(give(anna, bo, stampsId, 4)).rejects.toEqual(refused('points.transfer_off'));
	await allow(stampsId, { least: 3, mostPerDay: 6 });
	const balances = await typeBalancesOf(db, anna, (await pointTypes(db)).types, now);
	expect(balances.map(({ name, leastGiven }) => [name, leastGiven])).toEqual([
		['Stamps', 3],
		['Stars', null],
		['Thanks', null]
	]);
	const { actId } = await give(anna, bo, stampsId, 4);
	expect(await had(anna)).toMatchObject({ Stamps: 6, Stars: 60 });
	expect(await had(bo)).toEqual({ Stamps: 4, Stars: 0, Thanks: 0 });
	expect(await lotsOf(bo, stampsId)).toEqual([{ points: 4, endsAt: (await lotsOf(anna, stampsId))?.[0]?.endsAt }]);
	const [act] = await db.select().from(pointActs).where(eq(pointActs.id, actId));
	expect(act).toMatchObject({ kind: 'transferred', typeId: stampsId, points: -4, otherMemberId: bo });
	expect((await audit(db)).findings).toEqual([]);
});

test('a gift of a type is refused as one of points that pay is, and nothing moves', async () => {
	const [anna, bo, blocked] = [await aMember(db, now), await aMember(db, now), await aMember(db, now)];
	await allow(stampsId, { least: 3, mostPerDay: 6 });
	await move(anna, stampsId, 5);
	await db.update(members).set({ blockedAt: now }).where(eq(members.id, blocked));
	const wrong: [string, string, number, string, object?][] = [
		[bo, stampsId, 2, 'points.transfer_least', { leastPoints: 3 }],
		[bo, stampsId, 6, 'points.not_enough', { availablePoints: 5 }],
		[bo, stampsId, 7, 'points.transfer_day_limit', { leftPoints: 6 }],
		[bo, stampsId, 3.5, 'points.amount_form'],
		[bo, stampsId, -4, 'points.amount_form'],
		[bo, stampsId, Number.NaN, 'points.amount_form'],
		[anna, stampsId, 4, 'points.receiver_self'],
		[blocked, stampsId, 4, 'points.member_blocked'],
		[newId('member'), stampsId, 4, 'points.receiver_unknown'],
		[bo, starsId, 4, 'points.transfer_off'],
		[bo, newId('pointType'), 4, 'points.type_unknown'],
		[bo, "pty_' or 1=1", 4, 'points.type_unknown']
	];
	for (const [to, typeId, points, code, details] of wrong)
		await expect(give(anna, to, typeId, points), code).rejects.toEqual(refused(code, details));
	// What does not fit today has used nothing of the day.
	await give(anna, bo, stampsId, 5);
	await move(anna, stampsId, 5);
	await expect(give(anna, bo, stampsId, 3)).rejects.toEqual(refused('points.transfer_day_limit', { leftPoints: 1 }));
	await give(anna, bo, stampsId, 3, later(now, day));
	expect([await had(anna), await had(bo)]).toMatchObject([{ Stamps: 2 }, { Stamps: 8 }]);
});

test('each type has a day’s limit of its own, which a merge does not lift, and an archived type is not given', async () => {
	const [anna, twin, bo] = [await aMember(db, now), await aMember(db, now), await aMember(db, now)];
	for (const typeId of [stampsId, thanksId]) await allow(typeId, { least: 1, mostPerDay: 6 });
	for (const memberId of [anna, twin]) for (const typeId of [stampsId, thanksId]) await move(memberId, typeId, 20);
	await give(anna, bo, stampsId, 6);
	await give(anna, bo, thanksId, 2);
	await give(twin, bo, thanksId, 3);
	await inTransaction(db, (tx) => pointSteps.merge(tx, { from: twin, into: anna, ref: newId('merge', now) }, now));
	await expect(give(anna, bo, thanksId, 2)).rejects.toEqual(refused('points.transfer_day_limit', { leftPoints: 1 }));
	await expect(give(anna, bo, stampsId, 1)).rejects.toEqual(refused('points.transfer_day_limit', { leftPoints: 0 }));
	await change((types) => types.map((type) => ({ ...type, archived: type.id === thanksId })));
	await expect(give(anna, bo, thanksId, 1)).rejects.toEqual(refused('points.type_unknown'));
	expect((await typeBalancesOf(db, anna, (await pointTypes(db)).types, now)).map((type) => type.leastGiven)).toEqual([
		1,
		null,
		null
	]);
	await change((types) => types.map((type) => ({ ...type, archived: false })));
});

describe('points of a type whose owner stays away', () => {
	/** Stamps lapse after 20 days, thanks after 60, stars never. */
	const away = (days: Partial<Record<string, number>>) =>
		change((types) =>
			types.map(({ inactiveDays: _, ...type }) => ({
				...type,
				...(days[type.name] && { inactiveDays: days[type.name] })
			}))
		);
	const lapse = (at: Date, told: string[] = []) =>
		lapseInactive(db, { now: at, chunk: 2, told: (ids) => void told.push(...ids) });

	test('lapse by their own days, all of them, and those of other types stay', async () => {
		await away({ Stamps: 20, Thanks: 60 });
		const [anna, bo] = [await aMember(db, now), await aMember(db, now)];
		for (const memberId of [anna, bo])
			for (const typeId of [stampsId, starsId, thanksId]) await move(memberId, typeId, 9);
		await move(anna, null, 70);
		// 20 days after 10 March, the shop's 30 March is over
		const end = new Date('2026-03-30T22:00:00Z');
		const lapses = (await lapsesOf(db, [anna])).get(anna);
		expect(lapses?.get(unitOf(stampsId))).toEqual(end);
		expect([...(lapses?.keys() ?? [])].sort()).toEqual([unitOf(stampsId), unitOf(thanksId)].sort());
		await lapse(later(end, -1));
		expect(await had(anna, later(end, -1))).toEqual({ Stamps: 9, Stars: 9, Thanks: 9 });
		// Whoever does anything counts as active for every type.
		await inTransaction(db, (tx) =>
			adjust(
				tx,
				{ memberId: bo, typeId: starsId, points: 1, reason: 'a word', note: null, limited: true },
				by,
				later(now, 5 * day)
			)
		);
		const told: string[] = [];
		const lost = await Promise.all([lapse(end, told), lapse(end, told)]);
		expect(told.filter((id) => id === anna)).toEqual([anna]);
		expect(told).not.toContain(bo);
		expect(lost.reduce((sum, one) => sum + one.members, 0)).toBe(told.length);
		expect(await had(anna, end)).toEqual({ Stamps: 0, Stars: 9, Thanks: 9 });
		expect(await had(bo, end)).toEqual({ Stamps: 9, Stars: 10, Thanks: 9 });
		expect((await historyOf(db, anna, { cursor: null, limit: 1 })).items[0]).toMatchObject({
			reason: 'inactive',
			unit: unitOf(stampsId),
			amount: -9
		});
		const book = await inTransaction(db, (tx) => openBook(tx, [anna], end, { lock: false }));
		expect(book.points(anna)).toMatchObject({ spendable: 70 });
		expect(await lapse(end)).toEqual({ members: 0, points: 0 });
		expect((await audit(db)).findings).toEqual([]);
	});

	test('go on from where a stopped run was, and end of an archived type, too', async () => {
		await away({ Stamps: 20 });
		const people = [await aMember(db, now), await aMember(db, now), await aMember(db, now), await aMember(db, now)];
		for (const memberId of people) await move(memberId, stampsId, 3);
		await change((types) => types.map((type) => ({ ...type, archived: true })));
		const at = later(now, 25 * day);
		const stopped = lapseInactive(db, {
			now: at,
			chunk: 1,
			told: () => {
				throw new Error('the machine stops');
			}
		});
		await expect(stopped).rejects.toThrow('the machine stops');
		const left = await Promise.all(people.map((memberId) => had(memberId, at)));
		expect(left.some(({ Stamps }) => Stamps === 3)).toBe(true);
		await lapse(at);
		for (const memberId of people) expect(await had(memberId, at)).toEqual({});
		await change((types) => types.map((type) => ({ ...type, archived: false })));
		await away({});
		expect((await lapsesOf(db, people)).size).toBe(0);
	});

	test('are not taken back with goods, nor owed for, once they lapsed', async () => {
		await away({ Stars: 20 });
		const anna = await aMember(db, now);
		const receipt = await buy(anna, [1000]);
		const at = later(now, 25 * day);
		await lapse(at);
		expect((await giveBack(receipt.id, 'everything', at)).typesTakenBack).toEqual([
			{ typeId: stampsId, points: 1 },
			{ typeId: starsId, points: 0, lapsed: 30 }
		]);
		expect(await had(anna, at)).toEqual({ Stamps: 0, Stars: 0, Thanks: 0 });
		await away({});
		expect((await audit(db)).findings).toEqual([]);
	});
});

test('points of a type live longer where somebody extends them; those that pay keep their end', async () => {
	const anna = await aMember(db, now);
	await buy(anna, [2000]);
	await move(anna, stampsId, 2);
	const until = (untilDay: string, typeId: string | null, reason = 'was ill') =>
		inTransaction(db, (tx) => extend(tx, { memberId: anna, typeId, untilDay, reason }, by, now));
	const endOf = async () =>
		(await inTransaction(db, (tx) => openBook(tx, [anna], now, { lock: false }))).points(anna).lots;
	const before = await endOf();
	const { actId, points } = await until('2026-06-30', stampsId);
	expect(points).toBe(3);
	expect(await lotsOf(anna, stampsId)).toEqual([{ points: 3, endsAt: '2026-06-30T22:00:00.000Z' }]);
	expect(await endOf()).toEqual(before);
	expect(await had(anna, later(now, 40 * day))).toMatchObject({ Stamps: 3 });
	const [act] = await db.select().from(pointActs).where(eq(pointActs.id, actId));
	expect(act).toMatchObject({ kind: 'extended', typeId: stampsId, points: 3, reason: 'was ill' });
	await expect(until('2026-06-30', stampsId)).rejects.toEqual(refused('points.none_to_extend'));
	// what never ends
	await expect(until('2027-06-30', starsId)).rejects.toEqual(refused('points.none_to_extend'));
	await expect(until('2026-03-09', stampsId)).rejects.toEqual(refused('points.day_past', { field: 'untilDay' }));
	await expect(until('2026-07-30', stampsId, 'x')).rejects.toEqual(refused('points.reason_form'));
	await expect(until('2026-07-30', newId('pointType'))).rejects.toEqual(
		refused('points.type_unknown', { field: 'typeId' })
	);
	// Nothing is given by it: what is left of an archived type may live longer, too.
	await change((types) => types.map((type) => ({ ...type, archived: true })));
	expect(await until('2026-07-30', stampsId)).toMatchObject({ points: 3 });
	await change((types) => types.map((type) => ({ ...type, archived: false })));
	expect((await audit(db)).findings).toEqual([]);
});

test('a file names the type; the same member may stand in it once for each', async () => {
	const anna = await aMember(db, now);
	const [row] = await db.select().from(members).where(eq(members.id, anna));
	const mine = row?.number ?? '';
	const text = `member,points,type,reason\n${mine},5,,Fair\n${mine},2,stars,Fair\n${mine},3,STARS,Fair\n${mine},1,Gold,Fair\n`;
	const came = await bringIn(db, { kind: 'points', text }, now);
	expect(came.counts).toEqual([2, 0, 0, 2]);
	expect(came.refused.map(([at, field]) => [at, field])).toEqual([
		[4, null],
		[5, 'type']
	]);
	expect(await had(anna)).toMatchObject({ Stars: 2 });
});

test('who is merged brings all types along; who is erased loses all', async () => {
	const [anna, twin] = [await aMember(db, now), await aMember(db, now)];
	await move(anna, thanksId, 3);
	await move(twin, thanksId, 4);
	await buy(twin, [800]);
	await inTransaction(db, (tx) => pointSteps.merge(tx, { from: twin, into: anna, ref: newId('merge', now) }, now));
	expect(await had(anna)).toEqual({ Stamps: 1, Stars: 24, Thanks: 7 });
	expect(await had(twin)).toEqual({ Stamps: 0, Stars: 0, Thanks: 0 });
	await inTransaction(db, (tx) => pointSteps.erase(tx, [anna], now));
	expect(await had(anna)).toEqual({ Stamps: 0, Stars: 0, Thanks: 0 });
	expect((await audit(db)).findings).toEqual([]);
});

test('an archived type is neither earned nor given, and what is there stays', async () => {
	const anna = await aMember(db, now);
	await move(anna, thanksId, 3);
	await change((types) => types.map((type) => ({ ...type, archived: true })));
	expect(typesEarnedOn(await buy(anna, [2000]))).toEqual([]);
	expect(await had(anna)).toEqual({ Thanks: 3 });
	await expect(move(anna, thanksId, 1)).rejects.toEqual(refused('points.type_unknown'));
	await move(anna, thanksId, -1);
	await change((types) => types.map((type) => ({ ...type, archived: false })));
	expect(await had(anna)).toEqual({ Stamps: 0, Stars: 0, Thanks: 2 });
});

test('what makes no sense is refused beside its field, and nothing is saved', async () => {
	const before = await pointTypes(db);
	const wrong: [PointTypeInput, string][] = [
		[{ ...thanks, name: ' ' }, '3.name'],
		[{ ...thanks, name: 'x'.repeat(41) }, '3.name'],
		[{ ...visits, name: 'New', earn: { kind: 'visit', points: 0, leastCents: 0 } }, '3.earn.points'],
		[{ ...visits, name: 'New', earn: { kind: 'visit', points: 1, leastCents: -1 } }, '3.earn.leastCents'],
		[{ ...visits, name: 'New', earn: { kind: 'amount', points: 1, perCents: 0 } }, '3.earn.perCents'],
		[{ ...visits, name: 'New', expiry: { days: 0, rounding: 'day', monthDay: null } }, '3.expiry.days'],
		[{ ...visits, name: 'New', expiry: { days: 5, rounding: 'date', monthDay: null } }, '3.expiry.monthDay'],
		...[6, 0, -1, 7.5, Number.NaN, 36_601].map((inactiveDays): [PointTypeInput, string] => [
			{ ...visits, name: 'New', inactiveDays },
			'3.inactiveDays'
		]),
		[{ ...visits, name: 'New', transfer: { least: 0, mostPerDay: null } }, '3.transfer.least'],
		[{ ...visits, name: 'New', transfer: { least: Number.NaN, mostPerDay: null } }, '3.transfer.least'],
		[{ ...visits, name: 'New', transfer: { least: 1, mostPerDay: 0.5 } }, '3.transfer.mostPerDay'],
		[{ ...visits, name: 'New', transfer: { least: 1, mostPerDay: 1e12 } }, '3.transfer.mostPerDay']
	];
	for (const [type, field] of wrong)
		await expect(change((types) => [...types, type])).rejects.toEqual(refused('points.type_form', { field, place: 4 }));
	await expect(change((types) => [...types, { ...thanks, name: 'STARS' }])).rejects.toEqual(
		refused('points.type_twice', { field: '3.name', typeName: 'STARS' })
	);
	await expect(change((types) => types.slice(1))).rejects.toEqual(refused('points.type_missing'));
	await expect(change((types) => [...types, { ...thanks, id: newId('pointType'), name: 'New' }])).rejects.toEqual(
		refused('points.type_missing')
	);
	const many = Array.from({ length: 8 }, (_, index) => ({ ...thanks, name: `New ${index}` }));
	await expect(change((types) => [...types, ...many])).rejects.toEqual(refused('points.types_many', { most: 10 }));
	await expect(save(before.types, before.version - 1)).rejects.toEqual(
		refused('points.types_changed', { version: before.version })
	);
	expect(await pointTypes(db)).toEqual(before);
});

test('whoever changes the other rules leaves the types alone', async () => {
	const { rules, version } = await programmeOf(db);
	const { types, ...others } = rules;
	await inTransaction(db, (tx) => updateProgramme(tx, { rules: others, version }, byHouse, now));
	expect((await pointTypes(db)).types).toEqual(types);
});

test('the trail tells the type that was changed, and no other', async () => {
	const deeds = async () =>
		(await db.select().from(trailEntries)).filter(
			({ action }) => action.startsWith('point_type') || action.startsWith('programme')
		);
	const before = new Set((await deeds()).map(({ id }) => id));
	// Those of one millisecond have no order among them.
	const since = async () =>
		(await deeds()).filter(({ id }) => !before.has(id)).map(({ action, title }) => [action, title]);
	await allow(starsId, { least: 5, mostPerDay: null });
	expect(await since()).toEqual([['point_type.edited', 'Stars']]);
	await change((types) => types);
	expect(await since()).toHaveLength(1);
});
