/** Who asks. Made once per request from the session, the tablet's token or the API key. */

/** Roles that every house has; what they may do is data of identity. */
export const builtInRoles = ['cashier', 'supervisor', 'manager', 'key_account_manager', 'owner'] as const;
export type BuiltInRole = (typeof builtInRoles)[number];
/** A built-in role, or the id of one of the house's own. */
export type Role = BuiltInRole | `rol_${string}`;

/** What somebody may do, and where. Read anew for every request: a role edited meanwhile counts at the next one. */
export interface Rights {
	role: Role;
	/** of the till and of the console alike; which of them count is decided by where somebody stands (`mayHold`) */
	permissions: readonly string[];
	/** null: every store */
	storeIds: readonly string[] | null;
}

export type Actor =
	| { kind: 'guest' }
	/** a shopper in the wallet */
	| { kind: 'shopper'; userId: string; memberId: string }
	/** an enrolled tablet; `staff` is who entered a PIN, or null while nobody has */
	| { kind: 'till'; deviceId: string; storeId: string; staff: ({ id: string; name: string } & Rights) | null }
	/** a person of the house in the console */
	| ({ kind: 'staff'; userId: string; staffId: string; name: string } & Rights)
	/** a program with an API key */
	| { kind: 'client'; clientId: string; name: string; permissions: readonly string[]; storeIds: Rights['storeIds'] }
	/** the house itself: jobs, the seed, commands */
	| { kind: 'house' };

export type Shopper = Extract<Actor, { kind: 'shopper' }>;
/** An enrolled tablet, whoever stands before it. */
export type Till = Extract<Actor, { kind: 'till' }>;
/** An enrolled tablet where somebody entered a PIN. */
export type Cashier = Till & { staff: NonNullable<Till['staff']> };
export type Staff = Extract<Actor, { kind: 'staff' }>;

/**
 * Who may hold a permission at all, by its first word: `wallet.*` a shopper, `till.device` the tablet, any other
 * `till.*` a cashier with a PIN, everything else a person in the console. A four-digit PIN never opens the console,
 * whatever the role behind it. A program with an API key calls no procedures: the API asks for its scopes itself.
 */
export type HolderOf<P extends string> = P extends `wallet.${string}`
	? Shopper
	: P extends 'till.device'
		? Till
		: P extends `till.${string}`
			? Cashier
			: Staff;

/** Whether an actor is of the kind that may hold this permission (not whether they do). */
export function mayHold(actor: Actor, permission: string): boolean {
	if (permission.startsWith('wallet.')) return actor.kind === 'shopper';
	if (permission === 'till.device') return actor.kind === 'till';
	if (permission.startsWith('till.')) return actor.kind === 'till' && actor.staff !== null;
	return actor.kind === 'staff';
}

/** The stores whose things somebody sees and changes; null: every store. Guests and shoppers have none. */
export function storesOf(actor: Actor): readonly string[] | null {
	switch (actor.kind) {
		case 'till':
			return [actor.storeId];
		case 'staff':
		case 'client':
			return actor.storeIds;
		case 'house':
			return null;
		default:
			return [];
	}
}

/** Under which name an actor's idempotency keys are kept: a device's retries find its own answers, nobody else's. */
export function callerOf(actor: Actor): string {
	switch (actor.kind) {
		case 'till':
			return actor.deviceId;
		case 'shopper':
			return actor.memberId;
		case 'staff':
			return actor.staffId;
		case 'client':
			return actor.clientId;
		default:
			return actor.kind;
	}
}
