import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#core/ids';
import { inviteStaff } from '#identity/server';
import { tries } from '#identity/tables';
import { inTransaction } from '#platform/db';
import { trailEntries } from '#platform/trail.tables';
import { testDatabase } from '../support/database.ts';
import { aKey } from '../support/shop.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
openShop(url);

const storeId = newId('store');
const manager = new Visitor();
const tablet = new Visitor();
const people = manager.api.admin.identity.staff;

beforeAll(async () => {
	const account = { email: 'manager@example.com', password: 'correct horse battery' };
	await inTransaction(db, (tx) => inviteStaff(tx, { name: 'Ann', ...account, role: 'manager' }, new Date()));
	await manager.api.admin.identity.signIn.mutate(account);
	const wish = { key: aKey(), storeId, name: 'Till ۴۸۲۶' };
	const { code } = await manager.api.admin.identity.devices.makeEnrolmentCode.mutate(wish);
	await tablet.api.till.identity.enrol.mutate({ code });
});

beforeEach(() => db.delete(tries).then(() => {}));

const cashier = async (name: string): Promise<string> =>
	(await people.createCashier.mutate({ key: aKey(), name, pin: '4711', storeIds: null })).staffId;

const signIn = (staffId: string, pin: string, fresh?: string, at = tablet) =>
	at.api.till.identity.signIn.mutate({ staffId, pin, fresh });
const refused = async (call: Promise<unknown>) => (await refusalFrom(call)).code;

describe('a PIN that a manager gave', () => {
	it('opens nothing until its holder chooses their own, and is wrong from then on', async () => {
		const staffId = await cashier('Bo');
		expect(await refused(signIn(staffId, '4711'))).toBe('identity.pin_change_first');
		expect((await tablet.api.till.identity.me.query())?.staff).toBeNull();
		await signIn(staffId, '4711', '8302');
		expect((await tablet.api.till.identity.me.query())?.staff?.name).toBe('Bo');
		expect(await refused(signIn(staffId, '4711'))).toBe('identity.pin_wrong');
		await signIn(staffId, '8302');
		const trail = await db.select().from(trailEntries).where(eq(trailEntries.subjectId, staffId));
		const chosen = trail.find(({ action }) => action === 'staff.pin_chosen');
		expect(chosen).toMatchObject({ actorKind: 'till', staffId, storeId, changes: [] });
	});

	it('is not changed by somebody who does not know it, and guesses count as ever', async () => {
		const staffId = await cashier('Cy');
		for (let i = 0; i < 5; i++) expect(await refused(signIn(staffId, '9182', '8302'))).toBe('identity.pin_wrong');
		expect(await refused(signIn(staffId, '4711', '8302'))).toBe('identity.pin_locked');
	});

	it.each([
		['4711', 'identity.pin_same'],
		['1234', 'identity.pin_too_simple'],
		['9999', 'identity.pin_too_simple'],
		['4826', 'identity.pin_is_tablets'],
		['T4K7Q2M9X', 'input.invalid'],
		['123', 'input.invalid'],
		['1234567', 'input.invalid']
	])('is not replaced by %s: %s', async (fresh, code) => {
		const staffId = await cashier('Di');
		expect(await refused(signIn(staffId, '4711', fresh))).toBe(code);
		expect((await tablet.api.till.identity.me.query())?.staff?.name).not.toBe('Di');
		await signIn(staffId, '4711', '8302');
		await tablet.api.till.identity.signOut.mutate();
	});

	it('is replaced once when two tablets send it at the same moment', async () => {
		const staffId = await cashier('Eve');
		const { code } = await manager.api.admin.identity.devices.makeEnrolmentCode.mutate({
			key: aKey(),
			storeId,
			name: 'Second'
		});
		const other = new Visitor();
		await other.api.till.identity.enrol.mutate({ code });
		const results = await Promise.allSettled([signIn(staffId, '4711', '8302'), signIn(staffId, '4711', '9471', other)]);
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
	});

	it('comes again with every new PIN from the console, but not with one somebody sets for themselves', async () => {
		const staffId = await cashier('Flo');
		await signIn(staffId, '4711', '8302');
		await people.setPin.mutate({ key: aKey(), staffId, pin: '5926' });
		expect(await refused(signIn(staffId, '5926'))).toBe('identity.pin_change_first');
		const me = await manager.api.admin.identity.me.query();
		await people.setPin.mutate({ key: aKey(), staffId: me?.staffId ?? '', pin: '5926' });
		await signIn(me?.staffId ?? '', '5926');
	});
});
