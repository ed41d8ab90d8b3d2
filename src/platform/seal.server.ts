import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { must } from '#core/must';

/** AES-256-GCM with a key of its own for each purpose, derived from the house's secret by HKDF-SHA-256 (RFC 5869). */
export interface Seal {
	/** @param bound what the secret belongs to: opened elsewhere it is none */
	seal(text: string, bound: string): string;
	/** @throws a bug when it was sealed under another secret, or for something else */
	open(sealed: string, bound: string): string;
}

const nonceBytes = 12;
const tagBytes = 16;

/** A key for one purpose; for whoever needs one of another kind. */
export const derivedKey = (secret: string, purpose: string): Buffer =>
	Buffer.from(hkdfSync('sha256', secret, '', `pareto/${purpose}`, 32));

/** Seals what must be read again, such as the secret of an authenticator: nonce, ciphertext, tag; base64. */
export function sealFor(secret: string, purpose: string): Seal {
	const key = derivedKey(secret, purpose);
	return {
		seal(text, bound) {
			const nonce = randomBytes(nonceBytes);
			const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(bound));
			return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
				'base64'
			);
		},
		open(sealed, bound) {
			const bytes = Buffer.from(sealed, 'base64');
			must(bytes.length > nonceBytes + tagBytes, 'what is sealed has a nonce and a tag');
			const nonce = bytes.subarray(0, nonceBytes);
			const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
			decipher.setAAD(Buffer.from(bound));
			decipher.setAuthTag(bytes.subarray(-tagBytes));
			return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
		}
	};
}
