import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { second } from '#core/time';

/**
 * Codes of an authenticator app: TOTP (RFC 6238) as every app knows it, SHA-1, six digits, half a minute. Ours and not
 * better-auth's plugin: that one opens its session before the code is asked for and takes a code more than once.
 */
const period = 30 * second;
const digits = 6;
/** half minutes that a phone's clock may be off, either way */
const drift = 1;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** 160 random bits, base 32 (RFC 4648) without padding: what RFC 4226 recommends and apps take by hand. */
export const newTotpSecret = (): string => [...randomBytes(32)].map((byte) => alphabet[byte & 31]).join('');

function bytesOf(secret: string): Buffer {
	const bits = [...secret].map((symbol) => alphabet.indexOf(symbol).toString(2).padStart(5, '0')).join('');
	return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** The half minute that an instant is in. */
export const stepAt = (at: Date): number => Math.floor(at.getTime() / period);

/** The code of a half minute (RFC 4226, section 5.3). */
export function totpCode(secret: string, step: number): string {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(step));
	const mac = createHmac('sha1', bytesOf(secret)).update(counter).digest();
	const offset = (mac[mac.length - 1] as number) & 15;
	return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/**
 * The half minute whose code this is, now or one step before or after; null: none that is newer than the last one used.
 * @param lastStep the newest half minute whose code was used; null: none
 */
export function stepOfCode(secret: string, code: string, now: Date, lastStep: number | null): number | null {
	const given = Buffer.from(code);
	for (let step = stepAt(now) - drift; step <= stepAt(now) + drift; step++) {
		const expected = Buffer.from(totpCode(secret, step));
		const same = given.length === expected.length && timingSafeEqual(given, expected);
		if (same && (lastStep === null || step > lastStep)) return step;
	}
	return null;
}

/** What the app reads from the QR code. */
export function totpAddress(secret: string, account: string): string {
	const issuer = 'Pareto';
	const query = new URLSearchParams({ secret, issuer, algorithm: 'SHA1', digits: String(digits), period: '30' });
	return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(account)}?${query.toString()}`;
}
