import { eq, inArray } from 'drizzle-orm';
import type { Cents } from '#core/amounts';
import { newId } from '#core/ids';
import { must } from '#core/must';
import { Refusal } from '#core/refusal';
import { accountNames } from '#ledger';
import { moneyOf, openBook, type Book } from '#ledger/server';
import type { Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { pricingRefusals } from '#pricing';
import { counterNames, type CardRow } from './cards.server.ts';
import { codeFor } from './codes.server.ts';
import { writtenOff } from './expire.server.ts';
import { cardRules } from './policy.server.ts';
import { giftCardRefusals } from './refusals.ts';
import { expiryProblem, limits, stateOf } from './rules.ts';
import { giftCards } from './tables.server.ts';

/** What people of the house do to cards by hand. Each has a reason, and stands in the trail with it. */
export interface Act {
	id: string;
	/** for the house */
	reason: string;
}

/** A card of an act with its money, locked until the transaction ends. */
interface Held {
	card: CardRow;
	balance: Cents;
}

const reasonLength = { least: 3, most: 200 } as const;

function reasonOf({ reason }: Act): string {
	const said = reason.trim();
	if (said.length < reasonLength.least || said.length > reasonLength.most)
		throw giftCardRefusals.refuse('gift_card.reason_form', { field: 'reason' });
	return said;
}

/**
 * Locks cards and their accounts, in the order in which a checkout does.
 * @throws gift_card.not_found, gift_card.on_hold when open purchases have set money of one aside
 */
async function lockCards(tx: Tx, ids: readonly string[], now: Date): Promise<{ book: Book; held: Held[] }> {
	const rows = await tx
		.select()
		.from(giftCards)
		.where(inArray(giftCards.id, [...ids]))
		.orderBy(giftCards.id)
		.for('no key update');
	const byId = new Map(rows.map((row) => [row.id, row]));
	const cards = ids.map((id) => {
		const card = byId.get(id);
		if (!card) throw giftCardRefusals.refuse('gift_card.not_found');
		return card;
	});
	const book = await openBook(tx, ids, now, { lock: true });
	const money = await moneyOf(tx, [...ids], now);
	const held = cards.map((card) => {
		const { balance = 0, available = 0 } = money.get(card.id) ?? {};
		if (balance !== available) throw giftCardRefusals.refuse('gift_card.on_hold');
		return { card, balance };
	});
	return { book, held };
}

const one = async (tx: Tx, id: string, now: Date): Promise<Held & { book: Book }> => {
	const { book, held } = await lockCards(tx, [id], now);
	return { book, ...(held[0] as Held) };
};

/** @throws gift_card.is_replaced: its money has moved, nothing can be done to it any more */
function mustBeThere({ replacedAt }: CardRow): void {
	if (replacedAt) throw giftCardRefusals.refuse('gift_card.is_replaced');
}

const subject = (id: string) => ({ kind: 'gift_card', id });

/**
 * Blocks a card: it pays nothing until it is unblocked.
 * @throws gift_card.not_found, gift_card.is_replaced, gift_card.is_blocked, gift_card.reason_form
 */
export async function block(tx: Tx, act: Act, by: By, now: Date): Promise<void> {
	const reason = reasonOf(act);
	const [card] = await tx.select().from(giftCards).where(eq(giftCards.id, act.id)).for('no key update');
	if (!card) throw giftCardRefusals.refuse('gift_card.not_found');
	mustBeThere(card);
	if (card.blockedAt) throw giftCardRefusals.refuse('gift_card.is_blocked');
	await tx.update(giftCards).set({ blockedAt: now, blockedReason: reason }).where(eq(giftCards.id, card.id));
	await keepTrail(tx, by, { action: 'gift_card.blocked', subject: subject(card.id), reason }, now);
}

/** @throws gift_card.not_found, gift_card.is_replaced, gift_card.not_blocked, gift_card.reason_form */
export async function unblock(tx: Tx, act: Act, by: By, now: Date): Promise<void> {
	const reason = reasonOf(act);
	const [card] = await tx.select().from(giftCards).where(eq(giftCards.id, act.id)).for('no key update');
	if (!card) throw giftCardRefusals.refuse('gift_card.not_found');
	mustBeThere(card);
	if (!card.blockedAt) throw giftCardRefusals.refuse('gift_card.not_blocked');
	await tx.update(giftCards).set({ blockedAt: null, blockedReason: null }).where(eq(giftCards.id, card.id));
	await keepTrail(tx, by, { action: 'gift_card.unblocked', subject: subject(card.id), reason }, now);
}

const account = (ownerId: string) => ({ ownerId, name: accountNames.money });

/** Empties one card onto another. */
function pour(book: Book, { card, balance }: Held, intoId: string, reason: 'replaced' | 'cards_merged'): void {
	must(book.openAccount({ ...account(intoId), unit: card.currency }).ok, 'a card has one account, in its currency');
	if (balance === 0) return;
	const sides = { from: account(card.id), to: account(intoId) };
	const moved = book.move({ ...sides, unit: card.currency, amount: balance, reason, ref: intoId });
	must(moved.ok, 'what is on a locked card can be moved');
}

/**
 * Replaces a lost card: its money is on a new one at once, of the same holder and with the same end, and the old code
 * never pays again, found or not.
 * @returns the new card; its code is shown by whoever asks `reveal`
 * @throws gift_card.not_found, gift_card.is_replaced, gift_card.not_sold (it lies on the rack), gift_card.already_expired,
 * gift_card.on_hold, gift_card.reason_form
 */
export async function replace(tx: Tx, act: Act, by: By, now: Date): Promise<{ id: string }> {
	const reason = reasonOf(act);
	const { book, card, balance } = await one(tx, act.id, now);
	mustBeThere(card);
	if (!card.activatedAt) throw giftCardRefusals.refuse('gift_card.not_sold');
	if (stateOf({ ...card, blockedAt: null }, now) === 'expired')
		throw giftCardRefusals.refuse('gift_card.already_expired');
	const id = newId('giftCard', now);
	const { codeHash, codeCipher, lastSymbols } = codeFor(id);
	const { currency, memberId, expiresAt, livesMonths, pinHash } = card;
	await tx.insert(giftCards).values({
		id,
		codeHash,
		codeCipher,
		lastSymbols,
		currency,
		// Its money was sold with the other.
		initialCents: 0,
		memberId,
		issuedAt: now,
		activatedAt: now,
		expiresAt,
		livesMonths,
		pinHash
	});
	pour(book, { card, balance }, id, 'replaced');
	await book.write(tx);
	await tx.update(giftCards).set({ replacedAt: now, replacedBy: id }).where(eq(giftCards.id, card.id));
	await keepTrail(
		tx,
		by,
		[
			{
				action: 'gift_card.replaced',
				subject: subject(card.id),
				reason,
				after: { replacedBy: id, movedCents: balance, currency }
			},
			{
				action: 'gift_card.replacing',
				subject: subject(id),
				reason,
				after: { replaces: card.id, movedCents: balance, currency }
			}
		],
		now
	);
	return { id };
}

/**
 * Puts the money of one card onto another of the same holder and currency; the first never pays again. What remains ends
 * when the later of the two would.
 * @throws gift_card.not_found, gift_card.same_card, gift_card.other_currency, gift_card.other_holder, gift_card.not_paying
 * (one of them is not active), gift_card.over_highest, gift_card.on_hold, gift_card.reason_form
 */
export async function merge(tx: Tx, act: Act & { intoId: string }, by: By, now: Date): Promise<void> {
	const reason = reasonOf(act);
	if (act.id === act.intoId) throw giftCardRefusals.refuse('gift_card.same_card');
	const { book, held } = await lockCards(tx, [act.id, act.intoId], now);
	const [from, into] = held as [Held, Held];
	for (const { card } of held) {
		if (stateOf(card, now) !== 'active')
			throw giftCardRefusals.refuse('gift_card.not_paying', { lastSymbols: card.lastSymbols });
	}
	if (from.card.currency !== into.card.currency) throw giftCardRefusals.refuse('gift_card.other_currency');
	if (from.card.memberId !== into.card.memberId) throw giftCardRefusals.refuse('gift_card.other_holder');
	await mustFit(tx, into, from.balance);
	pour(book, from, into.card.id, 'cards_merged');
	await book.write(tx);
	await tx.update(giftCards).set({ replacedAt: now, replacedBy: into.card.id }).where(eq(giftCards.id, from.card.id));
	const expiresAt = laterEnd(from.card.expiresAt, into.card.expiresAt);
	await tx.update(giftCards).set({ expiresAt }).where(eq(giftCards.id, into.card.id));
	const moved = { movedCents: from.balance, currency: from.card.currency };
	await keepTrail(
		tx,
		by,
		[
			{ action: 'gift_card.merged', subject: subject(from.card.id), reason, after: { into: into.card.id, ...moved } },
			{
				action: 'gift_card.merged_into',
				subject: subject(into.card.id),
				reason,
				after: { from: from.card.id, ...moved }
			}
		],
		now
	);
}

const laterEnd = (a: Date | null, b: Date | null): Date | null => (a === null || b === null ? null : a > b ? a : b);

/** @throws gift_card.over_highest */
async function mustFit(tx: Tx, { card, balance }: Held, cents: Cents): Promise<void> {
	const terms = (await cardRules(tx)).rules.terms.find(({ currency }) => currency === card.currency);
	const highestCents = terms?.highestCents ?? limits.cents;
	if (balance + cents <= highestCents) return;
	const { lastSymbols, currency } = card;
	const details = { lastSymbols, highestCents, availableCents: balance, currency };
	throw new Refusal(pricingRefusals.data('gift_card.over_highest', details));
}

/**
 * Puts money on a card by hand or takes some off, without a sale: a complaint, a slip of the finger.
 * @param act `cents` above zero: onto the card; below: off it, never more than is there
 * @throws gift_card.not_found, gift_card.not_paying, gift_card.correction_form, gift_card.not_enough, gift_card.over_highest,
 * gift_card.on_hold, gift_card.reason_form
 */
export async function correct(tx: Tx, act: Act & { cents: Cents }, by: By, now: Date): Promise<void> {
	const reason = reasonOf(act);
	const { cents } = act;
	const { book, card, balance } = await one(tx, act.id, now);
	if (!Number.isSafeInteger(cents) || cents === 0 || Math.abs(cents) > limits.cents)
		throw giftCardRefusals.refuse('gift_card.correction_form', { field: 'cents' });
	if (stateOf(card, now) !== 'active')
		throw giftCardRefusals.refuse('gift_card.not_paying', { lastSymbols: card.lastSymbols });
	const { currency } = card;
	if (balance + cents < 0)
		throw giftCardRefusals.refuse('gift_card.not_enough', { field: 'cents', balanceCents: balance, currency });
	if (cents > 0) await mustFit(tx, { card, balance }, cents);
	const amount = Math.abs(cents);
	const posting = { ...account(card.id), unit: currency, amount, reason: 'corrected', ref: card.id };
	must(book.openAccount({ ...account(card.id), unit: currency }).ok, 'a card has one account, in its currency');
	const posted =
		cents > 0
			? book.credit({ ...posting, counterName: counterNames.corrected })
			: book.debit({ ...posting, counterName: counterNames.corrected });
	must(posted.ok, 'what was checked under its lock can be moved');
	await book.write(tx);
	const deed = {
		action: 'gift_card.corrected',
		subject: subject(card.id),
		reason,
		before: { balanceCents: balance, currency },
		after: { balanceCents: balance + cents, currency }
	};
	await keepTrail(tx, by, deed, now);
}

/**
 * Moves a card's end; null: it has none any more. What an expired card had lost is on it again.
 * @throws gift_card.not_found, gift_card.is_replaced, gift_card.expiry_past, gift_card.expiry_far, gift_card.reason_form
 */
export async function changeExpiry(tx: Tx, act: Act & { expiresAt: Date | null }, by: By, now: Date): Promise<void> {
	const reason = reasonOf(act);
	const problem = expiryProblem(act.expiresAt, now);
	if (problem) throw new Refusal(problem);
	const { book, card } = await one(tx, act.id, now);
	mustBeThere(card);
	const lost = await writtenOff(tx, card.id);
	if (lost > 0) {
		const posting = { ...account(card.id), unit: card.currency, amount: lost, ref: card.id };
		const posted = book.credit({ ...posting, reason: 'expiry_lifted', counterName: counterNames.expired });
		must(posted.ok, 'what was written off can come back');
		await book.write(tx);
	}
	await tx
		.update(giftCards)
		.set({ expiresAt: act.expiresAt, livesMonths: act.expiresAt === null ? null : card.livesMonths })
		.where(eq(giftCards.id, card.id));
	const deed = {
		action: 'gift_card.expiry_changed',
		subject: subject(card.id),
		reason,
		before: { expiresAt: card.expiresAt },
		after: { expiresAt: act.expiresAt, ...(lost > 0 ? { restoredCents: lost, currency: card.currency } : {}) }
	};
	await keepTrail(tx, by, deed, now);
}
