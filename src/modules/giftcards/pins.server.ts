import { createHmac, timingSafeEqual } from 'node:crypto';
import { later, minute } from '#core/time';
import { proofKey } from './codes.server.ts';

/**
 * The house's word that a card's PIN was entered: an instant until when it holds, and a keyed hash over it, the card and
 * the PIN's own hash. The till takes it along with the sale, so that the commit asks nobody and the PIN travels once. It
 * ends with the PIN: a new one makes another hash.
 */
const holdsMinutes = 30;

const sealed = (until: string, { id, pinHash }: { id: string; pinHash: string }): string =>
	createHmac('sha256', proofKey()).update(`${id} ${until} ${pinHash}`).digest('hex');

/** A proof for a card whose PIN was right. */
export function proofFor(card: { id: string; pinHash: string }, now: Date): string {
	const until = String(later(now, holdsMinutes * minute).getTime());
	return `${until}.${sealed(until, card)}`;
}

/** Whether a proof is this card's and still holds. */
export function proves(proof: string | null | undefined, card: { id: string; pinHash: string }, now: Date): boolean {
	const [until = '', seal = ''] = (proof ?? '').split('.');
	if (!/^\d{1,15}$/.test(until) || Number(until) <= now.getTime()) return false;
	const [given, expected] = [Buffer.from(seal), Buffer.from(sealed(until, card))];
	return given.length === expected.length && timingSafeEqual(given, expected);
}
