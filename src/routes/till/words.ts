import type { Cents, Points, Thousandths } from '#core/amounts';
import type { RefusalData } from '#core/refusal';
import type { AttributeKind, AttributeValue } from '#customers';
import type { Notice, Trouble } from '#client/till/notice.ts';
import type { Till } from '#client/till/till.svelte.ts';
import { getLocale } from '#locale';
import { m } from '#messages';
import type { ReceiptView, ReturnReason, ReturnTender, ReturnView } from '#purchases';
import { day, money, number, points, quantity } from '#ui/format.ts';
import { sentenceOf } from '#ui/refusal.ts';
import { hush, toast } from '#ui/toasts.svelte.ts';
import { spoken } from './spoken.svelte.ts';

/** Figures as the till's texts need them, in the language of the page. */
export const cash = (cents: Cents, currency: string): string => money(cents, currency, getLocale());
export const count = (value: number): string => number(value, getLocale());
export const pts = (value: Points): string => m.till_points({ count: value, text: points(value, getLocale()) });

/** A line's quantity: `2`, `0.352 kg`. */
export const howMuch = (thousandths: Thousandths, unit: 'piece' | 'kilogram'): string =>
	quantity(thousandths, getLocale(), unit);

export const sentence = (refusal: RefusalData, timeZone: string): string => sentenceOf(refusal, getLocale(), timeZone);

/** The last symbols of a card, as they stand on its plastic. */
export const cardName = (lastSymbols: string): string => m.till_card_name({ symbols: lastSymbols });

/** What a notice of trouble says: beside the field that it is about, or at the edge of the screen. */
export function complaint(trouble: Trouble, timeZone: string): string {
	switch (trouble.kind) {
		case 'refused':
			return sentence(trouble.refusal, timeZone);
		case 'unreached':
			return m.till_unreached();
		case 'unexpected':
			return trouble.requestId ? m.till_unexpected_number({ number: trouble.requestId }) : m.till_unexpected();
		case 'card_empty':
			return m.till_card_empty({ card: cardName(trouble.lastSymbols) });
		case 'card_here':
			return m.till_sell_card_here({ symbols: trouble.lastSymbols });
	}
}

/** The same for what a call threw. */
export function complaintOf({ server, timeZone }: Pick<Till, 'server' | 'timeZone'>, thrown: unknown): string {
	return complaint(server.troubleOf(thrown), timeZone);
}

/**
 * Says a notice: trouble in a few words over the strip, until they are read or something else happens; what went well is
 * on the screen already and is only read out.
 */
export function say(notice: Notice, timeZone: string): void {
	hush();
	switch (notice.kind) {
		case 'quiet':
			break;
		case 'refused':
		case 'unreached':
		case 'unexpected':
		case 'card_empty':
		case 'card_here':
			toast(complaint(notice, timeZone), { tone: 'bad', passing: true });
			break;
		case 'member':
			spoken.text = notice.name ? m.till_member_here({ name: notice.name }) : m.till_member_here_nameless();
			break;
		case 'linked':
			toast(m.till_linked(), { tone: 'good', passing: true });
			break;
		case 'receipt_added':
			toast(m.till_receipt_added({ points: pts(notice.points) }), { tone: 'good', passing: true });
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
		case 'cleared':
			toast(m.till_cleared(), { passing: true, action: { label: m.till_undo(), run: notice.undo } });
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

const reasons: Record<ReturnReason, () => string> = {
	faulty: m.till_reason_faulty,
	unwanted: m.till_reason_unwanted,
	wrong_size: m.till_reason_wrong_size,
	mistake: m.till_reason_mistake,
	other: m.till_reason_other
};

export const reasonName = (reason: ReturnReason): string => reasons[reason]();

/** Where a part of a return's money goes. @param done a new card has its symbols only then: before, it is not made yet */
export function tenderName({ kind, fresh, lastSymbols = '', insteadOf }: ReturnTender, done: boolean): string {
	if (kind === 'points') return m.till_return_points_back();
	const card = insteadOf ? cardName(insteadOf.lastSymbols) : '';
	if (kind === 'hand') return insteadOf ? m.till_return_hand_instead({ card }) : m.till_return_hand_part();
	const to = fresh
		? done
			? m.till_return_new_card_named({ card: cardName(lastSymbols) })
			: m.till_return_new_card()
		: cardName(lastSymbols);
	return insteadOf ? m.till_return_instead({ to, card }) : to;
}

/** What a return gave and took; of the points, what only the server knows is absent before it is done. */
export type GivenBack = Pick<ReturnView, 'tenders' | 'pointsTakenBack'> & PointsTold;

export interface PointsTold {
	/** of those taken back: spent already, so owed now */
	pointsOwed?: Points;
	pointsCharged?: Points;
	chargedCents?: Cents;
	pointsForgiven?: Points;
	/** had ended unused, so nothing is taken for them */
	pointsLapsed?: Points;
}

/** Where everything of a return went and which points it took back, one row each, as its slip says it. */
export function slipGives(
	{ tenders, pointsTakenBack }: Pick<GivenBack, 'tenders' | 'pointsTakenBack'>,
	currency: string,
	done = true
): { label: string; value: string }[] {
	const rows = tenders.map((tender) => ({
		label: tenderName(tender, done),
		value: tender.kind === 'points' ? pts(tender.points) : cash(tender.cents, currency)
	}));
	if (pointsTakenBack > 0) rows.push({ label: m.till_return_points_taken(), value: pts(pointsTakenBack) });
	return rows;
}

/** The same without what is simply handed over: back where it came from. */
export const givenBesides = (given: GivenBack, currency: string, done: boolean): { label: string; value: string }[] => {
	const tenders = given.tenders.filter(({ kind, insteadOf }) => kind !== 'hand' || insteadOf);
	return slipGives({ ...given, tenders }, currency, done);
};

/** What became of points that a return could not simply take back, a sentence each. */
export function pointsNotes(told: PointsTold, currency: string): string[] {
	const { pointsCharged = 0, chargedCents = 0, pointsForgiven = 0, pointsLapsed = 0, pointsOwed = 0 } = told;
	const notes: string[] = [];
	if (pointsCharged > 0)
		notes.push(m.till_return_charged({ points: pts(pointsCharged), amount: cash(chargedCents, currency) }));
	if (pointsForgiven > 0) notes.push(m.till_return_forgiven({ points: pts(pointsForgiven) }));
	if (pointsLapsed > 0) notes.push(m.till_return_lapsed({ points: pts(pointsLapsed) }));
	if (pointsOwed > 0) notes.push(m.till_return_owed({ points: pts(pointsOwed) }));
	return notes;
}

/** What a member told about themselves, as the counter reads it. */
export function toldText(
	kind: AttributeKind,
	value: NonNullable<AttributeValue>,
	{ currency }: Pick<Till, 'currency'>
): string {
	switch (kind) {
		case 'yes_no':
			return value === true ? m.common_yes() : m.common_no();
		case 'number':
			return number(Number(value) / 1000, getLocale());
		case 'money':
			return cash(Number(value), currency);
		case 'date':
			// A day is the same day everywhere.
			return day(new Date(`${String(value)}T12:00:00Z`), getLocale(), 'UTC');
		case 'text':
		case 'choice':
			return String(value);
	}
}
