import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RestFault } from '#client/rest.ts';
import { day, endAfterDays, hour, later, localDay, minute, second, startOfDay } from '#core/time';
import { inviteStaff } from '#identity/server';
import { audit } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { closeAll } from '#platform/lifecycle';
import type { Ask } from '#pricing';
import type { WalletEvent } from '#wallet';
import { jobs } from '#wiring/jobs.server';
import { testDatabase } from '../support/database.ts';
import { aKey, anAsk, line, openShop as furnish, type Shop } from '../support/shop.ts';
import { aStaffedTill, type StaffedTill } from '../support/till.ts';
import { openShop, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
const mail = openShop(url);
const pendingDays = 7;
let clock = new Date();
const now = () => clock;
const tick = () => void (clock = later(clock, second));
let shop: Shop;
let till: StaffedTill;

beforeAll(async () => {
	shop = await furnish(db, clock);
	till = await aStaffedTill(db, shop.storeId, now);
	// The middle of tomorrow, so that the seconds which go by between two errands lead over no midnight.
	const tomorrow = localDay(later(clock, day), 'Europe/Berlin');
	clock = later(startOfDay(tomorrow, 'Europe/Berlin'), 12 * hour);
	const account = { email: 'owner@test.example', password: 'a quiet afternoon' };
	await inTransaction(db, (tx) => inviteStaff(tx, { name: 'Olga', ...account, role: 'owner' }, clock));
	const { identity, stores } = new Visitor().api.admin;
	await identity.signIn.mutate(account);
	const { rules, version } = await stores.programme.query();
	const held = { ...rules, earn: { ...rules.earn, pendingDays } };
	await stores.saveRules.mutate({ key: aKey(), version, rules: held });
});
afterAll(async () => {
	expect((await audit(db)).findings).toEqual([]);
	await closeAll('drained');
});

/** A new morning: the tablet's cashier signs in again. */
async function wake(): Promise<void> {
	await till.in.en.api.till.identity.signIn.mutate({ staffId: till.cashierId, pin: '4711' });
}
beforeEach(wake);

/** The clock goes on, past the night in which something falls due, or not quite to it. */
async function goOn(to: Date): Promise<void> {
	clock = to;
	await wake();
}

/** What the server does every ten minutes. */
async function theJobRuns(): Promise<void> {
	await jobs.find(({ name }) => name === 'ledger.mature')?.run({ db, now: clock });
}

let people = 0;
class Shopper {
	readonly phone = new Visitor({ now });
	memberId = '';

	/** Joins with the code from an e-mail. */
	static async join(): Promise<Shopper> {
		const shopper = new Shopper();
		const { api } = shopper.phone;
		const email = `patient${++people}@test.example`;
		await api.wallet.identity.requestCode.mutate({ email });
		const code = /^(\d{6})$/m.exec(mail.recent().find(({ to }) => to === email)?.text ?? '')?.[1] ?? '';
		await api.wallet.identity.signInWithCode.mutate({ email, code });
		shopper.memberId = (await api.wallet.customers.me.query()).memberId;
		return shopper;
	}

	/** What the wallet's first screen says of the points. */
	async points() {
		const { points } = await this.phone.api.wallet.home.overview.query();
		const { spendable, pending, debt, maturing, lots } = points;
		return { spendable, pending, debt, maturing, ends: lots.map(({ endsAt }) => endsAt) };
	}

	async history(): Promise<WalletEvent[]> {
		return (await this.phone.api.wallet.home.history.query({ cursor: null })).items;
	}

	/** At the till: the basket is quoted, and what was shown is committed. */
	async buys(cents: number[], wish: Partial<Ask> = {}) {
		tick();
		const lines = cents.map((price, place) => line(`line${place}`, price));
		const ask = anAsk(this.memberId, lines, wish);
		const { quote } = await till.in.en.api.till.checkout.quote.mutate({ ask });
		const { receipt } = await till.in.en.sell({ key: aKey(), ask, fingerprint: quote.fingerprint });
		return { quote, receipt };
	}
}

const gives = { all: 'everything' as const, first: [{ position: 0, quantity: 1000 }] };
async function takeBack(receiptId: string, what: keyof typeof gives) {
	tick();
	const request = { receiptId, lines: gives[what], reason: null };
	const { needsApproval, ...shown } = await till.in.en.api.till.checkout.previewReturn.mutate(request);
	expect(needsApproval).toBe(false);
	const { given } = await till.in.en.api.till.checkout.takeBack.mutate({ ...request, key: aKey() });
	expect({ ...shown, id: given.id, number: given.number }).toEqual(given);
	return given;
}

const nothing = { spendable: 0, pending: 0, debt: 0, maturing: [], ends: [] };

describe('points that a programme holds back for a week', () => {
	it('are seen in the wallet from the first moment, with the day they come, and pay nothing before', async () => {
		const ada = await Shopper.join();
		const { receipt } = await ada.buys([50_000]);
		const ripe = endAfterDays(clock, pendingDays, 'Europe/Berlin');
		expect(receipt).toMatchObject({ pointsEarned: 500, earnedPendingUntil: ripe.toISOString() });
		const waiting = { ...nothing, pending: 500, maturing: [{ maturesAt: ripe.toISOString(), points: 500 }] };
		expect(await ada.points()).toEqual(waiting);
		expect(await ada.history()).toMatchObject([{ kind: 'purchase', pointsEarned: 500, pendingUntil: ripe }]);

		const { quote } = await ada.buys([20], { points: 'most' });
		expect(quote).toMatchObject({ pointsSpent: 0, pointsRange: { maximum: 0 }, toPayCents: 20 });
		const greedy = ada.buys([1000], { points: 100 });
		await expect(greedy).rejects.toBeInstanceOf(RestFault);
		await expect(greedy).rejects.toMatchObject({ refusal: { code: 'points.too_few' } });
		expect(await ada.points()).toEqual(waiting);
	});

	it('come when their day does, not a minute sooner, live a year from then, and pay', async () => {
		const ada = await Shopper.join();
		await ada.buys([50_000]);
		const ripe = endAfterDays(clock, pendingDays, 'Europe/Berlin');
		await goOn(later(ripe, -minute));
		await theJobRuns();
		expect(await ada.points()).toMatchObject({ spendable: 0, pending: 500 });

		await goOn(later(ripe, 5 * minute));
		await theJobRuns();
		const ends = [endAfterDays(ripe, 365, 'Europe/Berlin').toISOString()];
		expect(await ada.points()).toEqual({ ...nothing, spendable: 500, ends });
		await theJobRuns();
		expect(await ada.points()).toEqual({ ...nothing, spendable: 500, ends });
		const [newest, ...older] = await ada.history();
		expect(newest).toMatchObject({ kind: 'points', reason: 'matured', points: 500 });
		expect(older.map(({ kind }) => kind)).toEqual(['purchase']);

		const { receipt } = await ada.buys([20_000], { points: 300 });
		expect(receipt).toMatchObject({ pointsSpent: 300, pointsPaidCents: 300, toPayCents: 19_700, pointsEarned: 197 });
		expect(await ada.points()).toMatchObject({ spendable: 200, pending: 197, debt: 0 });
	});

	it('go back while they wait, and nothing is left to come or to owe', async () => {
		const ada = await Shopper.join();
		const { receipt } = await ada.buys([30_000, 12_345]);
		const ripe = endAfterDays(clock, pendingDays, 'Europe/Berlin');
		await goOn(later(clock, 2 * day));
		const given = await takeBack(receipt.id, 'all');
		expect(given).toMatchObject({ refundCents: 42_345, pointsTakenBack: 423, pointsOwed: 0 });
		expect(await ada.points()).toEqual(nothing);

		await goOn(later(ripe, minute));
		await theJobRuns();
		expect(await ada.points()).toEqual(nothing);
		expect((await ada.history()).map(({ kind }) => kind)).toEqual(['return', 'purchase']);
	});

	it('go back in part while they wait, and the rest comes on its day', async () => {
		const ada = await Shopper.join();
		const other = await ada.buys([10_000]);
		const { receipt } = await ada.buys([30_000, 12_300]);
		const ripe = endAfterDays(clock, pendingDays, 'Europe/Berlin').toISOString();
		expect(await takeBack(receipt.id, 'first')).toMatchObject({ pointsTakenBack: 300, pointsOwed: 0 });
		// Only what this purchase earned was touched.
		expect(await ada.points()).toEqual({
			...nothing,
			pending: 223,
			maturing: [{ maturesAt: ripe, points: 223 }]
		});
		expect(await takeBack(other.receipt.id, 'all')).toMatchObject({ pointsTakenBack: 100, pointsOwed: 0 });

		await goOn(new Date(ripe));
		await theJobRuns();
		expect(await ada.points()).toMatchObject({ spendable: 123, pending: 0, debt: 0 });
		// And the other part after it has come.
		expect(await takeBack(receipt.id, 'all')).toMatchObject({ pointsTakenBack: 123, pointsOwed: 0 });
		expect(await ada.points()).toEqual(nothing);
	});

	it('that are due but have not been moved yet go back as well', async () => {
		const ada = await Shopper.join();
		const { receipt } = await ada.buys([30_000]);
		await goOn(later(endAfterDays(clock, pendingDays, 'Europe/Berlin'), minute));
		expect(await takeBack(receipt.id, 'all')).toMatchObject({ pointsTakenBack: 300, pointsOwed: 0 });
		await theJobRuns();
		expect(await ada.points()).toEqual(nothing);
	});

	it('that were spent and then go back are owed, plain to see, and what is earned next pays that first', async () => {
		const ada = await Shopper.join();
		const earned = await ada.buys([50_000]);
		await goOn(endAfterDays(clock, pendingDays, 'Europe/Berlin'));
		await theJobRuns();
		const spent = await ada.buys([500], { points: 400 });
		expect(spent.receipt).toMatchObject({ pointsPaidCents: 400, pointsEarned: 1 });

		const given = await takeBack(earned.receipt.id, 'all');
		expect(given).toMatchObject({ pointsTakenBack: 500, pointsOwed: 400 });
		expect(await ada.points()).toMatchObject({ spendable: 0, pending: 1, debt: 400 });
		const [returned] = await ada.history();
		expect(returned).toMatchObject({ kind: 'return', pointsTakenBack: 500, pointsOwed: 400 });

		// Earned next: the debt does not wait a week.
		const { quote } = await ada.buys([15_000]);
		const debtStep = expect.objectContaining({ code: 'debt_first', points: 150 });
		expect(quote.steps).toContainEqual(debtStep);
		expect(await ada.points()).toMatchObject({ spendable: 0, pending: 1, debt: 250 });
		await ada.buys([30_000]);
		expect(await ada.points()).toMatchObject({ spendable: 0, pending: 51, debt: 0 });

		// What the points had paid comes back as points.
		expect(await takeBack(spent.receipt.id, 'all')).toMatchObject({ pointsGivenBack: 400, pointsTakenBack: 1 });
		expect(await ada.points()).toMatchObject({ spendable: 400, pending: 50, debt: 0 });
	});
});
