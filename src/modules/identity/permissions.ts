import { mayHold, type Actor, type Role } from '#core/actor';

/**
 * Who may do what: one table, read top down. `till.*` is what a cashier may do after entering a PIN, everything else
 * is the console's. Shoppers hold `wallet.own`, an enrolled tablet holds `till.device`, whoever stands before it.
 * A module that brings a new permission adds its line here; a test walks all procedures and finds the ones missing.
 */
const table: Record<string, readonly Role[]> = {
	'till.sell': ['cashier', 'manager', 'owner'],
	'till.return': ['cashier', 'manager', 'owner'],

	'console.use': ['manager', 'owner'],
	'figures.read': ['manager', 'owner'],
	'members.read': ['manager', 'owner'],
	'members.write': ['manager', 'owner'],
	'receipts.read': ['manager', 'owner'],
	'receipts.undo': ['manager', 'owner'],
	'ledger.read': ['manager', 'owner'],
	'ledger.write': ['manager', 'owner'],
	'vouchers.read': ['manager', 'owner'],
	'vouchers.write': ['manager', 'owner'],
	'giftcards.read': ['manager', 'owner'],
	'giftcards.write': ['manager', 'owner'],
	'stores.read': ['manager', 'owner'],
	'stores.write': ['owner'],
	'products.read': ['manager', 'owner'],
	'products.write': ['manager', 'owner'],
	'programme.read': ['manager', 'owner'],
	'programme.write': ['owner'],
	'staff.read': ['manager', 'owner'],
	'staff.write': ['manager', 'owner'],
	'trail.read': ['manager', 'owner'],
	'devices.read': ['manager', 'owner'],
	'devices.write': ['manager', 'owner']
};

const holders = new Map(Object.entries(table));

/** What shoppers and tablets hold by being what they are. */
const own = new Set(['wallet.own', 'till.device']);

/** Every permission there is, sorted. */
export const permissions: readonly string[] = [...own, ...holders.keys()].sort();

/** Whether an actor holds a permission. What the table does not list, nobody holds. */
export function may(actor: Actor, permission: string): boolean {
	if (!mayHold(actor, permission)) return false;
	if (own.has(permission)) return true;
	const role = actor.kind === 'staff' ? actor.role : actor.kind === 'till' ? actor.staff?.role : undefined;
	return role !== undefined && (holders.get(permission)?.includes(role) ?? false);
}

/** What the console may show to a role, for menus; the server asks `may` again for every call. */
export const permissionsOf = (role: Role): string[] =>
	[...holders].filter(([name, roles]) => !name.startsWith('till.') && roles.includes(role)).map(([name]) => name);
