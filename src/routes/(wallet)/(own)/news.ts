import { getContext, setContext } from 'svelte';
import { m } from '#messages';
import { list, money, points } from '#ui/format.ts';
import type { WalletEvent, WalletOverview } from '#wallet';
import { eventTitle, isolated, pointsOfEvent, pointsText, storeText, type Reader } from '../words.ts';

type Told = Pick<WalletOverview, 'latest' | 'vouchers' | 'giftCards' | 'points' | 'now'>;

const idsOf = ({ latest, vouchers, giftCards }: Told): string[] => [
	...latest.map(({ id }) => id),
	...vouchers.map(({ codeId }) => codeId),
	...giftCards.map(({ id }) => id)
];

/** What happened to the wallet while it was open, each thing told once. */
export class News {
	#known: Set<string>;

	constructor(overview: Told) {
		this.#known = new Set(idsOf(overview));
	}

	/** Something the shopper did themselves on this page is no news to them. */
	mention(id: string): void {
		this.#known.add(id);
	}

	/** What is new since the last time, oldest first, a sentence each. */
	since(overview: Told, reader: Reader): string[] {
		const isNew = (id: string) => !this.#known.has(id);
		const texts = [...overview.latest]
			.reverse()
			.filter(({ id }) => isNew(id))
			.map((event) => eventNews(event, overview, reader));
		for (const { codeId, title } of overview.vouchers)
			if (isNew(codeId)) texts.push(m.wallet_news_voucher({ title: isolated(title) }));
		for (const { id, balanceCents, currency } of overview.giftCards)
			if (isNew(id)) texts.push(m.wallet_news_card({ amount: money(balanceCents, currency, reader.language) }));
		for (const id of idsOf(overview)) this.#known.add(id);
		return texts;
	}
}

/** An event as a whole: what came, what went, and what one has now. */
function eventNews(event: WalletEvent, { points: balance, now }: Told, reader: Reader): string {
	const { language } = reader;
	const have = pointsText(balance.spendable, language);
	if (event.kind === 'points') {
		const change = points(event.points, language, 'always');
		const type = event.typeName === null ? null : balance.types.find(({ name }) => name === event.typeName);
		const what = eventTitle(event, reader);
		// Its name stands in what happened: a house writes it as it likes, and no sentence can bend it.
		if (type) return m.wallet_news_type({ what, change, points: points(type.spendable - type.debt, language) });
		return m.wallet_news_points({ what, change, balance: have });
	}
	const amount = money(event.totalCents, event.currency, language);
	const store = storeText(event.storeName, reader);
	if (event.kind === 'return') {
		if (pointsOfEvent(event) === 0) return m.wallet_toast_returned({ store, amount });
		return m.wallet_news_return({ store, amount, balance: have });
	}
	const parts: string[] = [];
	if (event.pointsEarned > 0) {
		const earned = { points: pointsText(event.pointsEarned, language) };
		const waits = event.pendingUntil !== null && event.pendingUntil > now;
		parts.push(waits ? m.wallet_news_waiting(earned) : m.wallet_news_earned(earned));
	}
	if (event.pointsSpent > 0) parts.push(m.wallet_news_spent({ points: pointsText(event.pointsSpent, language) }));
	if (parts.length === 0) return m.wallet_toast_bought({ store, amount });
	return m.wallet_news_sale({ store, what: list(parts, language), balance: have });
}

const key = Symbol('news');

export const provideNews = (news: News): News => setContext(key, news);
export const useNews = (): News => getContext(key);
