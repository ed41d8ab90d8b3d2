import { eq } from 'drizzle-orm';
import { day, minute } from '#core/time';
import { claimTry, forgetTries, hashPin, isPin, minutesUntil, type Limit } from '#identity/server';
import type { Db, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { proofFor, proves } from './pins.server.ts';
import { giftCardRefusals } from './refusals.ts';
import { stateOf } from './rules.ts';
import { giftCards } from './tables.server.ts';

/** Guesses at one card's PIN, wherever they come from: the narrow window stops a hand, the wide one a patient one. */
const allowed: readonly Limit[] = [
	{ tries: 5, within: 15 * minute },
	{ tries: 20, within: day }
];

/**
 * Looks whether a PIN is a card's.
 * @returns a proof for the sale that the card is to pay
 * @throws gift_card.not_found, gift_card.pin_none, gift_card.pin_locked (`minutes`), gift_card.pin_wrong
 */
export async function enterPin(
	db: Db,
	{ id, pin }: { id: string; pin: string },
	now: Date
): Promise<{ proof: string }> {
	const [card] = await db.select().from(giftCards).where(eq(giftCards.id, id));
	if (!card) throw giftCardRefusals.refuse('gift_card.not_found');
	const { pinHash } = card;
	if (pinHash === null) throw giftCardRefusals.refuse('gift_card.pin_none');
	// Tries are tries at one PIN: a new one begins with a clean slate.
	const about = `card-pin ${id} ${pinHash}`;
	const until = await claimTry(db, about, allowed, now);
	if (until) throw giftCardRefusals.refuse('gift_card.pin_locked', { minutes: minutesUntil(until, now) });
	if (!(await isPin(pin, pinHash))) throw giftCardRefusals.refuse('gift_card.pin_wrong', { field: 'pin' });
	await forgetTries(db, about, allowed);
	return { proof: proofFor({ id, pinHash }, now) };
}

/**
 * Gives a card a PIN of 4 to 6 digits: at its sale, or later by whoever has shown to know the one before.
 * @param command `proof` of the PIN before, where there is one
 * @returns a proof for the new one
 * @throws gift_card.not_found, gift_card.pin_form, gift_card.pin_easy, gift_card.pin_there, gift_card.not_paying
 */
export async function setPin(
	tx: Tx,
	{ id, pin, proof }: { id: string; pin: string; proof: string | null },
	by: By,
	now: Date
): Promise<{ proof: string }> {
	if (!/^\d{4,6}$/.test(pin)) throw giftCardRefusals.refuse('gift_card.pin_form', { field: 'pin' });
	if (isEasy(pin)) throw giftCardRefusals.refuse('gift_card.pin_easy', { field: 'pin' });
	const pinHash = await hashPin(pin);
	const [card] = await tx.select().from(giftCards).where(eq(giftCards.id, id)).for('no key update');
	if (!card) throw giftCardRefusals.refuse('gift_card.not_found');
	const state = stateOf(card, now);
	if (state !== 'active' && state !== 'inactive')
		throw giftCardRefusals.refuse('gift_card.not_paying', { lastSymbols: card.lastSymbols });
	if (card.pinHash !== null && !proves(proof, { id, pinHash: card.pinHash }, now))
		throw giftCardRefusals.refuse('gift_card.pin_there');
	await tx.update(giftCards).set({ pinHash }).where(eq(giftCards.id, id));
	await keepTrail(tx, by, { action: 'gift_card.pin_set', subject: { kind: 'gift_card', id } }, now);
	return { proof: proofFor({ id, pinHash }, now) };
}

/** One digit throughout, or digits in a row: what a thief tries first. */
function isEasy(pin: string): boolean {
	const steps = new Set([...pin].slice(1).map((digit, at) => Number(digit) - Number(pin[at])));
	return steps.size === 1 && [0, 1, -1].includes([...steps][0] as number);
}

/**
 * Takes a forgotten PIN off a card; its holder sets a new one at the till.
 * @throws gift_card.not_found, gift_card.pin_none
 */
export async function removePin(
	tx: Tx,
	{ id, reason }: { id: string; reason: string },
	by: By,
	now: Date
): Promise<void> {
	const said = reason.trim();
	if (said.length < 3 || said.length > 200) throw giftCardRefusals.refuse('gift_card.reason_form', { field: 'reason' });
	const [card] = await tx.select().from(giftCards).where(eq(giftCards.id, id)).for('no key update');
	if (!card) throw giftCardRefusals.refuse('gift_card.not_found');
	if (card.pinHash === null) throw giftCardRefusals.refuse('gift_card.pin_none');
	await tx.update(giftCards).set({ pinHash: null }).where(eq(giftCards.id, id));
	const deed = { action: 'gift_card.pin_removed', subject: { kind: 'gift_card', id }, reason: said };
	await keepTrail(tx, by, deed, now);
}
