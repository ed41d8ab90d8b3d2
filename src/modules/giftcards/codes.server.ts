import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { newCode } from '#core/codes';
import { must } from '#core/must';
import { settings } from '#platform/settings';
import { shownSymbols } from './rules.ts';

/**
 * A gift card's code is money: 80 random bits, looked up by a keyed hash and kept as ciphertext. Both keys come from the
 * house's secret, so that a stolen database alone spends nothing and tells no code.
 */
interface Keys {
	secret: string;
	lookup: Buffer;
	cipher: Buffer;
	proof: Buffer;
}

let kept: Keys | null = null;

/** HKDF-SHA-256 (RFC 5869), one key for each purpose. Derived once: it costs more than what is done with the keys. */
function keys(): Keys {
	const { secret } = settings();
	if (kept?.secret !== secret) {
		const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', `pareto/giftcards/${purpose}`, 32));
		kept = { secret, lookup: derive('lookup'), cipher: derive('cipher'), proof: derive('proof') };
	}
	return kept;
}

/** By what a card is found: HMAC-SHA-256 of its normalised code, hex. */
export const hashOfCode = (code: string): string => createHmac('sha256', keys().lookup).update(code).digest('hex');

/** With what proofs of an entered PIN are sealed. */
export const proofKey = (): Buffer => keys().proof;

const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM, bound to the card: nonce, ciphertext, tag; base64. */
function seal(code: string, cardId: string): string {
	const nonce = randomBytes(nonceBytes);
	const cipher = createCipheriv('aes-256-gcm', keys().cipher, nonce);
	cipher.setAAD(Buffer.from(cardId));
	return Buffer.concat([nonce, cipher.update(code, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/**
 * The code of a card. Only for whoever owns the card, and for the console at the moment of issue.
 * @throws a bug when the ciphertext is not this card's or was made under another secret
 */
export function reveal(card: { id: string; codeCipher: string }): string {
	const sealed = Buffer.from(card.codeCipher, 'base64');
	must(sealed.length > nonceBytes + tagBytes, 'a sealed code has a nonce and a tag');
	const decipher = createDecipheriv('aes-256-gcm', keys().cipher, sealed.subarray(0, nonceBytes), {
		authTagLength: tagBytes
	});
	decipher.setAAD(Buffer.from(card.id));
	decipher.setAuthTag(sealed.subarray(-tagBytes));
	const body = sealed.subarray(nonceBytes, -tagBytes);
	return decipher.update(body, undefined, 'utf8') + decipher.final('utf8');
}

/** A new code for a card, and what is stored of it. */
export function codeFor(cardId: string): { code: string; codeHash: string; codeCipher: string; lastSymbols: string } {
	const code = newCode('giftCard');
	return { code, codeHash: hashOfCode(code), codeCipher: seal(code, cardId), lastSymbols: code.slice(-shownSymbols) };
}
