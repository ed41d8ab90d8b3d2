import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import { alphabet, withCheck } from '#core/codes';
import { must } from '#core/must';
import { second } from '#core/time';

/**
 * The member code that changes every 30 seconds: a one-time code in the manner of RFC 6238 with HMAC-SHA-256, written in
 * our own symbols. It is worked out here for both sides, since crypto.subtle is missing in pages served over plain http
 * on a shop's own network.
 */

/** How long one code is shown. OWASP ASVS 5.0, 6.5.5: a time-based code lives at most 30 seconds. */
export const stepSeconds = 30;
const rotatingSymbols = 7;

/** What a wallet needs to draw its code without asking again. */
export interface MemberCodeSeed {
	/** 10 symbols, the stable part */
	number: string;
	/** hex, 160 bits */
	secret: string;
	stepSeconds: number;
}

/** The number of the 30 seconds an instant lies in. */
export const stepOf = (at: Date): number => Math.floor(at.getTime() / (stepSeconds * second));

/** Milliseconds until the code changes, 1 … 30,000. */
export const millisecondsLeft = (at: Date): number => stepSeconds * second - (at.getTime() % (stepSeconds * second));

/** The code of one step: M, number, 7 symbols (35 bits) of HMAC-SHA-256(secret, step as 8 bytes), check symbol. */
export function codeOfStep(number: string, secret: string, step: number): string {
	must(Number.isSafeInteger(step) && step >= 0, 'a step is a whole number of 30 seconds since 1970');
	const message = new Uint8Array(8);
	new DataView(message.buffer).setBigUint64(0, BigInt(step));
	const digest = hmac(sha256, hexToBytes(secret), message);
	let rotating = '';
	for (const byte of digest.subarray(0, rotatingSymbols)) rotating += alphabet[byte & 31];
	return withCheck('M' + number + rotating);
}

/** The code to show at an instant. `secret` is hex. */
export const rotatingCode = (number: string, secret: string, at: Date): string =>
	codeOfStep(number, secret, stepOf(at));

/** The code that never changes: printed on a plastic card, read out when a phone is flat. */
export const staticCode = (number: string): string => withCheck('M' + number);

/** The member number inside a rotating or static code. */
export const numberIn = (code: string): string => code.slice(1, 11);

/**
 * How many steps a rotating code is ahead of an instant (negative: behind), looking `within` steps to both sides,
 * nearest first; null: none of them.
 */
export function stepsAhead(code: string, secret: string, at: Date, within: number): number | null {
	const number = numberIn(code);
	const now = stepOf(at);
	for (let distance = 0; distance <= within; distance++) {
		for (const ahead of distance === 0 ? [0] : [-distance, distance]) {
			if (now + ahead >= 0 && codeOfStep(number, secret, now + ahead) === code) return ahead;
		}
	}
	return null;
}
