import { beforeEach, describe, expect, it } from 'vitest';
import { newCode } from '#core/codes';
import { day, later } from '#core/time';
import { staticCode } from '#customers';
import { getMember } from '#customers/server';
import { members } from '#customers/tables';
import { issue } from '#giftcards/server';
import { giftCards } from '#giftcards/tables';
import { tries } from '#identity/tables';
import { moneyOf, pointsOf } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { blindReturns, exchanges, receipts } from '#purchases/tables';
import { eq } from 'drizzle-orm';
import { testDatabase } from '../support/database.ts';
import { aMember, anAsk, aSale, line, openShop as stock, sell } from '../support/shop.ts';
import { aCounter, pins, type Tablet } from '../support/tablet.ts';
import { openShop } from '../support/visitor.ts';

/** What a tablet does beside plain sales: goods without their receipt, exchanges, somebody who joins. */
const { db, url } = await testDatabase();
openShop(url);
const shop = await stock(db, new Date());
const { people, aTill } = await aCounter(db, shop.storeId);

beforeEach(() => db.delete(tries).then(() => {}));

const pick = ({ till }: Tablet, name: string) => {
	const product = till.catalogue.shown.find((one) => one.name === name);
	if (!product) throw new Error(`no ${name} on sale`);
	till.pick(product);
};
const approval = () => ({ staffId: people.sue, pin: pins.sue });
const codeOf = async (memberId: string) => staticCode((await getMember(db, memberId)).number);
const money = async (cardId: string) => (await moneyOf(db, [cardId], new Date())).get(cardId)?.available;

async function aCard(cents: number): Promise<{ id: string; code: string }> {
	const [card] = await inTransaction(db, (tx) =>
		issue(tx, [{ cents, currency: 'EUR', memberId: null, active: true, expiresAt: null }], new Date())
	);
	if (!card || !('code' in card)) throw new Error('no card');
	return card;
}

describe('goods without their receipt', () => {
	/** A return without a receipt with these goods in it, as far as the supervisor's PIN. */
	async function begun(names: string[]) {
		const tablet = await aTill();
		tablet.till.openBlind();
		const blind = tablet.till.blindBack;
		if (!blind) throw new Error('no return is open');
		for (const name of names) pick(tablet, name);
		blind.look();
		if (names.length > 0) await expect.poll(() => blind.quote ?? blind.trouble).not.toBeNull();
		blind.reasonKind = 'faulty';
		return { tablet, till: tablet.till, blind };
	}

	it('go on a scanned card once somebody with the right gives their PIN; the open sale waits', async () => {
		const tablet = await aTill();
		pick(tablet, 'Tea');
		const { till } = tablet;
		await till.openReturn();
		till.openBlind();
		const blind = till.blindBack;
		if (!blind) throw new Error('no return is open');
		await blind.learnRules();
		expect(blind.rules?.approvers.map(({ name }) => name)).toEqual(['Mia', 'Sue']);
		for (const name of ['Bread', 'Bread', 'Cheese']) pick(tablet, name);
		till.weigh(500);
		blind.look();
		await expect.poll(() => blind.quote?.lines).toHaveLength(2);
		const worth = blind.quote?.totalCents ?? 0;
		const card = await aCard(100);
		expect(await till.scan(card.code)).toBe(true);
		blind.reasonKind = 'unwanted';
		await expect(blind.take(null)).rejects.toThrow();
		expect(blind).toMatchObject({ given: null, unsent: false });
		await expect(blind.take({ ...approval(), pin: '000000' })).rejects.toThrow();
		await blind.take(approval());
		expect(blind.given).toMatchObject({ totalCents: worth, card: { id: card.id, fresh: false }, code: null });
		expect(await money(card.id)).toBe(100 + worth);
		till.closeReturn();
		expect(till.sale.basket.lines).toMatchObject([{ name: 'Tea' }]);
	});

	it('come back once when the answer is lost, and a wrong PIN on the next try does not make it open again', async () => {
		const { tablet, blind } = await begun(['Bread']);
		tablet.faults.push('lost');
		await expect(blind.take(approval())).rejects.toThrow();
		expect(blind.unsent).toBe(true);
		expect(tablet.till.locked).toBe(true);
		await expect(blind.take({ ...approval(), pin: '111111' })).rejects.toThrow();
		expect(blind.unsent).toBe(true);
		pick(tablet, 'Bread');
		await blind.take(approval());
		expect(blind.basket.count).toBe(1);
		// Nobody's wallet was named: its code goes on the slip.
		expect(blind.given?.code).toMatch(/^[0-9A-Z]+$/);
		expect(
			await db
				.select()
				.from(blindReturns)
				.where(eq(blindReturns.id, blind.given?.id ?? ''))
		).toHaveLength(1);
	});

	it('worth more than the house allows, or without a network, are not known and not taken', async () => {
		const { tablet, blind } = await begun([]);
		tablet.till.addAmount(100_01);
		blind.look();
		await expect.poll(() => blind.trouble).toMatchObject({ refusal: { code: 'return.blind_too_much' } });
		tablet.offline = true;
		blind.look();
		await expect.poll(() => blind.trouble).toEqual({ kind: 'unreached' });
		expect(blind.quote).toBeNull();
		await blind.take(approval());
		expect(blind.given).toBeNull();
		expect(await tablet.till.scan('BASKET')).toBe(false);
	});

	it('a receipt that turns up meanwhile leads to its own return', async () => {
		const { till } = await begun(['Bread']);
		const sold = await sell(db, await aSale(db, shop, anAsk(null, [line('a', 500)]), new Date()), new Date());
		if (!sold.ok) throw new Error('nothing was sold');
		await till.scan(sold.receipt.number);
		await expect.poll(() => till.goodsBack?.receipt?.id).toBe(sold.receipt.id);
		expect(till.phase).toBe('return');
	});
});

describe('an exchange at the till', () => {
	/** Bread and Tea, sold for points and money; the bread is chosen to come back. */
	async function begun() {
		const tablet = await aTill();
		const { till } = tablet;
		const memberId = await aMember(db, new Date());
		await sell(db, await aSale(db, shop, anAsk(memberId, [line('a', 10_000)]), new Date()), new Date());
		await till.scan(await codeOf(memberId));
		for (const name of ['Bread', 'Tea']) pick(tablet, name);
		till.sale.points = 100;
		till.sale.learn(await till.server.facts(till.sale.ask, null));
		await till.commit();
		const { receipt } = till;
		if (!receipt) throw new Error('nothing was sold');
		till.nextSale();
		await till.openReturn(receipt.number);
		const bread = receipt.lines.find(({ name }) => name === 'Bread');
		if (!bread || !till.goodsBack) throw new Error('no return is open');
		till.goodsBack.choose(bread, 1000);
		till.goodsBack.refundTo = 'card';
		await till.goodsBack.look();
		await till.beginExchange();
		return { tablet, till, memberId, receipt };
	}
	const balance = async (memberId: string) =>
		(await pointsOf(db, [memberId], new Date())).get(memberId)?.spendable ?? 0;

	it('pays what goes out with what comes back, its points at once, and hands over the difference', async () => {
		const { tablet, till, memberId, receipt } = await begun();
		expect(till).toMatchObject({ phase: 'sale', goodsBack: null });
		const given = till.sale.exchange?.given;
		expect(given?.refundCents).toBeGreaterThan(0);
		expect(till.sale.dueCents).toBe(-(given?.refundCents ?? 0));
		await till.scan(await codeOf(memberId));
		pick(tablet, 'Tea');
		till.gather();
		await expect.poll(() => till.feed.state).toBe('fresh');
		till.sale.points = 'most';
		const due = till.sale.dueCents;
		expect(till.sale.member?.fact.spendablePoints).toBeGreaterThan(await balance(memberId));
		// What is exchanged outlives a reload, like the rest of the sale.
		await tablet.reload();
		await tablet.till.commit();
		expect(tablet.till).toMatchObject({ phase: 'receipt', exchanged: { dueCents: due, lines: [{ name: 'Bread' }] } });
		expect(tablet.till.receipt?.exchangeOf?.number).toBe(receipt.number);
		expect(tablet.till.sale.exchange).toBeNull();
		tablet.till.nextSale();
		expect(tablet.till.exchanged).toBeNull();
	});

	it('happens once when its answer is lost, also over a reload, and never as a sale alone', async () => {
		const { tablet, till, receipt } = await begun();
		pick(tablet, 'Tea');
		till.gather();
		await expect.poll(() => till.feed.state).toBe('fresh');
		const sold = (await db.select().from(receipts)).length;
		tablet.faults.push('lost', 'cut', 'cut');
		await till.commit();
		expect(till.sale.frozen).toBe(true);
		await tablet.reload();
		expect(tablet.till).toMatchObject({ phase: 'receipt', receipt: { exchangeOf: { number: receipt.number } } });
		expect(await db.select().from(receipts)).toHaveLength(sold + 1);
		expect(await db.select().from(exchanges).where(eq(exchanges.fromReceiptId, receipt.id))).toHaveLength(1);
	});

	it('of goods that came back elsewhere meanwhile is refused, and the goods that go out stay in the basket', async () => {
		const { tablet, till, receipt } = await begun();
		pick(tablet, 'Tea');
		const other = await aTill();
		await other.till.openReturn(receipt.number);
		other.till.goodsBack?.chooseAll();
		await other.till.goodsBack?.take();
		await till.commit();
		expect(tablet.refusals()).toEqual(['return.nothing_left']);
		expect(till.sale).toMatchObject({ frozen: false });
		till.sale.exchange = null;
		expect(till.sale.dueCents).toBe(till.sale.quote?.toPayCents);
		await till.commit();
		expect(till.receipt?.exchangeOf).toBeNull();
	});

	it('with money for a card that can take none waits for a supervisor', async () => {
		const tablet = await aTill();
		const { till } = tablet;
		const card = await aCard(1000);
		pick(tablet, 'Bread');
		await till.scan(card.code);
		await till.commit();
		const number = till.receipt?.number ?? '';
		await db.update(giftCards).set({ blockedAt: new Date() }).where(eq(giftCards.id, card.id));
		till.nextSale();
		await till.openReturn(number);
		till.goodsBack?.chooseAll();
		await till.goodsBack?.look();
		await till.beginExchange();
		pick(tablet, 'Tea');
		expect(till.sale.exchange).toMatchObject({ needsApproval: true });
		await till.commit();
		expect(tablet.refusals()).toEqual(['return.card_unusable']);
		await till.commit(approval());
		expect(till.receipt?.exchangeOf?.number).toBe(number);
		expect(till.exchanged?.given.tenders).toMatchObject([{ kind: 'hand', insteadOf: { cardId: card.id } }]);
	});
});

describe('somebody who joins at the till', () => {
	it('is a member once when the answer is lost, has the sale at once, and their card says who they are', async () => {
		const tablet = await aTill();
		const { till } = tablet;
		pick(tablet, 'Tea');
		till.joining.begin();
		await expect(till.join()).rejects.toThrow();
		expect(till.joining).toMatchObject({ unsent: false, code: null });
		// While somebody joins, what is scanned is their card.
		expect(await till.scan('777000111222')).toBe(true);
		Object.assign(till.joining, { name: ' Mara ', contact: 'mara@example.com', programme: true });
		tablet.faults.push('lost');
		await expect(till.join()).rejects.toThrow();
		expect(till.joining.unsent).toBe(true);
		await till.join();
		expect(till.sale.member?.name).toBe('Mara');
		expect(till.sale).toMatchObject({ trusted: true });
		expect(await db.select().from(members).where(eq(members.email, 'mara@example.com'))).toHaveLength(1);
		till.joining.open = false;
		till.sale.removeMember();
		expect(await till.scan('777000111222')).toBe(true);
		expect(till.sale.member?.name).toBe('Mara');
	});

	it('is told when their address is somebody’s already, and the cashier goes on with that member', async () => {
		const { till } = await aTill();
		till.joining.begin({ contact: 'mara@example.com' });
		till.joining.programme = true;
		const thrown: unknown = await till.join().catch((error: unknown) => error);
		expect(till.server.troubleOf(thrown)).toMatchObject({ refusal: { code: 'member.email_taken' } });
		till.joining.open = false;
		expect(await till.scan('mara@example.com', 'member')).toBe(true);
		expect(till.sale.member?.name).toBe('Ma…');
	});

	it('a card is linked to whoever showed their phone, or by a supervisor; nobody else’s points are at stake', async () => {
		const tablet = await aTill();
		const { till } = tablet;
		const memberId = await aMember(db, new Date());
		await till.scan(await codeOf(memberId));
		till.linking = true;
		expect(await till.scan('888000111333')).toBe(false);
		expect(tablet.refusals()).toEqual(['member_card.show_phone']);
		await till.signIn(people.sue, pins.sue);
		expect(await till.scan('888000111333')).toBe(true);
		expect(till.linking).toBe(false);
		till.sale.removeMember();
		expect(await till.scan('888000111333')).toBe(true);
		expect(till.sale.member?.fact.id).toBe(memberId);
	});
});

describe('a purchase made without the member’s code', () => {
	const bought = async (cents: number, at = new Date(), storeId = shop.storeId, memberId: string | null = null) => {
		const result = await sell(db, await aSale(db, shop, anAsk(memberId, [line('a', cents)]), at, { storeId }), at);
		if (!result.ok) throw new Error(result.refusal.code);
		return result.receipt;
	};
	/** A till whose sale is a member's, and what it asks for next is a receipt. */
	async function adding() {
		const tablet = await aTill();
		const memberId = await aMember(db, new Date());
		await tablet.till.scan(await codeOf(memberId));
		tablet.till.adding = true;
		return { tablet, till: tablet.till, memberId };
	}
	const had = async (memberId: string) => (await pointsOf(db, [memberId], new Date())).get(memberId)?.spendable;

	it('is added at the counter once, also when the answer is lost, and its points can pay at once', async () => {
		const { tablet, till, memberId } = await adding();
		pick(tablet, 'Tea');
		const receipt = await bought(12_300, later(new Date(), -3 * day));
		tablet.faults.push('lost');
		expect(await till.scan(receipt.number)).toBe(false);
		expect(till.adding).toBe(true);
		expect(await had(memberId), 'it had arrived').toBe(123);
		expect(await till.scan(receipt.number)).toBe(true);
		expect(till.adding).toBe(false);
		expect(tablet.refusals()).toEqual([]);
		expect(await had(memberId)).toBe(123);
		await expect.poll(() => till.sale.member?.fact.spendablePoints).toBe(123);
		expect(till.sale.basket.lines).toMatchObject([{ name: 'Tea' }]);
		// Scanned as part of a sale the same receipt leads to its return, as ever.
		await till.scan(receipt.number);
		expect(till.phase).toBe('return');
	});

	it('is refused with a sentence of its own: whatever is wrong with it', async () => {
		const { tablet, till, memberId } = await adding();
		const other = await aMember(db, new Date());
		const wrong: [string, string][] = [
			[(await bought(1000, later(new Date(), -15 * day))).number, 'claim.too_old'],
			[(await bought(1000, new Date(), shop.storeId, memberId)).number, 'claim.yours'],
			[(await bought(1000, new Date(), shop.storeId, other)).number, 'claim.taken'],
			[newCode('receipt'), 'claim.unknown'],
			['4111 1111 1111 1111', 'claim.no_receipt']
		];
		for (const [number, code] of wrong) {
			expect(await till.scan(number), code).toBe(false);
			expect(tablet.refusals().at(-1)).toBe(code);
		}
		expect(await had(memberId)).toBe(10);
		expect(till.adding).toBe(true);
	});

	it('of another store is added by who may make exceptions; a counter that tries many is stopped', async () => {
		const { tablet, till, memberId } = await adding();
		const there = await bought(5000, new Date(), shop.otherStoreId);
		expect(await till.scan(there.number)).toBe(false);
		expect(tablet.refusals()).toEqual(['claim.other_store']);
		await till.signIn(people.sue, pins.sue);
		expect(await till.scan(there.number)).toBe(true);
		expect(await had(memberId)).toBe(50);
		await till.signIn(people.ann, pins.ann);
		till.adding = true;
		for (let tried = 1; tried < 20; tried++) await till.scan(newCode('receipt'));
		expect(tablet.refusals().at(-1)).toBe('claim.unknown');
		await till.scan((await bought(1000)).number);
		expect(tablet.refusals().at(-1)).toBe('claim.too_often');
	});
});
