import { day, second } from '#core/time';
import type { CookieOptions } from '#platform/trpc';
import type { Face } from './index.ts';

/**
 * One cookie per face. Over https their names begin with `__Host-`: browsers then take them only over https, for the
 * whole host, and never from a subdomain.
 */
export const cookieName = (face: Face, secure: boolean): string => `${secure ? '__Host-' : ''}${face}`;

export const cookieOptions = (secure: boolean): CookieOptions => ({
	path: '/',
	httpOnly: true,
	secure,
	sameSite: 'lax'
});

/** Browsers keep no cookie for longer than 400 days; a till in use renews its own. */
export const deviceCookieAge = (400 * day) / second;
