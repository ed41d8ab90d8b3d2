import { eq, inArray } from 'drizzle-orm';
import { normaliseCode } from '#core/codes';
import { newId } from '#core/ids';
import { must } from '#core/must';
import type { RefusalData } from '#core/refusal';
import { members } from '#customers/tables';
import { accountNames } from '#ledger';
import { openBook, type Book } from '#ledger/server';
import { insertRows } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { codeFor, hashOfCode } from './codes.server.ts';
import { giftCardRefusals } from './refusals.ts';
import { issueProblem, stateOf, type IssueCommand } from './rules.ts';
import { giftCards } from './tables.server.ts';

export type CardRow = typeof giftCards.$inferSelect;

/** The house's side of a card's money. */
export const counterNames = {
	sold: 'giftcards/sold',
	charged: 'giftcards/charged',
	/** what was never used in time */
	expired: 'giftcards/expired',
	/** put on or taken off by hand */
	corrected: 'giftcards/corrected'
} as const;

/** The code is here and nowhere else in the clear: whoever issues hands it on and forgets it. */
export interface IssuedCard {
	ok: true;
	id: string;
	code: string;
	lastSymbols: string;
}

export type IssueResult = IssuedCard | { ok: false; refusal: RefusalData };

/** Puts a card's money on its account in the ledger. */
function credit(book: Book, card: { id: string; currency: string; cents: number }): void {
	const account = { ownerId: card.id, name: accountNames.money, unit: card.currency };
	const opened = book.openAccount(account);
	must(opened.ok, 'a card has one account, in its currency');
	const posted = book.credit({
		...account,
		amount: card.cents,
		reason: 'issued',
		ref: card.id,
		counterName: counterNames.sold
	});
	must(posted.ok, 'a card is credited with a valid amount');
}

/**
 * Issues cards: one row each, the money of active ones in the ledger. One answer for each command, in their order; a
 * refused one (`gift_card.value_form`, `gift_card.expiry_past`, `gift_card.member_unknown`, …) does not hurt the others.
 */
export async function issue(tx: Tx, commands: readonly IssueCommand[], now: Date): Promise<IssueResult[]> {
	const known = await knownMembers(tx, commands);
	const rows: (typeof giftCards.$inferInsert)[] = [];
	const book = await openBook(tx, [], now, { lock: true });
	const results = commands.map((command): IssueResult => {
		const { cents, currency, memberId, active, expiresAt } = command;
		const problem = issueProblem(command, now);
		if (problem) return { ok: false, refusal: problem };
		if (memberId !== null && !known.has(memberId))
			return { ok: false, refusal: giftCardRefusals.data('gift_card.member_unknown', { field: 'member' }) };
		const id = newId('giftCard', now);
		const { code, codeHash, codeCipher, lastSymbols } = codeFor(id);
		rows.push({
			id,
			codeHash,
			codeCipher,
			lastSymbols,
			currency,
			initialCents: cents,
			memberId,
			issuedAt: now,
			activatedAt: active ? now : null,
			expiresAt,
			batchId: command.batchId ?? null
		});
		if (active) credit(book, { id, currency, cents });
		return { ok: true, id, code, lastSymbols };
	});
	// Two equal codes in 2^80 would break the unique index: an error, and the same again succeeds.
	await insertRows(sqlOf(tx), giftCards, rows);
	await book.write(tx);
	return results;
}

async function knownMembers(tx: Tx, commands: readonly IssueCommand[]): Promise<Set<string>> {
	const asked = [...new Set(commands.map(({ memberId }) => memberId).filter((id) => id !== null))];
	if (asked.length === 0) return new Set();
	const rows = await sqlOf(tx)<{ id: string }[]>`
		select m.id from json_array_elements_text(${JSON.stringify(asked)}::json) x join members m on m.id = x.value collate "C"
		where m.erased_at is null`;
	return new Set(rows.map(({ id }) => id));
}

export type ActivateResult = { ok: true; replayed: boolean } | { ok: false; refusal: RefusalData };

/**
 * Activates cards: from now on they pay. Each is credited once, however often and by however many it is asked.
 * @returns one answer for each card, in their order; refusals `gift_card.not_found`, `gift_card.is_blocked`,
 * `gift_card.already_expired`, `gift_card.value_open` (what it is sold for is said at the till)
 */
export async function activate(tx: Tx, cardIds: readonly string[], now: Date): Promise<ActivateResult[]> {
	const sorted = [...new Set(cardIds)].sort();
	if (sorted.length === 0) return [];
	const rows = await tx
		.select()
		.from(giftCards)
		.where(inArray(giftCards.id, sorted))
		.orderBy(giftCards.id)
		.for('no key update');
	const cards = new Map(rows.map((row) => [row.id, row]));
	const fresh = rows.filter((row) => stateOf(row, now) === 'inactive' && row.initialCents > 0);
	if (fresh.length > 0) {
		await tx
			.update(giftCards)
			.set({ activatedAt: now })
			.where(
				inArray(
					giftCards.id,
					fresh.map(({ id }) => id)
				)
			);
		const book = await openBook(
			tx,
			fresh.map(({ id }) => id),
			now,
			{ lock: true }
		);
		for (const { id, currency, initialCents } of fresh) credit(book, { id, currency, cents: initialCents });
		await book.write(tx);
	}
	const done = new Set(fresh.map(({ id }) => id));
	return cardIds.map((id): ActivateResult => {
		const card = cards.get(id);
		if (!card) return { ok: false, refusal: giftCardRefusals.data('gift_card.not_found') };
		if (card.blockedAt) return { ok: false, refusal: giftCardRefusals.data('gift_card.is_blocked') };
		if (done.has(id)) return { ok: true, replayed: false };
		if (card.activatedAt) return { ok: true, replayed: true };
		if (card.initialCents === 0) return { ok: false, refusal: giftCardRefusals.data('gift_card.value_open') };
		return { ok: false, refusal: giftCardRefusals.data('gift_card.already_expired') };
	});
}

export interface FoundCard {
	card: CardRow;
	/** in whose wallet it lies */
	member: { id: string; name: string | null } | null;
}

/** The card that a scanned or typed code belongs to, or null. Codes of other kinds are null too: see `readCode`. */
export async function findByCode(reads: Reads, text: string): Promise<FoundCard | null> {
	if (text.length > 200) return null;
	const [row] = await reads
		.select({ card: giftCards, member: { id: members.id, name: members.name } })
		.from(giftCards)
		.leftJoin(members, eq(members.id, giftCards.memberId))
		.where(eq(giftCards.codeHash, hashOfCode(normaliseCode(text))));
	return row ?? null;
}
