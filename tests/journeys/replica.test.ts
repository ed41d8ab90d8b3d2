import { expect, it } from 'vitest';
import { members } from '#customers/tables';
import { settings, useSettings } from '#platform/settings';
import { testDatabase } from '../support/database.ts';
import { aMember, anAsk, aSale, line, openShop as stock, sell } from '../support/shop.ts';
import { aStaffedTill } from '../support/till.ts';
import { openShop } from '../support/visitor.ts';

/** A house whose replica lags: it knows the shop, and nothing that happened since. */
const { db, url } = await testDatabase();
const lagging = await testDatabase();
openShop(url);
const now = new Date();
const shop = await stock(db, now);
await stock(lagging.db, now);
useSettings({ ...settings(), database: { ...settings().database, readUrl: lagging.url } });
const { manager } = await aStaffedTill(db, shop.storeId);

const filter = { text: '', tagId: null, attribute: null, joinedFrom: null, joinedTo: null, blocked: null };

it('figures and files of whole lists are asked of the replica, what somebody has just done is not', async () => {
	const memberId = await aMember(db, now);
	const sale = await aSale(db, shop, anAsk(memberId, [line('a', shop.products.bread)]), now);
	expect(await sell(db, sale, now)).toMatchObject({ ok: true });
	const { reports } = manager.api.admin;

	const { items } = await reports.members.query({ filter, order: 'newest', descending: true, cursor: null });
	expect(items.map(({ id }) => id)).toEqual([memberId]);
	expect(await reports.member.query({ id: memberId })).toMatchObject({ figures: { visits: 1 } });
	expect((await reports.receipts.query({ filter: noReceiptFilter, cursor: null })).items).toHaveLength(1);

	expect((await reports.today.query({ storeId: null, days: 7 })).today).toMatchObject({ receipts: 0 });
	expect((await reports.exportMembers.mutate({ filter, after: null })).items).toEqual([]);
	// The replica catches up.
	const [row] = await db.select().from(members);
	await lagging.db.insert(members).values(row as typeof members.$inferInsert);
	expect((await reports.exportMembers.mutate({ filter, after: null })).items).toHaveLength(1);
});

const noReceiptFilter = { storeId: null, fromDay: null, toDay: null, memberId: null, number: null };
