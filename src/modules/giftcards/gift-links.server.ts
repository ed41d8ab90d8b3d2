import { createHmac, randomBytes } from 'node:crypto';
import { derivedKey, sealFor } from '#platform/seal';
import { settings } from '#platform/settings';

/**
 * The link of a gift is worth its card: 256 random bits, which stand in the link's fragment (`/gift#…`), since a browser
 * never sends that part: it lands in no log of ours or of a proxy, and in no Referer. The page hands it over in the body
 * of a call. The database finds it by a keyed hash; its ciphertext is there for letters that are written later.
 */
interface Link {
	token: string;
	tokenHash: string;
	tokenCipher: string;
}

/** HMAC-SHA-256 under a key of the house's own, hex. */
export const giftTokenHash = (token: string): string =>
	createHmac('sha256', derivedKey(settings().secret, 'giftcards/gift-link')).update(token).digest('hex');

const cipher = () => sealFor(settings().secret, 'giftcards/gift-token');

/** A new link for a gift. */
export function newGiftLink(giftId: string): Link {
	const token = randomBytes(32).toString('base64url');
	return { token, tokenHash: giftTokenHash(token), tokenCipher: cipher().seal(token, giftId) };
}

/** The token of a gift whose link still opens it. */
export const giftToken = (gift: { id: string; tokenCipher: string }): string =>
	cipher().open(gift.tokenCipher, gift.id);

/** @param origin the public address of this server */
export const giftLink = (origin: string, token: string): string => `${origin}/gift#${token}`;
