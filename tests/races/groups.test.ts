import { describe, expect, test } from 'vitest';
import { openCounter } from '#checkout/server';
import { day, later } from '#core/time';
import { merge } from '#customers/server';
import type { GroupRole } from '#groups';
import { addMember, end, found, leave, purseOf, setRole, setShares } from '#groups/server';
import { expire, mature, pointsOf } from '#ledger/server';
import { connect, inTransaction, sqlOf, type Db } from '#platform/db';
import { byHouse } from '#platform/trail';
import { adjust, lapseInactive, lapsesOf, policyOf, savePolicy, transfer } from '#points/server';
import { auditHouse } from '#wiring/house-audit.server';
import { memberSteps } from '#wiring/member-steps.server';
import { testDatabase } from '../support/database.ts';
import { aKey, aMember, anAsk, aSale, line, openShop, testSettings } from '../support/shop.ts';

const { db, url } = await testDatabase();
testSettings(url);
const start = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, start, {
	earn: { inactiveDays: 200 },
	spend: { minimumPoints: 1, stepPoints: 1 }
});
const sql = sqlOf(db);
const desk = openCounter(db, () => {});
await inTransaction(db, async (tx) => {
	const { policy, version } = await policyOf(tx);
	const wished = { ...policy, transfer: { enabled: true, least: 1, mostPerDay: null } };
	await savePolicy(tx, { version, policy: wished }, byHouse, start);
});

const paper = { name: '', vatNumber: null, registrationNumber: null, billingAddress: null, note: null };
const agreed = 'on paper, at the till in Mitte';

const household = async (headId: string, on: Db = db): Promise<string> =>
	inTransaction(on, async (tx) => {
		const head = { memberId: headId, title: null, agreed };
		const group = { ...paper, name: 'Household' };
		return (await found(tx, { kind: 'household', group, shares: true, head }, byHouse, start)).id;
	});

const firm = async (shares: boolean): Promise<string> =>
	inTransaction(db, async (tx) => {
		const group = { ...paper, name: 'Tischlerei Holm', vatNumber: 'DE 123 456 789' };
		return (await found(tx, { kind: 'firm', group, shares, head: null }, byHouse, start)).id;
	});

const add = (groupId: string, memberId: string, role: GroupRole = 'member', at = start, on: Db = db) =>
	inTransaction(on, (tx) => addMember(tx, { groupId, memberId, role, title: null, agreed }, byHouse, at));
const go = (groupId: string, memberId: string, points = 0, at = start, on: Db = db) =>
	inTransaction(on, (tx) => leave(tx, { groupId, memberId, points, reason: null }, byHouse, at));
const over = (id: string, heirId: string | null, at = start) =>
	inTransaction(db, (tx) => end(tx, { id, heirId, reason: 'moved apart' }, byHouse, at));

async function buy(memberId: string, euros: number, at = start, points = 0) {
	const answer = await desk.sell(await aSale(db, shop, anAsk(memberId, [line('a', euros * 100)], { points }), at), at);
	if (!answer.ok) throw new Error(answer.refusal.code);
	return answer.receipt;
}

async function bring(receiptId: string, at = start) {
	const place = { caller: 'dev_test', storeId: shop.storeId, deviceId: 'dev_test', staffId: null };
	const done = await desk.takeBack({ ...place, key: aKey(), receiptId, lines: 'everything', reason: null }, at);
	if (!done.ok) throw new Error(done.refusal.code);
	return done.given;
}

const now = async (id: string, at = start) => (await pointsOf(db, [id], at)).get(id)!;
const spendable = async (id: string, at = start) => (await now(id, at)).spendable;
/** What stands on somebody's own accounts, whoever they share a purse with. */
const own = async (id: string) =>
	(
		await sql<{ points: number }[]>`
		select coalesce(sum(credited - debited), 0)::bigint as points from accounts where owner_id = ${id}`
	)[0]!.points;
const people = (count: number) => Promise.all(Array.from({ length: count }, () => aMember(db, start)));
const clean = async () => expect((await auditHouse(db)).findings).toEqual([]);

describe('a household', () => {
	test('has one purse: what each brought is there, what each earns and spends is everybody’s', async () => {
		const [anna, ben, cleo] = (await people(3)) as [string, string, string];
		await buy(anna, 100);
		await buy(ben, 40);
		const before = [...(await now(anna)).lots, ...(await now(ben)).lots];
		const group = await household(anna);
		await add(group, ben);
		await add(group, cleo);
		for (const id of [anna, ben, cleo, group]) expect(await spendable(id)).toBe(140);
		expect(new Set((await now(cleo)).lots.map(({ endsAt }) => endsAt))).toEqual(
			new Set(before.map(({ endsAt }) => endsAt))
		);
		await buy(cleo, 10);
		await buy(ben, 300, start, 120);
		expect(await spendable(anna)).toBe(140 + 10 - 120 + (await earnedBy(ben)) - 40);
		expect([await own(anna), await own(ben), await own(cleo)]).toEqual([0, 0, 0]);
		expect((await purseOf(db, ben))?.others.map(({ memberId }) => memberId).sort()).toEqual([anna, cleo].sort());
		await clean();
	});

	const earnedBy = async (id: string): Promise<number> =>
		(
			await sql<{ points: number }[]>`
			select sum(points_earned)::bigint as points from receipts where member_id = ${id}`
		)[0]!.points;

	test('keeps what is in the purse when somebody goes; they may be given some along, with its dates', async () => {
		const [anna, ben] = (await people(2)) as [string, string];
		const group = await household(anna);
		await add(group, ben);
		await buy(ben, 100);
		await expect(go(group, ben, 101)).rejects.toMatchObject({
			code: 'group.points_few',
			details: { availablePoints: 100 }
		});
		const [lot] = (await now(group)).lots;
		await go(group, ben, 30);
		expect([await spendable(anna), await spendable(ben)]).toEqual([70, 30]);
		expect((await now(ben)).lots).toEqual([{ endsAt: lot!.endsAt, points: 30 }]);
		await buy(ben, 5);
		expect([await spendable(anna), await spendable(ben)]).toEqual([70, 35]);
		await clean();
	});

	test('gets points back, and gives them back, for goods that somebody bought who has left since', async () => {
		const [anna, ben] = (await people(2)) as [string, string];
		await buy(anna, 200);
		const group = await household(anna);
		await add(group, ben);
		const paid = await buy(ben, 100, start, 60);
		expect(await spendable(anna)).toBe(200 - 60 + paid.pointsEarned);
		await go(group, ben);
		const given = await bring(paid.id);
		expect(given).toMatchObject({ pointsGivenBack: 60, pointsTakenBack: paid.pointsEarned, pointsOwed: 0 });
		expect([await spendable(anna), await spendable(ben)]).toEqual([200, 0]);
		// What was bought before, with points of their own, went into the purse and comes from there.
		const [cleo] = (await people(1)) as [string];
		const first = await buy(cleo, 50);
		await add(group, cleo);
		await bring(first.id);
		expect(await spendable(anna)).toBe(200);
		await clean();
	});

	test('ends: one takes the purse, and what comes to it from returned goods later', async () => {
		const [anna, ben] = (await people(2)) as [string, string];
		const group = await household(anna);
		await add(group, ben);
		await buy(anna, 80);
		const paid = await buy(ben, 100, start, 20);
		await expect(over(group, null)).rejects.toMatchObject({ code: 'group.heir_needed' });
		const [stranger] = (await people(1)) as [string];
		await expect(over(group, stranger)).rejects.toMatchObject({ code: 'group.no_member' });
		const all = await spendable(group);
		await over(group, anna);
		expect([await spendable(anna), await spendable(ben)]).toEqual([all, 0]);
		await bring(paid.id);
		expect([await spendable(anna), await spendable(ben)]).toEqual([80, 0]);
		await expect(add(group, ben)).rejects.toMatchObject({ code: 'group.ended' });
		await clean();
	});

	test('is one owner to the jobs: points expire in the purse, pending ones ripen there, and it lapses when nobody buys', async () => {
		const [anna, ben] = (await people(2)) as [string, string];
		const group = await household(anna);
		await add(group, ben);
		await buy(anna, 60);
		const last = later(start, 150 * day);
		await buy(ben, 7, last);
		const lapses = await lapsesOf(db, [anna, ben]);
		expect(lapses.get(anna)?.get('points')).toBeInstanceOf(Date);
		expect(lapses.get(anna)).toEqual(lapses.get(ben));
		await lapseInactive(db, { now: later(start, 210 * day) });
		expect(await spendable(anna, later(start, 210 * day))).toBe(67);
		await lapseInactive(db, { now: later(last, 202 * day) });
		expect(await spendable(anna, later(last, 202 * day))).toBe(0);
		const far = later(start, 3000 * day);
		await mature(db, { now: far, life: () => ({ potDays: null, endsAt: null }) });
		await expire(db, { now: far });
		await clean();
	});

	test('is joined once, by consent, by somebody who can', async () => {
		const [anna, ben, gone, kept] = (await people(4)) as [string, string, string, string];
		const group = await household(anna);
		const code = (wanted: string) => ({ code: wanted });
		await expect(add(group, anna)).rejects.toMatchObject(code('group.member_there'));
		await expect(household(anna)).rejects.toMatchObject(code('group.has_purse'));
		await expect(add(group, 'mem_nobody')).rejects.toMatchObject(code('group.no_member'));
		await expect(add('mgp_none', ben)).rejects.toMatchObject(code('group.unknown'));
		await expect(add(group, ben, 'buyer')).rejects.toMatchObject(code('group.role_form'));
		const wordless = { groupId: group, memberId: ben, role: 'member' as const, title: null };
		for (const [said, refused] of [
			[null, 'group.consent_needed'],
			['  x ', 'group.agreed_form']
		] as const)
			await expect(
				inTransaction(db, (tx) => addMember(tx, { ...wordless, agreed: said }, byHouse, start))
			).rejects.toMatchObject(code(refused));
		const step = { fromId: gone, intoId: kept, reason: 'twice' };
		await inTransaction(db, (tx) => merge(tx, step, memberSteps, byHouse, start));
		await expect(add(group, gone)).rejects.toMatchObject(code('member.merged'));
		await sql`update members set blocked_at = ${start.toISOString()} where id = ${ben}`;
		await expect(add(group, ben)).rejects.toMatchObject(code('group.member_blocked'));
		await sql`update members set blocked_at = null, joined_at = null where id = ${ben}`;
		await expect(add(group, ben)).rejects.toMatchObject(code('group.not_joined'));
		await expect(go(group, anna)).rejects.toMatchObject(code('group.last_member'));
		await add(group, kept);
		await expect(go(group, anna)).rejects.toMatchObject(code('group.head_leaves'));
		await expect(
			inTransaction(db, (tx) =>
				found(tx, { kind: 'household', group: paper, shares: true, head: null }, byHouse, start)
			)
		).rejects.toMatchObject(code('group.name_form'));
		await inTransaction(db, (tx) =>
			setRole(tx, { groupId: group, memberId: kept, role: 'head', title: null }, byHouse, start)
		);
		await go(group, anna);
		await clean();
	});

	test('is nothing that one can give points to and be given them by', async () => {
		const [anna, ben] = (await people(2)) as [string, string];
		const group = await household(anna);
		await add(group, ben);
		await buy(anna, 50);
		const [row] = await sql<{ number: string }[]>`select number from members where id = ${ben}`;
		const give = () =>
			inTransaction(db, (tx) =>
				transfer(tx, { memberId: anna, to: row!.number, points: 10, note: null }, byHouse, start)
			);
		await expect(give()).rejects.toMatchObject({ code: 'points.same_purse' });
		await go(group, ben);
		await give();
		expect([await spendable(anna), await spendable(ben)]).toEqual([40, 10]);
		await clean();
	});
});

describe('a firm', () => {
	const buyer = (id: string, memberId: string, role: GroupRole = 'buyer') => add(id, memberId, role);

	test('has one wallet for all its buyers, or each their own, as it is set', async () => {
		const [anna, ben, clerk] = (await people(3)) as [string, string, string];
		const id = await firm(false);
		await buyer(id, anna);
		await buyer(id, ben);
		await buyer(id, clerk, 'contact');
		await buy(anna, 30);
		await buy(clerk, 9);
		expect([await spendable(anna), await spendable(ben)]).toEqual([30, 0]);
		const share = (shares: boolean, version: number, heirId: string | null = null) =>
			inTransaction(db, (tx) => setShares(tx, { id, version, shares, heirId }, byHouse, start));
		await share(true, 1);
		await expect(share(false, 1)).rejects.toMatchObject({ code: 'group.changed_meanwhile' });
		await buy(ben, 20);
		expect([await spendable(anna), await spendable(ben), await spendable(clerk)]).toEqual([50, 50, 9]);
		await expect(share(false, 2)).rejects.toMatchObject({ code: 'group.heir_needed' });
		await share(false, 2, ben);
		expect([await spendable(anna), await spendable(ben), await spendable(clerk)]).toEqual([0, 50, 9]);
		await clean();
	});

	test('keeps its purse when the last buyer goes; a contact who comes to buy brings what they have', async () => {
		const [anna, clerk] = (await people(2)) as [string, string];
		const id = await firm(true);
		await buyer(id, anna);
		await buyer(id, clerk, 'contact');
		await buy(anna, 30);
		await buy(clerk, 5);
		await go(id, anna);
		expect([await spendable(id), await spendable(anna), await spendable(clerk)]).toEqual([30, 0, 5]);
		await inTransaction(db, (tx) =>
			setRole(tx, { groupId: id, memberId: clerk, role: 'buyer', title: 'Purchasing' }, byHouse, start)
		);
		expect(await spendable(clerk)).toBe(35);
		await inTransaction(db, (tx) =>
			setRole(tx, { groupId: id, memberId: clerk, role: 'contact', title: null }, byHouse, start)
		);
		expect([await spendable(id), await spendable(clerk)]).toEqual([35, 0]);
		await clean();
	});

	test('cannot share while one of its buyers shares another purse', async () => {
		const [anna] = (await people(1)) as [string];
		const home = await household(anna);
		const id = await firm(false);
		await buyer(id, anna);
		await expect(
			inTransaction(db, (tx) => setShares(tx, { id, version: 1, shares: true, heirId: null }, byHouse, start))
		).rejects.toMatchObject({ code: 'group.has_purse', details: { kind: 'household', groupId: home } });
		await clean();
	});
});

describe('two members who are one person', () => {
	const mergeThem = (fromId: string, intoId: string, on: Db = db) =>
		inTransaction(on, (tx) => merge(tx, { fromId, intoId, reason: 'twice' }, memberSteps, byHouse, start));

	test('share the purse that one of them shared, whichever is kept', async () => {
		for (const kept of ['who shared', 'who did not'] as const) {
			const [anna, ben, other] = (await people(3)) as [string, string, string];
			const group = await household(anna);
			await add(group, ben);
			await buy(ben, 50);
			const bought = await buy(other, 20);
			const [from, into] = kept === 'who shared' ? [other, ben] : [ben, other];
			await mergeThem(from, into);
			expect([await spendable(anna), await spendable(into), await own(into), await own(from)]).toEqual([70, 70, 0, 0]);
			await bring(bought.id);
			expect(await spendable(anna)).toBe(50);
			await buy(into, 4);
			expect(await spendable(anna)).toBe(54);
		}
		await clean();
	});

	test('are one in a household where both were, and are refused where each shares another purse', async () => {
		const [anna, ben, cleo] = (await people(3)) as [string, string, string];
		const group = await household(anna);
		await add(group, ben);
		await buy(anna, 10);
		await mergeThem(anna, ben);
		const [left] = await sql`select member_id, role from group_members where group_id = ${group} and ended_at is null`;
		expect(left).toEqual({ member_id: ben, role: 'head' });
		expect(await spendable(ben)).toBe(10);
		await household(cleo);
		await expect(mergeThem(cleo, ben)).rejects.toMatchObject({ code: 'group.merge_two' });
		await clean();
	});

	test('who is erased takes nothing of the others; who was the last takes the purse along', async () => {
		const [anna, ben] = (await people(2)) as [string, string];
		const group = await household(anna);
		await add(group, ben);
		await buy(anna, 60);
		const erase = (id: string) =>
			inTransaction(db, async (tx) => {
				await sqlOf(tx)`select from members where id = ${id} for update`;
				for (const step of memberSteps) await step.erase(tx, [id], start);
			});
		await erase(anna);
		expect(await spendable(ben)).toBe(60);
		const [left] = await sql`select member_id, role from group_members where group_id = ${group} and ended_at is null`;
		expect(left).toEqual({ member_id: ben, role: 'head' });
		await erase(ben);
		expect(await spendable(group)).toBe(0);
		const [row] = await sql`select name, ended_at is not null as over from member_groups where id = ${group}`;
		expect(row).toEqual({ name: '–', over: true });
		await clean();
	});
});

test('joining, leaving, buying and ending at the same time: no point is lost, doubled or left behind', async () => {
	const connections = [1, 2, 3].map(() => connect(url, { max: 6 }));
	const desks = connections.map((connection) => openCounter(connection.db, () => {}));
	const outcome = (run: Promise<unknown>) =>
		run.then(
			() => 'done',
			(error: { code?: string }) => error.code ?? String(error)
		);
	try {
		for (let round = 0; round < 6; round++) {
			const [anna, ben, cleo, dan] = (await people(4)) as [string, string, string, string];
			const [home, away] = [await household(anna), await household(dan)];
			const buyers = [anna, ben, cleo, dan];
			const sales = await Promise.all(
				Array.from({ length: 24 }, (_, n) => aSale(db, shop, anAsk(buyers[n % 4]!, [line('a', 1000)]), start))
			);
			const [, moves] = await Promise.all([
				Promise.all(sales.map((command, n) => desks[n % 3]!.sell({ ...command, fingerprint: null }, start))).then(
					(done) => expect(done.filter(({ ok }) => !ok)).toEqual([])
				),
				// Two households want the same member at the same moment; another comes and goes.
				Promise.all([
					outcome(add(home, ben, 'member', start, connections[0]!.db)),
					outcome(add(away, ben, 'member', start, connections[1]!.db)),
					outcome(
						add(home, cleo, 'member', start, connections[2]!.db).then(() =>
							go(home, cleo, 0, start, connections[0]!.db)
						)
					),
					outcome(
						inTransaction(connections[1]!.db, (tx) =>
							adjust(
								tx,
								{ memberId: cleo, points: 5, reason: 'for the test', note: null, limited: false },
								byHouse,
								start
							)
						)
					)
				])
			]);
			expect(moves.slice(0, 2).sort()).toEqual(['done', 'group.has_purse']);
			expect(moves.slice(2)).toEqual(['done', 'done']);
			const owners = [home, away, ...buyers];
			const each = await Promise.all(owners.map(own));
			expect(each.reduce((total, points) => total + points, 0)).toBe(24 * 10 + 5);
			expect([await own(anna), await own(ben), await own(dan)]).toEqual([0, 0, 0]);
			const ends = await Promise.all([
				outcome(over(home, anna)),
				outcome(go(home, ben, 0, start, connections[1]!.db)),
				outcome(go(away, ben, 0, start, connections[2]!.db)),
				outcome(add(home, cleo, 'member', start, connections[0]!.db)),
				...buyers.map((id) => outcome(buy(id, 1)))
			]);
			expect(ends.slice(4)).toEqual(['done', 'done', 'done', 'done']);
			expect(
				ends.filter((said) => !/^(done|group\.(ended|no_member|changed_meanwhile|heir_needed))$/.test(said))
			).toEqual([]);
			await clean();
		}
	} finally {
		await Promise.all(connections.map((connection) => connection.end()));
	}
}, 60_000);
