import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { identify, openCounter, preview } from '#checkout/server';
import { day, later } from '#core/time';
import { rotatingCode, staticCode, programmeWording } from '#customers';
import { codeFor, getMember, join, memberOfUser, merge, setNewsConsent } from '#customers/server';
import { members } from '#customers/tables';
import { issue } from '#giftcards/server';
import { pointsOf } from '#ledger/server';
import { connect, inTransaction, sqlOf } from '#platform/db';
import { byHouse } from '#platform/trail';
import { adjust, policyOf, savePolicy } from '#points/server';
import { assign, createVoucher, makeCodes } from '#vouchers/server';

import { listDuplicates, mergePreview } from '../../src/modules/reports/merging.server.ts';
import { walletHistory } from '../../src/modules/wallet/history.server.ts';
import { auditHouse } from '#wiring/house-audit.server';
import { memberSteps } from '#wiring/member-steps.server';
import { testDatabase } from '../support/database.ts';
import { aDefinition, aKey, aMember, anAsk, aSale, line, openShop, testSettings } from '../support/shop.ts';

const { db, url } = await testDatabase();
testSettings(url);
const start = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, start, { spend: { minimumPoints: 1, stepPoints: 1 } });
const sql = sqlOf(db);
const desk = openCounter(db, () => {});
await inTransaction(db, async (tx) => {
	const { policy, version } = await policyOf(tx);
	await savePolicy(tx, { version, policy: { ...policy, adjust: { ...policy.adjust, mayOwe: true } } }, byHouse, start);
});

const mergeThem = (fromId: string, intoId: string, at = start) =>
	inTransaction(db, (tx) => merge(tx, { fromId, intoId, reason: 'the same person twice' }, memberSteps, byHouse, at));

/** Buys for as many euros; a point for each. */
async function buy(memberId: string, euros: number, at: Date, points = 0, rightIds: string[] = []) {
	const ask = anAsk(memberId, [line('a', euros * 100)], { points, rightIds });
	const answer = await desk.sell(await aSale(db, shop, ask, at), at);
	if (!answer.ok) throw new Error(answer.refusal.code);
	return answer.receipt;
}

const give = (memberId: string, points: number, at = start) =>
	inTransaction(db, (tx) =>
		adjust(tx, { memberId, points, reason: 'for the test', note: null, limited: false }, byHouse, at)
	);

async function aVoucherFor(memberIds: string[], usesPerMember: number | null = null): Promise<string[]> {
	return inTransaction(db, async (tx) => {
		const definition = aDefinition({ usesPerMember, usesPerCode: 3 });
		const { id } = await createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, start);
		await makeCodes(tx, { voucherId: id, count: memberIds.length }, byHouse, start);
		const given = await assign(tx, { voucherId: id, memberIds }, byHouse, start);
		return given.map((one) => ('codeId' in one ? one.codeId : ''));
	});
}

const aCardFor = async (memberId: string): Promise<string> => {
	const command = { cents: 2500, currency: 'EUR', memberId, active: true, expiresAt: null };
	const [card] = await inTransaction(db, (tx) => issue(tx, [command], start));
	return card?.ok ? card.id : '';
};

const pointsNow = async (memberId: string, at = start) => (await pointsOf(db, [memberId], at)).get(memberId)!;
const clean = async () => expect((await auditHouse(db)).findings).toEqual([]);
const two = async (): Promise<[string, string]> => [await aMember(db, start), await aMember(db, start)];

describe('two members who are one person', () => {
	test('have everything together afterwards: points with their dates, vouchers, cards, figures, history', async () => {
		const [from, into] = await two();
		const first = await buy(from, 100, start);
		await buy(from, 50, later(start, 10 * day));
		await buy(into, 30, start);
		const before = [await pointsNow(from), await pointsNow(into)];
		const [code] = await aVoucherFor([from]);
		const card = await aCardFor(from);
		await mergeThem(from, into, later(start, 11 * day));

		const points = await pointsNow(into);
		expect(points.spendable).toBe(180);
		const all = [...before[0]!.lots, ...before[1]!.lots].map(({ endsAt, points }) => `${endsAt} ${points}`).sort();
		const sums = new Map<string, number>();
		for (const text of all) {
			const [at = '', count] = text.split(' ');
			sums.set(at, (sums.get(at) ?? 0) + Number(count));
		}
		expect(new Map(points.lots.map(({ endsAt, points }) => [endsAt, points]))).toEqual(sums);
		expect(await pointsNow(from)).toMatchObject({ spendable: 0, pending: 0, debt: 0 });
		const [voucher] = await sql`select member_id from voucher_codes where id = ${code!}`;
		const [held] = await sql`select member_id from gift_cards where id = ${card}`;
		expect([voucher?.member_id, held?.member_id]).toEqual([into, into]);
		const [figures] = await sql`select visits, spent_cents from member_figures where member_id = ${into}`;
		expect(figures).toEqual({ visits: 3, spent_cents: 18_000 });
		const history = await walletHistory(db, into);
		expect(history.items.map(({ kind }) => kind)).toEqual(['purchase', 'purchase', 'purchase']);
		expect(history.items.some(({ id }) => id === first.id)).toBe(true);
		const [receipt] = await sql`select member_id from receipts where id = ${first.id}`;
		expect(receipt?.member_id, 'a receipt says what it said').toBe(from);
		await clean();
	});

	test('owe together, and what either can spend pays it', async () => {
		for (const [fromPoints, intoPoints] of [
			[-40, 100],
			[100, -40],
			[-40, -30],
			[-40, 25],
			[25, -40]
		] as const) {
			const [from, into] = await two();
			await give(from, fromPoints);
			await give(into, intoPoints);
			await mergeThem(from, into);
			const sum = fromPoints + intoPoints;
			expect(await pointsNow(into)).toMatchObject({ spendable: Math.max(0, sum), debt: Math.max(0, -sum) });
		}
		await clean();
	});

	test('keep a limit per member that one of them has used up', async () => {
		const [from, into] = await two();
		const [codeOfFrom, codeOfInto] = await aVoucherFor([from, into], 2);
		await buy(from, 10, start, 0, [codeOfFrom!]);
		await buy(into, 10, start, 0, [codeOfInto!]);
		await mergeThem(from, into);
		await expect(buy(into, 10, start, 0, [codeOfInto!])).rejects.toThrow('voucher.used_by_member');
		await clean();
	});

	test('agree to what they said last', async () => {
		const [from, into] = await two();
		const news = (id: string, wording: string | null, days: number) =>
			inTransaction(db, (tx) => setNewsConsent(tx, id, wording, later(start, days * day)));
		await news(into, 'news-2026', 1);
		await news(from, 'news-2026', 2);
		await news(from, null, 3);
		await mergeThem(from, into, later(start, 4 * day));
		const rows = await sql`select purpose, withdrawn_at is null as stands from consents where member_id = ${into}`;
		expect(rows.filter(({ purpose }) => purpose === 'news').map(({ stands }) => stands)).toEqual([false, false]);
		expect(rows.filter(({ purpose, stands }) => purpose === 'programme' && stands)).toHaveLength(1);
	});

	test('fill each other’s gaps, and a block of either stays', async () => {
		const [from, into] = await two();
		await sql`update members set phone = '+49 170 1234567', blocked_at = ${start.toISOString()} where id = ${from}`;
		await sql`update members set name = null where id = ${into}`;
		const { name } = await getMember(db, from);
		await mergeThem(from, into);
		expect(await getMember(db, into)).toMatchObject({ name, phone: '+49 170 1234567', blocked: true });
	});
});

describe('before two are put together', () => {
	test('they are seen side by side, with what the one who stays will have', async () => {
		const [from, into] = await two();
		await buy(from, 120, start);
		await give(into, -20);
		const card = await aCardFor(from);
		const shown = await mergePreview(db, { fromId: from, intoId: into }, start);
		expect(shown.from).toMatchObject({ receipts: 1, giftCards: [{ id: card, balanceCents: 2500 }] });
		expect(shown.after).toMatchObject({ spendable: 100, debt: 0, visits: 1, spentCents: 12_000, blocked: false });
		await mergeThem(from, into);
		expect(await pointsNow(into)).toMatchObject({ spendable: shown.after.spendable, debt: shown.after.debt });
		await expect(mergePreview(db, { fromId: from, intoId: into }, start)).rejects.toMatchObject({
			code: 'member.merged'
		});
	});

	test('likely duplicates are listed until they are merged: one address in two writings, one name and birthday', async () => {
		const [one, other] = await two();
		const [third, fourth] = await two();
		const [alike] = await two();
		await sql`update members set email = 'zoe.dupe@gmail.com' where id = ${one}`;
		await sql`update members set email = 'zoedupe+shop@googlemail.com' where id = ${other}`;
		await sql`update members set name = 'José  Pérez', birthday = '04-01' where id = ${third}`;
		await sql`update members set name = 'jose perez', birthday = '04-01' where id = ${fourth}`;
		await sql`update members set name = 'Jose Perez', birthday = '04-02' where id = ${alike}`;
		const groups = async () =>
			(await listDuplicates(db)).items.map(({ why, members }) => [why, ...members.map(({ id }) => id).sort()]);
		expect(await groups()).toEqual(
			expect.arrayContaining([
				['email', ...[one, other].sort()],
				['name', ...[third, fourth].sort()]
			])
		);
		expect((await groups()).flat()).not.toContain(alike);
		await mergeThem(other, one);
		await mergeThem(fourth, third);
		expect((await groups()).flat()).not.toContain(one);
		expect((await groups()).flat()).not.toContain(third);
	});

	test('likely duplicates are told a page at a time: each group once, wherever a page or a walk ends', async () => {
		for (let n = 0; n < 4; n++) {
			const [one, other] = await two();
			const [third, fourth] = await two();
			const [fifth] = await two();
			await sql`update members set email = ${`page${n}+${one}@walk.example`} where id = ${one}`;
			await sql`update members set email = ${`PAGE${n}@walk.example`} where id = ${other}`;
			await sql`update members set name = ${`Walker ${n}`}, birthday = '08-09' where id in (${third}, ${fourth}, ${fifth})`;
			await sql`update members set name = ${`Walker ${n} Alone`}, birthday = '08-09' where id in (${one})`;
		}
		const told = ({ items }: Awaited<ReturnType<typeof listDuplicates>>) =>
			items.map(({ why, members }) => `${why} ${members.map(({ id }) => id).join(' ')}`);
		const all = told(await listDuplicates(db));
		expect(all.length).toBeGreaterThanOrEqual(8);
		for (const [size, entries] of [
			[1, 20_000],
			[3, 20_000],
			[50, 2],
			[1, 2],
			[2, 3],
			[50, 7]
		] as const) {
			const found: string[] = [];
			for (let cursor: string | null = null, pages = 0; ; pages++) {
				expect(pages).toBeLessThan(500);
				const page: Awaited<ReturnType<typeof listDuplicates>> = await listDuplicates(db, { cursor, size, entries });
				expect(page.items.length).toBeLessThanOrEqual(size);
				found.push(...told(page));
				if (page.nextCursor === null) break;
				// What somebody is called does not travel in an address.
				expect(page.nextCursor).toMatch(/^(email|name):(mem_[0-9a-z]+)?$/);
				cursor = page.nextCursor;
			}
			expect(found).toEqual(all);
		}
		for (const cursor of ['', 'email', 'name:mem_', "email:' or 1=1", 'phone:mem_1', 'x'.repeat(500)])
			expect(told(await listDuplicates(db, { cursor })).length).toBeGreaterThan(0);
	});

	test('a name of the longest letters there are is kept and compared', async () => {
		const [one, other] = await two();
		// one letter that is eighteen when it is taken apart
		const name = '\ufdfa'.repeat(80);
		await sql`update members set name = ${name}, birthday = '08-10' where id in (${one}, ${other})`;
		const { items } = await listDuplicates(db, { size: 500 });
		expect(items.map(({ members }) => members.map(({ id }) => id))).toContainEqual([one, other].sort());
	});
});

describe('what led to somebody who was merged', () => {
	const identified = (text: string) =>
		identify(db, { text, wanted: 'member', deviceId: `dev_${aKey()}`, storeId: shop.storeId }, start);

	test('leads to who was kept: the plastic card, the phone’s code, their number, their id on a till that was offline', async () => {
		const [from, into] = await two();
		const seed = await inTransaction(db, (tx) => codeFor(tx, from));
		await mergeThem(from, into);
		for (const text of [staticCode(seed.number), rotatingCode(seed.number, seed.secret, start)])
			expect(await identified(text)).toMatchObject({ kind: 'member', member: { fact: { id: into } } });
		const shown = await preview(db, { ask: anAsk(from, [line('a', 500)]), storeId: shop.storeId }, start);
		expect(shown).toMatchObject({ ok: true, facts: { member: { id: into } } });
		expect((await buy(from, 7, start)).memberId).toBe(into);
		expect((await pointsNow(into)).spendable).toBe(7);
		await clean();
	});

	test('a sale that was sent before is the same sale when it is sent again', async () => {
		const [from, into] = await two();
		const command = await aSale(db, shop, anAsk(from, [line('a', 900)]), start);
		const first = await desk.sell(command, start);
		await mergeThem(from, into);
		const again = await desk.sell(command, start);
		expect([first.ok, again.ok && again.replayed]).toEqual([true, true]);
		expect((await pointsNow(into)).spendable).toBe(9);
	});

	test('either address signs in to the one wallet that is left', async () => {
		const person = (email: string, userId: string | null) => ({
			email,
			userId,
			language: 'en',
			consent: { programme: programmeWording }
		});
		const joined = async (email: string, userId: string | null) =>
			(await inTransaction(db, (tx) => join(tx, person(email, userId), start))).member.id;
		const from = await joined('anna.work@merge.example', 'usr_work');
		const into = await joined('anna@merge.example', 'usr_home');
		const third = await joined('anna.till@merge.example', null);
		await mergeThem(from, into);
		await mergeThem(third, into);
		expect((await memberOfUser(db, 'usr_work'))?.id).toBe(into);
		expect((await memberOfUser(db, 'usr_home'))?.id).toBe(into);
		expect(await joined('ANNA.till@merge.example', 'usr_till')).toBe(into);
		expect((await memberOfUser(db, 'usr_till'))?.id).toBe(into);
	});

	test('goods they bought come back to who was kept: spent points too, with the dates they had', async () => {
		const [from, into] = await two();
		await buy(from, 200, start);
		const receipt = await buy(from, 100, start, 50);
		const before = await pointsNow(from);
		await mergeThem(from, into);
		const command = {
			caller: 'dev_test',
			key: aKey(),
			storeId: shop.storeId,
			deviceId: 'dev_test',
			staffId: null,
			receiptId: receipt.id,
			lines: 'everything' as const,
			reason: null
		};
		const back = await desk.takeBack(command, start);
		if (!back.ok) throw new Error(back.refusal.code);
		expect(back.given).toMatchObject({ pointsGivenBack: 50, pointsTakenBack: receipt.pointsEarned, pointsOwed: 0 });
		expect((await pointsNow(into)).spendable).toBe(before.spendable + 50 - receipt.pointsEarned);
		expect((await pointsNow(into)).lots).toHaveLength(1);
		await clean();
	});
});

describe('a merge is refused', () => {
	test('with oneself, twice, of somebody unknown or erased, without a reason', async () => {
		const [from, into] = await two();
		const other = await aMember(db, start);
		await mergeThem(from, into);
		await expect(mergeThem(into, into)).rejects.toMatchObject({ code: 'member.merge_self' });
		await expect(mergeThem(from, into)).rejects.toMatchObject({ code: 'member.merged' });
		await expect(mergeThem(other, from)).rejects.toMatchObject({ code: 'member.merged' });
		await expect(mergeThem('mem_nobody', into)).rejects.toMatchObject({ code: 'member.unknown' });
		const command = { fromId: other, intoId: into, reason: ' x ' };
		await expect(inTransaction(db, (tx) => merge(tx, command, memberSteps, byHouse, start))).rejects.toMatchObject({
			code: 'member.reason_form'
		});
		await expect(give(from, 5)).rejects.toMatchObject({ code: 'member.merged' });
	});

	test('never: a whole row of them leads to the last in one step', async () => {
		const ids = await Promise.all(Array.from({ length: 4 }, () => aMember(db, start)));
		for (let i = 0; i < 3; i++) await mergeThem(ids[i]!, ids[i + 1]!);
		for (const id of ids) expect((await getMember(db, id)).id).toBe(ids[3]);
		const rows = await db.select().from(members);
		const merged = new Set(rows.flatMap(({ id, mergedInto }) => (mergedInto ? [id] : [])));
		expect(rows.filter(({ mergedInto }) => mergedInto && merged.has(mergedInto))).toEqual([]);
	});
});

test('sales, gifts and two merges into each other at the same time: everything arrives, nothing is lost or doubled', async () => {
	const connections = [1, 2, 3].map(() => connect(url, { max: 6 }));
	const desks = connections.map((connection) => openCounter(connection.db, () => {}));
	try {
		for (let round = 0; round < 6; round++) {
			const [one, other] = await two();
			const sales = await Promise.all(
				Array.from({ length: 12 }, (_, n) => aSale(db, shop, anAsk(n % 2 ? one : other, [line('a', 1000)]), start))
			);
			const race = (from: string, into: string, n: number) =>
				inTransaction(connections[n]!.db, (tx) =>
					merge(tx, { fromId: from, intoId: into, reason: 'raced' }, memberSteps, byHouse, start)
				).then(
					() => 'merged',
					(error: { code?: string }) => error.code ?? String(error)
				);
			const [, merges, given] = await Promise.all([
				Promise.all(sales.map((command, n) => desks[n % 3]!.sell({ ...command, fingerprint: null }, start))).then(
					(done) => expect(done.filter(({ ok }) => !ok)).toEqual([])
				),
				Promise.all([race(one, other, 0), race(other, one, 1), race(one, other, 2)]),
				Promise.all([aVoucherFor([one]), aVoucherFor([other]), aCardFor(one), aCardFor(other)])
			]);
			expect(merges.filter((outcome) => outcome === 'merged')).toHaveLength(1);
			expect(merges.filter((outcome) => outcome !== 'merged' && outcome !== 'member.merged')).toEqual([]);
			const { id } = await getMember(db, one);
			expect((await pointsNow(id)).spendable).toBe(120);
			const [held] = await sql<{ cards: number; figures: number }[]>`
				select (select count(*)::int from gift_cards where member_id = ${id}) as cards,
					(select visits from member_figures where member_id = ${id}) as figures`;
			expect(held).toEqual({ cards: 2, figures: 12 });
			expect(given).toHaveLength(4);
		}
		await clean();
	} finally {
		await Promise.all(connections.map((connection) => connection.end()));
	}
});

test('whatever two members did before, their points add up after', async () => {
	type Move = { who: 0 | 1; kind: 'buy' | 'give' | 'take' | 'spend'; points: number; days: number };
	const move: fc.Arbitrary<Move> = fc.record({
		who: fc.constantFrom(0, 1),
		kind: fc.constantFrom('buy', 'give', 'take', 'spend'),
		points: fc.integer({ min: 1, max: 300 }),
		days: fc.integer({ min: 0, max: 40 })
	});
	await fc.assert(
		fc.asyncProperty(fc.array(move, { maxLength: 10 }), fc.integer({ min: 0, max: 500 }), async (moves, wait) => {
			const pair = await two();
			let at = start;
			for (const { who, kind, points, days } of moves) {
				at = later(at, days * day);
				const id = pair[who];
				if (kind === 'buy') await buy(id, points, at);
				else if (kind !== 'spend') await give(id, kind === 'give' ? points : -points, at);
				else {
					const { spendable } = await pointsNow(id, at);
					if (spendable > 0) await buy(id, 400, at, Math.min(points, spendable));
				}
			}
			at = later(at, wait * day);
			const [from, into] = [await pointsNow(pair[0], at), await pointsNow(pair[1], at)];
			await mergeThem(pair[0], pair[1], at);
			const all = await pointsNow(pair[1], at);
			const worth = ({ spendable, debt }: typeof from) => spendable - debt;
			expect(worth(all)).toBe(worth(from) + worth(into));
			expect(all.pending).toBe(from.pending + into.pending);
			expect(Math.min(all.spendable, all.debt)).toBe(0);
			expect(await pointsNow(pair[0], at)).toMatchObject({ spendable: 0, pending: 0, debt: 0, lots: [] });
		}),
		{ numRuns: 25 }
	);
	await clean();
}, 60_000);
