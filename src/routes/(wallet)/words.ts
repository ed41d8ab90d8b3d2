import type { Language } from '#core/languages';
import { addDays, day as oneDay, later, localDay } from '#core/time';
import type { PointsBalance } from '#ledger';
import { m } from '#messages';
import type { ReceiptView } from '#purchases';
import { day, isolated, list, money, number, percent, points, quantity, relative } from '#ui/format.ts';
import type { WalletEvent } from '#wallet';
import type { HeldVoucher } from '#vouchers';

/** The wallet's sentences about things that have no sentence of their own. */
export interface Reader {
	language: Language;
	timeZone: string;
	/** the shop's own name */
	programme: string;
}

export const readerOf = (programme: { name: string; timeZone: string }, language: Language): Reader => ({
	language,
	timeZone: programme.timeZone,
	programme: programme.name
});

export { isolated };

/** Points with their word: `12 points`. */
export const pointsText = (count: number, language: Language): string =>
	m.wallet_points_count({ count: Math.abs(count), points: points(count, language) });

/** What ends at the first instant of a day is good until the day before. */
export const lastDay = (endsAt: Date, { language, timeZone }: Reader, style: 'medium' | 'short' = 'medium'): string =>
	day(later(endsAt, -1), language, timeZone, style);

/** Whole days that something is still good for, by the shop's calendar; 0: today is the last one. */
export function daysLeft(endsAt: Date, now: Date, timeZone: string): number {
	const last = localDay(later(endsAt, -1), timeZone);
	const today = localDay(now, timeZone);
	return Math.round((Date.parse(last) - Date.parse(today)) / 86_400_000);
}

/** `ends today`, `3 days left`, and further away the date. */
export function endText(endsAt: Date, now: Date, reader: Reader): string {
	const days = daysLeft(endsAt, now, reader.timeZone);
	if (days <= 0) return m.wallet_ends_today();
	if (days === 1) return m.wallet_ends_tomorrow();
	if (days <= 14) return m.wallet_ends_days({ count: days, days: number(days, reader.language) });
	return m.wallet_until({ date: lastDay(endsAt, reader, days < 300 ? 'short' : 'medium') });
}

/** How far ahead points that end are told by their day, in milliseconds. */
export const soonEnough = 60 * oneDay;

/** Points by when they end: soon ones by their day, later ones by the month, so that a year of shopping is twelve lines. */
export function pointsByEnd(
	lots: PointsBalance['lots'],
	now: Date,
	reader: Reader
): { text: string; points: number }[] {
	const sums = new Map<string, number>();
	for (const { endsAt, points: some } of lots) {
		const text = endsText(endsAt === null ? null : new Date(endsAt), now, reader);
		sums.set(text, (sums.get(text) ?? 0) + some);
	}
	return [...sums].map(([text, sum]) => ({ text, points: sum }));
}

function endsText(endsAt: Date | null, now: Date, reader: Reader): string {
	if (endsAt === null) return m.wallet_points_forever();
	if (endsAt.getTime() - now.getTime() <= soonEnough) return m.wallet_until({ date: lastDay(endsAt, reader) });
	return day(later(endsAt, -1), reader.language, reader.timeZone, 'month');
}

/** What each voucher took off a receipt; one sum without a title where the receipt does not say. */
export function discountsByTitle(receipt: ReceiptView): { title: string | null; cents: number }[] {
	const sums = new Map<string, number>();
	for (const { rightId, cents, details } of receipt.steps) {
		if (rightId === null || typeof details.title !== 'string') continue;
		sums.set(details.title, (sums.get(details.title) ?? 0) + cents);
	}
	const told = [...sums.values()].reduce((total, cents) => total + cents, 0);
	if (told !== receipt.discountCents) return [{ title: null, cents: receipt.discountCents }];
	return [...sums].map(([title, cents]) => ({ title, cents }));
}

/** The date of an event, close ones in words: `today`, `yesterday`, `3 Mar`. */
export function dayText(at: Date, now: Date, { language, timeZone }: Reader): string {
	const today = localDay(now, timeZone);
	const then = localDay(at, timeZone);
	if (then === today || then === addDays(today, -1)) {
		// From the middle of both days, so that a few hours do not speak of hours.
		const noon = (iso: string) => new Date(`${iso}T12:00:00Z`);
		const text = relativeDay(noon(then), noon(today), language);
		return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
	}
	return day(at, language, timeZone, then.slice(0, 4) === today.slice(0, 4) ? 'short' : 'medium');
}

const relativeDay = (at: Date, now: Date, language: Language): string =>
	at.getTime() === now.getTime()
		? new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(0, 'day')
		: relative(at, now, language, 'UTC');

type Names = { names: string[]; more: number };

function namesText({ names, more }: Names, language: Language, type: 'and' | 'or' = 'and'): string {
	const shown = names.map(isolated);
	if (more === 0 || names.length === 0) return list(shown, language, type);
	return m.wallet_names_more({
		names: shown.join(language === 'zh' ? '、' : language === 'fa' ? '، ' : ', '),
		count: number(more, language)
	});
}

/** What a voucher gives, in a few words: `10% off, at most €5`. */
export function givesText({ gives, currency }: Pick<HeldVoucher, 'gives' | 'currency'>, language: Language): string {
	const short = (cents: number) => money(cents, currency, language, { short: true });
	switch (gives.kind) {
		case 'percent': {
			const share = percent(gives.percent / 100, language);
			if (gives.capCents === null) return m.wallet_gives_percent({ percent: share });
			return m.wallet_gives_percent_cap({ percent: share, amount: short(gives.capCents) });
		}
		case 'amount':
			return m.wallet_gives_amount({ amount: short(gives.cents) });
		case 'free_product': {
			const product = namesText(gives.products, language, 'or');
			if (gives.quantity === 1000) return m.wallet_gives_free({ product });
			return m.wallet_gives_free_count({ product, quantity: quantity(gives.quantity, language) });
		}
		case 'fixed_price': {
			const amount = short(gives.cents);
			if (gives.quantity === null) return m.wallet_gives_price({ amount });
			return m.wallet_gives_price_some({ amount, quantity: quantity(gives.quantity, language) });
		}
		case 'cheapest_free': {
			const of = number(gives.of, language);
			if (gives.free === 1) return m.wallet_gives_cheapest({ of });
			return m.wallet_gives_cheapest_some({ of, free: number(gives.free, language) });
		}
		case 'n_for_m':
			return m.wallet_gives_sets({ of: number(gives.of, language), pay: number(gives.pay, language) });
		case 'free_delivery':
			if (gives.capCents === null) return m.wallet_gives_delivery();
			return m.wallet_gives_delivery_cap({ amount: short(gives.capCents) });
	}
}

/** The large figure on a voucher's stub; null: a gift has none. */
export function stubText(
	{ gives, currency }: Pick<HeldVoucher, 'gives' | 'currency'>,
	language: Language
): string | null {
	if (gives.kind === 'percent') return percent(gives.percent / 100, language);
	if (gives.kind === 'amount' || gives.kind === 'fixed_price')
		return money(gives.cents, currency, language, { short: true });
	if (gives.kind === 'n_for_m')
		return m.wallet_stub_sets({ of: number(gives.of, language), pay: number(gives.pay, language) });
	return null;
}

/** A voucher's conditions, one sentence each; empty: none. */
export function conditionTexts({ on, currency }: Pick<HeldVoucher, 'on' | 'currency'>, language: Language): string[] {
	const texts: string[] = [];
	const some = ({ names, more }: Names) => names.length + more > 0;
	if (on.minimumCents > 0) {
		texts.push(m.wallet_on_minimum({ amount: money(on.minimumCents, currency, language, { short: true }) }));
	}
	if (some(on.products)) texts.push(m.wallet_on_products({ names: namesText(on.products, language) }));
	if (some(on.categories)) texts.push(m.wallet_on_products({ names: namesText(on.categories, language) }));
	if (some(on.stores)) texts.push(m.wallet_on_stores({ names: namesText(on.stores, language, 'or') }));
	return texts;
}

/** What a voucher goes together with on one receipt. */
export function goesText({ stacking }: Pick<HeldVoucher, 'stacking'>): string {
	if (stacking.kind === 'alone') return m.wallet_goes_alone();
	return stacking.kind === 'together'
		? m.wallet_goes_together()
		: m.wallet_goes_group({ group: isolated(stacking.group) });
}

/** What became of a voucher that no longer counts, or why it does not count yet. */
export function stateText(voucher: HeldVoucher, now: Date, reader: Reader): string {
	switch (voucher.state) {
		case 'ready':
			return voucher.endsAt ? endText(voucher.endsAt, now, reader) : m.wallet_points_forever();
		case 'not_yet':
			return m.wallet_from({
				date: voucher.startsAt ? day(voucher.startsAt, reader.language, reader.timeZone, 'short') : ''
			});
		case 'paused':
			return m.wallet_voucher_paused();
		case 'used':
			if (!voucher.used) return m.wallet_voucher_over();
			return m.wallet_voucher_used({ date: day(voucher.used.lastAt, reader.language, reader.timeZone) });
		case 'ended':
			return m.wallet_voucher_ended({ date: voucher.endsAt ? lastDay(voucher.endsAt, reader) : '' });
	}
}

/** A store within its own shop's wallet: "Linden & Saffron Old Town" is "Old Town" there. */
export function storeText(storeName: string, { programme }: Pick<Reader, 'programme'>): string {
	const rest = storeName.startsWith(`${programme} `) ? storeName.slice(programme.length).trim() : '';
	return isolated(rest || storeName);
}

/** The title of an event in the history. */
export function eventTitle(event: WalletEvent, reader: Reader): string {
	const what = plainTitle(event, reader);
	return event.kind === 'points' && event.typeName !== null
		? m.wallet_event_type({ what, typeName: isolated(event.typeName) })
		: what;
}

function plainTitle(event: WalletEvent, reader: Reader): string {
	if (event.kind === 'purchase') return storeText(event.storeName, reader);
	if (event.kind === 'return') return m.wallet_event_return({ store: storeText(event.storeName, reader) });
	if (event.who !== null) {
		const name = isolated(event.who || m.wallet_shared_nameless());
		return event.points > 0 ? m.wallet_event_shared_earned({ name }) : m.wallet_event_shared_spent({ name });
	}
	if (event.reason === 'expired') return m.wallet_event_expired();
	if (event.reason === 'inactive') return m.wallet_event_inactive();
	if (event.reason === 'matured') return m.wallet_event_matured();
	const up = event.points > 0;
	if (event.reason === 'extended') return m.wallet_event_extended();
	if (event.reason === 'pooled') return m.wallet_event_pooled();
	if (event.reason === 'unpooled') return m.wallet_event_unpooled();
	if (event.reason === 'transferred') return up ? m.wallet_event_received() : m.wallet_event_sent();
	return up ? m.wallet_event_given() : m.wallet_event_taken();
}

/** What an event did to the points, pending ones included; 0: nothing. */
export function pointsOfEvent(event: WalletEvent): number {
	if (event.kind === 'purchase') return event.pointsEarned - event.pointsSpent;
	if (event.kind === 'return') return event.pointsGivenBack - event.pointsTakenBack;
	// What was extended was there before.
	return event.reason === 'extended' ? 0 : event.points;
}

/** What a movement of a gift card was. */
export function movementText({ reason, cents }: { reason: string; cents: number }): string {
	if (reason === 'charged') return m.wallet_card_charged();
	if (reason === 'refunded') return m.wallet_card_refunded();
	if (reason === 'issued' || reason === 'activated' || (reason === 'topped_up' && cents > 0))
		return m.wallet_card_activated();
	return m.wallet_card_other();
}
