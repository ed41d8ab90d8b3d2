import { beforeAll, describe, expect, it } from 'vitest';
import { newCode } from '#core/codes';
import { newId } from '#core/ids';
import { day, later } from '#core/time';
import { members } from '#customers/tables';
import { inTransaction, type Tx } from '#platform/db';
import { byHouse } from '#platform/trail';
import { createCategory, createProduct, createStore } from '#stores/server';
import { testDatabase } from '../../../tests/support/database.ts';
import { addToWallet } from './add.server.ts';
import type { Definition } from './index.ts';
import { archiveVoucher, assign, createVoucher, makeCodes, pauseVoucher, voidCode } from './server.ts';
import { voucherCodes, voucherRedemptions } from './tables.server.ts';
import { heldVouchers } from './wallet-views.server.ts';
import { eq, sql } from 'drizzle-orm';

const { db } = await testDatabase();
const now = new Date('2027-03-01T10:00:00Z');
const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(db, work);
const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code });

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

const create = (change: Partial<Definition> = {}, sharedCode: string | null = null) =>
	run((tx) =>
		createVoucher(tx, { definition: { ...tenPercent, ...change }, currency: 'EUR', sharedCode }, byHouse, now)
	);
const newMember = async () => {
	const id = newId('member', now);
	await db.insert(members).values({ id, number: id.slice(-10), createdAt: now });
	return id;
};
const give = async (voucherId: string, memberId: string) => {
	const [given] = await run((tx) => assign(tx, { voucherId, memberIds: [memberId] }, byHouse, now));
	if (!given || !('codeId' in given)) throw new Error('not given');
	return given.codeId;
};
const freeCode = async (voucherId: string) =>
	(await run((tx) => makeCodes(tx, { voucherId, count: 1 }, byHouse, now)))[0]!;
const use = async (codeId: string, memberId: string, at = now, cents = 150) => {
	const [code] = await db.select().from(voucherCodes).where(eq(voucherCodes.id, codeId));
	await db.insert(voucherRedemptions).values({
		id: newId('redemption', at),
		voucherId: code!.voucherId,
		codeId,
		memberId,
		receiptId: newId('receipt', at),
		place: null,
		cents,
		redeemedAt: at
	});
	await db
		.update(voucherCodes)
		.set({ usesLeft: sql`uses_left - 1` })
		.where(eq(voucherCodes.id, codeId));
};
const add = (memberId: string, code: string, at = now) => run((tx) => addToWallet(tx, { memberId, code }, at));

describe('the vouchers in a wallet', () => {
	let me: string;
	beforeAll(async () => {
		me = await newMember();
	});

	it('are the holder’s own and nobody else’s', async () => {
		const [ada, bo] = [await newMember(), await newMember()];
		const { id } = await create();
		const codeId = await give(id, ada);
		expect((await heldVouchers(db, ada, now)).map((one) => one.codeId)).toEqual([codeId]);
		expect(await heldVouchers(db, bo, now)).toEqual([]);
	});

	it('stand by when they end, those that cannot be used yet after them, used and ended ones last', async () => {
		const { id: forEver } = await create({ title: 'for ever' });
		const { id: soon } = await create({ title: 'soon', endsAt: later(now, 2 * day) });
		const { id: late } = await create({ title: 'late', endsAt: later(now, 20 * day) });
		const { id: next } = await create({ title: 'next', startsAt: later(now, day), endsAt: later(now, 3 * day) });
		const { id: over } = await create({ title: 'over', endsAt: later(now, 1000) });
		const { id: spent } = await create({ title: 'spent' });
		const { id: paused } = await create({ title: 'paused', endsAt: later(now, day) });
		const { id: gone } = await create({ title: 'gone' });
		const { id: voided } = await create({ title: 'voided' });
		for (const id of [forEver, soon, late, next, over, paused, gone]) await give(id, me);
		await use(await give(spent, me), me);
		const taken = await give(voided, me);
		await run((tx) => voidCode(tx, { codeId: taken, reason: 'lost' }, byHouse, now));
		await run((tx) => pauseVoucher(tx, { id: paused }, byHouse, now));
		await run((tx) => archiveVoucher(tx, { id: gone }, byHouse, now));
		const held = await heldVouchers(db, me, later(now, 2000));
		expect(held.map(({ title, state }) => [title, state])).toEqual([
			['soon', 'ready'],
			['late', 'ready'],
			['for ever', 'ready'],
			['paused', 'paused'],
			['next', 'not_yet'],
			['over', 'ended'],
			['spent', 'used']
		]);
		expect(held.at(-1)).toMatchObject({ usesLeft: 0, used: { times: 1, cents: 150, lastAt: now } });
	});

	it('say in names what they give, on what and where', async () => {
		const member = await newMember();
		const bakery = await run((tx) => createCategory(tx, { name: 'Bakery' }, now));
		const store = await run((tx) =>
			createStore(tx, { name: 'Old Town', city: 'Riga', timeZone: 'Europe/Riga', currency: 'EUR' }, now)
		);
		const products = [];
		for (let i = 1; i <= 8; i++) {
			products.push(
				await run((tx) =>
					createProduct(
						tx,
						{
							categoryId: bakery.id,
							name: `Roll ${i}`,
							barcode: null,
							unit: 'piece',
							priceCents: 100,
							costCents: null
						},
						now
					)
				)
			);
		}
		const { id } = await create({
			effect: { kind: 'free_product', productIds: products.map((one) => one.id), quantity: 1000 },
			conditions: { minimumCents: 2000, productIds: [], categoryIds: [bakery.id], storeIds: [store.id] },
			usesPerCode: 5,
			usesPerMember: 3
		});
		const codeId = await give(id, member);
		await use(codeId, member);
		const [view] = await heldVouchers(db, member, now);
		expect(view).toMatchObject({
			gives: { kind: 'free_product', products: { more: 2 }, quantity: 1000 },
			on: {
				minimumCents: 2000,
				products: { names: [], more: 0 },
				categories: { names: ['Bakery'], more: 0 },
				stores: { names: ['Old Town'], more: 0 }
			},
			state: 'ready',
			usesLeft: 2
		});
		expect(view?.gives.kind === 'free_product' && view.gives.products.names).toHaveLength(6);
	});

	it('show a code for everybody once it was used, and not what was given back', async () => {
		const member = await newMember();
		const { id } = await create(
			{ title: 'Summer', codeKind: 'shared', usesPerCode: null },
			`SUMMER${newId('event').slice(-4).toUpperCase()}`
		);
		const [code] = await db.select().from(voucherCodes).where(eq(voucherCodes.voucherId, id));
		expect(await heldVouchers(db, member, now)).toEqual([]);
		await use(code!.id, member);
		expect(await heldVouchers(db, member, now)).toMatchObject([{ title: 'Summer', state: 'used' }]);
		await db.update(voucherRedemptions).set({ givenBackAt: now }).where(eq(voucherRedemptions.memberId, member));
		expect(await heldVouchers(db, member, now)).toEqual([]);
	});
});

describe('adding a code to the wallet', () => {
	it('makes it the holder’s own; again changes nothing', async () => {
		const [ada, bo] = [await newMember(), await newMember()];
		const { id } = await create();
		const { code, id: codeId } = await freeCode(id);
		expect(await add(ada, ` ${code.toLowerCase()}`)).toEqual({ codeId });
		expect(await add(ada, code)).toEqual({ codeId });
		await expect(add(bo, code)).rejects.toEqual(refusal('voucher.other_member'));
		expect((await heldVouchers(db, ada, now)).map((one) => one.codeId)).toEqual([codeId]);
	});

	it('gives it to exactly one of many who type it at once', async () => {
		const { id } = await create();
		const { code, id: codeId } = await freeCode(id);
		const people = await Promise.all(Array.from({ length: 12 }, newMember));
		const results = await Promise.allSettled(people.map((person) => add(person, code)));
		expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
		for (const one of results)
			if (one.status === 'rejected') expect(one.reason).toEqual(refusal('voucher.other_member'));
		const winner = people[results.findIndex((one) => one.status === 'fulfilled')];
		const [row] = await db.select().from(voucherCodes).where(eq(voucherCodes.id, codeId));
		expect(row?.memberId).toBe(winner);
	});

	it('says what is wrong with a code that does not go in', async () => {
		const me = await newMember();
		const { id } = await create();
		const used = await freeCode(id);
		await use(used.id, await newMember());
		const voided = await freeCode(id);
		await run((tx) => voidCode(tx, { codeId: voided.id, reason: 'lost' }, byHouse, now));
		const { id: short } = await create({ endsAt: later(now, day) });
		const old = await freeCode(short);
		const { id: assigned } = await create({ holding: 'assigned' });
		const stock = await freeCode(assigned);
		await create({ codeKind: 'shared', usesPerCode: null }, 'EVERYBODY');
		const wrong = used.code.slice(0, -1) + (used.code.endsWith('2') ? '3' : '2');
		await expect(add(me, wrong)).rejects.toEqual(refusal('voucher.add_mistyped'));
		await expect(add(me, 'NOSUCHCODE')).rejects.toEqual(refusal('voucher.unknown'));
		await expect(add(me, '')).rejects.toEqual(refusal('voucher.unknown'));
		for (const [code, kind] of [
			['4111111111111111', 'add_payment_card'],
			[newCode('receipt'), 'add_receipt'],
			[newCode('member'), 'add_member_code'],
			[newCode('rotatingMember'), 'add_member_code'],
			[newCode('giftCard'), 'add_gift_card']
		] as const)
			await expect(add(me, code)).rejects.toEqual(refusal(`voucher.${kind}`));
		await expect(add(me, used.code)).rejects.toEqual(refusal('voucher.already_used'));
		await expect(add(me, voided.code)).rejects.toEqual(refusal('voucher.voided'));
		await expect(add(me, old.code, later(now, 2 * day))).rejects.toEqual(refusal('voucher.expired'));
		await expect(add(me, stock.code)).rejects.toEqual(refusal('voucher.other_member'));
		await expect(add(me, 'everybody')).rejects.toEqual(refusal('voucher.add_for_everybody'));
		expect(await heldVouchers(db, me, now)).toEqual([]);
	});
});
