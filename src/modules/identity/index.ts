/**
 * Identity.
 * Owns: users, their sessions and passwords; staff with roles and PINs; till devices and their enrolment.
 * Promises: a code, an enrolment code and a session token work once, for one face; guessing is slowed down and then
 * locked; the answer never tells whether an e-mail address is known.
 * Never: knows members, points or anything else of the shop; wiring brings a shopper's member.
 */
import { z } from 'zod/mini';
import type { Role } from '#core/actor';

export {
	clientPermissions,
	completed,
	hasConsole,
	isBuiltIn,
	may,
	neededBy,
	permissionGroups,
	permissions,
	permissionsByGroup,
	permissionsOf,
	type PermissionGroup
} from './permissions.ts';
export { identityRefusals } from './refusals.ts';

/** The parts of the product that have a sign-in of their own. */
export type Face = 'wallet' | 'till' | 'admin';

/** A text with the digits of any keyboard written in Latin ones. */
export const westernDigits = (text: string): string =>
	text.replace(/[\u0660-\u0669\u06F0-\u06F9\uFF10-\uFF19]/g, (digit) => String((digit.codePointAt(0) as number) & 15));

const digits = (text: string): string => westernDigits(text).replace(/[\s-]/g, '');

/** An e-mail address in the form it is stored and compared: trimmed, lower case. */
export const emailSchema = z.pipe(
	z.pipe(
		z.string().check(z.maxLength(254)),
		z.transform((text: string) => text.normalize('NFKC').trim().toLowerCase())
	),
	z.email()
);

/** Six digits, in whatever digits the keyboard has. */
export const codeSchema = z.pipe(
	z.pipe(z.string().check(z.maxLength(40)), z.transform(digits)),
	z.string().check(z.regex(/^\d{6}$/))
);

/** Four to six digits. */
export const pinSchema = z.pipe(
	z.pipe(z.string().check(z.maxLength(20)), z.transform(digits)),
	z.string().check(z.regex(/^\d{4,6}$/))
);

export const passwordSchema = z.string().check(z.minLength(1), z.maxLength(128));

/** NIST SP 800-63B asks for 8, and for 15 where the password stands alone; sign-in here is locked after 8 tries. */
export const leastPassword = 10;
/** A password that somebody chooses. */
export const newPasswordSchema = z.string().check(z.minLength(leastPassword), z.maxLength(128));

/** What a one-time link carries in its fragment. */
export const linkTokenSchema = z.string().check(z.regex(/^[\w-]{43}$/));

export const nameSchema = z.string().check(z.trim(), z.minLength(1), z.maxLength(80));

/** What somebody calls a passkey of theirs. */
export const passkeyNameSchema = z.string().check(z.trim(), z.minLength(1), z.maxLength(60));

/** Whether a PIN is among the first that anybody would try: all digits the same, or one after the other. */
export function isSimplePin(pin: string): boolean {
	const steps = new Set([...pin].slice(1).map((digit, i) => Number(digit) - Number(pin[i])));
	return steps.size === 1 && [0, 1, -1].includes([...steps][0] as number);
}

/** From whom the house asks a second step when they sign in to the console. */
export const secondFactorRules = ['optional', 'managers', 'everybody'] as const;
export type SecondFactorRule = (typeof secondFactorRules)[number];

/** What is missing after the password: a code of an app one has, a passkey one has, or to set up either. */
export type SecondStep = 'code' | 'passkey' | 'enrol';

/** Six digits of an app, or a recovery code; in whatever digits the keyboard has. */
export const secondCodeSchema = z.pipe(
	z.pipe(z.string().check(z.maxLength(40)), z.transform(digits)),
	z.string().check(z.regex(/^[0-9A-Za-z]{6,12}$/))
);

/** A passkey as its owner sees it. */
export interface PasskeyRow {
	id: string;
	/** as its owner calls it */
	name: string;
	/** whether it is on several devices of its owner, such as through a password manager */
	synced: boolean;
	createdAt: Date;
	lastUsedAt: Date | null;
	/** when it was seen that there is a copy of it; it opens nothing any more */
	copiedAt: Date | null;
}

/** A sign-in to the console as lists show it. */
export interface SessionRow {
	id: string;
	/** proper names, such as `Firefox` and `Windows`; null: nobody can tell */
	browser: string | null;
	system: string | null;
	signedInAt: Date;
	lastUsedAt: Date;
	/** the one that asks */
	current: boolean;
}

/** A person of the house as lists show them. */
export interface StaffRow {
	id: string;
	name: string;
	role: Role;
	/** what the house calls it, for a role of its own */
	roleName: string | null;
	email: string | null;
	hasPin: boolean;
	/** null: every store */
	storeIds: string[] | null;
	/** of name, role and stores */
	version: number;
	createdAt: Date;
	/** the last sign of life at a till or in the console; null: never, or long ago */
	lastSeenAt: Date | null;
	disabledAt: Date | null;
	/** whether whoever looks holds and reaches as much, so that they may change this person */
	changeable: boolean;
}

/** A person of the house with their sign-ins at tills, the latest first. */
export interface Colleague extends StaffRow {
	tills: {
		id: string;
		device: string;
		storeId: string;
		signedInAt: Date;
		lastSeenAt: Date;
		signedOutAt: Date | null;
	}[];
}

/** A role as lists show it. */
export interface RoleRow {
	id: Role;
	/** null: built in */
	name: string | null;
	permissions: string[];
	/** how many have it who have not left */
	people: number;
	version: number;
	archivedAt: Date | null;
}

/** A role that somebody may give to others. */
export interface GivableRole {
	role: Role;
	/** what the house calls it; null for the built-in ones */
	name: string | null;
}

/** Somebody who was invited and has not come yet. */
export interface InvitationRow {
	id: string;
	version: number;
	name: string;
	email: string;
	role: Role;
	roleName: string | null;
	/** null: every store */
	storeIds: string[] | null;
	invitedBy: string;
	createdAt: Date;
	expiresAt: Date;
	/** `not_sent`: the mail server did not take the letter; `over`: its link opens nothing any more */
	state: 'sent' | 'not_sent' | 'over';
}

/** A till's tablet as lists show it. */
/** A program with an API key. */
export interface ClientRow {
	id: string;
	name: string;
	/** of the key, to tell it from others */
	lastSymbols: string;
	scopes: string[];
	/** null: every store */
	storeIds: string[] | null;
	/** the name of whoever made it */
	createdBy: string;
	createdAt: Date;
	expiresAt: Date | null;
	lastUsedAt: Date | null;
	revokedAt: Date | null;
}

export interface DeviceRow {
	id: string;
	name: string;
	storeId: string;
	enrolledBy: string;
	enrolledAt: Date;
	lastSeenAt: Date;
	revokedAt: Date | null;
	/** who is signed in there now */
	cashier: string | null;
}
