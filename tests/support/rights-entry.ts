import type { CallerName, RightsWorld } from './rights-world.ts';

/**
 * Who may call each procedure, said here by people and not read from the permissions: the matrix holds the product to it.
 *
 * A NEW PROCEDURE NEEDS AN ENTRY, or the matrix fails and names it: in rights-entries.ts for the console, in
 * rights-entries-faces.ts for wallet and till. Under its path (`admin.vouchers.list`):
 *   who        everybody who may call it: one of the groups below, or a list of callers
 *   input      a call that works in the small world of rights-world.ts; leave it out where there is no input. The first
 *              of `who` must get an answer to it (or the refusal named in `answers`), the others anything but a refusal
 *              of access; everybody else must be refused access and change nothing.
 *   answers    the refusal that a right caller gets to `input`, where the world cannot hold a call that works
 *   there      where `input` names a thing of a store: the same for a thing of the other store. Then
 *              `console elsewhere` is refused `input` with access.other_store and answered `there`.
 *   stranger   where `input` names a member's thing: the refusal that another shopper gets to it
 *   trail      for every mutation of the console: 'kept' when the call writes the audit trail, 'owed' while it does not
 *              yet and should (the matrix lists them, and fails when one writes it after all: strike it off), or why there
 *              is nothing to write
 */
export interface Entry {
	who: readonly CallerName[];
	input?: (world: RightsWorld) => unknown;
	answers?: string;
	there?: (world: RightsWorld) => unknown;
	stranger?: string;
	trail?: 'kept' | 'owed' | { none: string };
}

export const everybody: readonly CallerName[] = [
	'guest',
	'program',
	'shopper',
	'tablet',
	'till cashier',
	'till supervisor',
	'till manager',
	'till key-account',
	'till owner',
	'console manager',
	'console key-account',
	'console owner',
	'console reader',
	'console elsewhere'
];
export const shopper: readonly CallerName[] = ['shopper'];
export const sellers: readonly CallerName[] = ['till cashier', 'till supervisor', 'till manager', 'till owner'];
/** whoever may act by hand at a till */
export const byHand: readonly CallerName[] = ['till supervisor', 'till manager', 'till owner'];
export const tablets: readonly CallerName[] = [...sellers, 'till key-account', 'tablet'];
export const owner: readonly CallerName[] = ['console owner'];
export const managers: readonly CallerName[] = [...owner, 'console manager', 'console elsewhere'];
/** What counts in every store is not for a manager of one. */
export const wholeHouse: readonly CallerName[] = [...owner, 'console manager'];
export const customersPeople: readonly CallerName[] = [...managers, 'console key-account'];
export const desk: readonly CallerName[] = [...customersPeople, 'console reader'];
