import { and, eq, isNull } from 'drizzle-orm';
import { newId } from '#core/ids';
import type { Language } from '#core/languages';
import { must } from '#core/must';
import { moneyOf } from '#ledger/server';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { programmeOf } from '#stores/server';
import { codeFor } from './codes.server.ts';
import { emailFrom, nameFrom, sendAtFrom, wordsFrom } from './gift-form.server.ts';
import { giftToken, giftTokenHash, newGiftLink } from './gift-links.server.ts';
import { giftRefusals } from './gift-refusals.ts';
import { giftLimits, type GiftDesign } from './gift.ts';
import { giftCardRefusals } from './refusals.ts';
import { stateOf } from './rules.ts';
import { gifts, giftCards } from './tables.server.ts';

const { refuse } = giftRefusals;

export type GiftRow = typeof gifts.$inferSelect;
type CardRow = typeof giftCards.$inferSelect;

/** Whose gifts somebody may touch: a member their own, the house all of them. */
export type Giver = { memberId: string } | 'house';

export interface GiftWish {
	cardId: string;
	/** who it is from, as the receiver reads it */
	giverName: string;
	receiverName: string;
	/** null: the giver passes the link on */
	email: string | null;
	/** the address is meant as it stands, however much it looks like a slip */
	sure: boolean;
	/** at most 300 characters */
	words: string;
	design: GiftDesign;
	/** ISO date in the programme's time zone on which the letter leaves; null: now */
	day: string | null;
	/** of the letter */
	language: Language;
}

const personal = ['giverName', 'receiverName', 'email', 'words'];
const factsOf = (gift: Pick<GiftRow, 'giverName' | 'receiverName' | 'email' | 'words' | 'design' | 'sendAt'>) => ({
	giverName: gift.giverName,
	receiverName: gift.receiverName,
	email: gift.email,
	words: gift.words,
	design: gift.design,
	sendAt: gift.sendAt
});
const subjectOf = ({ cardId }: { cardId: string }) => ({ kind: 'gift_card', id: cardId });

/** The card, kept from being given or taken by anybody else until the transaction ends. Locked before its gift, always. */
async function lockCard(tx: Tx, cardId: string): Promise<CardRow | null> {
	const [card] = await tx.select().from(giftCards).where(eq(giftCards.id, cardId)).for('no key update');
	return card ?? null;
}

/**
 * Another code for a card, and no PIN: whoever has seen the old ones spends nothing with it, whoever gets it knows neither. What was paid and what is left stays with
 * the card.
 */
async function renewCode(tx: Tx, cardId: string): Promise<void> {
	const { codeHash, codeCipher, lastSymbols } = codeFor(cardId);
	await tx.update(giftCards).set({ codeHash, codeCipher, lastSymbols, pinHash: null }).where(eq(giftCards.id, cardId));
}

/**
 * Somebody else's card is none, before anything is locked or counted for it. One's own is one that lies in one's wallet, or
 * did until one gave it: the same call again finds its first answer.
 * @throws gift_card.not_found
 */
export async function needOwnCard(reads: Reads, cardId: string, memberId: string): Promise<void> {
	const [row] = await reads
		.select({ holder: giftCards.memberId, giver: gifts.giverMemberId })
		.from(giftCards)
		.leftJoin(gifts, and(eq(gifts.cardId, giftCards.id), eq(gifts.giverMemberId, memberId)))
		.where(eq(giftCards.id, cardId))
		.limit(1);
	if (row?.holder !== memberId && row?.giver !== memberId) throw giftCardRefusals.refuse('gift_card.not_found');
}

/**
 * Gives a card to a person. It leaves the giver's wallet at once, and with it the code they knew; until it is claimed it
 * lies in nobody's.
 * @throws gift.name_form, .words_form, .no_links, .email_form, .email_slip (`domain`), .day_past, .day_far, .after_expiry,
 * .card_in_wallet (the house gives what lies in no wallet), .card_unusable, .given_already, gift_card.not_found
 */
export async function makeGift(tx: Tx, wish: GiftWish, giver: Giver, by: By, now: Date): Promise<{ id: string }> {
	const id = newId('gift', now);
	const { timeZone } = await programmeOf(tx);
	const email = emailFrom(wish.email, wish.sure);
	const sendAt = email === null ? now : sendAtFrom(wish.day, timeZone, now);
	const { tokenHash, tokenCipher } = newGiftLink(id);
	const row = {
		id,
		cardId: wish.cardId,
		giverMemberId: giver === 'house' ? null : giver.memberId,
		giverName: nameFrom(wish.giverName, 'giverName'),
		receiverName: nameFrom(wish.receiverName, 'receiverName'),
		email,
		language: wish.language,
		words: wordsFrom(wish.words),
		design: wish.design,
		tokenHash,
		tokenCipher,
		version: 1,
		createdAt: now,
		sendAt,
		nextTryAt: email === null ? null : sendAt,
		tries: 0
	};
	const card = await lockCard(tx, wish.cardId);
	if (!card || (giver !== 'house' && card.memberId !== null && card.memberId !== giver.memberId))
		throw giftCardRefusals.refuse('gift_card.not_found');
	await needFreeCard(tx, card, giver, sendAt, now);
	await tx.insert(gifts).values(row);
	// Whoever gets it could not know the PIN.
	await tx.update(giftCards).set({ pinHash: null }).where(eq(giftCards.id, card.id));
	if (giver !== 'house') {
		await tx.update(giftCards).set({ memberId: null }).where(eq(giftCards.id, card.id));
		await renewCode(tx, card.id);
	}
	const after = { ...factsOf({ ...row, email }) };
	await keepTrail(tx, by, { action: 'gift.made', subject: subjectOf(row), after, hidden: personal }, now);
	return { id };
}

/**
 * Gives a card that a counter sold to nobody known to whom it is meant for. Its code stood in the answer to the sale, and on
 * paper if that was printed: it gets another one, so that only the letter opens it.
 * @throws as `makeGift`
 */
export async function giveSold(tx: Tx, wish: GiftWish, by: By, now: Date): Promise<{ id: string }> {
	const made = await makeGift(tx, wish, 'house', by, now);
	await renewCode(tx, wish.cardId);
	return made;
}

async function needFreeCard(tx: Tx, card: CardRow, giver: Giver, sendAt: Date, now: Date): Promise<void> {
	const [given] = await tx
		.select({ giver: gifts.giverMemberId })
		.from(gifts)
		.where(and(eq(gifts.cardId, card.id), isNull(gifts.claimedAt), isNull(gifts.cancelledAt)));
	if (given && (giver === 'house' || given.giver === giver.memberId)) throw refuse('gift.given_already');
	if (giver === 'house' && card.memberId !== null) throw refuse('gift.card_in_wallet');
	if (giver !== 'house' && card.memberId === null) throw giftCardRefusals.refuse('gift_card.not_found');
	const money = (await moneyOf(tx, [card.id], now)).get(card.id);
	// What an open purchase has set aside would be missing from the gift.
	const whole = money !== undefined && money.available > 0 && money.available === money.balance;
	if (stateOf(card, now) !== 'active' || !whole) throw refuse('gift.card_unusable');
	if (card.expiresAt && card.expiresAt <= sendAt) throw refuse('gift.after_expiry', { field: 'day' });
}

/** A gift with its card, both locked. @throws gift.unknown, also for somebody else's; .claimed_already, .cancelled_already */
async function lockGift(tx: Tx, id: string, giver: Giver): Promise<{ gift: GiftRow; card: CardRow }> {
	const [found] = await tx.select({ cardId: gifts.cardId }).from(gifts).where(eq(gifts.id, id));
	const card = found ? await lockCard(tx, found.cardId) : null;
	const [gift] = await tx.select().from(gifts).where(eq(gifts.id, id)).for('update');
	if (!card || !gift || (giver !== 'house' && gift.giverMemberId !== giver.memberId)) throw refuse('gift.unknown');
	if (gift.claimedAt) throw refuse('gift.claimed_already');
	if (gift.cancelledAt) throw refuse('gift.cancelled_already');
	return { gift, card };
}

export interface GiftChange {
	id: string;
	/** as it was shown: who changes what somebody else has changed meanwhile is refused */
	version: number;
	receiverName: string;
	email: string | null;
	sure: boolean;
	/** null: now */
	day: string | null;
}

/**
 * Corrects who it is for, and sends it again with a new link: the one that went to the wrong address opens nothing any
 * more, and where it was opened already, the code that was shown there spends nothing.
 * @throws gift.unknown, .claimed_already, .cancelled_already, .changed_meanwhile, .changes_used and those about what is
 * written, see `makeGift`
 */
export async function changeGift(tx: Tx, change: GiftChange, giver: Giver, by: By, now: Date): Promise<void> {
	const { gift, card } = await lockGift(tx, change.id, giver);
	if (gift.version !== change.version) throw refuse('gift.changed_meanwhile');
	if (gift.version > giftLimits.changes) throw refuse('gift.changes_used');
	const { timeZone } = await programmeOf(tx);
	const email = emailFrom(change.email, change.sure);
	const sendAt = email === null ? now : sendAtFrom(change.day, timeZone, now);
	if (card.expiresAt && card.expiresAt <= sendAt) throw refuse('gift.after_expiry', { field: 'day' });
	const { tokenHash, tokenCipher } = newGiftLink(gift.id);
	const changed = {
		receiverName: nameFrom(change.receiverName, 'receiverName'),
		email,
		tokenHash,
		tokenCipher,
		version: gift.version + 1,
		sendAt,
		nextTryAt: email === null ? null : sendAt,
		tries: 0,
		sentAt: null,
		undeliveredAt: null,
		openedAt: null
	};
	await tx.update(gifts).set(changed).where(eq(gifts.id, gift.id));
	if (gift.openedAt) await renewCode(tx, gift.cardId);
	const [before, after] = [factsOf(gift), factsOf({ ...gift, ...changed })];
	await keepTrail(tx, by, { action: 'gift.changed', subject: subjectOf(gift), before, after, hidden: personal }, now);
}

/**
 * Takes a gift back before anybody claimed it: its link and the code that was shown there are void, and the card lies in
 * the giver's wallet again with what is left on it.
 * @throws gift.unknown, .claimed_already, .cancelled_already
 */
export async function cancelGift(tx: Tx, { id }: { id: string }, giver: Giver, by: By, now: Date): Promise<GiftRow> {
	const { gift } = await lockGift(tx, id, giver);
	await tx.update(gifts).set({ cancelledAt: now, tokenCipher: null, nextTryAt: null }).where(eq(gifts.id, gift.id));
	await tx.update(giftCards).set({ memberId: gift.giverMemberId }).where(eq(giftCards.id, gift.cardId));
	if (gift.openedAt) await renewCode(tx, gift.cardId);
	await keepTrail(tx, by, { action: 'gift.cancelled', subject: subjectOf(gift) }, now);
	return gift;
}

/**
 * The token of a gift that the giver passes on themselves.
 * @throws gift.unknown, also for one that goes by e-mail; .claimed_already, .cancelled_already
 */
export async function tokenOf(tx: Tx, { id }: { id: string }, giver: Giver): Promise<string> {
	const { gift } = await lockGift(tx, id, giver);
	if (gift.email !== null || gift.tokenCipher === null) throw refuse('gift.unknown');
	return giftToken({ id: gift.id, tokenCipher: gift.tokenCipher });
}

export interface Claimed {
	cardId: string;
	giverMemberId: string | null;
	/** it was theirs already */
	replayed: boolean;
}

/**
 * Puts a given card into the wallet of whoever holds the link. One of all who try wins, by one conditional write; from
 * then on the card has another code, so that nobody who saw the gift spends what is theirs.
 * @throws gift.link_unknown, gift.claimed_already, gift.own (whoever gave it takes it back instead), gift.card_unusable
 */
export async function claimGift(
	tx: Tx,
	{ token, memberId }: { token: string; memberId: string },
	by: By,
	now: Date
): Promise<Claimed> {
	const [gift] = await tx
		.select()
		.from(gifts)
		.where(eq(gifts.tokenHash, giftTokenHash(token)));
	if (!gift || gift.cancelledAt) throw refuse('gift.link_unknown');
	if (gift.giverMemberId === memberId) throw refuse('gift.own');
	const card = await lockCard(tx, gift.cardId);
	must(card, 'a gift has a card');
	const won = await takeGift(tx, { gift, memberId }, now);
	if (won) {
		if (stateOf(card, now) !== 'active') throw refuse('gift.card_unusable');
		await tx.update(giftCards).set({ memberId }).where(eq(giftCards.id, card.id));
		await renewCode(tx, card.id);
		await keepTrail(tx, by, { action: 'gift.claimed', subject: subjectOf(gift) }, now);
		return { cardId: card.id, giverMemberId: gift.giverMemberId, replayed: false };
	}
	const [again] = await tx.select().from(gifts).where(eq(gifts.id, gift.id));
	if (again?.claimedBy === memberId) return { cardId: card.id, giverMemberId: gift.giverMemberId, replayed: true };
	throw refuse(again?.claimedAt ? 'gift.claimed_already' : 'gift.link_unknown');
}

/** The one write by which a gift becomes somebody's; null: it was claimed, taken back or sent anew meanwhile. */
async function takeGift(
	tx: Tx,
	{ gift, memberId }: { gift: GiftRow; memberId: string },
	now: Date
): Promise<{ id: string } | null> {
	const [won] = await tx
		.update(gifts)
		.set({
			claimedAt: now,
			claimedBy: memberId,
			openedAt: gift.openedAt ?? now,
			tokenCipher: null,
			nextTryAt: null
		})
		.where(
			and(
				eq(gifts.id, gift.id),
				eq(gifts.tokenHash, gift.tokenHash),
				isNull(gifts.claimedAt),
				isNull(gifts.cancelledAt)
			)
		)
		.returning({ id: gifts.id });
	return won ?? null;
}

/** An open gift of a card, of which somebody typed the code, becomes theirs with it. @throws gift.own */
export async function claimWithCard(
	tx: Tx,
	{ cardId, memberId }: { cardId: string; memberId: string },
	now: Date
): Promise<{ giverMemberId: string | null } | null> {
	const [gift] = await tx
		.select()
		.from(gifts)
		.where(and(eq(gifts.cardId, cardId), isNull(gifts.claimedAt), isNull(gifts.cancelledAt)))
		.for('update');
	if (!gift) return null;
	if (gift.giverMemberId === memberId) throw refuse('gift.own');
	await takeGift(tx, { gift, memberId }, now);
	return { giverMemberId: gift.giverMemberId };
}
