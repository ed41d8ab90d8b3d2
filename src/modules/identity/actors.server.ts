import type { Actor } from '#core/actor';
import { closeSession, findSession, type AuthContext } from './auth.server.ts';
import { cookieName, cookieOptions, deviceCookieAge } from './cookies.server.ts';
import { isDeviceToken } from './devices.server.ts';
import type { Face } from './index.ts';
import { hasConsole } from './permissions.ts';
import { findStaffOf } from './staff.server.ts';
import { findTill } from './till.server.ts';

const guest: Actor = { kind: 'guest' };

/** A signed-in shopper, for whoever finds or makes the member behind it. */
export interface ShopperUser {
	userId: string;
	email: string;
	name: string;
}

/**
 * Finds the member of a signed-in shopper, or makes one on the first visit; called at once by several requests of the
 * same shopper, it answers the same member. Null: this user has no member and gets none.
 */
export type MemberOf = (user: ShopperUser, now: Date) => Promise<string | null>;

/**
 * Who asks on this face. Whoever cannot be told is a guest.
 * @param face which sign-in counts: one browser may hold all three
 */
export async function actorOf(face: Face, context: AuthContext, memberOf: MemberOf, now: Date): Promise<Actor> {
	if (face === 'till') return tillOf(context, now);
	const session = await findSession(face, context);
	if (!session) return guest;
	if (face === 'wallet') {
		const memberId = await memberOf(session, now);
		return memberId ? { kind: 'shopper', userId: session.userId, memberId } : guest;
	}
	const person = await findStaffOf(context.db, session.userId);
	if (person && hasConsole(person)) return { kind: 'staff', userId: session.userId, ...person };
	await closeSession('admin', context);
	return guest;
}

/** Whether a request shows anything that could be a sign-in on this face; without it, nobody need be looked up. */
export const hasSignIn = (
	face: Face,
	{ cookies, headers, secure }: Omit<AuthContext, 'db' | 'secret' | 'ip'>
): boolean => cookies.get(cookieName(face, secure)) !== undefined || (face === 'till' && headers.has('authorization'));

/** A tablet shows its token as a cookie, a till of other make in the Authorization header. */
async function tillOf({ db, cookies, headers, secure }: AuthContext, now: Date): Promise<Actor> {
	const bearer = /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
	const token = bearer ?? cookies.get(cookieName('till', secure));
	if (!token || !isDeviceToken(token)) return guest;
	return (await findTill(db, token, now, { idle: headers.has('x-idle') })) ?? guest;
}

/** Gives the tablet its token. */
export function keepDeviceToken({ cookies, secure }: Pick<AuthContext, 'cookies' | 'secure'>, token: string): void {
	cookies.set(cookieName('till', secure), token, { ...cookieOptions(secure), maxAge: deviceCookieAge });
}

/** A till in use never runs out of its cookie. */
export function renewDeviceToken(context: Pick<AuthContext, 'cookies' | 'secure'>): void {
	const token = context.cookies.get(cookieName('till', context.secure));
	if (token) keepDeviceToken(context, token);
}
