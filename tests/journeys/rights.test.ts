import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BuiltInRole, Role } from '#core/actor';
import { newId } from '#core/ids';
import { inviteStaff } from '#identity/server';
import { newEnrolmentCode } from '../../src/modules/identity/devices.server.ts';
import { onceKeys } from '../../src/platform/once.tables.server.ts';
import { staff } from '#identity/tables';
import { inTransaction } from '#platform/db';
import { trailEntries } from '../../src/platform/trail.tables.server.ts';
import { testDatabase } from '../support/database.ts';
import { memberFilter } from '../support/rights-entries-members.ts';
import {
	aDefinition,
	aKey,
	aMember,
	anAsk,
	aSale,
	line,
	noConditions,
	openShop as stockShop,
	sell,
	type Shop
} from '../support/shop.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
openShop(url);

const password = 'a quiet afternoon';
const now = new Date();
let shop: Shop;
let count = 0;

interface Hired {
	staffId: string;
	desk: Visitor;
}

/** Somebody of the house, signed in to the console. */
async function hire(role: Role, storeIds: readonly string[] | null = null): Promise<Hired> {
	const email = `${role}${++count}@example.com`;
	const { staffId } = await inTransaction(db, (tx) =>
		inviteStaff(tx, { name: `${role} ${count}`, email, password, role, storeIds }, now)
	);
	const desk = new Visitor();
	await desk.api.admin.identity.signIn.mutate({ email, password });
	return { staffId, desk };
}

let owner: Hired;
let manager: Hired;
/** a manager of the harbour store alone */
let harbour: Hired;

const people = ({ desk }: Hired) => desk.api.admin.identity.staff;
const roles = ({ desk }: Hired) => desk.api.admin.identity.roles;
const tablets = ({ desk }: Hired) => desk.api.admin.identity.devices;
const cashier = async (by: Hired, storeIds: string[] | null = null, role: Role = 'cashier') =>
	(await people(by).createCashier.mutate({ key: aKey(), name: `Cashier ${++count}`, pin: '4711', role, storeIds }))
		.staffId;
/** Changes somebody as their page would. */
async function change(by: Hired, staffId: string, wish: { role?: Role; storeIds?: string[] | null; name?: string }) {
	const { name, role, storeIds, version } = await people(owner).get.query({ staffId });
	return people(by).change.mutate({ key: aKey(), staffId, version, name, role, storeIds, ...wish });
}
const code = async (call: Promise<unknown>) => (await refusalFrom(call)).code;
const trailOf = async (subjectId: string) =>
	(await db.select().from(trailEntries).where(eq(trailEntries.subjectId, subjectId))).map(({ action }) => action);

beforeAll(async () => {
	shop = await stockShop(db, now);
	owner = await hire('owner');
	manager = await hire('manager');
	harbour = await hire('manager', [shop.storeId]);
});

describe('a role of the house’s own', () => {
	it('is made of permissions, brings what they need, and is given to somebody', async () => {
		const { roleId } = await roles(owner).create.mutate({
			key: aKey(),
			name: 'Card desk',
			permissions: ['giftcards.write']
		});
		const made = (await roles(manager).list.query()).find(({ id }) => id === roleId);
		expect(made).toMatchObject({
			name: 'Card desk',
			permissions: ['console.use', 'giftcards.read', 'giftcards.write', 'stores.read', 'programme.read'],
			people: 0
		});
		const holder = await hire(roleId as Role);
		expect(await holder.desk.api.admin.identity.me.query()).toMatchObject({ roleName: 'Card desk' });
		await holder.desk.api.admin.giftcards.programme.query();
		expect(await code(holder.desk.api.admin.vouchers.list.query({ state: null, text: '', cursor: null }))).toBe(
			'access.not_allowed'
		);
		expect(await trailOf(roleId)).toEqual(['role.created']);
	});

	it('edited while somebody works counts at their next request, in the console and at the till', async () => {
		const permissions = ['till.sell', 'till.return', 'members.read'];
		const { roleId } = await roles(owner).create.mutate({ key: aKey(), name: 'Floor', permissions });
		const holder = await hire(roleId as Role);
		await people(owner).setPin.mutate({ key: aKey(), staffId: holder.staffId, pin: '2580' });
		const till = new Visitor();
		const wish = { key: aKey(), storeId: shop.storeId, name: 'Till' };
		await till.api.till.identity.enrol.mutate({ code: (await tablets(owner).makeEnrolmentCode.mutate(wish)).code });
		await till.api.till.identity.signIn.mutate({ staffId: holder.staffId, pin: '2580', fresh: '8302' });
		const sold = () => till.api.till.reports.lastReceipts.query();
		const members = () =>
			holder.desk.api.admin.reports.members.query({
				filter: memberFilter,
				order: 'newest',
				descending: true,
				cursor: null
			});
		await Promise.all([sold(), members()]);

		await roles(owner).edit.mutate({ key: aKey(), roleId, version: 1, name: 'Floor', permissions: ['figures.read'] });
		expect(await code(sold())).toBe('access.not_allowed');
		expect(await code(members())).toBe('access.not_allowed');
		expect((await till.api.till.identity.me.query())?.staff?.permissions).toEqual([]);

		await roles(owner).edit.mutate({ key: aKey(), roleId, version: 2, name: 'Floor', permissions: ['till.sell'] });
		await sold();
		expect(await code(members())).toBe('access.sign_in_first');
	});

	it('is refused empty, with a name that is taken, and with permissions that nobody can be given', async () => {
		const make = (name: string, permissions: string[]) =>
			roles(owner).create.mutate({ key: aKey(), name, permissions });
		await make('Stock', ['products.read']);
		expect(await code(make('STOCK', ['products.read']))).toBe('identity.role_name_taken');
		expect(await code(make('Nothing', []))).toBe('identity.role_empty');
		expect(await code(make('Robber', ['till.rob']))).toBe('identity.permission_unknown');
		expect(await code(make('Shopper', ['wallet.own']))).toBe('identity.permission_unknown');
	});

	it('two owners edit at once: the second sees what is there now', async () => {
		const { roleId } = await roles(owner).create.mutate({ key: aKey(), name: 'Twice', permissions: ['till.sell'] });
		const edit = (name: string) =>
			roles(owner).edit.mutate({ key: aKey(), roleId, version: 1, name, permissions: ['till.sell'] });
		await edit('First');
		const refusal = await refusalFrom(edit('Second'));
		expect(refusal).toMatchObject({
			code: 'identity.role_changed_meanwhile',
			attachment: { name: 'First', version: 2 }
		});
	});

	it('is put away only when nobody has it any more, and then given to nobody', async () => {
		const { roleId } = await roles(owner).create.mutate({ key: aKey(), name: 'Summer', permissions: ['till.sell'] });
		const staffId = await cashier(owner, null, roleId as Role);
		const archive = () => roles(owner).archive.mutate({ key: aKey(), roleId });
		expect(await refusalFrom(archive())).toMatchObject({ code: 'identity.role_in_use', details: { people: 1 } });
		await people(owner).disable.mutate({ key: aKey(), staffId });
		await archive();
		expect(await code(people(owner).restore.mutate({ key: aKey(), staffId }))).toBe('identity.role_unknown');
		expect(await code(cashier(owner, null, roleId as Role))).toBe('identity.role_unknown');
		await change(owner, staffId, { role: 'cashier' });
		await people(owner).restore.mutate({ key: aKey(), staffId });
		expect(await trailOf(roleId)).toEqual(['role.created', 'role.archived']);
	});

	it('is not edited by somebody who has it, nor by somebody who may do less', async () => {
		const permissions = ['roles.write', 'staff.write', 'members.read'];
		const { roleId } = await roles(owner).create.mutate({ key: aKey(), name: 'People desk', permissions });
		const desk = await hire(roleId as Role);
		const edit = (id: string, wish: string[]) =>
			roles(desk).edit.mutate({ key: aKey(), roleId: id, version: 1, name: 'Mine', permissions: wish });
		expect(await code(edit(roleId, permissions))).toBe('identity.own_role');
		const wider = await roles(owner).create.mutate({ key: aKey(), name: 'Wider', permissions: ['keys.write'] });
		expect(await code(edit(wider.roleId, ['members.read']))).toBe('identity.above_your_role');
		const make = roles(desk).create.mutate({ key: aKey(), name: 'Mighty', permissions: ['vouchers.write'] });
		expect(await code(make)).toBe('identity.above_your_role');
	});
});

describe('nobody gives more than they hold', () => {
	it.each<[BuiltInRole, string | null]>([
		['cashier', null],
		['supervisor', null],
		['key_account_manager', null],
		['manager', null],
		['owner', 'identity.above_your_role']
	])('a manager makes a %s: %s', async (role, refused) => {
		const made = cashier(manager, null, role);
		if (refused) expect(await code(made)).toBe(refused);
		else expect(await trailOf(await made)).toEqual(['staff.added']);
	});

	it('a manager does not make themselves an owner, nor touch an owner', async () => {
		expect(await code(change(manager, manager.staffId, { role: 'owner' }))).toBe('identity.own_role');
		expect(await code(change(manager, owner.staffId, { role: 'cashier' }))).toBe('identity.above_your_role');
		const pin = people(manager).setPin.mutate({ key: aKey(), staffId: owner.staffId, pin: '8302' });
		expect(await code(pin)).toBe('identity.above_your_role');
	});

	it('an owner has every store', async () => {
		const staffId = await cashier(owner);
		expect(await code(change(owner, staffId, { role: 'owner', storeIds: [shop.storeId] }))).toBe(
			'identity.owner_all_stores'
		);
	});

	it('one may change one’s own name and nothing else of oneself', async () => {
		await change(manager, manager.staffId, { name: 'Mona' });
		expect(await code(change(manager, manager.staffId, { storeIds: [shop.storeId] }))).toBe('identity.own_role');
		expect(await code(people(manager).disable.mutate({ key: aKey(), staffId: manager.staffId }))).toBe(
			'identity.not_yourself'
		);
	});
});

describe('the last owner', () => {
	it('of two who demote each other at once, one stays', async () => {
		const others = [await hire('owner'), await hire('owner')] as const;
		await db.update(staff).set({ disabledAt: now }).where(eq(staff.id, owner.staffId));
		try {
			const [first, second] = others;
			const demote = (by: Hired, whom: Hired) =>
				people(by).change.mutate({
					key: aKey(),
					staffId: whom.staffId,
					version: 1,
					name: 'Demoted',
					role: 'manager',
					storeIds: null
				});
			const outcomes = await Promise.allSettled([demote(first, second), demote(second, first)]);
			expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
			const left = others.find((_, place) => outcomes[place]?.status === 'fulfilled') as Hired;
			const gone = others.find((each) => each !== left) as Hired;
			expect((await left.desk.api.admin.identity.me.query())?.role).toBe('owner');
			const never = people(gone).change.mutate({
				key: aKey(),
				staffId: left.staffId,
				version: 1,
				name: 'x',
				role: 'manager',
				storeIds: null
			});
			expect(await code(never)).toBe('identity.above_your_role');
			const disable = people(gone).disable.mutate({ key: aKey(), staffId: left.staffId });
			expect(await code(disable)).toBe('identity.above_your_role');
			expect(await code(people(left).disable.mutate({ key: aKey(), staffId: left.staffId }))).toBe(
				'identity.not_yourself'
			);
		} finally {
			await db.update(staff).set({ disabledAt: null }).where(eq(staff.id, owner.staffId));
		}
	});

	it('an owner without a sign-in to the console does not count as one who stays', async () => {
		const { staffId: onlyPin } = { staffId: await cashier(owner, null, 'owner') };
		const other = await hire('owner');
		const owners = await db.select().from(staff).where(eq(staff.role, 'owner'));
		const rest = owners.filter(({ id }) => ![onlyPin, other.staffId, owner.staffId].includes(id));
		for (const { id } of rest) await db.update(staff).set({ role: 'manager' }).where(eq(staff.id, id));
		await db.update(staff).set({ userId: null }).where(eq(staff.id, other.staffId));
		// Only `owner` is left with a sign-in; the others may go.
		await people(owner).disable.mutate({ key: aKey(), staffId: onlyPin });
		await people(owner).disable.mutate({ key: aKey(), staffId: other.staffId });
	});
});

describe('a person of the house', () => {
	it('changed by two at once: the second sees what is there now, and nothing is lost', async () => {
		const staffId = await cashier(manager);
		const { version } = await people(manager).get.query({ staffId });
		const save = (role: Role, key = aKey()) =>
			people(manager).change.mutate({ key, staffId, version, name: 'Kim', role, storeIds: [shop.storeId] });
		const key = aKey();
		await save('supervisor', key);
		expect(await refusalFrom(save('cashier'))).toMatchObject({
			code: 'identity.staff_changed_meanwhile',
			attachment: { role: 'supervisor', storeIds: [shop.storeId], version: version + 1 }
		});
		// The same once more is the first answer, not a second change.
		expect(await save('supervisor', key)).toEqual({ version: version + 1 });
		expect(await trailOf(staffId)).toEqual(['staff.added', 'staff.changed']);
	});

	it('who comes back has their PIN again; the trail knows both', async () => {
		const staffId = await cashier(manager);
		await people(manager).disable.mutate({ key: aKey(), staffId });
		await people(manager).restore.mutate({ key: aKey(), staffId });
		expect(await people(manager).get.query({ staffId })).toMatchObject({ hasPin: true, disabledAt: null });
		expect(await trailOf(staffId)).toEqual(['staff.added', 'staff.closed', 'staff.restored']);
	});

	it('keeps a PIN out of the trail and out of reach in the stored keys', async () => {
		const staffId = await cashier(manager);
		const key = aKey();
		await people(manager).setPin.mutate({ key, staffId, pin: '839201' });
		const entries = await db.select().from(trailEntries).where(eq(trailEntries.subjectId, staffId));
		expect(JSON.stringify(entries)).not.toContain('839201');
		// The same key with another PIN is another input.
		expect(await code(people(manager).setPin.mutate({ key, staffId, pin: '839202' }))).toBe('key.reused');
		const [kept] = await db.select().from(onceKeys).where(eq(onceKeys.key, key));
		const { hashOf } = await import('#platform/once');
		expect(kept?.inputHash).not.toBe(hashOf(['identity.set_pin', { staffId, pin: '839201' }]));
	});

	it('is seen at the tills where they stand, and signed out of them', async () => {
		const staffId = await cashier(manager);
		const till = new Visitor();
		const wish = { key: aKey(), storeId: shop.storeId, name: 'Till by the door' };
		await till.api.till.identity.enrol.mutate({ code: (await tablets(manager).makeEnrolmentCode.mutate(wish)).code });
		await till.api.till.identity.signIn.mutate({ staffId, pin: '4711', fresh: '8302' });
		expect((await people(manager).get.query({ staffId })).tills).toMatchObject([
			{ device: 'Till by the door', storeId: shop.storeId, signedOutAt: null }
		]);
		await people(manager).signOutOfTills.mutate({ key: aKey(), staffId });
		expect((await till.api.till.identity.me.query())?.staff).toBeNull();
	});
});

describe('somebody limited to a store', () => {
	let elsewhere: string;
	let here: string;

	beforeAll(async () => {
		elsewhere = await cashier(owner, [shop.otherStoreId]);
		here = await cashier(owner, [shop.storeId]);
	});

	it('sees the people of that store, and may change those who work nowhere else', async () => {
		const everywhere = await cashier(owner, null);
		const seen = new Map((await people(harbour).list.query()).map((row) => [row.id, row.changeable]));
		expect(seen.has(elsewhere)).toBe(false);
		expect(seen.get(here)).toBe(true);
		expect(seen.get(everywhere)).toBe(false);
		const pin = (staffId: string) => people(harbour).setPin.mutate({ key: aKey(), staffId, pin: '8302' });
		await pin(here);
		expect(await code(pin(everywhere))).toBe('identity.wider_stores');
	});

	it('is not told whether somebody of another store exists', async () => {
		const stranger = newId('staff');
		for (const staffId of [elsewhere, stranger]) {
			expect(await code(people(harbour).get.query({ staffId }))).toBe('access.other_store');
			expect(await code(people(harbour).disable.mutate({ key: aKey(), staffId }))).toBe('access.other_store');
		}
		expect(await code(people(owner).get.query({ staffId: stranger }))).toBe('identity.staff_unknown');
	});

	it('is shown that store alone, in every list, and no file of the whole house', async () => {
		const { stores, imports } = harbour.desk.api.admin;
		const own = [shop.storeId];
		expect((await stores.list.query()).map(({ id }) => id)).toEqual(own);
		expect((await stores.places.query()).stores.map(({ id }) => id)).toEqual(own);
		expect((await stores.exportStores.query()).items.map(([id]) => id)).toEqual(own);
		expect((await stores.store.query({ id: shop.storeId })).id).toBe(shop.storeId);
		for (const id of [shop.otherStoreId, newId('store')])
			expect(await code(stores.store.query({ id }))).toBe('access.other_store');
		const file = { kind: 'products', fileName: 'goods.csv', bytes: 40 };
		const { id } = await owner.desk.api.admin.imports.begin.mutate({ key: aKey(), ...file });
		expect((await manager.desk.api.admin.imports.list.query({ kind: null, cursor: null })).items).toHaveLength(1);
		const form = { encoding: 'utf-8', delimiter: ',' } as const;
		for (const tried of [
			() => imports.list.query({ kind: null, cursor: null }),
			() => imports.get.query({ id }),
			() => imports.look.query({ id, form }),
			() => imports.refused.query({ id, after: 0 }),
			() => imports.begin.mutate({ key: aKey(), ...file }),
			() => imports.check.mutate({ key: aKey(), id, form, matching: ['name'] }),
			() => imports.confirm.mutate({ key: aKey(), id }),
			() => imports.cancel.mutate({ key: aKey(), id })
		])
			expect(await code(tried())).toBe('access.all_stores_only');
		expect((await owner.desk.api.admin.imports.get.query({ id })).state).toBe('uploading');
	});

	it('gives nobody other stores', async () => {
		for (const storeIds of [[shop.storeId, shop.otherStoreId], [shop.otherStoreId], null])
			expect(await code(cashier(harbour, storeIds))).toBe('identity.wider_stores');
		expect(await code(change(harbour, here, { storeIds: null }))).toBe('identity.wider_stores');
		await cashier(harbour, [shop.storeId]);
	});

	it('connects and removes tablets of that store alone', async () => {
		const make = (by: Hired, storeId: string) =>
			tablets(by).makeEnrolmentCode.mutate({ key: aKey(), storeId, name: 'Till' });
		expect(await code(make(harbour, shop.otherStoreId))).toBe('access.other_store');
		expect(await code(make(harbour, newId('store')))).toBe('access.other_store');
		const enrolled = async (storeId: string) =>
			(await new Visitor().api.till.identity.enrol.mutate({ code: (await make(owner, storeId)).code })).deviceId;
		const [mine, theirs] = [await enrolled(shop.storeId), await enrolled(shop.otherStoreId)];
		const listed = (await tablets(harbour).list.query()).map(({ id }) => id);
		expect(listed).toContain(mine);
		expect(listed).not.toContain(theirs);
		for (const deviceId of [theirs, newId('device')])
			expect(await code(tablets(harbour).revoke.mutate({ key: aKey(), deviceId }))).toBe('access.other_store');
		await tablets(harbour).revoke.mutate({ key: aKey(), deviceId: mine });
		expect(await trailOf(mine)).toEqual(['device.enrolled', 'device.revoked']);
	});

	it('sees receipts and figures of that store alone', async () => {
		const member = await aMember(db, now);
		const sold = async (storeId: string) => {
			const result = await sell(db, await aSale(db, shop, anAsk(member, [line('a', 1000)]), now, { storeId }), now);
			if (!result.ok) throw new Error(result.refusal.code);
			return result.receipt.id;
		};
		const [mine, theirs] = [await sold(shop.storeId), await sold(shop.otherStoreId)];
		const reports = harbour.desk.api.admin.reports;
		const filter = { storeId: null, fromDay: null, toDay: null, memberId: null, number: null };
		const page = await reports.receipts.query({ filter, cursor: null });
		expect(page.items.map(({ id }) => id)).toEqual([mine]);
		expect(page.totals.totalCents).toBe(1000);
		expect(page.stores.map(({ id }) => id)).toEqual([shop.storeId]);
		const other = { ...filter, storeId: shop.otherStoreId };
		expect(await code(reports.receipts.query({ filter: other, cursor: null }))).toBe('access.other_store');
		expect((await reports.receipt.query({ id: mine })).receipt.id).toBe(mine);
		for (const id of [theirs, newId('receipt')])
			expect(await code(reports.receipt.query({ id }))).toBe('access.other_store');
		expect((await reports.member.query({ id: member })).receipts.map(({ id }) => id)).toEqual([mine]);
		expect((await reports.today.query({ storeId: null, days: 7 })).today.salesCents).toBe(1000);
		expect(await code(reports.today.query({ storeId: shop.otherStoreId, days: 7 }))).toBe('access.other_store');
		expect((await owner.desk.api.admin.reports.today.query({ storeId: null, days: 7 })).today.salesCents).toBe(2000);
	});

	it('reads in the trail what was done in that store, or by themselves', async () => {
		const filter = { text: '', area: null, staffId: null, subjectId: null, fromDay: null, toDay: null };
		const read = await harbour.desk.api.admin.reports.trail.query({ filter, cursor: null, size: 1000 });
		expect(read.items.length).toBeGreaterThan(0);
		for (const { who, action } of read.items)
			expect(who.staffId === harbour.staffId || /^(device\.|staff\.pin_chosen$|store\.)/.test(action), action).toBe(
				true
			);
	});

	it('makes and changes vouchers of that store alone', async () => {
		const { vouchers } = harbour.desk.api.admin;
		const at = (storeIds: string[]) => aDefinition({ title: 'Ours', conditions: { ...noConditions, storeIds } });
		const create = (storeIds: string[], by = vouchers) =>
			by.create.mutate({ key: aKey(), definition: at(storeIds), sharedCode: null });
		expect(await code(create([]))).toBe('access.all_stores_only');
		expect(await code(create([shop.storeId, shop.otherStoreId]))).toBe('access.other_store');
		const { id } = await create([shop.storeId]);
		const edit = { key: aKey(), id, version: 1, definition: at([]) };
		expect(await code(vouchers.edit.mutate(edit))).toBe('access.all_stores_only');
		await vouchers.pause.mutate({ key: aKey(), id });
		const house = await create([], manager.desk.api.admin.vouchers);
		expect(await code(vouchers.pause.mutate({ key: aKey(), id: house.id }))).toBe('access.all_stores_only');
		expect(await code(vouchers.makeCodes.mutate({ key: aKey(), voucherId: house.id, count: 5 }))).toBe(
			'access.all_stores_only'
		);
		expect(await code(vouchers.archive.mutate({ key: aKey(), id: 'vou_none' }))).toBe('access.all_stores_only');
	});

	it('changes nothing that concerns every store', async () => {
		const limited = await hire('manager', [shop.storeId]);
		await db.update(staff).set({ role: 'owner' }).where(eq(staff.id, limited.staffId));
		const programme = await limited.desk.api.admin.stores.programme.query();
		const rules = { key: aKey(), version: programme.version, rules: programme.rules };
		expect(await code(limited.desk.api.admin.stores.saveRules.mutate(rules))).toBe('access.all_stores_only');
		const role = { key: aKey(), name: 'Local', permissions: ['till.sell'] };
		expect(await code(roles(limited).create.mutate(role))).toBe('access.all_stores_only');
	});
});

describe('a code for a tablet', () => {
	it('never has the digits of a PIN in it', () => {
		for (let i = 0; i < 2000; i++) expect(newEnrolmentCode().replace(/\D/g, '').length).toBeLessThan(4);
	});

	it('asked for again because the answer got lost is a new one, and the first one is void', async () => {
		const wish = { key: aKey(), storeId: shop.storeId, name: 'Till' };
		const [first, second] = [
			await tablets(owner).makeEnrolmentCode.mutate(wish),
			await tablets(owner).makeEnrolmentCode.mutate(wish)
		];
		expect(second.expiresAt).toEqual(first.expiresAt);
		expect(await code(new Visitor().api.till.identity.enrol.mutate({ code: first.code }))).toBe(
			'identity.enrolment_unknown'
		);
		await new Visitor().api.till.identity.enrol.mutate({ code: second.code });
		expect(await code(tablets(owner).makeEnrolmentCode.mutate(wish))).toBe('identity.enrolment_unknown');
	});
});
