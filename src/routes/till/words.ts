import type { Cents, Points, Thousandths } from '#core/amounts';
import type { RefusalData } from '#core/refusal';
import type { Notice } from '#client/till/till.svelte.ts';
import { getLocale } from '#locale';
import { m } from '#messages';
import type { ReceiptView } from '#purchases';
import { money, number, points, quantity } from '#ui/format.ts';
import { sentenceOf } from '#ui/refusal.ts';
import { toast } from '#ui/toasts.svelte.ts';
import { spoken } from './spoken.svelte.ts';

/** Figures as the till's texts need them, in the language of the page. */
export const cash = (cents: Cents, currency: string): string => money(cents, currency, getLocale());
export const count = (value: number): string => number(value, getLocale());
export const pts = (value: Points): string => m.till_points({ count: value, text: points(value, getLocale()) });

/** A line's quantity: `2`, `0.352 kg`. */
export const howMuch = (thousandths: Thousandths, unit: 'piece' | 'kilogram'): string =>
	quantity(thousandths, getLocale(), unit === 'kilogram' ? 'kilogram' : undefined);

export const sentence = (refusal: RefusalData, timeZone: string): string => sentenceOf(refusal, getLocale(), timeZone);

/** The last symbols of a card, as they stand on its plastic. */
export const cardName = (lastSymbols: string): string => m.till_card_name({ symbols: lastSymbols });

/**
 * Says a notice: trouble in a few words at the edge of the screen; what went well is on the screen already and is only
 * read out.
 */
export function say(notice: Notice, timeZone: string): void {
	switch (notice.kind) {
		case 'refused':
			toast(sentence(notice.refusal, timeZone), { tone: 'bad' });
			break;
		case 'unreached':
			toast(m.till_unreached(), { tone: 'bad' });
			break;
		case 'unexpected':
			toast(notice.requestId ? m.till_unexpected_number({ number: notice.requestId }) : m.till_unexpected(), {
				tone: 'bad'
			});
			break;
		case 'member':
			spoken.text = notice.name ? m.till_member_here({ name: notice.name }) : m.till_member_here_nameless();
			break;
		case 'added':
			spoken.text = m.till_added({ name: notice.name });
			break;
		case 'voucher':
			spoken.text = m.till_voucher_read({ title: notice.title });
			break;
		case 'card':
			spoken.text = m.till_card_read({ card: cardName(notice.lastSymbols) });
			break;
		case 'card_empty':
			toast(m.till_card_empty({ card: cardName(notice.lastSymbols) }), { tone: 'bad' });
			break;
		case 'cleared':
			toast(m.till_cleared(), { action: { label: m.till_undo(), run: notice.undo } });
			break;
	}
}

/** What paid a receipt besides cash and bank cards, one row each. */
export function paidWith(receipt: ReceiptView): { key: number; label: string; cents: Cents }[] {
	return receipt.tenders.flatMap(({ kind, cents, points: spent }, key) => {
		if (kind === 'points') return [{ key, label: m.till_paid_points({ points: pts(spent) }), cents }];
		if (kind === 'gift_card') return [{ key, label: m.till_paid_card(), cents }];
		return [];
	});
}
