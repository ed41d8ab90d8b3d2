import { describe, expect, it } from 'vitest';
import { builtInRoles, type Actor, type BuiltInRole, type Rights } from '#core/actor';
import { clientPermissions, completed, may, neededBy, permissions, permissionsByGroup, permissionsOf } from '#identity';
import { m } from '#messages';
import { proceduresOf } from '#platform/trpc';
import { appRouter } from './router.server.ts';

const procedures = proceduresOf(appRouter);

/** Open to everybody: signing in and out, asking who one is, and founding a house where there is none. */
const open = [
	'admin.identity.invitations.accept',
	'admin.identity.invitations.read',
	'admin.identity.me',
	'admin.identity.passkeys.ask',
	'admin.identity.passkeys.beginEnrolment',
	'admin.identity.passkeys.finishEnrolment',
	'admin.identity.passkeys.possible',
	'admin.identity.passkeys.signIn',
	'admin.identity.reset.choose',
	'admin.identity.reset.request',
	'admin.identity.secondStep.begin',
	'admin.identity.secondStep.finish',
	'admin.identity.secondStep.leave',
	'admin.identity.secondStep.take',
	'admin.identity.secondStep.view',
	'admin.identity.signIn',
	'admin.identity.signOut',
	'admin.setup.found',
	'admin.setup.needed',
	'till.identity.enrol',
	'till.identity.me',
	'wallet.gifts.balance',
	'wallet.gifts.open',
	'wallet.home.shop',
	'wallet.identity.me',
	'wallet.identity.requestCode',
	'wallet.identity.signInWithCode',
	'wallet.identity.signOut'
];

const rightsOf = (role: BuiltInRole): Rights => ({ role, permissions: permissionsOf(role), storeIds: null });
const shopper: Actor = { kind: 'shopper', userId: 'u', memberId: 'm' };
const staff = (role: BuiltInRole): Actor => ({
	kind: 'staff',
	userId: 'u',
	staffId: 's',
	name: 'Ann',
	...rightsOf(role)
});
const till = (role: BuiltInRole | null): Actor => ({
	kind: 'till',
	deviceId: 'd',
	storeId: 's',
	staff: role && { id: 's', name: 'Ann', ...rightsOf(role) }
});
const everybody: Actor[] = [
	{ kind: 'guest' },
	{ kind: 'house' },
	{ kind: 'client', clientId: 'c', name: 'Web shop', permissions, storeIds: null },
	shopper,
	till(null),
	...builtInRoles.flatMap((role) => [till(role), staff(role)])
];
const held = (actor: Actor) => permissions.filter((permission) => may(actor, permission));

describe('every procedure', () => {
	it('asks for a permission, or is one of the few that are open', () => {
		const without = procedures.filter(({ permission }) => permission === null).map(({ path }) => path);
		expect(without.sort()).toEqual(open);
	});

	it.each(procedures.filter(({ permission }) => permission !== null))(
		'$path asks for $permission, which is of its own face and in the table',
		({ path, permission }) => {
			expect(permissions).toContain(permission);
			const face = path.split('.')[0];
			const asks = permission?.split('.')[0];
			expect(face).toBe(asks === 'wallet' || asks === 'till' ? asks : 'admin');
		}
	);
});

describe('who holds what', () => {
	it.each(builtInRoles)('a %s at a till holds nothing of the console', (role) => {
		expect(held(till(role)).filter((permission) => !permission.startsWith('till.'))).toEqual([]);
	});

	it('a cashier sells and takes back; a supervisor also does what needs somebody senior; neither has the console', () => {
		expect(held(till('cashier'))).toEqual(['till.device', 'till.return', 'till.sell']);
		expect(held(till('supervisor'))).toEqual([
			'till.device',
			'till.manual',
			'till.return',
			'till.return_without_receipt',
			'till.sell'
		]);
		expect([...held(staff('cashier')), ...held(staff('supervisor'))]).toEqual([]);
	});

	it('a key-account manager sees customers and their figures, gives vouchers, and does not sell', () => {
		expect(held(till('key_account_manager'))).toEqual(['till.device']);
		expect(held(staff('key_account_manager'))).toEqual([
			'console.use',
			'figures.read',
			'giftcards.read',
			'ledger.read',
			'members.read',
			'members.write',
			'products.read',
			'programme.read',
			'receipts.read',
			'stores.read',
			'vouchers.assign',
			'vouchers.read'
		]);
	});

	it('a manager has all but what the owner keeps', () => {
		const kept = permissionsOf('owner').filter((permission) => !permissionsOf('manager').includes(permission));
		expect(kept).toEqual(['ledger.adjust_freely', 'stores.write', 'roles.write', 'programme.write', 'keys.write']);
	});

	it('an owner holds all there is to give', () => {
		const given = permissions.filter((permission) => !['wallet.own', 'till.device'].includes(permission));
		expect([...permissionsOf('owner')].sort()).toEqual(given);
	});

	it('a tablet where nobody stands, a shopper, a guest and a program hold next to nothing', () => {
		expect(held(till(null))).toEqual(['till.device']);
		expect(held(shopper)).toEqual(['wallet.own']);
		expect(held({ kind: 'guest' })).toEqual([]);
		expect(held({ kind: 'house' })).toEqual([]);
		expect(held({ kind: 'client', clientId: 'c', name: 'Web shop', permissions, storeIds: null })).toEqual(
			clientPermissions
		);
	});

	it('nobody holds a permission that the catalogue does not list, even with its name in their role', () => {
		for (const unknown of ['vouchers.erase', 'till.rob', 'wallet.print', '', 'constructor', '__proto__']) {
			const liar: Actor = { ...(staff('owner') as Actor & { kind: 'staff' }), permissions: [unknown] };
			expect([...everybody, liar].filter((actor) => may(actor, unknown))).toEqual([]);
		}
	});
});

describe('a choice of permissions', () => {
	it('brings what it needs, in the order of the catalogue', () => {
		expect(completed(['vouchers.write'])).toEqual([
			'console.use',
			'vouchers.read',
			'vouchers.write',
			'stores.read',
			'programme.read'
		]);
		expect(completed(['till.return', 'till.return'])).toEqual(['till.sell', 'till.return']);
		expect(completed([])).toEqual([]);
	});

	it.each(['wallet.own', 'till.device', 'till.rob', 'constructor'])('cannot hold %s', (name) => {
		expect(completed(['till.sell', name])).toBeNull();
	});

	it('is complete after one step: what is needed needs nothing that is not named too', () => {
		for (const name of permissions)
			for (const needed of neededBy(name))
				expect([name, ...neededBy(name)]).toEqual(expect.arrayContaining([...neededBy(needed)]));
	});

	it('is complete in every built-in role', () => {
		for (const role of builtInRoles) expect(completed(permissionsOf(role))).toEqual(permissionsOf(role));
	});

	it('is told in words in every language', () => {
		const say = m as unknown as Record<string, (inputs: object, options: { locale: string }) => string>;
		const key = (name: string) => `admin_permission_${name.replaceAll('.', '_')}`;
		for (const { group, names } of permissionsByGroup) {
			for (const name of [`admin_permissions_${group}`, ...names.flatMap((each) => [key(each), `${key(each)}_about`])])
				for (const locale of ['en', 'ru', 'zh', 'fa']) expect(say[name]?.({}, { locale }), name).toMatch(/\S/);
		}
	});
});
