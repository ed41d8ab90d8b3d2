import { eq, gt } from 'drizzle-orm';
import { newId } from '#core/ids';
import { pageSize, type Page } from '#core/page';
import { Refusal } from '#core/refusal';
import type { Cents } from '#core/amounts';
import { inTransaction, instant, sqlOf, type Db, type Reads, type Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { listStores, programmeOf } from '#stores/server';
import { issue } from './cards.server.ts';
import { reveal } from './codes.server.ts';
import { giftCardRefusals } from './refusals.ts';
import { limits } from './rules.ts';
import { giftCardBatches } from './tables.server.ts';

export interface BatchCommand {
	name: string;
	cards: number;
	/** what each is sold for; null: the till says */
	valueCents: Cents | null;
	/** of the house, or of one of its stores: a card pays in its own currency alone */
	currency: string;
	expiresAt: Date | null;
}

/** Currencies that cards are made in: the house's, and those its open stores sell in. */
export async function cardCurrencies(reads: Reads): Promise<string[]> {
	const [{ currency }, stores] = await Promise.all([programmeOf(reads), listStores(reads)]);
	return [...new Set([currency, ...stores.map((store) => store.currency)])];
}

/** A batch as the list shows it. */
export interface Batch extends BatchCommand {
	id: string;
	issuedAt: Date;
	/** of `cards` those that are made; fewer: the others are on their way */
	made: number;
	/** not sold yet */
	inactive: number;
	/** sold, whatever became of them */
	sold: number;
	/** of those, with nothing left on them */
	spent: number;
}

/** Cards that are made in one transaction: what a page is told of the rest moves on by so many. */
const piece = 1000;

type Wish = Omit<BatchCommand, 'name'> & { id: string };

/** Makes so many cards of a batch. @returns what refuses them, all alike; null: they are made */
async function makeCards(tx: Tx, { id, valueCents, currency, expiresAt, cards }: Wish, now: Date) {
	const wish = { cents: valueCents ?? 0, currency, memberId: null, active: false, expiresAt, batchId: id };
	const made = await issue(
		tx,
		Array.from({ length: cards }, () => wish),
		now
	);
	// They are equal: what refuses one refuses all.
	for (const card of made) if (!card.ok) return card.refusal;
	return null;
}

/**
 * Begins a batch of plastic: inactive cards with codes of their own, for a printer. They are sold at the tills. Small ones
 * are made at once; the rest of a large one is left to `makeOnwards`.
 * @throws gift_card.batch_name, gift_card.currency_form, gift_card.count_form, gift_card.value_form, gift_card.expiry_past, gift_card.expiry_far
 */
export async function makeBatch(tx: Tx, command: BatchCommand, by: By, now: Date): Promise<{ id: string }> {
	const name = command.name.trim();
	const { cards, valueCents, expiresAt } = command;
	if (name === '' || name.length > 100) throw giftCardRefusals.refuse('gift_card.batch_name', { field: 'name' });
	if (!Number.isSafeInteger(cards) || cards < 1 || cards > limits.batch)
		throw giftCardRefusals.refuse('gift_card.count_form', { field: 'count', most: limits.batch });
	const { currency } = command;
	if (!(await cardCurrencies(tx)).includes(currency))
		throw giftCardRefusals.refuse('gift_card.currency_form', { field: 'currency' });
	if (valueCents !== null && !(valueCents >= 1))
		throw giftCardRefusals.refuse('gift_card.value_form', { field: 'cents', mostCents: limits.cents, currency });
	const id = newId('cardBatch', now);
	const actor = by.actor as { staffId?: string };
	const first = Math.min(cards, piece);
	const batch = { id, name, currency, valueCents, cards, cardsToMake: cards - first, expiresAt };
	await tx.insert(giftCardBatches).values({ ...batch, staffId: actor.staffId ?? null, issuedAt: now });
	const refusal = await makeCards(tx, { ...batch, cards: first }, now);
	if (refusal) throw new Refusal(refusal);
	const after = { cards, valueCents, currency, expiresAt };
	await keepTrail(
		tx,
		by,
		{ action: 'gift_card_batch.made', subject: { kind: 'gift_card_batch', id }, title: name, after },
		now
	);
	return { id };
}

/**
 * Goes on with the batches that are not complete, a piece after the other, each in a transaction of its own: it can be
 * stopped and run again, beside itself too. A batch that ends before it is complete (its cards' last day is over) is
 * complete with what is made.
 * @returns how many cards it made
 */
export async function makeOnwards(
	db: Db,
	{ clock, signal }: { clock: () => Date; signal?: AbortSignal }
): Promise<number> {
	let made = 0;
	for (;;) {
		if (signal?.aborted) return made;
		const more = await inTransaction(db, async (tx) => {
			const [batch] = await tx
				.select()
				.from(giftCardBatches)
				.where(gt(giftCardBatches.cardsToMake, 0))
				.orderBy(giftCardBatches.id)
				.limit(1)
				.for('update');
			if (!batch) return null;
			const { id, cardsToMake } = batch;
			const cards = Math.min(piece, cardsToMake);
			const over = await makeCards(tx, { ...batch, cards }, clock());
			const left = over ? { cards: batch.cards - cardsToMake, cardsToMake: 0 } : { cardsToMake: cardsToMake - cards };
			await tx.update(giftCardBatches).set(left).where(eq(giftCardBatches.id, id));
			return over ? 0 : cards;
		});
		if (more === null) return made;
		made += more;
	}
}

/**
 * Makes no more cards of a batch. Those that are made stay, and are all of it.
 * @throws gift_card.batch_unknown, gift_card.batch_complete
 */
export async function stopBatch(tx: Tx, id: string, by: By, now: Date): Promise<{ cards: number }> {
	const [batch] = await tx.select().from(giftCardBatches).where(eq(giftCardBatches.id, id)).for('update');
	if (!batch) throw giftCardRefusals.refuse('gift_card.batch_unknown');
	if (batch.cardsToMake === 0) throw giftCardRefusals.refuse('gift_card.batch_complete');
	const cards = batch.cards - batch.cardsToMake;
	await tx.update(giftCardBatches).set({ cards, cardsToMake: 0 }).where(eq(giftCardBatches.id, id));
	const subject = { kind: 'gift_card_batch', id };
	const [before, after] = [{ cards: batch.cards }, { cards }];
	await keepTrail(tx, by, { action: 'gift_card_batch.stopped', subject, title: batch.name, before, after }, now);
	return { cards };
}

interface Row {
	id: string;
	name: string;
	currency: string;
	value_cents: number | null;
	cards: number;
	cards_to_make: number;
	expires_at: string | null;
	issued_at: string;
	inactive: number;
	spent: number;
}

const read = `select b.id, b.name, b.currency, b.value_cents, b.cards, b.cards_to_make, b.expires_at, b.issued_at, c.inactive, c.spent
	from gift_card_batches b cross join lateral (
		select count(*) filter (where g.activated_at is null)::int as inactive,
			count(*) filter (where g.activated_at is not null and coalesce(a.credited - a.debited, 0) = 0)::int as spent
		from gift_cards g left join accounts a on a.owner_id = g.id and a.name = 'money' where g.batch_id = b.id
	) c`;

const batchOf = (row: Row): Batch => ({
	id: row.id,
	name: row.name,
	currency: row.currency,
	valueCents: row.value_cents,
	cards: row.cards,
	made: row.cards - row.cards_to_make,
	expiresAt: row.expires_at === null ? null : instant(row.expires_at),
	issuedAt: instant(row.issued_at),
	inactive: row.inactive,
	sold: row.cards - row.cards_to_make - row.inactive,
	spent: row.spent
});

/** Batches, newest first, a page at a time. */
export async function listBatches(reads: Reads, cursor: string | null): Promise<Page<Batch>> {
	const rows = await sqlOf(reads).unsafe<Row[]>(
		`${read} where $1::text is null or b.id < $1::text collate "C" order by b.id desc limit $2`,
		[cursor, pageSize + 1]
	);
	const items = rows.slice(0, pageSize).map(batchOf);
	return { items, nextCursor: rows.length > pageSize ? (items.at(-1)?.id ?? null) : null };
}

export interface PrintedCard {
	id: string;
	code: string;
}

const printedAtOnce = 1000;

/**
 * The codes of a batch for its printer, a part at a time. Only of cards that lie on the rack: whoever bought one is the
 * only one to know its code. Not before the batch is complete: a printer wants all of it.
 * @throws gift_card.batch_unknown, gift_card.batch_unfinished
 */
export async function printCodes(
	reads: Reads,
	{ id, cursor }: { id: string; cursor: string | null }
): Promise<Page<PrintedCard> & { batch: Batch }> {
	const [row] = await sqlOf(reads).unsafe<Row[]>(`${read} where b.id = $1`, [id]);
	if (!row) throw giftCardRefusals.refuse('gift_card.batch_unknown');
	if (row.cards_to_make > 0) throw giftCardRefusals.refuse('gift_card.batch_unfinished');
	const cards = await sqlOf(reads).unsafe<{ id: string; code_cipher: string }[]>(
		`select id, code_cipher from gift_cards where batch_id = $1 and activated_at is null and blocked_at is null
			and ($2::text is null or id > $2::text collate "C")
		order by id limit $3`,
		[id, cursor, printedAtOnce + 1]
	);
	const items = cards
		.slice(0, printedAtOnce)
		.map((card) => ({ id: card.id, code: reveal({ id: card.id, codeCipher: card.code_cipher }) }));
	const nextCursor = cards.length > printedAtOnce ? (items.at(-1)?.id ?? null) : null;
	return { items, nextCursor, batch: batchOf(row) };
}

/** Whoever reads the codes of a batch stands in the trail, once for each file. */
export async function noteCodesRead(tx: Tx, id: string, by: By, now: Date): Promise<void> {
	const [batch] = await tx.select().from(giftCardBatches).where(eq(giftCardBatches.id, id));
	if (!batch) throw giftCardRefusals.refuse('gift_card.batch_unknown');
	if (batch.cardsToMake > 0) throw giftCardRefusals.refuse('gift_card.batch_unfinished');
	const subject = { kind: 'gift_card_batch', id };
	await keepTrail(tx, by, { action: 'gift_card_batch.codes_read', subject, title: batch.name }, now);
}
