import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { day, later } from '#core/time';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { createVoucher, makeCodes } from '#vouchers/server';
import { voucherCodes } from '#vouchers/tables';
import { testDatabase } from '../../../tests/support/database.ts';
import { aDefinition, aMember, anAsk, line, openShop, testSettings } from '../../../tests/support/shop.ts';
import { preview, previewTogether } from './server.ts';

/** What tills ask at the same moment is looked up together, and answered to each as if they had come alone. */
const { db, url } = await testDatabase();
testSettings(url);
const now = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, now);

/** Somebody with so many vouchers, which end in so many days. */
async function aHolder(count: number, days: number): Promise<string> {
	const memberId = await aMember(db, now);
	await inTransaction(db, async (tx) => {
		const endsAt = later(now, days * day);
		const definition = aDefinition({ title: `Ends in ${days} days`, codeKind: 'unique', endsAt });
		const { id } = await createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, now);
		await makeCodes(tx, { voucherId: id, count }, byHouse, now);
		await tx.update(voucherCodes).set({ memberId }).where(eq(voucherCodes.voucherId, id));
	});
	return memberId;
}

test('whoever is quoted beside somebody with a great many vouchers still sees their own', async () => {
	const ids = [await aHolder(200, 3), await aHolder(3, 30), await aHolder(40, 5)];
	const wanted = ids.map((id) => ({ ask: anAsk(id, [line('a', 500)]), storeId: shop.storeId }));
	const [together, alone] = [
		await Promise.all(wanted.map((one) => previewTogether(db, one, now))),
		await Promise.all(wanted.map((one) => preview(db, one, now)))
	];
	expect(together).toEqual(alone);
	expect(together.map((one) => one.ok && one.facts.rights.length)).toEqual([200, 3, 40]);
});
