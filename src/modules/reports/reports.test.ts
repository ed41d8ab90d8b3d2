import { beforeAll, describe, expect, it } from 'vitest';
import { undoSales } from '#checkout/server';
import type { Page } from '#core/page';
import { day, hour, later, second } from '#core/time';
import { issue } from '#giftcards/server';
import { historyOf } from '#ledger/server';
import { inTransaction, sqlOf } from '#platform/db';
import { byHouse } from '#platform/trail';
import { assign, createVoucher } from '#vouchers/server';
import { testDatabase } from '../../../tests/support/database.ts';
import {
	aDefinition,
	aMember,
	anAsk,
	aSale,
	line,
	openShop,
	sell,
	type Shop,
	testSettings
} from '../../../tests/support/shop.ts';
import { allMembers, memberOrders, type MemberQuery, type MemberRow } from './index.ts';
import { memberIds } from './member-list.server.ts';
import { withReceipts } from './references.server.ts';
import {
	besideReceipt,
	countMembers,
	listMembers,
	listReceipts,
	memberPage,
	todayOf,
	totalReceipts,
	voucherUses
} from './server.ts';

const { db, url } = await testDatabase();
/** a Tuesday, 15:00 in the shop */
const now = new Date('2026-06-16T13:00:00Z');
const everything = { storeId: null, fromDay: null, toDay: null, memberId: null, number: null };

let shop: Shop;
let ann: string;
let bob: string;
let receiptId: string;
let codeId: string;
let cardId: string;
let voucherId: string;
let earnedToday = 0;

/** A sale at an instant; at the other store where it is asked for. */
async function sale(memberId: string | null, cents: number, at: Date, wish = {}, storeId = shop.storeId) {
	const result = await sell(db, await aSale(db, shop, anAsk(memberId, [line('a', cents)], wish), at, { storeId }), at);
	if (!result.ok) throw new Error(result.refusal.code);
	return result.receipt;
}

beforeAll(async () => {
	testSettings(url);
	shop = await openShop(db, later(now, -40 * day));
	ann = await aMember(db, later(now, -40 * day));
	bob = await aMember(db, later(now, -hour));
	await inTransaction(db, async (tx) => {
		const definition = aDefinition({ holding: 'assigned' });
		voucherId = (await createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, later(now, -day)))
			.id;
		const [given] = await assign(tx, { voucherId, memberIds: [ann] }, byHouse, later(now, -day));
		codeId = given && 'codeId' in given ? given.codeId : '';
		const command = { cents: 2000, currency: 'EUR', memberId: ann, active: true, expiresAt: null };
		const [card] = await issue(tx, [command], later(now, -2 * hour));
		cardId = card?.ok ? card.id : '';
	});
	await sale(ann, 4000, later(now, -30 * day));
	await sale(ann, 1000, later(now, -7 * day - hour));
	// a week ago, but later in the day than it is now: does not count in the comparison
	await sale(ann, 500, later(now, -7 * day + hour));
	await sale(bob, 3000, later(now, -day - hour));
	const receipt = await sale(ann, 10_000, later(now, -hour), {
		rightIds: [codeId],
		giftCards: [{ id: cardId, cents: 1500 }]
	});
	receiptId = receipt.id;
	const guests = await sale(null, 700, later(now, -hour / 2), {}, shop.otherStoreId);
	earnedToday = receipt.pointsEarned + guests.pointsEarned;
	const returned = await inTransaction(db, (tx) =>
		undoSales(
			tx,
			[
				{
					caller: 'dev_test',
					key: 'return-of-bob',
					storeId: shop.storeId,
					deviceId: null,
					staffId: null,
					receiptId,
					lines: [{ position: 0, quantity: 100 }],
					reason: 'Broken'
				}
			],
			later(now, -60_000)
		)
	);
	const undone = returned[0]?.result;
	if (!undone?.ok) throw new Error('was not returned');
	earnedToday -= undone.given.pointsTakenBack;
});

describe('the figures of today', () => {
	it('are what was sold since midnight, less what came back', async () => {
		const today = await todayOf(db, { storeId: null, days: 14 }, now);
		expect(today).toMatchObject({ currency: 'EUR', timeZone: 'Europe/Berlin', day: '2026-06-16' });
		expect(today.today).toEqual({
			salesCents: 9000 + 700 - 900,
			returnsCents: 900,
			receipts: 2,
			averageCents: 4400,
			pointsEarned: earnedToday,
			pointsSpent: 0,
			vouchersRedeemed: 1,
			voucherCents: 1000,
			giftCardsIssued: 1,
			giftCardsIssuedCents: 2000,
			giftCardsChargedCents: 1500 - 150,
			membersJoined: 1
		});
	});

	it('are compared with the same time of yesterday and of a week ago', async () => {
		const today = await todayOf(db, { storeId: null, days: 14 }, now);
		expect(today.yesterday).toMatchObject({ salesCents: 3000, receipts: 1 });
		expect(today.weekAgo).toMatchObject({ salesCents: 1000, receipts: 1 });
		expect(today.days.find(({ day }) => day === '2026-06-09')).toMatchObject({ salesCents: 1500, receipts: 2 });
	});

	it('belong to one store where one is asked for', async () => {
		const today = await todayOf(db, { storeId: shop.otherStoreId, days: 14 }, now);
		expect(today.today).toMatchObject({ salesCents: 700, receipts: 1, vouchersRedeemed: 0, giftCardsIssued: 0 });
	});

	it('end a course of as many days as were asked for, without gaps', async () => {
		const { days, today } = await todayOf(db, { storeId: null, days: 30 }, now);
		expect(days).toHaveLength(30);
		expect(days.map((each) => each.day)).toEqual([...new Set(days.map((each) => each.day))].sort());
		const { day: last, ...figures } = days.at(-1)!;
		expect(last).toBe('2026-06-16');
		expect(figures).toEqual(today);
	});

	it('tell what is owed: points by what they would pay, and money on cards', async () => {
		const { outstanding } = await todayOf(db, { storeId: null, days: 14 }, now);
		expect(outstanding).toMatchObject({ pendingPoints: 0, debtPoints: 0, giftCards: 1 });
		// 15.00 of the card's 20.00 paid; a tenth of that came back with the return
		expect(outstanding?.giftCardCents).toBe(500 + 150);
		const { items } = await listMembers(
			db,
			{ filter: allMembers, order: 'newest', descending: true, cursor: null },
			now
		);
		expect(outstanding?.spendablePoints).toBe(items.reduce((sum, member) => sum + member.spendablePoints, 0));
		// A guest's points wait for somebody to claim the receipt; after the days for that they are nobody's for good.
		expect(outstanding?.unclaimedPoints).toBe(7);
		expect(outstanding?.pointsWorthCents).toBe((outstanding?.spendablePoints ?? 0) + 7);
		const weeksOn = await todayOf(db, { storeId: null, days: 14 }, later(now, 15 * day));
		expect(weeksOn.outstanding).toMatchObject({ unclaimedPoints: 0, spendablePoints: outstanding?.spendablePoints });
	});

	it('count points as gone on the day they fall due, whether or not a job wrote them off', async () => {
		const { outstanding } = await todayOf(db, { storeId: null, days: 14 }, later(now, 800 * day));
		expect(outstanding?.spendablePoints).toBe(0);
	});
});

describe('the list of members', () => {
	const names = async (text: string) =>
		(
			await listMembers(db, { filter: { ...allMembers, text }, order: 'newest', descending: true, cursor: null }, now)
		).items.map(({ id }) => id);

	it('has those who joined, and nobody made for a guest sale', async () => {
		expect(await countMembers(db, now)).toBe(2);
		expect(await names('')).toEqual([bob, ann]);
	});

	it('finds by name, e-mail address, number and code', async () => {
		const { member } = await memberPage(db, ann);
		for (const text of [member.name!, member.email!.toUpperCase(), member.number, member.code])
			expect(await names(text)).toEqual([ann]);
		for (const text of ['nobody', '%', '_', "'; drop table members; --"]) expect(await names(text)).toEqual([]);
	});

	it('stands in the order that was asked for, in both directions', async () => {
		const ids = async (order: 'spent' | 'recent', descending: boolean) =>
			(await listMembers(db, { filter: allMembers, order, descending, cursor: null }, now)).items.map(({ id }) => id);
		expect(await ids('spent', true)).toEqual([ann, bob]);
		expect(await ids('spent', false)).toEqual([bob, ann]);
		expect(await ids('recent', true)).toEqual([ann, bob]);
	});

	it('goes on after its cursor without losing or repeating anybody', async () => {
		for (let i = 0; i < 60; i++) await aMember(db, later(now, -50 * day));
		const seen: string[] = [];
		let cursor: string | null = null;
		do {
			const page = await listMembers(db, { filter: allMembers, order: 'spent', descending: true, cursor }, now);
			seen.push(...page.items.map(({ id }) => id));
			cursor = page.nextCursor;
		} while (cursor);
		expect(seen).toHaveLength(62);
		expect(new Set(seen).size).toBe(62);
	});

	it('is the same list whichever way its pages are found', async () => {
		const tagId = 'tag_some000000000000000000';
		const ids = (await memberIds(db, { filter: allMembers, cursor: null, size: 1000 })).ids;
		const some = ids.filter((_, place) => place % 3 === 0 || place === 61);
		const sql = sqlOf(db);
		await sql`insert into tags (id, name, folded, colour, created_at) values (${tagId}, 'some', 'some', 'good', now())`;
		await sql`insert into member_tags (member_id, tag_id, tagged_at) select id, ${tagId}, now() from members where id in ${sql(some)}`;
		await sql`update members set words = 'zoe'::tsvector where id in ${sql(ids.slice(0, 20))}`;
		const walked = async (query: Omit<MemberQuery, 'cursor' | 'size'>) => {
			const seen: string[] = [];
			for (let cursor: string | null = null; ;) {
				const page: Page<MemberRow> = await listMembers(db, { ...query, cursor, size: 9 }, now);
				seen.push(...page.items.map(({ id }) => id));
				if ((cursor = page.nextCursor) === null) return seen;
			}
		};
		for (const order of memberOrders)
			for (const descending of [true, false])
				for (const [filter, count] of [
					[{}, 62],
					[{ tagId }, some.length],
					[{ text: 'zoe' }, 20],
					[{ text: 'zoe', tagId }, 7],
					[{ tagId, joinedBefore: later(now, -2 * hour) }, some.length - Number(some.includes(bob))],
					[{ blocked: false }, 62],
					[{ joinedBefore: later(now, -2 * hour) }, 61]
				] as const) {
					const query = { filter: { ...allMembers, ...filter }, order, descending };
					const far = await walked(query);
					expect(new Set(far).size, JSON.stringify(query)).toBe(count);
					expect(await walked({ ...query, reach: 1 }), JSON.stringify(query)).toEqual(far);
					// Who never bought stands at the end, whichever the direction.
					if (order !== 'newest') expect(far.indexOf(ann)).toBeLessThan(2);
				}
	});

	it('has those of a tag in the order in which they joined, however that changed since', async () => {
		const sql = sqlOf(db);
		const [tagId, other] = ['tag_late000000000000000000', 'tag_other00000000000000000'];
		for (const id of [tagId, other])
			await sql`insert into tags (id, name, folded, colour, created_at) values (${id}, ${id}, ${id}, 'good', now())`;
		const [one = '', two = '', three = '', guest = '', twin = ''] = await Promise.all(
			[5, 4, 3, 2, 1].map((days) => aMember(db, later(now, -days * day)))
		);
		const people = [one, two, three, guest, twin];
		await sql`update members set joined_at = null where id = ${guest}`;
		await sql`insert into member_tags (member_id, tag_id, tagged_at)
			select m.id, t.id, now() from members m cross join tags t
			where m.id in ${sql(people)} and t.id in ${sql([tagId, other])}`;
		const listed = async (filter: object = {}) => {
			const query = {
				filter: { ...allMembers, tagId, ...filter },
				order: 'newest',
				descending: true,
				cursor: null
			} as const;
			return (await listMembers(db, query, now)).items.map(({ id }) => id);
		};
		expect(await listed()).toEqual([twin, three, two, one]);
		await sql`update members set joined_at = ${now.toISOString()} where id = ${guest}`;
		await sql`update members set joined_at = ${later(now, -40 * day).toISOString()} where id = ${three}`;
		expect(await listed()).toEqual([guest, twin, two, one, three]);
		// Whoever is merged stands there no more, nor does who is erased.
		await sql`update members set merged_into = ${one}, merged_at = now() where id = ${twin}`;
		await sql`update members set erased_at = now(), words = null where id = ${two}`;
		expect(await listed()).toEqual([guest, one, three]);
		expect(await listed({ joinedFrom: later(now, -10 * day) })).toEqual([guest, one]);
		expect(await listed({ blocked: true })).toEqual([]);
		expect(await listed({ tagId: 'tag_nobody' })).toEqual([]);
		await sql`delete from member_tags where tag_id in ${sql([tagId, other])}`;
		await sql`update members set joined_at = null where id in ${sql(people)}`;
	});

	it('knows when somebody joined who is given a tag at that moment', async () => {
		const tagId = 'tag_race000000000000000000';
		const sql = sqlOf(db);
		await sql`insert into tags (id, name, folded, colour, created_at) values (${tagId}, 'race', 'race', 'good', now())`;
		for (let round = 0; round < 5; round++) {
			const id = await aMember(db, later(now, -30 * day));
			await sql`update members set joined_at = null where id = ${id}`;
			await Promise.all([
				inTransaction(
					db,
					(tx) => sqlOf(tx)`update members set joined_at = ${later(now, -20 * day).toISOString()} where id = ${id}`
				),
				inTransaction(
					db,
					(tx) => sqlOf(tx)`insert into member_tags (member_id, tag_id, tagged_at) values (${id}, ${tagId}, now())`
				)
			]);
		}
		const wrong = await sql`select 1 from member_tags t join members m on m.id = t.member_id
			where t.joined_at is distinct from m.joined_at`;
		expect(wrong).toHaveLength(0);
		await sql`delete from member_tags where tag_id = ${tagId}`;
	});

	it('holds up nobody’s sale while many are given a tag', async () => {
		const tagId = 'tag_calm000000000000000000';
		const sql = sqlOf(db);
		await sql`insert into tags (id, name, folded, colour, created_at) values (${tagId}, 'calm', 'calm', 'good', now())`;
		const id = await aMember(db, later(now, -30 * day));
		await inTransaction(db, async (tx) => {
			await sqlOf(tx)`insert into member_tags (member_id, tag_id, tagged_at) values (${id}, ${tagId}, now())`;
			// As a sale does; it would wait for the end of this transaction, and so without end.
			const [row] = await sql`select id from members where id = ${id} for no key update nowait`;
			expect(row?.id).toBe(id);
		});
		await sql`delete from member_tags where tag_id = ${tagId}`;
	});

	it('remembers how many there are only where there are very many', async () => {
		const count = await countMembers(db, now);
		await aMember(db, later(now, -60 * day));
		expect(await countMembers(db, now)).toBe(count + 1);
		expect(await countMembers(db, now, 10)).toBe(count + 1);
		await aMember(db, later(now, -60 * day));
		expect(await countMembers(db, later(now, 20 * second), 10)).toBe(count + 1);
		// Half a minute later the old number is told once more, and counted anew meanwhile.
		expect(await countMembers(db, later(now, 31 * second), 10)).toBe(count + 1);
		await expect.poll(() => countMembers(db, later(now, 32 * second), 10)).toBe(count + 2);
	});

	it('begins anew for a cursor that nobody here wrote', async () => {
		for (const cursor of ['x', 'W10', Buffer.from('["soon","mem"]').toString('base64url'), '%%%']) {
			const page = await listMembers(db, { filter: allMembers, order: 'newest', descending: true, cursor }, now);
			expect(page.items[0]?.id).toBe(bob);
		}
	});
});

describe('a member’s page', () => {
	it('has figures, receipts, vouchers and cards', async () => {
		const page = await memberPage(db, ann);
		expect(page.figures).toMatchObject({ visits: 4, spentCents: 14_500, returnedCents: 900 });
		expect(page.receipts.map(({ totalCents }) => totalCents)).toEqual([9000, 500, 1000, 4000]);
		expect(page.receipts[0]).toMatchObject({ returnedCents: 900, member: { id: ann, joined: true } });
		expect(page.vouchers).toMatchObject([{ title: 'Ten percent', usesLeft: 0, redeemed: 1 }]);
		expect(page.giftCards).toMatchObject([{ id: cardId, balanceCents: 650 }]);
	});

	it('is refused for nobody', async () => {
		await expect(memberPage(db, 'mem_no')).rejects.toMatchObject({ code: 'member.unknown' });
	});
});

describe('a member’s history', () => {
	it('tells of a return by the receipt that it belongs to', async () => {
		const page = await withReceipts(db, await historyOf(db, ann, { cursor: null, limit: 50 }));
		const taken = page.items.filter(({ reason }) => reason === 'taken_back');
		expect(taken.map(({ ref }) => ref)).toEqual([receiptId]);
	});
});

describe('the list of receipts', () => {
	const found = async (filter: object) =>
		(await listReceipts(db, { filter: { ...everything, ...filter } })).items.map(({ totalCents }) => totalCents);

	it('is newest first, and narrows by store, day, member and number', async () => {
		expect(await found({})).toEqual([700, 9000, 3000, 500, 1000, 4000]);
		expect(await found({ storeId: shop.otherStoreId })).toEqual([700]);
		expect(await found({ fromDay: '2026-06-15' })).toEqual([700, 9000, 3000]);
		expect(await found({ fromDay: '2026-06-09', toDay: '2026-06-15' })).toEqual([3000, 500, 1000]);
		expect(await found({ memberId: bob })).toEqual([3000]);
		const [receipt] = (await listReceipts(db, { filter: everything })).items;
		expect(await found({ number: receipt!.number.toLowerCase() })).toEqual([700]);
		expect(await found({ number: receipt!.number.slice(0, 8) })).toEqual([700]);
	});

	it('adds up over the whole filter, whatever page is shown', async () => {
		expect(await totalReceipts(db, everything)).toMatchObject({
			receipts: 6,
			totalCents: 18_200 - 900,
			returnedCents: 900,
			currency: 'EUR'
		});
		expect(await totalReceipts(db, { ...everything, toDay: '2026-06-15' })).toMatchObject({
			receipts: 4,
			totalCents: 8500
		});
	});

	it('goes on after its cursor', async () => {
		const first = await listReceipts(db, { filter: everything, size: 4 });
		const second = await listReceipts(db, { filter: everything, size: 4, cursor: first.nextCursor });
		expect([...first.items, ...second.items].map(({ totalCents }) => totalCents)).toEqual([
			700, 9000, 3000, 500, 1000, 4000
		]);
		expect(second.nextCursor).toBeNull();
	});

	it('names the members of guest sales as nobody', async () => {
		const [guest] = (await listReceipts(db, { filter: { ...everything, storeId: shop.otherStoreId } })).items;
		expect(guest?.member).toMatchObject({ name: null, joined: false });
	});
});

describe('what stands beside a receipt', () => {
	it('is whose it is, its vouchers and its cards, masked', async () => {
		const beside = await besideReceipt(db, receiptId);
		expect(beside).toMatchObject({ member: { id: ann, joined: true }, timeZone: 'Europe/Berlin' });
		expect(beside.vouchers).toMatchObject([{ codeId, title: 'Ten percent', cents: 1000, givenBackAt: null }]);
		expect(beside.giftCards).toEqual([{ id: cardId, lastSymbols: expect.stringMatching(/^.{4}$/) as string }]);
		await expect(besideReceipt(db, 'rcp_no')).rejects.toMatchObject({ code: 'receipt.unknown' });
	});

	it('and a voucher knows its uses', async () => {
		expect(await voucherUses(db, voucherId)).toMatchObject([
			{ cents: 1000, receipt: { id: receiptId }, member: { id: ann, number: expect.any(String) as string } }
		]);
	});
});
