/** Who asks. Made once per request from the session, the tablet's token or the API key. */
export type Role = 'cashier' | 'manager' | 'owner';
export const roles: readonly Role[] = ['cashier', 'manager', 'owner'];

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
