import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { openCounter, type SaleCommand } from '#checkout/server';
import { isRefusal } from '#core/refusal';
import { day, later } from '#core/time';
import { inTransaction, type Tx } from '#platform/db';
import { byHouse } from '#platform/trail';
import { trailEntries } from '../../platform/trail.tables.server.ts';
import { testDatabase } from '../../../tests/support/database.ts';
import { aDefinition, aKey, aMember, anAsk, aSale, line, openShop, testSettings } from '../../../tests/support/shop.ts';
import type { Definition } from './index.ts';
import { datesFromIssue } from './rules.ts';
import { addToWallet, assign, createVoucher, editVoucher, extendCode, extendVoucher } from './server.ts';
import { listVouchers } from './admin-views.server.ts';
import { giveBackUse, heldVouchers, makeCodes, reissueCode, voidCode } from './server.ts';
import { voucherCodes, voucherRedemptions, vouchers } from './tables.server.ts';

const { db, url } = await testDatabase();
testSettings(url);
const now = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, now);
const counter = openCounter(db, () => {});
const reason = 'The letter was lost';

const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(db, work);
const refused = (work: Promise<unknown>) =>
	work.then(
		() => null,
		(error: unknown) => (isRefusal(error) ? error.code : Promise.reject(error))
	);
const aVoucher = async (wish: Partial<Definition> = {}) =>
	(
		await run((tx) =>
			createVoucher(tx, { definition: aDefinition(wish), currency: 'EUR', sharedCode: null }, byHouse, now)
		)
	).id;
async function given(wish: Partial<Definition> = {}, at = now) {
	const voucherId = await aVoucher({ holding: 'assigned', ...wish });
	const memberId = await aMember(db, now);
	const [one] = await run((tx) => assign(tx, { voucherId, memberIds: [memberId] }, byHouse, at));
	if (!one || 'refusal' in one) throw new Error('was not given');
	return { voucherId, memberId, codeId: one.codeId };
}
const codeOf = async (codeId: string) =>
	(await db.select().from(voucherCodes).where(eq(voucherCodes.id, codeId)))[0] as typeof voucherCodes.$inferSelect;
const use = async (memberId: string, codeId: string, at: Date) => {
	const ask = anAsk(memberId, [line('a', shop.products.coffee)], { rightIds: [codeId] });
	const command: SaleCommand = { ...(await aSale(db, shop, ask, at)), key: aKey(), fingerprint: null };
	return counter.sell(command, at);
};
const usesOf = (codeId: string) => db.select().from(voucherRedemptions).where(eq(voucherRedemptions.codeId, codeId));
const useOf = async (codeId: string) => {
	const [use] = await usesOf(codeId);
	return { receiptId: use?.receiptId ?? '', redemptionId: use?.id ?? '' };
};
const deedsOf = async (subjectId: string) =>
	(await db.select().from(trailEntries).where(eq(trailEntries.subjectId, subjectId))).map(({ action }) => action);

describe('days from issue', () => {
	test('end with the last day in the shop’s time zone, and may begin with the day after', () => {
		expect(datesFromIssue({ days: 3, from: 'issue' }, now, 'Europe/Berlin')).toEqual({
			startsAt: null,
			endsAt: new Date('2026-03-13T23:00:00Z')
		});
		expect(datesFromIssue({ days: 3, from: 'day_after' }, now, 'Europe/Berlin')).toEqual({
			startsAt: new Date('2026-03-10T23:00:00Z'),
			endsAt: new Date('2026-03-13T23:00:00Z')
		});
	});

	test('count from the day a code is given, not from the day it was made for stock', async () => {
		const voucherId = await aVoucher({ holding: 'assigned', validity: { days: 10, from: 'issue' } });
		const [stock] = await run((tx) => makeCodes(tx, { voucherId, count: 1 }, byHouse, now));
		expect((await codeOf(stock?.id ?? '')).endsAt).toBeNull();
		const memberId = await aMember(db, now);
		const then = later(now, 20 * day);
		await run((tx) => assign(tx, { voucherId, memberIds: [memberId] }, byHouse, then));
		expect((await codeOf(stock?.id ?? '')).endsAt).toEqual(new Date('2026-04-09T22:00:00Z'));
		expect(await use(memberId, stock?.id ?? '', then)).toMatchObject({ ok: true });
	});

	test('a code works within them and is refused before and after', async () => {
		const { memberId, codeId } = await given({ validity: { days: 2, from: 'day_after' } });
		const why = async (at: Date) => ((await use(memberId, codeId, at)) as { refusal?: { code: string } }).refusal?.code;
		expect(await why(now)).toBe('voucher.not_yet');
		expect(await why(later(now, 3 * day))).toBe('voucher.expired');
		expect((await heldVouchers(db, memberId, now))[0]).toMatchObject({ state: 'not_yet' });
		expect(await why(later(now, day))).toBeUndefined();
	});

	test('a shared code has no day of issue', async () => {
		const shared = aVoucher({ codeKind: 'shared', validity: { days: 2, from: 'issue' } });
		expect(await refused(shared)).toBe('voucher.shared_has_no_issue');
	});
});

describe('a longer life', () => {
	test('one code lives on beyond its voucher, with a reason, and only later than before', async () => {
		const { memberId, codeId } = await given({ endsAt: later(now, 5 * day) });
		const extend = (endsAt: Date, why = reason) =>
			run((tx) => extendCode(tx, { codeId, endsAt, reason: why }, byHouse, now));
		expect(await refused(extend(later(now, 4 * day)))).toBe('voucher.extend_later');
		expect(await refused(extend(later(now, 60 * 366 * day)))).toBe('voucher.dates_far');
		expect(await refused(extend(later(now, 9 * day), ' a '))).toBe('voucher.reason_form');
		expect(await extend(later(now, 9 * day))).toEqual({ memberIds: [memberId] });
		expect(await use(memberId, codeId, later(now, 8 * day))).toMatchObject({ ok: true });
		expect(await deedsOf(codeId)).toEqual(['voucher.code_extended']);
		expect(await refused(extend(later(now, 10 * day)))).toBe('voucher.code_used');
	});

	test('all open codes of a voucher live on; those that are void or used stay', async () => {
		const { voucherId, memberId, codeId } = await given({ validity: { days: 5, from: 'issue' } });
		const [other] = await run((tx) => makeCodes(tx, { voucherId, count: 1 }, byHouse, now));
		const second = await aMember(db, now);
		await run((tx) => assign(tx, { voucherId, memberIds: [second] }, byHouse, now));
		await run((tx) => voidCode(tx, { codeId: other?.id ?? '', reason }, byHouse, now));
		const endsAt = later(now, 30 * day);
		const done = await run((tx) => extendVoucher(tx, { voucherId, endsAt, reason }, byHouse, now));
		expect(done).toEqual({ memberIds: [memberId], codes: 1 });
		expect((await codeOf(codeId)).endsAt).toEqual(endsAt);
		expect((await codeOf(other?.id ?? '')).endsAt).not.toEqual(endsAt);
		expect(await deedsOf(voucherId)).toContain('voucher.extended');
	});

	test('of a voucher that ends for all, the end moves and a second editor notices', async () => {
		const voucherId = await aVoucher({ endsAt: later(now, day) });
		await run((tx) => extendVoucher(tx, { voucherId, endsAt: later(now, 9 * day), reason }, byHouse, now));
		const [row] = await db.select().from(vouchers).where(eq(vouchers.id, voucherId));
		expect(row).toMatchObject({ endsAt: later(now, 9 * day), version: 2 });
		const edit = run((tx) => editVoucher(tx, { id: voucherId, version: 1, definition: aDefinition() }, byHouse, now));
		expect(await refused(edit)).toBe('voucher.changed_meanwhile');
		const endless = await aVoucher();
		const never = run((tx) => extendVoucher(tx, { voucherId: endless, endsAt: later(now, day), reason }, byHouse, now));
		expect(await refused(never)).toBe('voucher.never_ends');
	});
});

describe('a new code in place of the old', () => {
	test('takes over its member and uses; the old one is void and leads to it', async () => {
		const { memberId, codeId } = await given({ usesPerCode: 3 });
		await use(memberId, codeId, now);
		const { codeId: fresh } = await run((tx) => reissueCode(tx, { codeId, reason }, byHouse, now));
		expect(await codeOf(fresh)).toMatchObject({ memberId, usesLeft: 2, replacesId: codeId, voidedAt: null });
		expect((await codeOf(codeId)).voidedAt).toEqual(now);
		expect((await use(memberId, codeId, now)).ok).toBe(false);
		expect((await use(memberId, fresh, now)).ok).toBe(true);
		const again = run((tx) => reissueCode(tx, { codeId, reason }, byHouse, now));
		expect(await refused(again)).toBe('voucher.code_voided');
	});

	test('an expired one begins anew, unless its voucher itself is over', async () => {
		const { codeId } = await given({ validity: { days: 2, from: 'issue' } });
		const then = later(now, 10 * day);
		const { codeId: fresh } = await run((tx) => reissueCode(tx, { codeId, reason }, byHouse, then));
		expect((await codeOf(fresh)).endsAt).toEqual(new Date('2026-03-22T23:00:00Z'));
		const over = await given({ endsAt: later(now, day) });
		const late = run((tx) => reissueCode(tx, { codeId: over.codeId, reason }, byHouse, then));
		expect(await refused(late)).toBe('voucher.ended_for_all');
	});

	test('asked twice at once there is one new code', async () => {
		const { codeId } = await given();
		const both = await Promise.all(
			[1, 2].map(() => refused(run((tx) => reissueCode(tx, { codeId, reason }, byHouse, now))))
		);
		expect(both.sort()).toEqual([null, 'voucher.code_voided'].sort());
		expect(await db.select().from(voucherCodes).where(eq(voucherCodes.replacesId, codeId))).toHaveLength(1);
	});
});

describe('a use taken back', () => {
	test('may be used again, once only, and the receipt stays as it is', async () => {
		const { memberId, codeId } = await given({ usesPerMember: 1 });
		const sold = await use(memberId, codeId, now);
		const taken = await useOf(codeId);
		const back = () => run((tx) => giveBackUse(tx, { ...taken, reason }, byHouse, later(now, 400 * day)));
		const outcomes = await Promise.all([1, 2, 3].map(() => refused(back())));
		expect(outcomes.filter((one) => one === null)).toHaveLength(1);
		expect(outcomes.filter((one) => one === 'voucher.use_given_back')).toHaveLength(2);
		expect((await codeOf(codeId)).usesLeft).toBe(1);
		expect(await deedsOf(codeId)).toEqual(['voucher.use_given_back']);
		// Goods that come back afterwards do not give the use back a second time.
		const receipt = sold.ok ? sold.receipt : null;
		const returned = await counter.takeBack(
			{
				caller: 'dev_one',
				key: aKey(),
				storeId: shop.storeId,
				deviceId: 'dev_one',
				staffId: null,
				receiptId: receipt?.id ?? '',
				lines: 'everything',
				reason: null
			},
			now
		);
		expect(returned).toMatchObject({ ok: true, given: { totalCents: receipt?.totalCents } });
		expect((await codeOf(codeId)).usesLeft).toBe(1);
		expect((await use(memberId, codeId, now)).ok).toBe(true);
	});

	test('is counted in the list no more; there every voucher tells its uses, with a limit for each member or without', async () => {
		const listed = async (id: string) =>
			(await listVouchers(db, { state: null, text: '', cursor: null }, now)).items.find((row) => row.id === id);
		const [free, limited, unused] = [await given(), await given({ usesPerMember: 1 }), await aVoucher()];
		for (const { memberId, codeId } of [free, limited]) await use(memberId, codeId, now);
		for (const { voucherId, codeId } of [free, limited]) {
			const [one] = await usesOf(codeId);
			expect(await listed(voucherId)).toMatchObject({ redeemed: 1, savedCents: one?.cents });
		}
		expect(await listed(unused)).toMatchObject({ redeemed: 0, savedCents: 0 });
		const taken = await useOf(free.codeId);
		await run((tx) => giveBackUse(tx, { ...taken, reason }, byHouse, now));
		expect(await listed(free.voucherId)).toMatchObject({ redeemed: 0, savedCents: 0 });
	});

	test('of a code that was replaced meanwhile goes to the one in its place', async () => {
		const { memberId, codeId } = await given({ usesPerCode: 2 });
		await use(memberId, codeId, now);
		const taken = await useOf(codeId);
		const first = await run((tx) => reissueCode(tx, { codeId, reason }, byHouse, now));
		const second = await run((tx) => reissueCode(tx, { codeId: first.codeId, reason }, byHouse, now));
		await run((tx) => giveBackUse(tx, { ...taken, reason }, byHouse, now));
		expect((await codeOf(second.codeId)).usesLeft).toBe(2);
		expect((await codeOf(codeId)).usesLeft).toBe(1);
		const nobody = run((tx) => giveBackUse(tx, { ...taken, redemptionId: 'red_no', reason }, byHouse, now));
		expect(await refused(nobody)).toBe('voucher.use_unknown');
	});
});

test('a code that has expired by its own days does not go into a wallet any more', async () => {
	const voucherId = await aVoucher({ validity: { days: 1, from: 'issue' } });
	const [made] = await run((tx) => makeCodes(tx, { voucherId, count: 1 }, byHouse, now));
	const memberId = await aMember(db, now);
	const add = run((tx) => addToWallet(tx, { memberId, code: made?.code ?? '' }, later(now, 5 * day)));
	expect(await refused(add)).toBe('voucher.expired');
});
