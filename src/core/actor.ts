/** Who asks. Made once per request from the session, the tablet's token or the API key. */
export type Role = 'cashier' | 'manager' | 'owner';

export type Actor =
	| { kind: 'guest' }
	/** a shopper in the wallet */
	| { kind: 'shopper'; userId: string; memberId: string }
	/** an enrolled tablet; `staff` is who entered a PIN, or null while nobody has */
	| { kind: 'till'; deviceId: string; storeId: string; staff: { id: string; name: string; role: Role } | null }
	/** a person of the house in the console */
	| { kind: 'staff'; userId: string; staffId: string; name: string; role: Role }
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
 * whatever the role behind it.
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

/** Under which name an actor's idempotency keys are kept: a device's retries find its own answers, nobody else's. */
export function callerOf(actor: Actor): string {
	switch (actor.kind) {
		case 'till':
			return actor.deviceId;
		case 'shopper':
			return actor.memberId;
		case 'staff':
			return actor.staffId;
		default:
			return actor.kind;
	}
}
