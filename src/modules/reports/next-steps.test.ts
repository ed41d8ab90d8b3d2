import { expect, it } from 'vitest';
import { day, later } from '#core/time';
import { createCashier } from '#identity/server';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { createVoucher } from '#vouchers/server';
import { testDatabase } from '../../../tests/support/database.ts';
import { aDefinition, openShop } from '../../../tests/support/shop.ts';
import { nextSteps } from './next-steps.server.ts';

const { db } = await testDatabase();
const now = new Date('2026-06-16T13:00:00Z');

it('a new house is told what is left to do, until it did it or is no longer new', async () => {
	await openShop(db, now);
	expect(await nextSteps(db, now)).toEqual({ cashier: false, tablet: false, rules: false, voucher: false });
	await inTransaction(db, async (tx) => {
		await createCashier(tx, { name: 'Ada', pin: '2580', storeIds: null }, now);
		const definition = aDefinition();
		await createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, now);
	});
	expect(await nextSteps(db, now)).toEqual({ cashier: true, tablet: false, rules: false, voucher: true });
	expect(await nextSteps(db, later(now, 61 * day))).toBeNull();
});
