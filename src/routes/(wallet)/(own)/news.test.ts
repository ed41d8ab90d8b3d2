import { expect, test } from 'vitest';
import type { HeldVoucher } from '#vouchers';
import type { WalletEvent, WalletOverview } from '#wallet';
import type { Reader } from '../words.ts';
import { News } from './news.ts';

const now = new Date('2026-11-22T10:00:00Z');
const reader: Reader = { language: 'en', timeZone: 'Europe/Berlin', programme: 'Linden' };

type Told = Pick<WalletOverview, 'latest' | 'vouchers' | 'giftCards' | 'points' | 'now'>;
const wallet = (spendable: number, more: Partial<Told> = {}): Told => ({
	latest: [],
	vouchers: [],
	giftCards: [],
	points: {
		spendable,
		pending: 0,
		debt: 0,
		lots: [],
		maturing: [],
		now: null,
		lapsesAt: null,
		leastGiven: null,
		types: [],
		shared: null
	},
	now,
	...more
});
const sale = (more: Partial<Extract<WalletEvent, { kind: 'purchase' }>> = {}): WalletEvent => ({
	kind: 'purchase',
	id: 'rcp_1',
	at: now,
	storeName: 'Linden Harbour',
	currency: 'EUR',
	totalCents: 2600,
	savedCents: 0,
	giftCardCents: 0,
	pointsEarned: 25,
	pointsSpent: 0,
	pendingUntil: null,
	returnedCents: 0,
	...more
});
/** Without the marks that keep a name's own direction. */
const said = (news: News, overview: Told): string[] =>
	news.since(overview, reader).map((text) => text.replace(/[\u2068\u2069]/g, ''));

test('a sale is told as a whole: what was earned, what was spent, and what one has now', () => {
	const news = new News(wallet(767));
	const after = wallet(692, { latest: [sale({ pointsSpent: 100 })] });
	expect(said(news, after)).toEqual(['Harbour: 25 points earned and 100 points spent. You have 692 points now.']);
	expect(said(news, after), 'told once').toEqual([]);
});

test('points that are still on their way are not said to be there', () => {
	const later = new Date(now.getTime() + 86_400_000);
	expect(said(new News(wallet(40)), wallet(40, { latest: [sale({ pendingUntil: later })] }))).toEqual([
		'Harbour: 25 points on the way. You have 40 points now.'
	]);
});

test('without points a sale is its receipt', () => {
	expect(said(new News(wallet(0)), wallet(0, { latest: [sale({ pointsEarned: 0 })] }))).toEqual([
		'Receipt from Harbour: €26.00'
	]);
});

test('points that expire are told with what is left', () => {
	const expired: WalletEvent = {
		kind: 'points',
		id: 'trf_1',
		at: now,
		reason: 'expired',
		points: -12,
		typeName: null,
		note: null,
		who: null
	};
	expect(said(new News(wallet(92)), wallet(80, { latest: [expired] }))).toEqual([
		'Points expired: −12. You have 80 points now.'
	]);
});

test('points of a type are told with its name as the house writes it, and no sentence around it', () => {
	const stamp: WalletEvent = {
		kind: 'points',
		id: 'trf_2',
		at: now,
		reason: 'expired',
		points: -1,
		typeName: 'Stamps',
		note: null,
		who: null
	};
	const { points } = wallet(80);
	const type = { name: 'Stamps', spendable: 1, debt: 0 } as (typeof points.types)[number];
	const after = wallet(80, { latest: [stamp], points: { ...points, types: [type] } });
	expect(said(new News(wallet(80)), after)).toEqual(['Points expired · Stamps: −1. Now 1 in all.']);
});

test('a voucher that the shop gives is told, one that the shopper typed in is not', () => {
	const voucher = (codeId: string) => ({ codeId, title: 'For regulars' }) as HeldVoucher;
	const news = new News(wallet(0, { vouchers: [voucher('cod_old')] }));
	news.mention('cod_typed');
	const after = wallet(0, { vouchers: [voucher('cod_old'), voucher('cod_typed'), voucher('cod_given')] });
	expect(said(news, after)).toEqual(['Now in your wallet: For regulars']);
});
