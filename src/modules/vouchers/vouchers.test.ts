import { eq, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { isChecked, newCode } from '#core/codes';
import { newId } from '#core/ids';
import { isRefusal, type Refusal } from '#core/refusal';
import { day, later } from '#core/time';
import { members } from '#customers/tables';
import { inTransaction, sqlOf, type Tx } from '#platform/db';
import { byHouse } from '#platform/trail';
import { createCategory, createProduct, createStore } from '#stores/server';
import { testDatabase } from '../../../tests/support/database.ts';
import { addCodes } from './codes.server.ts';
import { lockVoucher } from './definitions.server.ts';
import type { Definition } from './index.ts';
import {
	archiveVoucher,
	assign,
	createVoucher,
	editVoucher,
	findByCode,
	makeCodes,
	pauseVoucher,
	resumeVoucher,
	voidCode
} from './server.ts';
import { voucherCodes, voucherRedemptions, vouchers } from './tables.server.ts';

const { db } = await testDatabase();
const now = new Date('2027-03-01T10:00:00Z');

const tenPercent: Definition = {
	title: 'Ten percent',
	description: null,
	effect: { kind: 'percent', percent: 10, capCents: null },
	conditions: { minimumCents: 0, productIds: [], categoryIds: [], storeIds: [] },
	stacking: { kind: 'alone' },
	validity: null,
	codeKind: 'unique',
	holding: 'open',
	startsAt: null,
	endsAt: null,
	usesPerMember: null,
	usesPerCode: 1
};
const shared: Definition = { ...tenPercent, codeKind: 'shared', usesPerCode: 100 };

const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(db, work);
const create = (definition: Definition, sharedCode: string | null = null) =>
	run((tx) => createVoucher(tx, { definition, currency: 'EUR', sharedCode }, byHouse, now));

/** The refusal that a promise ends with. */
async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
	const error = await promise.then(
		() => null,
		(thrown: unknown) => thrown
	);
	if (!isRefusal(error)) throw error ?? new Error('was not refused');
	return error;
}

async function newMembers(count: number): Promise<string[]> {
	const ids = Array.from({ length: count }, () => newId('member', now));
	await db.insert(members).values(ids.map((id) => ({ id, number: id.slice(-10), createdAt: now })));
	return ids;
}

async function redeemOnce(voucherId: string, code: string): Promise<void> {
	const found = await findByCode(db, code);
	const [memberId] = await newMembers(1);
	await run(async (tx) => {
		await sqlOf(tx)`update voucher_codes set uses_left = uses_left - 1 where id = ${found?.code.id ?? ''}`;
		await tx.insert(voucherRedemptions).values({
			id: newId('redemption', now),
			voucherId,
			codeId: found?.code.id ?? '',
			memberId: memberId as string,
			receiptId: newId('receipt', now),
			place: 1,
			cents: 100,
			redeemedAt: now
		});
	});
}

describe('a new voucher', () => {
	it('is stored as the manager wrote it', async () => {
		const { id, sharedCode } = await create({ ...tenPercent, title: '  Ten percent ', description: ' ' });
		expect(sharedCode).toBeNull();
		const [row] = await db.select().from(vouchers).where(eq(vouchers.id, id));
		expect(row).toMatchObject({ title: 'Ten percent', description: null, currency: 'EUR', version: 1 });
	});

	it('names everything that is wrong with it at once', async () => {
		const refusal = await refusalOf(
			create({
				...tenPercent,
				title: '',
				effect: { kind: 'percent', percent: 101, capCents: 0 },
				startsAt: now,
				endsAt: now,
				usesPerCode: 0
			})
		);
		const { problems } = refusal.attachment as { problems: { field: string }[] };
		expect(problems.map(({ field }) => field)).toEqual(['title', 'percent', 'capCents', 'endsAt', 'usesPerCode']);
	});

	it('cannot name products, categories or stores that do not exist', async () => {
		const refusal = await refusalOf(
			create({
				...tenPercent,
				effect: { kind: 'free_product', productIds: ['prd_no'], quantity: 1000 },
				conditions: { minimumCents: 0, productIds: ['prd_no'], categoryIds: ['cat_no'], storeIds: ['sto_no'] }
			})
		);
		const { problems } = refusal.attachment as { problems: { field: string }[] };
		expect(problems.map(({ field }) => field)).toEqual(['productIds', 'eligibleProductIds', 'categoryIds', 'storeIds']);
	});

	it('may name those that do', async () => {
		const made = await run(async (tx) => {
			const store = await createStore(tx, { name: 'A', city: 'B', timeZone: 'UTC', currency: 'EUR' }, now);
			const category = await createCategory(tx, { name: 'Bread' }, now);
			const product = await createProduct(
				tx,
				{ categoryId: category.id, name: 'Roll', barcode: null, unit: 'piece', priceCents: 100, costCents: null },
				now
			);
			const conditions = {
				minimumCents: 500,
				productIds: [product.id],
				categoryIds: [category.id],
				storeIds: [store.id]
			};
			return createVoucher(
				tx,
				{ definition: { ...tenPercent, conditions }, currency: 'EUR', sharedCode: null },
				byHouse,
				now
			);
		});
		expect(made.id).toMatch(/^vou_/);
	});
});

describe('a code for everybody', () => {
	it('is kept in the form that scanners give, and found however it is typed', async () => {
		const { id, sharedCode } = await create(shared, 'summer-25');
		expect(sharedCode).toBe('SUMMER25');
		for (const typed of ['SUMMER25', ' summer 25', 'Summer-۲۵'])
			expect((await findByCode(db, typed))?.voucher.id).toBe(id);
		expect((await findByCode(db, 'SUMMER25'))?.code.usesLeft).toBe(100);
	});

	it('is made by us when the manager chooses none', async () => {
		const { sharedCode } = await create(shared);
		expect(isChecked(sharedCode ?? '')).toBe(true);
		expect(sharedCode).toHaveLength(14);
	});

	it('cannot be taken twice, also when two managers choose it at the same moment', async () => {
		const both = await Promise.allSettled([create(shared, 'TWOSUNS'), create(shared, 'two suns')]);
		expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		const refusal = await refusalOf(create(shared, 'TWOSUNS'));
		expect(refusal).toMatchObject({ code: 'voucher.code_taken', details: { field: 'sharedCode' } });
		const [row] = await db
			.select({ count: sql<number>`count(*)::int` })
			.from(voucherCodes)
			.where(eq(voucherCodes.code, 'TWOSUNS'));
		expect(row?.count).toBe(1);
	});

	it.each([
		['AB', 'voucher.code_form'],
		['', 'voucher.code_form'],
		['ABCDEFGHIJKLMNOPQRSTUVWXY', 'voucher.code_form'],
		['ЛЕТО25', 'voucher.code_form'],
		['SALE%', 'voucher.code_form'],
		['4111 1111 1111 1111', 'voucher.code_like_card'],
		['4006381333931', 'voucher.code_reserved'],
		[newCode('member'), 'voucher.code_reserved'],
		[newCode('giftCard'), 'voucher.code_reserved'],
		[newCode('voucher'), 'voucher.code_reserved'],
		['M2345678901A', 'voucher.code_reserved']
	])('is refused when it is %s', async (code, why) => {
		expect((await refusalOf(create(shared, code))).code).toBe(why);
	});

	it('may be a word as long as one of our own codes', async () => {
		expect((await create(shared, 'VALENTINESDAYS')).sharedCode).toBe('VALENTINESDAYS');
	});

	it('is the only one, and lies in nobody’s wallet', async () => {
		const { id } = await create(shared);
		const [memberId] = await newMembers(1);
		expect((await refusalOf(run((tx) => makeCodes(tx, { voucherId: id, count: 5 }, byHouse, now)))).code).toBe(
			'voucher.shared_has_one'
		);
		const assigned = run((tx) => assign(tx, { voucherId: id, memberIds: [memberId as string] }, byHouse, now));
		expect((await refusalOf(assigned)).code).toBe('voucher.shared_has_one');
		expect((await refusalOf(create({ ...shared, holding: 'assigned' }))).code).toBe('voucher.shared_is_open');
	});
});

describe('a pool of codes', () => {
	it('holds ten thousand different ones, each used on its own', async () => {
		const { id } = await create({ ...tenPercent, usesPerCode: 2 });
		const made = await run((tx) => makeCodes(tx, { voucherId: id, count: 10_000 }, byHouse, now));
		expect(new Set(made.map(({ code }) => code)).size).toBe(10_000);
		expect(made.every(({ code }) => isChecked(code) && code.startsWith('V') && code.length === 14)).toBe(true);
		const [row] = await db
			.select({ count: sql<number>`count(*)::int`, uses: sql<number>`sum(uses_left)::int` })
			.from(voucherCodes)
			.where(eq(voucherCodes.voucherId, id));
		expect(row).toEqual({ count: 10_000, uses: 20_000 });
	});

	it('is filled to the last one when random codes collide', async () => {
		const { id } = await create(tenPercent);
		const [taken, other, third] = [newCode('voucher'), newCode('voucher'), newCode('voucher')];
		const draws = [taken, taken, other, taken, third];
		const made = await run(async (tx) => {
			const voucher = await lockVoucher(tx, id);
			return addCodes(
				sqlOf(tx),
				voucher,
				3,
				null,
				{ startsAt: null, endsAt: null },
				now,
				() => draws.shift() ?? newCode('voucher')
			);
		});
		expect(made.map(({ code }) => code).sort()).toEqual([taken, other, third].sort());
	});

	it.each([0, -1, 1.5, 100_001, Number.NaN])('is not made of %s codes', async (count) => {
		const { id } = await create(tenPercent);
		expect((await refusalOf(run((tx) => makeCodes(tx, { voucherId: id, count }, byHouse, now)))).code).toBe(
			'voucher.count_form'
		);
	});

	it('is not made for a voucher that does not exist or was archived', async () => {
		const { id } = await create(tenPercent);
		await run((tx) => archiveVoucher(tx, { id }, byHouse, now));
		expect((await refusalOf(run((tx) => makeCodes(tx, { voucherId: id, count: 1 }, byHouse, now)))).code).toBe(
			'voucher.archived'
		);
		const unknown = run((tx) => makeCodes(tx, { voucherId: 'vou_no', count: 1 }, byHouse, now));
		expect((await refusalOf(unknown)).code).toBe('voucher.not_found');
	});

	it('forgets a code that was voided', async () => {
		const { id } = await create(tenPercent);
		const [made] = await run((tx) => makeCodes(tx, { voucherId: id, count: 1 }, byHouse, now));
		await run((tx) => voidCode(tx, { codeId: made?.id ?? '', reason: 'lost' }, byHouse, now));
		await run((tx) => voidCode(tx, { codeId: made?.id ?? '', reason: 'lost' }, byHouse, later(now, day)));
		expect((await findByCode(db, made?.code ?? ''))?.code.voidedAt).toEqual(now);
		expect((await refusalOf(run((tx) => voidCode(tx, { codeId: 'vco_no', reason: 'lost' }, byHouse, now)))).code).toBe(
			'voucher.code_not_found'
		);
	});
});

describe('codes for members', () => {
	it('come from the pool first and are made where it ends', async () => {
		const { id } = await create({ ...tenPercent, holding: 'assigned' });
		const pool = await run((tx) => makeCodes(tx, { voucherId: id, count: 2 }, byHouse, now));
		const memberIds = await newMembers(3);
		const given = await run((tx) => assign(tx, { voucherId: id, memberIds }, byHouse, now));
		const codes = given.map((each) => ('code' in each ? each.code : null));
		expect(new Set(codes).size).toBe(3);
		expect(pool.every(({ code }) => codes.includes(code))).toBe(true);
		for (const [i, code] of codes.entries()) expect((await findByCode(db, code ?? ''))?.member?.id).toBe(memberIds[i]);
	});

	it('are given to those who can have one; the others are told why', async () => {
		const { id } = await create(tenPercent);
		const [first, second, erased] = (await newMembers(3)) as [string, string, string];
		await db.update(members).set({ erasedAt: now, words: null }).where(eq(members.id, erased));
		await run((tx) => assign(tx, { voucherId: id, memberIds: [first] }, byHouse, now));
		const memberIds = [first, second, second, erased, 'mem_no'];
		const given = await run((tx) => assign(tx, { voucherId: id, memberIds }, byHouse, now));
		expect(given.map((each) => ('refusal' in each ? each.refusal.code : 'given'))).toEqual([
			'voucher.already_held',
			'given',
			'voucher.member_repeated',
			'voucher.member_unknown',
			'voucher.member_unknown'
		]);
	});

	it('are given once when two managers give them at the same moment', async () => {
		const { id } = await create(tenPercent);
		const memberIds = await newMembers(20);
		await Promise.all([1, 2].map(() => run((tx) => assign(tx, { voucherId: id, memberIds }, byHouse, now))));
		const [row] = await db
			.select({ count: sql<number>`count(*)::int`, holders: sql<number>`count(distinct member_id)::int` })
			.from(voucherCodes)
			.where(eq(voucherCodes.voucherId, id));
		expect(row).toEqual({ count: 20, holders: 20 });
	});
});

describe('editing', () => {
	it('is refused to the second of two who opened the same version', async () => {
		const { id } = await create(tenPercent);
		const edit = (title: string) =>
			run((tx) => editVoucher(tx, { id, version: 1, definition: { ...tenPercent, title } }, byHouse, now));
		const both = await Promise.allSettled([edit('Mine'), edit('Yours')]);
		expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		const refusal = await refusalOf(edit('Late'));
		expect(refusal).toMatchObject({ code: 'voucher.changed_meanwhile', details: { version: 2 } });
	});

	it('changes everything but the kind of code before the first use', async () => {
		const { id } = await create(shared, 'BEFOREUSE');
		const definition: Definition = {
			...shared,
			title: 'Five off',
			effect: { kind: 'amount', cents: 500 },
			conditions: { ...shared.conditions, minimumCents: 2000 },
			usesPerCode: 10
		};
		expect(await run((tx) => editVoucher(tx, { id, version: 1, definition }, byHouse, now))).toEqual({ version: 2 });
		expect((await findByCode(db, 'BEFOREUSE'))?.code.usesLeft).toBe(10);
		const unique = run((tx) =>
			editVoucher(tx, { id, version: 2, definition: { ...definition, codeKind: 'unique' } }, byHouse, now)
		);
		expect((await refusalOf(unique)).code).toBe('voucher.code_kind_fixed');
	});

	it('keeps what a voucher means after its first use', async () => {
		const { id } = await create(shared, 'AFTERUSE');
		await redeemOnce(id, 'AFTERUSE');
		const refusal = await refusalOf(
			run((tx) =>
				editVoucher(
					tx,
					{
						id,
						version: 1,
						definition: {
							...shared,
							effect: { kind: 'percent', percent: 20, capCents: null },
							conditions: { ...shared.conditions, minimumCents: 1 },
							usesPerCode: 99,
							usesPerMember: 3
						}
					},
					byHouse,
					now
				)
			)
		);
		const { problems } = refusal.attachment as { problems: { refusal: { code: string } }[] };
		expect(problems.map((each) => each.refusal.code)).toEqual([
			'voucher.effect_fixed',
			'voucher.conditions_fixed',
			'voucher.limit_only_up',
			'voucher.limit_only_up'
		]);
	});

	it('still moves dates and raises limits after the first use, and used-up uses stay used', async () => {
		const { id } = await create(shared, 'RAISED');
		await redeemOnce(id, 'RAISED');
		const definition = { ...shared, title: 'Longer', endsAt: later(now, day), usesPerCode: 150 };
		await run((tx) => editVoucher(tx, { id, version: 1, definition }, byHouse, now));
		expect((await findByCode(db, 'RAISED'))?.code.usesLeft).toBe(149);
		await run((tx) =>
			editVoucher(tx, { id, version: 2, definition: { ...definition, usesPerCode: null } }, byHouse, now)
		);
		expect((await findByCode(db, 'RAISED'))?.code.usesLeft).toBeNull();
	});

	it('may reorder a list of products after the first use, since that changes nothing', async () => {
		const listed = await run(async (tx) => {
			const category = await createCategory(tx, { name: 'Cake' }, now);
			const product = (name: string) =>
				createProduct(
					tx,
					{ categoryId: category.id, name, barcode: null, unit: 'piece', priceCents: 1, costCents: null },
					now
				);
			return [(await product('A')).id, (await product('B')).id];
		});
		const definition: Definition = { ...shared, effect: { kind: 'free_product', productIds: listed, quantity: 1000 } };
		const { id } = await create(definition, 'REORDER');
		await redeemOnce(id, 'REORDER');
		const reordered: Definition = {
			...definition,
			effect: { quantity: 1000, productIds: [...listed].reverse(), kind: 'free_product' }
		};
		expect(await run((tx) => editVoucher(tx, { id, version: 1, definition: reordered }, byHouse, now))).toEqual({
			version: 2
		});
	});
});

describe('pausing', () => {
	it('holds from the first time on, ends with resuming, and is refused once archived', async () => {
		const { id } = await create(tenPercent);
		const row = async () => (await db.select().from(vouchers).where(eq(vouchers.id, id)))[0];
		await run((tx) => pauseVoucher(tx, { id }, byHouse, now));
		await run((tx) => pauseVoucher(tx, { id }, byHouse, later(now, day)));
		expect((await row())?.pausedAt).toEqual(now);
		await run((tx) => resumeVoucher(tx, { id }, byHouse, now));
		expect((await row())?.pausedAt).toBeNull();
		await run((tx) => archiveVoucher(tx, { id }, byHouse, now));
		await run((tx) => archiveVoucher(tx, { id }, byHouse, later(now, day)));
		expect((await row())?.archivedAt).toEqual(now);
		expect((await refusalOf(run((tx) => pauseVoucher(tx, { id }, byHouse, now)))).code).toBe('voucher.archived');
	});
});

describe('a code of another kind', () => {
	beforeAll(async () => {
		await create(shared, 'KNOWN');
	});

	it.each([
		newCode('giftCard'),
		newCode('member'),
		newCode('receipt'),
		newCode('voucher'),
		'4111111111111111',
		'',
		'x'.repeat(500)
	])('finds no voucher: %s', async (text) => {
		expect(await findByCode(db, text)).toBeNull();
	});
});
