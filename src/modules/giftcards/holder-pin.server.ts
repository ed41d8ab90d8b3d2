import { and, eq } from 'drizzle-orm';
import { inTransaction, type Db, type Reads, type Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { enterPin, setPin } from './pin-acts.server.ts';
import { proves } from './pins.server.ts';
import { cardRules } from './policy.server.ts';
import { giftCardRefusals } from './refusals.ts';
import { giftCards } from './tables.server.ts';

const { refuse } = giftCardRefusals;

/** Whether the house wants a PIN on a card of this value. */
export async function mustHavePin(
	reads: Reads,
	{ currency, initialCents }: { currency: string; initialCents: number }
): Promise<boolean> {
	const { rules } = await cardRules(reads);
	const terms = rules.terms.find((one) => one.currency === currency);
	return terms?.pinFromCents != null && initialCents >= terms.pinFromCents;
}

/** @throws gift_card.not_found, also for a card that is somebody else's */
async function ownCard(reads: Reads, id: string, memberId: string) {
	const [card] = await reads
		.select()
		.from(giftCards)
		.where(and(eq(giftCards.id, id), eq(giftCards.memberId, memberId)));
	if (!card) throw refuse('gift_card.not_found');
	return card;
}

export interface HolderPin {
	id: string;
	memberId: string;
	/** the PIN that it has; null: it has none */
	current: string | null;
	/** the new one, 4 to 6 digits; null: none any more */
	pin: string | null;
}

/**
 * A holder gives a card in their wallet a PIN, another one, or none. Who changes it knows the one before; tries at it are
 * counted together with those at tills.
 * @throws gift_card.not_found, gift_card.pin_stays (the house wants one on such cards),
 * gift_card.pin_none (there is none to take away), and those of `enterPin` and `setPin`
 */
export async function changeHolderPin(
	db: Db,
	{ id, memberId, current, pin }: HolderPin,
	by: By,
	now: Date
): Promise<void> {
	const card = await ownCard(db, id, memberId);
	if (pin === null && card.pinHash === null) throw refuse('gift_card.pin_none');
	if (pin === null && (await mustHavePin(db, card))) throw refuse('gift_card.pin_stays', { field: 'pin' });
	const proof = card.pinHash === null ? null : (await enterPin(db, { id, pin: current ?? '' }, now)).proof;
	await inTransaction(db, async (tx) => {
		if (pin === null) return dropPin(tx, { id, memberId, proof }, by, now);
		// Whoever has given the card away meanwhile no longer says what its PIN is.
		await tx.select({ id: giftCards.id }).from(giftCards).where(eq(giftCards.id, id)).for('no key update');
		await ownCard(tx, id, memberId);
		await setPin(tx, { id, pin, proof }, by, now);
	});
}

async function dropPin(
	tx: Tx,
	{ id, memberId, proof }: { id: string; memberId: string; proof: string | null },
	by: By,
	now: Date
): Promise<void> {
	await tx.select({ id: giftCards.id }).from(giftCards).where(eq(giftCards.id, id)).for('no key update');
	const { pinHash } = await ownCard(tx, id, memberId);
	if (pinHash === null) throw refuse('gift_card.pin_none');
	if (!proves(proof, { id, pinHash }, now)) throw refuse('gift_card.pin_there', { field: 'current' });
	await tx.update(giftCards).set({ pinHash: null }).where(eq(giftCards.id, id));
	await keepTrail(tx, by, { action: 'gift_card.pin_removed', subject: { kind: 'gift_card', id } }, now);
}
