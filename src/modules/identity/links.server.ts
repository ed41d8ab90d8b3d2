import { createHash, randomBytes } from 'node:crypto';

/**
 * One-time links in mail. Their token stands in the link's fragment (`/admin/reset#…`): a browser never sends that part,
 * so it lands in no log of ours or of a proxy, and in no Referer. The page hands it over in the body of a call.
 */

/** 256 random bits; the database has only its hash. */
export function newLinkToken(): { token: string; tokenHash: string } {
	const token = randomBytes(32).toString('base64url');
	return { token, tokenHash: linkHash(token) };
}

/** What the database knows of a link's token: SHA-256, hex. So many random bits need neither salt nor key. */
export const linkHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** @param origin the public address of this server */
export const linkTo = (origin: string, page: 'invitation' | 'reset', token: string): string =>
	`${origin}/admin/${page}#${token}`;
