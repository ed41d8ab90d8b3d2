import { describe, expect, it } from 'vitest';
import type { Actor, Role } from '#core/actor';
import { may, permissions, permissionsOf } from '#identity';
import { proceduresOf } from '#platform/trpc';
import { appRouter } from './router.server.ts';

const procedures = proceduresOf(appRouter);

/** Open to everybody: signing in and out, asking who one is, and founding a house where there is none. */
const open = [
	'admin.identity.me',
	'admin.identity.signIn',
	'admin.identity.signOut',
	'admin.setup.found',
	'admin.setup.needed',
	'till.identity.enrol',
	'till.identity.me',
	'wallet.home.shop',
	'wallet.identity.me',
	'wallet.identity.requestCode',
	'wallet.identity.signInWithCode',
	'wallet.identity.signOut'
];

const shopper: Actor = { kind: 'shopper', userId: 'u', memberId: 'm' };
const staff = (role: Role): Actor => ({ kind: 'staff', userId: 'u', staffId: 's', name: 'Ann', role });
const till = (role: Role | null): Actor => ({
	kind: 'till',
	deviceId: 'd',
	storeId: 's',
	staff: role && { id: 's', name: 'Ann', role }
});
const everybody: Actor[] = [
	{ kind: 'guest' },
	shopper,
	till(null),
	...(['cashier', 'manager', 'owner'] as const).flatMap((role) => [till(role), staff(role)])
];

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
	it.each(['cashier', 'manager', 'owner'] as const)('a %s at a till holds nothing of the console', (role) => {
		const held = permissions.filter((permission) => may(till(role), permission));
		expect(held).toContain('till.sell');
		expect(held.filter((permission) => !permission.startsWith('till.'))).toEqual([]);
	});

	it('a tablet where nobody stands, a shopper and a guest hold next to nothing', () => {
		const held = (actor: Actor) => permissions.filter((permission) => may(actor, permission));
		expect(held(till(null))).toEqual(['till.device']);
		expect(held(shopper)).toEqual(['wallet.own']);
		expect(held({ kind: 'guest' })).toEqual([]);
	});

	it('a cashier has no console; a manager has all but what the owner keeps', () => {
		expect(permissionsOf('cashier')).toEqual([]);
		const owner = permissionsOf('owner');
		expect(owner.filter((permission) => !permissionsOf('manager').includes(permission))).toEqual([
			'stores.write',
			'programme.write'
		]);
		expect(permissionsOf('manager').filter((permission) => !owner.includes(permission))).toEqual([]);
		expect(owner.every((permission) => may(staff('owner'), permission))).toBe(true);
	});

	it('nobody holds a permission that the table does not list', () => {
		for (const unknown of ['vouchers.erase', 'till.rob', 'wallet.print', '', 'constructor', '__proto__']) {
			expect(everybody.filter((actor) => may(actor, unknown))).toEqual([]);
		}
	});
});
