import type { Cents } from '#core/amounts';
import { Refusal } from '#core/refusal';
import { inTransaction, type Db, type Tx } from '#platform/db';
import { onceRefusals } from '#platform/once';
import type { ReceiptView, ReturnView } from '#purchases';
import { recordExchange } from '#purchases/server';
import { commitSales, type SaleCommand } from './commit.server.ts';
import { settled } from './counter.server.ts';
import type { Refused } from './index.ts';
import { preview } from './preview.server.ts';
import { undoSales, type ReturnCommand } from './undo.server.ts';

/** What comes back, and what goes out for it: each with a key of its own. */
export interface Exchange {
	goods: ReturnCommand;
	sale: SaleCommand;
}

export interface Exchanged {
	given: ReturnView;
	receipt: ReceiptView;
	/** to take from the customer; below zero: to hand back */
	dueCents: Cents;
	replayed: boolean;
}

/** A part was refused, so that neither happened. */
class NotExchanged extends Error {
	readonly refused: Refused;
	constructor(refused: Refused) {
		super(refused.refusal.code);
		this.refused = refused;
	}
}

/**
 * Goods come back and others go out in one transaction: all of it or nothing. What comes back is there when the new sale
 * is priced: its points can pay again, its gift card has its money, its voucher its use. The money of the one pays the
 * other; the difference changes hands. Both receipts keep where the other is. Asked again with the same keys it is
 * answered as the first time.
 */
export async function exchangeGoods(db: Db, { goods, sale }: Exchange, now: Date): Promise<Exchanged | Refused> {
	return settle(() =>
		settled(db, async (tx, { merged }) => {
			const given = await returned(tx, goods, now);
			const [sold] = await commitSales(tx, [sale], now, { merged });
			if (!sold?.ok) throw new NotExchanged(sold as Refused);
			// One of the keys belongs to something else that happened: a sale, or a return, alone.
			if (sold.replayed !== given.replayed || (sold.replayed && given.view.exchangedFor?.receiptId !== sold.receipt.id))
				throw new NotExchanged({ ok: false, refusal: onceRefusals.data('key.reused') });
			const { receipt } = sold;
			const dueCents = receipt.toPayCents - given.view.refundCents;
			if (sold.replayed) return { given: given.view, receipt, dueCents, replayed: true };
			const { id: returnId, receiptId: fromReceiptId, refundCents } = given.view;
			await recordExchange(tx, { returnId, fromReceiptId, receiptId: receipt.id, at: now });
			const number = given.fromNumber;
			return {
				given: { ...given.view, exchangedFor: { receiptId: receipt.id, number: receipt.number } },
				receipt: { ...receipt, exchangeOf: { receiptId: fromReceiptId, number, returnId, refundCents } },
				dueCents,
				replayed: false
			};
		})
	);
}

async function returned(tx: Tx, goods: ReturnCommand, now: Date) {
	const [answer] = await undoSales(tx, [goods], now);
	if (!answer?.result.ok) throw new NotExchanged(answer?.result as Refused);
	const { given, replayed } = answer.result;
	return { view: given, replayed, fromNumber: answer.receiptNumber };
}

async function settle<T>(run: () => Promise<T>): Promise<T | Refused> {
	try {
		return await run();
	} catch (error) {
		if (error instanceof NotExchanged) return error.refused;
		throw error;
	}
}

/** The preview's own end: nothing of it stays. */
class OnlyLooked<T> extends Error {
	readonly seen: T;
	constructor(seen: T) {
		super('only looked');
		this.seen = seen;
	}
}

/** Facts and quote of what goes out as they will be once the goods are back: carried out, looked at, and undone. */
export async function previewExchange(db: Db, { goods, sale }: Exchange, now: Date) {
	try {
		return await settle(() =>
			inTransaction(db, async (tx): Promise<never> => {
				const { view } = await returned(tx, goods, now);
				const holder = { caller: sale.caller, basket: sale.key };
				const priced = await preview(tx, { ask: sale.ask, storeId: sale.storeId, holder }, now);
				if (!priced.ok) throw new Refusal(priced.refusal);
				throw new OnlyLooked({ given: view, facts: priced.facts, quote: priced.quote });
			})
		);
	} catch (error) {
		if (error instanceof OnlyLooked)
			return error.seen as { given: ReturnView } & Extract<Awaited<ReturnType<typeof preview>>, { ok: true }>;
		throw error;
	}
}
