import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codesAgain } from '../../src/modules/checkout/slip-codes.server.ts';
import { staticCode } from '#customers';
import { getMember } from '#customers/server';
import { findByCode, saveCardRules } from '#giftcards/server';
import { sendGifts } from '../../src/modules/giftcards/gift-send.server.ts';
import { tries } from '#identity/tables';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import type { CardLetter } from '#client/till/server.ts';
import { refusalOf } from '#client/trpc.ts';
import { testDatabase } from '../support/database.ts';
import { aKey, aMember, openShop as stock } from '../support/shop.ts';
import { aCounter, pins, type Tablet } from '../support/tablet.ts';
import { openShop, Visitor } from '../support/visitor.ts';

/** What a till hands over on paper: the code of a new card, receipts, the slips of returns. */
const { db, url } = await testDatabase();
const mail = openShop(url);
const shop = await stock(db, new Date());
const { people, aTill } = await aCounter(db, shop.storeId);

beforeAll(() =>
	inTransaction(db, async (tx) => {
		const terms = { currency: 'EUR', leastCents: 500, mostCents: 20_000, amounts: [2500], highestCents: null };
		const rules = { earnsPoints: false, expiry: { kind: 'after_sale', months: 36 }, expiryByStore: {} } as const;
		const wanted = { ...rules, terms: [{ ...terms, pinFromCents: 10_000 }] };
		await saveCardRules(tx, { rules: wanted, version: 0 }, byHouse, new Date());
	})
);
beforeEach(() => db.delete(tries).then(() => {}));

/** Puts a new digital card into the basket. */
function newCard({ till }: Tablet, cents: number): void {
	till.cardSale.begin();
	till.cardSale.digital();
	till.cardSale.sell(cents);
}
async function look({ till }: Tablet): Promise<void> {
	till.sale.learn(await till.server.facts(till.sale.ask, null));
}

describe('a new gift card for somebody who shows no code', () => {
	it('is paid, and its code is told by the answer to that sale alone, however often it is asked', async () => {
		const tablet = await aTill();
		const { till } = tablet;
		newCard(tablet, 2500);
		newCard(tablet, 1000);
		await look(tablet);
		tablet.faults.push('lost', 'lost', 'lost');
		await till.commit();
		expect(till.sale.frozen, 'no answer came').toBe(true);
		await till.commit();
		expect(till).toMatchObject({ phase: 'receipt', receipt: { cardsSoldCents: 3500, memberJoined: false } });
		const cards = till.receipt!.lines.map(({ giftCard }) => giftCard!);
		expect(till.codes.map(({ cardId }) => cardId)).toEqual(cards.map(({ id }) => id));
		for (const { cardId, code } of till.codes) {
			const found = await findByCode(db, code);
			expect(found).toMatchObject({ card: { id: cardId, memberId: null }, member: null });
			expect(code.slice(-4)).toBe(cards.find(({ id }) => id === cardId)!.lastSymbols);
		}
		const { number } = till.receipt!;
		const codes = till.codes.map(({ code }) => code);
		till.nextSale();
		expect(till.codes).toEqual([]);
		await till.showReceipt(number);
		expect(till.codes).toEqual([]);
		expect(codes.filter((code) => JSON.stringify(till.receipt).includes(code))).toEqual([]);
	});

	it('goes into the wallet of whoever shows a code after all, and then no code is told', async () => {
		const tablet = await aTill();
		const memberId = await aMember(db, new Date());
		newCard(tablet, 2500);
		await tablet.till.scan(staticCode((await getMember(db, memberId)).number));
		await look(tablet);
		await tablet.till.commit();
		expect(tablet.till).toMatchObject({ phase: 'receipt', codes: [], receipt: { cardsSoldCents: 2500 } });
	});

	it('is not sold so where a card of that worth needs a PIN', async () => {
		const tablet = await aTill();
		const { till } = tablet;
		till.cardSale.begin();
		till.cardSale.digital();
		expect(till.cardSale.mostOf(till.cardSale.terms!)).toEqual({ mostCents: 9999, walletFromCents: 10_000 });
		till.cardSale.sell(10_000);
		await look(tablet);
		expect(till.sale.quote?.problems).toMatchObject([
			{ code: 'gift_card.needs_member', details: { pinFromCents: 10_000, currency: 'EUR' } }
		]);
		await till.commit();
		expect(till.phase).toBe('sale');
	});

	it('is sent by the till that sold it, once; the code that was told then spends nothing', async () => {
		const [tablet, other] = [await aTill(), await aTill()];
		const { till } = tablet;
		newCard(tablet, 2500);
		await look(tablet);
		await till.commit();
		const [{ cardId, code }] = till.codes as [{ cardId: string; code: string }];
		const letter: CardLetter = {
			...{ key: aKey(), receiptId: till.receipt!.id, cardId, giverName: 'Otto', receiverName: 'Ada' },
			...{ email: 'ada@home.example', sure: true, words: 'Enjoy', design: 'ribbon', day: null, language: 'en' }
		};
		const refused = async (from: Tablet, more: object) => {
			const tried = from.till.mailCard({ ...letter, key: aKey(), ...more });
			return refusalOf(await tried.then(() => null).catch((error: unknown) => error))?.code;
		};
		expect(await refused(other, {}), 'another till').toBe('gift_card.not_found');
		expect(await refused(tablet, { cardId: 'gft_none' })).toBe('gift_card.not_found');
		expect(await refused(tablet, { receiptId: 'rcp_none' })).toBe('gift_card.not_found');
		expect(await refused(tablet, { email: 'ada@' })).toBe('gift.email_form');
		expect(await refused(tablet, { email: 'ada@gmial.com', sure: false })).toBe('gift.email_slip');
		expect(await refused(tablet, { receiverName: ' ' })).toBe('gift.name_form');
		expect(await refused(tablet, { words: 'see www.example.com' })).toBe('gift.no_links');
		expect(await refused(tablet, { day: '2020-01-01' })).toBe('gift.day_past');
		expect((await findByCode(db, code))?.card.id).toBe(cardId);

		await till.mailCard(letter);
		await till.mailCard(letter);
		expect(till.codes).toEqual([]);
		expect(await findByCode(db, code)).toBeNull();
		expect(await refused(tablet, {})).toBe('gift.given_already');
		await sendGifts(db, { mail, origin: 'https://shop.example', clock: () => new Date() });
		const sent = mail.recent().filter(({ to }) => to === letter.email);
		expect(sent).toHaveLength(1);
		const token = /gift#([\w-]{43})/.exec(sent[0]!.text)![1]!;
		const opened = await new Visitor().api.wallet.gifts.open.mutate({ token });
		expect(opened).toMatchObject({ giverName: 'Otto', claim: 'free', card: { balanceCents: 2500 } });
		expect((await findByCode(db, opened.card!.code!))?.card.id).toBe(cardId);
	});
});

describe('a till that is loaded anew before the code of a new card is on paper', () => {
	it('shows the sale again with its code, until the next one begins; only to the tab that sold it', async () => {
		const [tablet, other] = [await aTill(), await aTill()];
		newCard(tablet, 2500);
		await look(tablet);
		const { key } = tablet.till.sale;
		await tablet.till.commit();
		const { codes, receipt } = tablet.till;
		expect(codes).toHaveLength(1);
		await tablet.reload();
		expect(tablet.till).toMatchObject({ phase: 'receipt', codes, again: false, receipt: { number: receipt!.number } });
		expect(await other.till.server.codesAgain([key])).toEqual([]);
		const late = new Date(Date.now() + 13 * 60 * 60_000);
		expect(await codesAgain(db, { caller: tablet.till.station.device!.id, keys: [key] }, late)).toEqual([]);

		tablet.till.nextSale();
		await tablet.reload();
		expect(tablet.till).toMatchObject({ phase: 'sale', codes: [] });
	});

	it('shows it also after the PIN, and without it once the card was sent by e-mail', async () => {
		const tablet = await aTill();
		newCard(tablet, 2500);
		await look(tablet);
		await tablet.till.commit();
		const { codes, receipt } = tablet.till;
		await tablet.till.server.signOut();
		await tablet.reload();
		expect(tablet.till).toMatchObject({ phase: 'pin', codes: [] });
		await tablet.till.signIn(people.ann, pins.ann);
		expect(tablet.till).toMatchObject({ phase: 'receipt', codes });
		await tablet.till.mailCard({
			...{ key: aKey(), receiptId: receipt!.id, cardId: codes[0]!.cardId, giverName: 'Otto', receiverName: 'Ada' },
			...{ email: 'ada@home.example', sure: true, words: '', design: 'ribbon', day: null, language: 'en' }
		});
		await tablet.reload();
		expect(tablet.till).toMatchObject({ phase: 'sale', codes: [] });
	});

	it('shows the slip of a return again with the code of the card that it made, with its receipt and without', async () => {
		const tablet = await aTill();
		const bread = tablet.till.catalogue.shown.find(({ name }) => name === 'Bread')!;
		tablet.till.pick(bread);
		await tablet.till.commit();
		const receipt = tablet.till.receipt!;
		tablet.till.nextSale();
		await tablet.till.openReturn(receipt.number);
		const goods = tablet.till.goodsBack!;
		goods.chooseAll();
		goods.refundTo = 'card';
		await goods.look();
		await goods.take();
		const { given, codes } = goods;
		await tablet.reload();
		expect(tablet.till).toMatchObject({ phase: 'slip', codes, slip: { number: given!.number } });
		tablet.till.nextSale();

		tablet.till.openBlind();
		const blind = tablet.till.blindBack!;
		tablet.till.pick(bread);
		blind.look();
		await expect.poll(() => blind.quote).not.toBeNull();
		blind.reasonKind = 'faulty';
		await blind.take({ staffId: people.sue, pin: pins.sue });
		const { number, card, code } = blind.given!;
		await tablet.reload();
		const again = [{ cardId: card!.id, code }];
		expect(tablet.till).toMatchObject({ phase: 'slip', codes: again, slip: { number } });
		tablet.till.nextSale();
		await tablet.reload();
		expect(tablet.till.phase).toBe('sale');
	});
});

describe('the last receipts of a tablet', () => {
	const sold = async (tablet: Tablet) => {
		const bread = tablet.till.catalogue.shown.find(({ name }) => name === 'Bread')!;
		tablet.till.pick(bread);
		tablet.till.pick(bread);
		await tablet.till.commit();
		const receipt = tablet.till.receipt!;
		expect(tablet.till.cashierName).toBe('Ann');
		tablet.till.nextSale();
		return receipt;
	};

	it('have its returns among them with their sign, and open them without a new card’s code', async () => {
		const [tablet, other] = [await aTill(), await aTill()];
		const { till } = tablet;
		const receipt = await sold(tablet);
		await till.openReturn(receipt.number);
		const goods = till.goodsBack!;
		goods.choose(receipt.lines[0]!, 1000);
		goods.refundTo = 'card';
		await goods.look();
		await goods.take();
		const { given, codes } = goods;
		expect(codes).toHaveLength(1);
		till.closeReturn();

		till.openBlind();
		const blind = till.blindBack!;
		till.pick(till.catalogue.shown.find(({ name }) => name === 'Bread')!);
		blind.look();
		await expect.poll(() => blind.quote).not.toBeNull();
		blind.reasonKind = 'faulty';
		await blind.take({ staffId: people.sue, pin: pins.sue });
		const slip = blind.given!;
		till.closeReturn();

		const rows = await till.server.lastReceipts();
		expect(rows.map(({ kind, number, totalCents }) => [kind, number, totalCents])).toEqual([
			['return', slip.number, -slip.totalCents],
			['return', given!.number, -given!.totalCents],
			['sale', receipt.number, receipt.totalCents]
		]);
		expect(await other.till.server.lastReceipts()).toEqual([]);

		await till.showSlip(given!.number!);
		expect(till).toMatchObject({
			phase: 'slip',
			slip: {
				receiptNumber: receipt.number,
				cashierName: 'Ann',
				lines: [{ name: 'Bread', quantity: 1000, cents: given!.totalCents }],
				figures: { giftCardCents: given!.totalCents, tenders: [{ kind: 'gift_card', fresh: true }] }
			}
		});
		expect(till.slip!.figures.tenders[0]!.lastSymbols).toBe(codes[0]!.code.slice(-4));
		expect(JSON.stringify(till.slip)).not.toContain(codes[0]!.code);
		await till.showSlip(slip.number);
		expect(till.slip).toMatchObject({
			receiptNumber: null,
			cashierName: 'Ann',
			figures: { giftCardCents: slip.totalCents, tenders: [{ fresh: true, lastSymbols: slip.card!.lastSymbols }] }
		});
		expect(JSON.stringify(till.slip)).not.toContain(slip.code);

		await till.showReceipt(receipt.number);
		expect(till).toMatchObject({ phase: 'receipt', cashierName: 'Ann' });
		const unknown = await till.showSlip(receipt.number).catch((error: unknown) => refusalOf(error)?.code);
		expect(unknown, 'a sale is no return').toBe('receipt.unknown');
		till.nextSale();
		expect(till).toMatchObject({ phase: 'sale', slip: null });
	});
});
