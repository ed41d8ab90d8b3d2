import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newCode } from '#core/codes';
import { staticCode } from '#customers';
import { getMember } from '#customers/server';
import { issue } from '#giftcards/server';
import { giftCards } from '#giftcards/tables';
import { inviteStaff } from '#identity/server';
import { tries } from '#identity/tables';
import { moneyOf, pointsOf } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { receipts, returns } from '#purchases/tables';
import { createProduct } from '#stores/server';
import { products } from '#stores/tables';
import { createVoucher } from '#vouchers/server';
import { eq } from 'drizzle-orm';
import { testDatabase } from '../support/database.ts';
import { aDefinition, aKey, aMember, anAsk, aSale, line, openShop as stock, percent, sell } from '../support/shop.ts';
import { ownPin } from '../support/till.ts';
import { Tablet } from '../support/tablet.ts';
import { openShop, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
openShop(url);
const shop = await stock(db, new Date());
const password = 'correct horse battery';
const manager = new Visitor();
const cashiers = { ann: '', bob: '' };
const barcode = '4006381333931';

beforeAll(async () => {
	const email = 'manager@example.com';
	await inTransaction(db, (tx) =>
		inviteStaff(tx, { name: 'Mia', email, password, role: 'manager', pin: '2580' }, new Date())
	);
	await manager.api.admin.identity.signIn.mutate({ email, password });
	const { createCashier } = manager.api.admin.identity.staff;
	const hire = async (name: string, pin: string) =>
		ownPin(db, (await createCashier.mutate({ key: aKey(), name, pin, storeIds: null })).staffId);
	Object.assign(cashiers, { ann: await hire('Ann', '4711'), bob: await hire('Bob', '135790') });
	const honey = {
		categoryId: shop.categories.food,
		name: 'Honey',
		barcode,
		unit: 'piece',
		priceCents: 899,
		costCents: 1
	} as const;
	await inTransaction(db, (tx) => createProduct(tx, honey, new Date()));
});
beforeEach(() => db.delete(tries).then(() => {}));

/** A tablet with Ann signed in. */
async function aTill(): Promise<Tablet> {
	const tablet = new Tablet();
	await tablet.till.start();
	expect(tablet.till.phase).toBe('enrol');
	const { makeEnrolmentCode } = manager.api.admin.identity.devices;
	await tablet.till.enrol((await makeEnrolmentCode.mutate({ key: aKey(), storeId: shop.storeId, name: 'Till' })).code);
	expect(tablet.till.phase).toBe('pin');
	await tablet.till.signIn(cashiers.ann, '4711');
	expect(tablet.till.phase).toBe('sale');
	await tablet.till.catalogue.load();
	return tablet;
}

const pick = ({ till }: Tablet, name: string) => {
	const product = till.catalogue.shown.find((one) => one.name === name);
	if (!product) throw new Error(`no ${name} on sale`);
	till.pick(product);
};

/** What the server knows now, as the screen would ask for it a moment after a change. */
async function look({ till }: Tablet): Promise<void> {
	till.sale.learn(await till.server.facts(till.sale.ask, null));
}

async function aVoucher(wish: { usesPerCode?: number; percent?: number; minimumCents?: number } = {}): Promise<string> {
	const definition = aDefinition({
		effect: percent(wish.percent ?? 10),
		conditions: { minimumCents: wish.minimumCents ?? 0, productIds: [], categoryIds: [], storeIds: [] },
		codeKind: 'shared',
		usesPerCode: wish.usesPerCode ?? null
	});
	const made = await inTransaction(db, (tx) =>
		createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, new Date())
	);
	return made.sharedCode as string;
}

async function aCard(cents: number): Promise<{ id: string; code: string }> {
	const [card] = await inTransaction(db, (tx) =>
		issue(tx, [{ cents, currency: 'EUR', memberId: null, active: true, expiresAt: null }], new Date())
	);
	if (!card || !('code' in card)) throw new Error('no card');
	return card;
}

async function codeOf(memberId: string): Promise<string> {
	return staticCode((await getMember(db, memberId)).number);
}

async function richMember(points: number): Promise<string> {
	const memberId = await aMember(db, new Date());
	const ask = anAsk(memberId, [line('a', points * 100)]);
	await sell(db, await aSale(db, shop, ask, new Date()), new Date());
	return memberId;
}

const receiptsOf = (memberId: string) => db.select().from(receipts).where(eq(receipts.memberId, memberId));

describe('a sale at the till', () => {
	it('takes points, a voucher and part of a gift card in one tap, as the screen showed', async () => {
		const tablet = await aTill();
		const { till } = tablet;
		const memberId = await richMember(500);
		const card = await aCard(300);
		pick(tablet, 'Coffee');
		pick(tablet, 'Coffee');
		expect(await till.scan(barcode)).toBe(true);
		pick(tablet, 'Cheese');
		expect(till.weighing?.name).toBe('Cheese');
		till.weigh(200);
		expect(await till.scan(await codeOf(memberId))).toBe(true);
		expect(await till.scan((await aVoucher()).toLowerCase())).toBe(true);
		expect(await till.scan(card.code, 'giftCard')).toBe(true);
		till.sale.points = 300;
		await look(tablet);
		const shown = till.sale.quote;
		expect(shown).toMatchObject({ listCents: 700 + 899 + 498, pointsSpent: 300, giftCardCents: 300, problems: [] });
		await till.commit();
		expect(till.phase).toBe('receipt');
		expect(till.receipt).toMatchObject({
			toPayCents: shown?.toPayCents,
			discountCents: shown?.discountCents,
			pointsEarned: shown?.pointsEarned,
			memberId
		});
		expect((await pointsOf(db, [memberId], new Date())).get(memberId)?.spendable).toBe(
			500 - 300 + (shown?.pointsEarned ?? 0)
		);
		expect(till.sale.isEmpty).toBe(true);
		expect(tablet.notices.filter(({ kind }) => kind === 'refused')).toEqual([]);
	});

	it('is sold once when the answer is lost, and the till sends the same again', async () => {
		const tablet = await aTill();
		const memberId = await aMember(db, new Date());
		await tablet.till.scan(await codeOf(memberId));
		pick(tablet, 'Bread');
		await look(tablet);
		tablet.faults.push('lost');
		await tablet.till.commit();
		expect(tablet.till.phase).toBe('receipt');
		expect(await receiptsOf(memberId)).toHaveLength(1);
		expect(tablet.till.receipt?.id).toBe((await receiptsOf(memberId))[0]?.id);
	});

	it('waits, frozen, while there is no network, outlives a reload, and is sold once when there is one again', async () => {
		const tablet = await aTill();
		const memberId = await aMember(db, new Date());
		await tablet.till.scan(await codeOf(memberId));
		pick(tablet, 'Bread');
		await look(tablet);
		// It arrives, but nobody hears; then the network is gone for good.
		tablet.faults.push('lost', 'cut', 'cut');
		await tablet.till.commit();
		expect(tablet.till).toMatchObject({ phase: 'sale', reached: false });
		expect(tablet.till.sale.frozen).toBe(true);
		const { key } = tablet.till.sale;
		pick(tablet, 'Tea');
		expect(await tablet.till.scan(barcode)).toBe(false);
		expect(tablet.till.sale.basket.lines).toHaveLength(1);

		tablet.offline = true;
		await tablet.reload();
		expect(tablet.till.phase).toBe('unreached');
		expect(tablet.till.sale).toMatchObject({ key, frozen: true });
		tablet.offline = false;
		await tablet.till.start();
		expect(tablet.till.phase).toBe('receipt');
		expect(await receiptsOf(memberId)).toHaveLength(1);
		expect(tablet.till.sale.key).not.toBe(key);
	});

	it('shows what changed when a voucher was used up meanwhile, and sells at the new total once agreed', async () => {
		const [one, two] = [await aTill(), await aTill()];
		const code = await aVoucher({ usesPerCode: 1, percent: 50 });
		for (const tablet of [one, two]) {
			pick(tablet, 'Bread');
			await tablet.till.scan(code);
			await look(tablet);
			expect(tablet.till.sale.quote?.toPayCents).toBe(260);
		}
		await one.till.commit();
		expect(one.till.phase).toBe('receipt');
		await two.till.commit();
		expect(two.till.phase).toBe('sale');
		expect(two.till.stale?.before.toPayCents).toBe(260);
		expect(two.till.sale.quote).toMatchObject({ toPayCents: 520, refused: [{ asked: true }] });
		expect(two.till.sale.frozen).toBe(false);
		two.till.sale.removeRight(two.till.sale.rightIds[0] ?? '');
		await two.till.agree();
		expect(two.till.receipt).toMatchObject({ toPayCents: 520, discountCents: 0 });
	});

	it('asks again when a price changed between the look and the tap', async () => {
		const tablet = await aTill();
		pick(tablet, 'Honey');
		await look(tablet);
		await db.update(products).set({ priceCents: 999 }).where(eq(products.barcode, barcode));
		await tablet.till.commit();
		expect(tablet.till.stale).toMatchObject({ before: { toPayCents: 899 }, now: { quote: { toPayCents: 999 } } });
		expect(tablet.till.sale.basket.lines).toMatchObject([{ unitCents: 999, formerCents: 899 }]);
		await tablet.till.agree();
		expect(tablet.till.receipt?.toPayCents).toBe(999);
		await db.update(products).set({ priceCents: 899 }).where(eq(products.barcode, barcode));
	});
});

describe('what is scanned', () => {
	it('never leaves the tablet when it is a payment card, and never stands in an address', async () => {
		const tablet = await aTill();
		const before = tablet.sent.length;
		for (const text of ['4111 1111 1111 1111', '5555555555554444', ''])
			expect(await tablet.till.scan(text)).toBe(false);
		expect(tablet.sent).toHaveLength(before);
		expect(tablet.refusals()).toEqual(['code.payment_card', 'code.payment_card', 'code.malformed']);
		const voucher = newCode('voucher');
		await tablet.till.scan(voucher);
		expect(tablet.refusals().at(-1)).toBe('code.unknown_voucher');
		const [request] = tablet.sent.slice(before);
		expect(request?.split(' ')[0]).not.toContain(voucher);
		expect(request).toContain(voucher);
	});

	it('is refused with its kind where another kind was asked for, and the basket stays as it was', async () => {
		const tablet = await aTill();
		const card = await aCard(500);
		expect(await tablet.till.scan(card.code, 'voucher')).toBe(false);
		expect(tablet.notices.at(-1)).toMatchObject({
			refusal: { code: 'code.is_gift_card', details: { wanted: 'voucher' } }
		});
		expect(tablet.till.sale.isEmpty).toBe(true);
	});

	it('charges no gift card that is blocked or empty, and says why', async () => {
		const tablet = await aTill();
		const [empty, blocked] = await inTransaction(db, (tx) =>
			issue(
				tx,
				[
					{ cents: 100, currency: 'EUR', memberId: null, active: true, expiresAt: null },
					{ cents: 100, currency: 'EUR', memberId: null, active: true, expiresAt: null }
				],
				new Date()
			)
		);
		if (!empty || !('code' in empty) || !blocked || !('code' in blocked)) throw new Error('no cards');
		await db.update(giftCards).set({ blockedAt: new Date() }).where(eq(giftCards.id, blocked.id));
		await sell(
			db,
			await aSale(db, shop, anAsk(null, [line('a', 100)], { giftCards: [{ id: empty.id, cents: null }] }), new Date()),
			new Date()
		);
		expect(await tablet.till.scan(blocked.code)).toBe(false);
		expect(tablet.refusals()).toEqual(['gift_card.blocked']);
		expect(await tablet.till.scan(empty.code)).toBe(false);
		expect(tablet.notices.at(-1)?.kind).toBe('card_empty');
		expect(tablet.till.sale.cards).toEqual([]);
	});

	it('finds a product the tablet keeps without any network', async () => {
		const tablet = await aTill();
		tablet.offline = true;
		expect(await tablet.till.scan(barcode)).toBe(true);
		expect(tablet.till.sale.quote?.toPayCents).toBe(899);
		expect(await tablet.till.scan('NOSUCHCODE')).toBe(false);
		expect(tablet.notices.at(-1)?.kind).toBe('unreached');
		expect(tablet.till.reached).toBe(false);
	});
});

describe('who works here', () => {
	it('changes without the open sale: the next cashier goes on with it', async () => {
		const tablet = await aTill();
		pick(tablet, 'Tea');
		await tablet.till.signOut();
		expect(tablet.till.phase).toBe('pin');
		expect(tablet.till.station.people.map(({ name }) => name)).toEqual(expect.arrayContaining(['Ann', 'Bob']));
		await expect(tablet.till.signIn(cashiers.bob, '000000')).rejects.toThrow();
		await tablet.till.signIn(cashiers.bob, '135790');
		expect(tablet.till.station.cashier?.name).toBe('Bob');
		expect(tablet.till.sale.basket.lines).toHaveLength(1);
		await tablet.till.commit();
		expect(tablet.till.phase).toBe('receipt');
	});

	it('is asked for again when the sign-in ended elsewhere, and the sale is sent after the PIN', async () => {
		const tablet = await aTill();
		pick(tablet, 'Tea');
		await look(tablet);
		await tablet.browser.api.till.identity.signOut.mutate();
		await tablet.till.commit();
		expect(tablet.till.phase).toBe('pin');
		expect(tablet.till.sale.basket.lines).toHaveLength(1);
		await tablet.till.signIn(cashiers.ann, '4711');
		await tablet.till.commit();
		expect(tablet.till.phase).toBe('receipt');
	});
});

describe('a sale that is not finished', () => {
	it('is there after a reload, with its member, vouchers and cards', async () => {
		const tablet = await aTill();
		pick(tablet, 'Bread');
		await tablet.till.scan(await codeOf(await richMember(200)));
		await tablet.till.scan(await aVoucher());
		await tablet.till.scan((await aCard(100)).code);
		const before = { ask: tablet.till.sale.ask, key: tablet.till.sale.key, toPay: tablet.till.sale.quote?.toPayCents };
		await tablet.reload();
		expect(tablet.till.phase).toBe('sale');
		expect({ ask: tablet.till.sale.ask, key: tablet.till.sale.key, toPay: tablet.till.sale.quote?.toPayCents }).toEqual(
			before
		);
	});

	it('is cleared with one tap and brought back with another', async () => {
		const tablet = await aTill();
		pick(tablet, 'Bread');
		const { key } = tablet.till.sale;
		tablet.till.clear();
		expect(tablet.till.sale.isEmpty).toBe(true);
		const notice = tablet.notices.at(-1);
		if (notice?.kind !== 'cleared') throw new Error('nothing to undo');
		notice.undo();
		expect(tablet.till.sale).toMatchObject({ key });
		expect(tablet.till.sale.basket.lines).toHaveLength(1);
	});
});

describe('a tablet', () => {
	it('finds its own last receipts again after a reload, without the sale that is open', async () => {
		const [tablet, other] = [await aTill(), await aTill()];
		for (const name of ['Bread', 'Bread']) {
			pick(tablet, name);
			await tablet.till.commit();
			tablet.till.nextSale();
		}
		await tablet.reload();
		const rows = await tablet.till.server.lastReceipts();
		expect(await other.till.server.lastReceipts()).toEqual([]);
		pick(tablet, 'Bread');
		await tablet.till.showReceipt(rows[0]!.number);
		expect(tablet.till).toMatchObject({ phase: 'receipt', again: true, receipt: { number: rows[0]!.number } });
		tablet.till.nextSale();
		expect([rows.length, tablet.till.sale.basket.lines.length]).toEqual([2, 1]);
	});

	it('that is disconnected in the console notices it by itself, also where nobody is signed in', async () => {
		const { till } = await aTill();
		await till.watch();
		expect(till).toMatchObject({ phase: 'sale', disconnected: false });
		await till.signOut();
		await manager.api.admin.identity.devices.revoke.mutate({ key: aKey(), deviceId: till.station.device!.id });
		await till.watch();
		expect(till).toMatchObject({ phase: 'enrol', disconnected: true });
	});
});

describe('goods that come back', () => {
	async function sold(tablet: Tablet, memberId: string) {
		for (const name of ['Bread', 'Bread', 'Coffee']) pick(tablet, name);
		const card = await aCard(500);
		await tablet.till.scan(await codeOf(memberId));
		await tablet.till.scan(card.code);
		tablet.till.sale.points = 100;
		await look(tablet);
		await tablet.till.commit();
		const { receipt } = tablet.till;
		if (!receipt) throw new Error('nothing was sold');
		tablet.till.nextSale();
		return { receipt, card };
	}

	it('give back what the screen said, line by line, and the open sale waits meanwhile', async () => {
		const tablet = await aTill();
		const memberId = await richMember(100);
		const { receipt, card } = await sold(tablet, memberId);
		pick(tablet, 'Tea');
		await tablet.till.scan(receipt.number);
		const goods = tablet.till.goodsBack;
		if (!goods) throw new Error('no return is open');
		await expect.poll(() => goods.receipt?.id).toBe(receipt.id);
		const bread = goods.receipt?.lines.find(({ name }) => name === 'Bread');
		if (!bread) throw new Error('no bread');
		goods.choose(bread, 1000);
		goods.choose(bread, 9000);
		expect(goods.request).toEqual([{ position: bread.position, quantity: 2000 }]);
		goods.choose(bread, 1000);
		await goods.look();
		const { quote } = goods;
		expect(goods.preview).toMatchObject({
			refundCents: quote?.refundCents,
			giftCardCents: quote?.giftCardCents,
			pointsGivenBack: quote?.pointsGivenBack,
			pointsTakenBack: quote?.pointsTakenBack
		});
		goods.reason = ' Faulty ';
		await goods.take();
		expect(goods.given).toMatchObject({ giftCardCents: quote?.giftCardCents, reason: 'Faulty' });
		expect((await moneyOf(db, [card.id], new Date())).get(card.id)?.available).toBe(quote?.giftCardCents);
		tablet.till.closeReturn();
		expect(tablet.till.sale.basket.lines).toMatchObject([{ name: 'Tea' }]);
	});

	it('come back once when the answer is lost', async () => {
		const tablet = await aTill();
		const memberId = await richMember(100);
		const { receipt } = await sold(tablet, memberId);
		await tablet.till.openReturn(receipt.number);
		const goods = tablet.till.goodsBack;
		if (!goods) throw new Error('no return is open');
		goods.chooseAll();
		tablet.faults.push('lost');
		await expect(goods.take()).rejects.toThrow();
		expect(goods.unsent).toBe(true);
		await goods.take();
		expect(goods.given?.lines).toHaveLength(2);
		expect(await db.select().from(returns).where(eq(returns.receiptId, receipt.id))).toHaveLength(1);
		await goods.open(receipt.number);
		expect(goods.nothingLeft).toBe(true);
	});

	it('a receipt nobody has is refused, and the till stays where it was', async () => {
		const tablet = await aTill();
		await tablet.till.openReturn();
		expect(await tablet.till.scan(newCode('receipt'), 'receipt')).toBe(false);
		expect(tablet.refusals()).toEqual(['code.unknown_receipt']);
		expect(tablet.till.goodsBack?.receipt).toBeNull();
	});
});
