import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Language } from '#core/languages';
import { later, startOfDay } from '#core/time';
import { getLocale, overwriteGetLocale } from '#locale';
import type { HeldVoucher } from '#vouchers';
import type { WalletEvent } from '#wallet';
import {
	conditionTexts,
	daysLeft,
	discountsByTitle,
	endText,
	eventTitle,
	givesText,
	lastDay,
	pointsByEnd,
	pointsOfEvent,
	stateText,
	storeText,
	type Reader
} from './words.ts';

const reader = (language: Language = 'en', timeZone = 'Europe/Berlin'): Reader => ({
	language,
	timeZone,
	programme: 'Linden'
});
const ownLocale = getLocale;
const speak = (language: Language) => overwriteGetLocale(() => language);
afterAll(() => overwriteGetLocale(ownLocale));
beforeEach(() => speak('en'));

const now = new Date('2026-11-20T18:00:00Z');
const plain = (text: string) => text.replace(/[\u2066-\u2069]/g, '');

const voucher = (change: Partial<HeldVoucher> = {}): HeldVoucher => ({
	codeId: 'vco_1',
	code: 'V',
	title: 'Spring',
	description: null,
	currency: 'EUR',
	gives: { kind: 'percent', percent: 10, capCents: null },
	stacking: { kind: 'alone' },
	on: {
		minimumCents: 0,
		products: { names: [], more: 0 },
		categories: { names: [], more: 0 },
		stores: { names: [], more: 0 }
	},
	startsAt: null,
	endsAt: null,
	usesLeft: 1,
	state: 'ready',
	used: null,
	...change
});

describe('until when', () => {
	it('what ends at midnight is good until the day before', () => {
		const midnight = startOfDay('2026-12-01', 'Europe/Berlin');
		expect(lastDay(midnight, reader())).toBe('30 Nov 2026');
		expect(lastDay(later(midnight, 1), reader())).toBe('1 Dec 2026');
	});

	it('the last days are told in words, later ones by the date', () => {
		const ends = (isoDay: string) => endText(startOfDay(isoDay, 'Europe/Berlin'), now, reader());
		expect(ends('2026-11-21')).toBe('ends today');
		expect(ends('2026-11-22')).toBe('ends tomorrow');
		expect(ends('2026-11-24')).toBe('3 days left');
		expect(ends('2027-01-01')).toBe('until 31 Dec');
		expect(ends('2028-01-01')).toBe('until 31 Dec 2027');
	});

	it('days are the shop’s days, also where it is tomorrow already', () => {
		const ends = new Date('2026-11-22T00:00:00Z');
		expect(daysLeft(ends, now, 'UTC')).toBe(1);
		expect(daysLeft(ends, now, 'Asia/Tokyo')).toBe(1);
		expect(daysLeft(ends, new Date('2026-11-21T16:00:00Z'), 'Asia/Tokyo')).toBe(0);
	});
});

describe('points by when they end', () => {
	it('soon ones stand by their day, later ones by the month, and none is lost', () => {
		const at = (isoDay: string) => startOfDay(isoDay, 'Europe/Berlin').toISOString();
		const lots = [
			{ endsAt: at('2026-11-23'), points: 5 },
			{ endsAt: at('2026-12-10'), points: 7 },
			{ endsAt: at('2027-03-02'), points: 11 },
			{ endsAt: at('2027-04-01'), points: 13 },
			{ endsAt: null, points: 17 }
		];
		expect(pointsByEnd(lots, now, reader())).toEqual([
			{ text: 'until 22 Nov 2026', points: 5 },
			{ text: 'until 9 Dec 2026', points: 7 },
			{ text: 'March 2027', points: 24 },
			{ text: 'No end date', points: 17 }
		]);
		const lot = fc.record({
			endsAt: fc.option(
				fc.date({ min: now, max: new Date('2030-01-01'), noInvalidDate: true }).map((d) => d.toISOString())
			),
			points: fc.integer({ min: 1, max: 1000 })
		});
		fc.assert(
			fc.property(fc.array(lot), (some) => {
				const sum = (list: { points: number }[]) => list.reduce((total, { points }) => total + points, 0);
				expect(sum(pointsByEnd(some, now, reader()))).toBe(sum(some));
			})
		);
	});
});

describe('a voucher in words', () => {
	it('says what it gives', () => {
		const gives = (what: HeldVoucher['gives'], language: Language = 'en') =>
			plain(givesText(voucher({ gives: what }), language));
		expect(gives({ kind: 'percent', percent: 10, capCents: null })).toBe('10% off');
		expect(gives({ kind: 'percent', percent: 10, capCents: 550 })).toBe('10% off, at most €5.50');
		expect(gives({ kind: 'amount', cents: 500 })).toBe('€5 off');
		expect(gives({ kind: 'fixed_price', cents: 890, quantity: null })).toBe('€8.90 each');
		expect(gives({ kind: 'fixed_price', cents: 890, quantity: 2000 })).toBe('€8.90 each, for up to 2');
		expect(gives({ kind: 'cheapest_free', of: 3, free: 1 })).toBe('From 3 on, the cheapest is free');
		expect(gives({ kind: 'cheapest_free', of: 5, free: 2 })).toBe('From 5 on, the 2 cheapest are free');
		expect(gives({ kind: 'n_for_m', of: 3, pay: 2, sets: null })).toBe('3 for the price of 2');
		expect(gives({ kind: 'free_delivery', capCents: null })).toBe('Delivery free of charge');
		expect(gives({ kind: 'free_delivery', capCents: 300 })).toBe('Up to €3 off the delivery');
		const products = { names: ['Tea', 'Coffee'], more: 0 };
		expect(gives({ kind: 'free_product', products, quantity: 1000 })).toBe('Tea or Coffee for free');
		expect(gives({ kind: 'free_product', products: { names: ['Tea'], more: 3 }, quantity: 2000 })).toBe(
			'2 × Tea and 3 more for free'
		);
	});

	it('says its conditions, and nothing where there are none', () => {
		expect(conditionTexts(voucher(), 'en')).toEqual([]);
		const on = {
			minimumCents: 4000,
			products: { names: [], more: 0 },
			categories: { names: ['Bakery', 'Tea'], more: 0 },
			stores: { names: ['Old Town', 'Harbour'], more: 0 }
		};
		expect(conditionTexts(voucher({ on }), 'en').map(plain)).toEqual([
			'with purchases of €40 or more',
			'on Bakery and Tea',
			'at Old Town or Harbour'
		]);
	});

	it('says why it no longer counts', () => {
		const ended = voucher({ state: 'ended', endsAt: startOfDay('2026-11-01', 'Europe/Berlin') });
		expect(stateText(ended, now, reader())).toBe('Ended on 31 Oct 2026');
		const used = voucher({ state: 'used', used: { times: 1, cents: 5, lastAt: now } });
		expect(stateText(used, now, reader())).toBe('Used on 20 Nov 2026');
		expect(stateText(voucher({ state: 'used' }), now, reader())).toBe('Used up');
	});

	it('keeps the direction of a name that runs the other way', () => {
		speak('fa');
		const text = givesText(
			voucher({ gives: { kind: 'free_product', products: { names: ['Earl Grey'], more: 0 }, quantity: 1000 } }),
			'fa'
		);
		expect(text).toContain('\u2068Earl Grey\u2069');
	});
});

describe('an event in words', () => {
	const bought: Extract<WalletEvent, { kind: 'purchase' }> = {
		kind: 'purchase',
		id: 'rcp_1',
		at: now,
		storeName: 'Linden Old Town',
		currency: 'EUR',
		totalCents: 1000,
		savedCents: 0,
		giftCardCents: 0,
		pointsEarned: 10,
		pointsSpent: 4,
		pendingUntil: null,
		returnedCents: 0
	};

	it('names the store without the shop’s own name before it', () => {
		expect(plain(storeText('Linden Old Town', reader()))).toBe('Old Town');
		expect(plain(storeText('Lindenhof', reader()))).toBe('Lindenhof');
		expect(plain(storeText('Linden', reader()))).toBe('Linden');
		expect(plain(eventTitle(bought, reader()))).toBe('Old Town');
	});

	it('tells what it did to the points', () => {
		expect(pointsOfEvent(bought)).toBe(6);
		const points = (reason: string, some: number): WalletEvent => ({
			kind: 'points',
			id: 'trf_1',
			at: now,
			reason,
			points: some,
			typeName: null,
			note: null,
			who: null
		});
		expect(eventTitle(points('expired', -5), reader())).toBe('Points expired');
		expect(eventTitle(points('granted', 5), reader())).toBe('Points from the shop');
		expect(eventTitle(points('adjusted', -5), reader())).toBe('Points taken off by the shop');
		expect(eventTitle(points('transferred', -5), reader())).toBe('Points given away');
		expect(eventTitle(points('transferred', 5), reader())).toBe('Points from another member');
		expect(pointsOfEvent(points('extended', 5))).toBe(0);
	});
});

it('discounts stand under the vouchers that gave them, or under one word where the receipt does not add up', () => {
	type Receipt = Parameters<typeof discountsByTitle>[0];
	const step = (rightId: string | null, cents: number, title?: string): Receipt['steps'][number] => ({
		code: 'percent_off',
		position: null,
		rightId,
		giftCardId: null,
		cents,
		points: 0,
		details: title === undefined ? {} : { title }
	});
	const receipt = (discountCents: number, steps: Receipt['steps']) => ({ discountCents, steps }) as Receipt;
	const steps = [step('vco_1', 300, 'Spring'), step('vco_2', 50, 'Tea'), step(null, 999), step('vco_3', 20, 'Tea')];
	expect(discountsByTitle(receipt(370, steps))).toEqual([
		{ title: 'Spring', cents: 300 },
		{ title: 'Tea', cents: 70 }
	]);
	expect(discountsByTitle(receipt(400, steps))).toEqual([{ title: null, cents: 400 }]);
});
