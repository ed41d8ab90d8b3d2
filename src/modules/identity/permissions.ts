import { mayHold, type Actor, type BuiltInRole } from '#core/actor';

/**
 * What there is to be allowed. `till.*` is what somebody may do at a till after entering a PIN, everything else is the
 * console's; `wallet.own` and `till.device` are not given, shoppers and tablets hold them by being what they are.
 * A module that brings a permission adds its line here, and its name and explanation in four languages
 * (`admin_permission_…`, `admin_permission_…_about`); tests find the ones missing. A name is never used again for
 * something else: roles that people made keep it.
 */
interface Permission {
	name: string;
	group: PermissionGroup;
	/** roles that hold it besides the owner, who holds all */
	holders: readonly Exclude<BuiltInRole, 'owner'>[];
	/** what it cannot work without; whoever is given it is given these too */
	needs?: readonly string[];
	/** an API key may have it */
	client?: true;
}

export const permissionGroups = [
	'till',
	'console',
	'members',
	'sales',
	'vouchers',
	'giftcards',
	'shop',
	'people',
	'house'
] as const;
export type PermissionGroup = (typeof permissionGroups)[number];

const manager = ['manager'] as const;
const kam = ['manager', 'key_account_manager'] as const;
const none = [] as const;
/** names of stores, the programme's days and currency: nearly every page shows them */
const basics = ['console.use', 'stores.read', 'programme.read'];

const catalogue: readonly Permission[] = [
	{ name: 'till.sell', group: 'till', holders: ['cashier', 'supervisor', 'manager'], client: true },
	{ name: 'till.return', group: 'till', holders: ['cashier', 'supervisor', 'manager'], needs: ['till.sell'] },
	{
		name: 'till.return_without_receipt',
		group: 'till',
		holders: ['supervisor', 'manager'],
		needs: ['till.sell', 'till.return']
	},
	{ name: 'till.manual', group: 'till', holders: ['supervisor', 'manager'], needs: ['till.sell'] },

	{ name: 'console.use', group: 'console', holders: kam },
	{ name: 'figures.read', group: 'console', holders: kam, needs: basics },

	{ name: 'members.read', group: 'members', holders: kam, needs: basics },
	{ name: 'members.write', group: 'members', holders: kam, needs: [...basics, 'members.read'] },
	{ name: 'members.merge', group: 'members', holders: manager, needs: [...basics, 'members.read'] },
	{ name: 'members.erase', group: 'members', holders: manager, needs: [...basics, 'members.read'] },
	{ name: 'members.export', group: 'members', holders: manager, needs: [...basics, 'members.read'] },
	{ name: 'ledger.read', group: 'members', holders: kam, needs: [...basics, 'members.read'] },
	{ name: 'ledger.adjust', group: 'members', holders: manager, needs: [...basics, 'members.read', 'ledger.read'] },
	{
		name: 'ledger.adjust_freely',
		group: 'members',
		holders: none,
		needs: [...basics, 'members.read', 'ledger.read', 'ledger.adjust']
	},

	{ name: 'receipts.read', group: 'sales', holders: kam, needs: basics },
	{ name: 'receipts.undo', group: 'sales', holders: manager, needs: [...basics, 'receipts.read'] },

	{ name: 'vouchers.read', group: 'vouchers', holders: kam, needs: basics },
	{ name: 'vouchers.assign', group: 'vouchers', holders: kam, needs: [...basics, 'vouchers.read'] },
	{ name: 'vouchers.write', group: 'vouchers', holders: manager, needs: [...basics, 'vouchers.read'] },

	{ name: 'giftcards.read', group: 'giftcards', holders: kam, needs: basics },
	{ name: 'giftcards.issue', group: 'giftcards', holders: manager, needs: [...basics, 'giftcards.read'] },
	{ name: 'giftcards.write', group: 'giftcards', holders: manager, needs: [...basics, 'giftcards.read'] },
	{ name: 'giftcards.adjust', group: 'giftcards', holders: manager, needs: [...basics, 'giftcards.read'] },

	{ name: 'stores.read', group: 'shop', holders: kam, needs: ['console.use'] },
	{ name: 'stores.write', group: 'shop', holders: none, needs: basics },
	{ name: 'products.read', group: 'shop', holders: kam, needs: basics },
	{ name: 'products.write', group: 'shop', holders: manager, needs: [...basics, 'products.read'] },

	{ name: 'staff.read', group: 'people', holders: manager, needs: basics },
	{ name: 'staff.write', group: 'people', holders: manager, needs: [...basics, 'staff.read'] },
	{ name: 'roles.write', group: 'people', holders: none, needs: [...basics, 'staff.read'] },
	{ name: 'devices.read', group: 'people', holders: manager, needs: basics },
	{ name: 'devices.write', group: 'people', holders: manager, needs: [...basics, 'devices.read'] },

	{ name: 'programme.read', group: 'house', holders: kam, needs: ['console.use'] },
	{ name: 'programme.write', group: 'house', holders: none, needs: basics },
	{ name: 'trail.read', group: 'house', holders: manager, needs: basics },
	{ name: 'keys.write', group: 'house', holders: none, needs: basics }
];

const byName = new Map(catalogue.map((permission) => [permission.name, permission]));
const given: readonly string[] = catalogue.map(({ name }) => name);

/** What shoppers and tablets hold by being what they are. */
const own = new Set(['wallet.own', 'till.device']);

/** Every permission there is, sorted. */
export const permissions: readonly string[] = [...own, ...given].sort();

/** The permissions that can be given, by group, in the order in which they are read. */
export const permissionsByGroup: readonly { group: PermissionGroup; names: readonly string[] }[] = permissionGroups.map(
	(group) => ({ group, names: catalogue.filter((each) => each.group === group).map(({ name }) => name) })
);

/** What an API key may be allowed. */
export const clientPermissions: readonly string[] = catalogue.filter(({ client }) => client).map(({ name }) => name);

const builtIn: Record<BuiltInRole, readonly string[]> = {
	owner: given,
	manager: held('manager'),
	key_account_manager: held('key_account_manager'),
	supervisor: held('supervisor'),
	cashier: held('cashier')
};

function held(role: Exclude<BuiltInRole, 'owner'>): readonly string[] {
	return catalogue.filter(({ holders }) => holders.includes(role)).map(({ name }) => name);
}

export const isBuiltIn = (role: string): role is BuiltInRole => Object.hasOwn(builtIn, role);

/** What a built-in role may do. */
export const permissionsOf = (role: BuiltInRole): readonly string[] => builtIn[role];

/** What a permission cannot work without. */
export const neededBy = (name: string): readonly string[] => byName.get(name)?.needs ?? [];

/**
 * A choice of permissions in the order of the catalogue, with what they need; null when it names one that cannot be
 * given.
 */
export function completed(chosen: readonly string[]): string[] | null {
	if (!chosen.every((name) => byName.has(name))) return null;
	const all = new Set(chosen.flatMap((name) => [name, ...neededBy(name)]));
	return given.filter((name) => all.has(name));
}

/** What is left of a stored choice: a permission that no longer exists allows nothing. */
export const known = (stored: readonly string[]): string[] => stored.filter((name) => byName.has(name));

/**
 * Whether an actor holds a permission, here and now: somebody at a till none of the console's, a program those of its
 * key's scopes. What the catalogue does not list, nobody holds.
 */
export function may(actor: Actor, permission: string): boolean {
	if (actor.kind === 'client') return byName.get(permission)?.client === true && actor.permissions.includes(permission);
	if (!mayHold(actor, permission)) return false;
	if (own.has(permission)) return true;
	if (!byName.has(permission)) return false;
	const rights = actor.kind === 'staff' ? actor : actor.kind === 'till' ? actor.staff : null;
	return rights?.permissions.includes(permission) ?? false;
}

/** Whether somebody with these permissions may open the console at all. */
export const hasConsole = ({ permissions }: { permissions: readonly string[] }): boolean =>
	permissions.includes('console.use');
