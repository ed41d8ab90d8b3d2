import { scale, sum, type Cents } from '#core/amounts';
import { newCode } from '#core/codes';
import { newId } from '#core/ids';
import { present } from '#core/must';
import { day, later } from '#core/time';
import { draftRefundCard, keepRefundCards, loadCards, refundLives } from '#giftcards/server';
import { accountNames } from '#ledger';
import { openBook } from '#ledger/server';
import { listOf, Writes } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { emit } from '#platform/outbox';
import { keepTrail, type By } from '#platform/trail';
import { taxBorne, taxIn, type Unit } from '#pricing';
import type { ReturnReason } from '#purchases';
import { recordBlindReturn, returnPolicyOf } from '#purchases/server';
import { taxesOf } from '#stores/server';
import { checkoutRefusals, type BlindDone, type BlindLine, type BlindQuote, type Counter } from './index.ts';

export interface BlindCommand extends Counter {
	lines: BlindLine[];
	/** in whose wallet a new card lies; null: its code is printed on the slip */
	memberId: string | null;
	/** a card that was scanned takes the money; null: a new one */
	toCardId: string | null;
	reasonKind: ReturnReason;
	reason: string | null;
	/** who allowed it: the cashier, or whose PIN was given */
	approvedBy: string;
	/** what the cashier saw; null: whatever it is */
	agreedCents: Cents | null;
}

const most = { lines: 100, quantity: 1_000_000_000, cents: 100_000_000 };
/** how many of a store's latest receipts are looked through for the lowest price: a bound, so that a till never waits */
const receiptsSearched = 2_000;

/**
 * What goods are worth that come without their receipt: their price today, or, where the house says so, the lowest price
 * they were sold for in this store in the last days if that is less. Prices are those of the shelf: what a voucher took
 * off somebody's receipt is not known of these goods.
 * @throws return.blind_off, .blind_nothing, .blind_line, .blind_too_much, product.not_found
 */
export async function quoteBlind(
	reads: Reads,
	command: Pick<BlindCommand, 'lines' | 'storeId'>,
	now: Date
): Promise<BlindQuote> {
	const sql = sqlOf(reads);
	const { policy } = await returnPolicyOf(reads);
	const { enabled, mostCents, price, lowestDays, refundTo } = policy.withoutReceipt;
	if (!enabled) throw checkoutRefusals.refuse('return.blind_off');
	if (command.lines.length === 0 || command.lines.length > most.lines)
		throw checkoutRefusals.refuse('return.blind_nothing');
	const ids = [...new Set(command.lines.flatMap(({ productId }) => productId ?? []))];
	const [[store], products, lowest] = await Promise.all([
		sql<{ currency: string; prices_include_tax: boolean }[]>`select currency, prices_include_tax from stores
			where id = ${command.storeId}`,
		sql.unsafe<{ id: string; name: string; unit: Unit; price_cents: number; tax_class_id: string | null }[]>(
			'select id, name, unit, price_cents, tax_class_id from products where id = any($1::text[])',
			[listOf(ids)]
		),
		price === 'lowest'
			? sql.unsafe<{ product_id: string; cents: number }[]>(
					`select l.product_id, min(l.unit_cents)::bigint as cents
					from (select id from receipts where store_id = $1 and happened_at >= $2 order by happened_at desc limit ${receiptsSearched}) r
					join receipt_lines l on l.receipt_id = r.id where l.product_id = any($3::text[]) group by 1`,
					[command.storeId, later(now, -lowestDays * day).toISOString(), listOf(ids)]
				)
			: []
	]);
	const { currency, prices_include_tax: included } = present(store, 'a till stands in a store');
	const taxes = included ? undefined : await taxesOf(reads, included);
	const known = new Map(products.map((row) => [row.id, row]));
	const least = new Map(lowest.map((row) => [row.product_id, row.cents]));
	const lines = command.lines.map(({ productId, quantity, unitCents }, position) => {
		const product = productId === null ? null : known.get(productId);
		const worth = product ? Math.min(product.price_cents, least.get(product.id) ?? product.price_cents) : unitCents;
		const whole = product?.unit === 'kilogram' || quantity % 1000 === 0;
		const inBounds = Number.isSafeInteger(quantity) && quantity > 0 && quantity <= most.quantity && whole;
		if (
			product === undefined ||
			!inBounds ||
			worth === null ||
			!Number.isSafeInteger(worth) ||
			worth < 0 ||
			worth > most.cents
		)
			throw checkoutRefusals.refuse('return.blind_line', { position: position + 1 });
		const shelfCents = scale(worth, quantity, 1000, 'nearest');
		const tax = taxes && taxBorne(taxes, product?.tax_class_id);
		return {
			productId,
			name: product?.name ?? '',
			unit: product?.unit ?? ('piece' as const),
			quantity,
			unitCents: worth,
			// Whoever bought it paid the tax beside the price, too.
			cents: shelfCents + (tax ? taxIn(shelfCents, tax.pcm, false) : 0)
		};
	});
	const totalCents = sum(lines.map(({ cents }) => cents));
	if (totalCents < 1) throw checkoutRefusals.refuse('return.blind_nothing');
	if (mostCents !== null && totalCents > mostCents)
		throw checkoutRefusals.refuse('return.blind_too_much', { totalCents, mostCents, currency });
	return { currency, lines, totalCents, refundTo, mostCents };
}

/**
 * Takes goods back without their receipt: money in the hand or on a card, as the house says; no points move, since nobody
 * knows whose they were. Its own kind of receipt, with a number of its own, and an entry in the trail with its reason.
 * @throws as `quoteBlind`; return.changed_meanwhile, return.card_unknown, return.card_not_active, return.card_currency
 */
export async function takeBackBlind(tx: Tx, command: BlindCommand, by: By, now: Date): Promise<BlindDone> {
	const quoted = await quoteBlind(tx, command, now);
	const { currency, totalCents, refundTo } = quoted;
	const { agreedCents } = command;
	if (agreedCents !== null && agreedCents !== totalCents)
		throw checkoutRefusals.refuse('return.changed_meanwhile', { refundCents: totalCents, agreedCents, currency });
	const id = newId('blindReturn', now);
	const writes = new Writes();
	const card = refundTo === 'card' ? await putOnCard(tx, writes, { ...command, id, currency, totalCents }, now) : null;
	const head = {
		id,
		number: newCode('receipt'),
		storeId: command.storeId,
		deviceId: command.deviceId,
		staffId: command.staffId,
		approvedBy: command.approvedBy,
		memberId: command.memberId,
		currency,
		totalCents,
		refundCents: card ? 0 : totalCents,
		giftCardCents: card ? totalCents : 0,
		cardId: card?.id ?? null,
		reasonKind: command.reasonKind,
		reason: command.reason,
		happenedAt: now
	};
	recordBlindReturn(writes, head, quoted.lines);
	const payload = { returnId: id, storeId: command.storeId, totalCents, currency };
	emit(writes, [{ topic: 'return.taken_without_receipt', subjectId: id, payload }], now);
	await writes.send(sqlOf(tx));
	const { reasonKind, approvedBy } = command;
	await keepTrail(
		tx,
		by,
		{
			action: 'return.taken_without_receipt',
			subject: { kind: 'return', id },
			title: head.number,
			after: { totalCents, refundCents: head.refundCents, giftCardCents: head.giftCardCents, reasonKind, approvedBy },
			reason: command.reason
		},
		now
	);
	return { ...quoted, id, number: head.number, happenedAt: now.toISOString(), card };
}

type Money = BlindCommand & { id: string; currency: string; totalCents: Cents };

async function putOnCard(tx: Tx, writes: Writes, command: Money, now: Date): Promise<NonNullable<BlindDone['card']>> {
	const { currency, totalCents, toCardId, memberId, id } = command;
	const sql = sqlOf(tx);
	const cards = toCardId === null ? null : await loadCards(sql, [toCardId], now, true);
	const asked = toCardId === null ? null : cards?.get(toCardId);
	if (asked === undefined) throw checkoutRefusals.refuse('return.card_unknown');
	if (asked && asked.state !== 'active')
		throw checkoutRefusals.refuse('return.card_not_active', { lastSymbols: asked.lastSymbols });
	if (asked && asked.currency !== currency)
		throw checkoutRefusals.refuse('return.card_currency', {
			lastSymbols: asked.lastSymbols,
			currency: asked.currency,
			givenCurrency: currency
		});
	const life = (await refundLives(tx, now))(command.storeId);
	const made = asked
		? null
		: draftRefundCard({ memberId: await walletOf(tx, memberId), currency, cents: totalCents, life }, now);
	const card = present(asked ?? made?.state, 'there is a card');
	const book = await openBook(tx, asked ? [asked.id] : [], now, { lock: true });
	if (made) {
		keepRefundCards(writes, [made]);
		book.openAccount({ ownerId: card.id, name: accountNames.money, unit: currency });
	}
	const put = book.credit({
		ownerId: card.id,
		name: accountNames.money,
		unit: currency,
		amount: totalCents,
		reason: 'refunded',
		ref: id,
		counterName: 'giftcards/refunded'
	});
	if (!put.ok) throw checkoutRefusals.refuse('return.card_not_active', { lastSymbols: card.lastSymbols });
	book.addTo(writes);
	return { id: card.id, lastSymbols: card.lastSymbols, fresh: made !== null };
}

/** The member, if they have a wallet that a card can lie in. */
async function walletOf(tx: Tx, memberId: string | null): Promise<string | null> {
	if (memberId === null) return null;
	const [row] = await sqlOf(tx)<{ id: string }[]>`select id from members where id = ${memberId}
		and joined_at is not null and blocked_at is null and erased_at is null for no key update`;
	return row?.id ?? null;
}
