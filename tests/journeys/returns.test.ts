import { describe, expect, test } from 'vitest';
import { refusalOf } from '#client/trpc.ts';
import { issue } from '#giftcards/server';
import { createCashier } from '#identity/server';
import { moneyOf, pointsOf } from '#ledger/server';
import { inTransaction, sqlOf } from '#platform/db';
import { byHouse } from '#platform/trail';
import { defaultReturnPolicy, type ReceiptView, type ReturnPolicy } from '#purchases';
import { returnPolicyOf, saveReturnPolicy } from '#purchases/server';
import { auditHouse } from '#wiring/house-audit.server';
import { testDatabase } from '../support/database.ts';
import { aKey, aMember, anAsk, aSale, line, openShop as stock, sell } from '../support/shop.ts';
import { aStaffedTill, houseAsItIs } from '../support/till.ts';
import { openShop } from '../support/visitor.ts';

/** Goods come back as people bring them: to a cashier, with a supervisor beside, without a receipt, for other goods, to the office. */
const { db, url } = await testDatabase();
openShop(url);
const now = new Date();
const shop = await stock(db, now);
const { coffee, bread } = shop.products;
const till = await aStaffedTill(db, shop.storeId);
const other = await aStaffedTill(db, shop.otherStoreId);
const desk = till.in.en.api.till.checkout;
const office = till.manager.api.admin.checkout;
const supervisorId = (
	await inTransaction(db, (tx) =>
		createCashier(tx, { name: 'Sue', role: 'supervisor', pin: '8302', storeIds: null }, now)
	)
).staffId;
const approval = { staffId: supervisorId, pin: '8302' };

const buy = async (ask: Parameters<typeof aSale>[2], storeId = shop.storeId): Promise<ReceiptView> => {
	const sold = await sell(db, await aSale(db, shop, ask, now, { storeId }), now);
	if (!sold.ok) throw new Error(sold.refusal.code);
	return sold.receipt;
};
const aCard = async (cents: number): Promise<string> => {
	const wish = { cents, currency: 'EUR', memberId: null, active: true, expiresAt: null };
	const [card] = await inTransaction(db, (tx) => issue(tx, [wish], now));
	if (!card?.ok) throw new Error('no card');
	return card.id;
};
const money = async (cardId: string) => (await moneyOf(db, [cardId], new Date())).get(cardId)?.available;
const points = async (memberId: string) => (await pointsOf(db, [memberId], new Date())).get(memberId)?.spendable;
const code = (call: Promise<unknown>): Promise<string> =>
	call.then(
		() => 'no refusal',
		(error: unknown) => refusalOf(error)?.code ?? String(error)
	);
const allow = async (
	change: Partial<Omit<ReturnPolicy, 'withoutReceipt'>> & { withoutReceipt?: Partial<ReturnPolicy['withoutReceipt']> }
) => {
	const { version } = await returnPolicyOf(db);
	const withoutReceipt = { ...defaultReturnPolicy.withoutReceipt, ...change.withoutReceipt };
	const policy = { ...defaultReturnPolicy, ...change, withoutReceipt };
	await inTransaction(db, (tx) => saveReturnPolicy(tx, { policy, version }, byHouse, now));
};
const block = (cardId: string) =>
	sqlOf(db)`update gift_cards set blocked_at = ${now.toISOString()} where id = ${cardId}`;
const all = { lines: 'everything' as const, reason: null };

describe('at the till', () => {
	test('money goes on a new card in the wallet instead of the hand, and says where it went', async () => {
		const member = await aMember(db, now);
		const receipt = await buy(anAsk(member, [line('a', coffee)]));
		const wish = { receiptId: receipt.id, ...all, refundTo: 'card' as const, reasonKind: 'unwanted' as const };
		const { given, codes } = await desk.takeBack.mutate({ key: aKey(), ...wish });
		expect(given).toMatchObject({ refundCents: 0, giftCardCents: 350, reasonKind: 'unwanted' });
		const [tender] = given.tenders;
		expect(tender).toMatchObject({ kind: 'gift_card', fresh: true, cents: 350 });
		expect(await money(tender?.cardId ?? '')).toBe(350);
		// It lies in the wallet: its code is nobody else's business.
		expect(codes).toEqual([]);
	});

	test('a guest gets the new card’s code on the slip', async () => {
		const receipt = await buy(anAsk(null, [line('a', coffee)]));
		const { given, codes } = await desk.takeBack.mutate({
			key: aKey(),
			receiptId: receipt.id,
			...all,
			refundTo: 'card'
		});
		expect(codes).toEqual([{ cardId: given.tenders[0]?.cardId, code: expect.stringMatching(/^G[2-9A-Z]{17}$/) }]);
	});

	test('a guest’s card that was blocked is paid out when a supervisor gives their PIN, and that is kept', async () => {
		const cardId = await aCard(200);
		const receipt = await buy(anAsk(null, [line('a', coffee)], { giftCards: [{ id: cardId, cents: null }] }));
		await block(cardId);
		const key = aKey();
		const ask = { key, receiptId: receipt.id, ...all };
		expect(await desk.previewReturn.mutate(ask)).toMatchObject({
			refundCents: 350,
			giftCardCents: 0,
			needsApproval: true
		});
		const before = await houseAsItIs(db);
		expect(await code(desk.takeBack.mutate(ask))).toBe('return.card_unusable');
		expect(await code(desk.takeBack.mutate({ ...ask, approval: { ...approval, pin: '0000' } }))).toBe(
			'identity.pin_wrong'
		);
		expect(await code(desk.takeBack.mutate({ ...ask, approval: { staffId: till.cashierId, pin: '4711' } }))).toBe(
			'identity.may_not_approve'
		);
		expect(await houseAsItIs(db)).toEqual(before);
		const { given } = await desk.takeBack.mutate({ ...ask, approval });
		expect(given).toMatchObject({ refundCents: 350, giftCardCents: 0 });
		const [row] = await sqlOf(db)<{ approved_by: string }[]>`select approved_by from returns where id = ${given.id}`;
		expect(row?.approved_by).toBe(supervisorId);
	});

	test('figures that changed since they were shown are shown again', async () => {
		const receipt = await buy(anAsk(null, [line('a', coffee)]));
		const ask = { key: aKey(), receiptId: receipt.id, ...all };
		expect(await code(desk.takeBack.mutate({ ...ask, agreedCents: 349 }))).toBe('return.changed_meanwhile');
		expect((await desk.takeBack.mutate({ ...ask, agreedCents: 350 })).given.refundCents).toBe(350);
	});

	test('what another store sold is taken back or not, as the house says', async () => {
		const receipt = await buy(anAsk(null, [line('a', coffee, 2000)]), shop.otherStoreId);
		await allow({ otherStores: false });
		const ask = { receiptId: receipt.id, lines: [{ position: 0, quantity: 1000 }], reason: null };
		expect(await code(desk.takeBack.mutate({ key: aKey(), ...ask }))).toBe('return.other_store');
		expect(await code(other.in.en.api.till.checkout.takeBack.mutate({ key: aKey(), ...ask }))).toBe('no refusal');
		await allow({});
		expect(await code(desk.takeBack.mutate({ key: aKey(), ...ask }))).toBe('no refusal');
	});

	test('nonsense is refused: more than sold, twice, nothing, half a thousandth, a return of a return', async () => {
		const receipt = await buy(anAsk(null, [line('a', coffee, 2000)]));
		const tell = (lines: { position: number; quantity: number }[]) =>
			code(desk.takeBack.mutate({ key: aKey(), receiptId: receipt.id, lines, reason: null }));
		expect(await tell([{ position: 0, quantity: 3000 }])).toBe('return.too_many');
		expect(await tell([])).toBe('return.nothing_chosen');
		expect(await tell([{ position: 0, quantity: 0 }])).toBe('return.quantity_invalid');
		expect(await tell([{ position: 0, quantity: -1000 }])).toBe('return.quantity_invalid');
		expect(await tell([{ position: 0, quantity: 0.5 }])).toBe('input.invalid');
		expect(await tell([{ position: 7, quantity: 1000 }])).toBe('return.line_unknown');
		const { given } = await desk.takeBack.mutate({ key: aKey(), receiptId: receipt.id, ...all });
		expect(await tell([{ position: 0, quantity: 1000 }])).toBe('return.nothing_left');
		expect(await code(desk.receipt.mutate({ number: given.number ?? '' }))).toBe('return.is_return');
		expect(await code(desk.takeBack.mutate({ key: aKey(), receiptId: given.id, ...all }))).toBe('receipt.unknown');
	});

	test('two tills that take back the same line at once give its money once', async () => {
		const receipt = await buy(anAsk(null, [line('a', coffee)]));
		const ask = () => ({ key: aKey(), receiptId: receipt.id, ...all });
		const answers = await Promise.all(
			Array.from({ length: 6 }, (_, n) => code((n % 2 ? other.in.en.api.till.checkout : desk).takeBack.mutate(ask())))
		);
		expect(answers.sort()).toEqual(['no refusal', ...Array<string>(5).fill('return.nothing_left')]);
	});

	test('a cashier who lost the right midway takes nothing back', async () => {
		const receipt = await buy(anAsk(null, [line('a', coffee)]));
		const ask = { key: aKey(), receiptId: receipt.id, ...all };
		await desk.previewReturn.mutate(ask);
		await sqlOf(db)`update staff set role = 'key_account_manager' where id = ${till.cashierId}`;
		expect(await code(desk.takeBack.mutate(ask))).toBe('access.not_allowed');
		await sqlOf(db)`update staff set role = 'cashier' where id = ${till.cashierId}`;
		expect(await code(desk.takeBack.mutate(ask))).toBe('no refusal');
	});
});

describe('without a receipt', () => {
	const goods = (quantity = 1000) => [{ productId: bread.id, quantity, unitCents: null }];
	const wish = { memberId: null, toCardId: null, reasonKind: 'faulty' as const, reason: 'mould' };

	test('a supervisor’s PIN puts the lowest price of the last days on a card, and earns and takes no points', async () => {
		await buy(anAsk(null, [line('a', bread)]));
		await sqlOf(db)`update products set price_cents = 600 where id = ${bread.id}`;
		const member = await aMember(db, now);
		expect(await desk.quoteWithoutReceipt.mutate({ lines: goods(2000) })).toMatchObject({
			totalCents: 1040,
			refundTo: 'card'
		});
		const key = aKey();
		const ask = { key, lines: goods(2000), ...wish, memberId: member, agreedCents: 1040 };
		expect(await code(desk.takeBackWithoutReceipt.mutate({ ...ask, approval: null }))).toBe('return.needs_approval');
		const done = await desk.takeBackWithoutReceipt.mutate({ ...ask, approval });
		expect(await money(done.card?.id ?? '')).toBe(1040);
		expect(done.code).toBeNull();
		expect(await points(member)).toBe(0);
		const again = await desk.takeBackWithoutReceipt.mutate({ ...ask, approval });
		expect(again).toEqual(done);
		const [deed] = await sqlOf(db)<{ reason: string; title: string; subject_id: string }[]>`
			select reason, title, subject_id from trail_entries where action = 'return.taken_without_receipt'`;
		expect(deed).toEqual({ reason: 'mould', title: done.number, subject_id: done.id });
		expect(await code(desk.receipt.mutate({ number: done.number }))).toBe('return.is_return');
		await sqlOf(db)`update products set price_cents = 520 where id = ${bread.id}`;
	});

	test('it is money where the house says so, never more than it allows, and nothing where it says no', async () => {
		await allow({ withoutReceipt: { refundTo: 'hand', price: 'today', mostCents: 1100 } });
		const take = (quantity: number, agreedCents: number) =>
			desk.takeBackWithoutReceipt.mutate({ key: aKey(), lines: goods(quantity), ...wish, agreedCents, approval });
		expect(await take(2000, 1040)).toMatchObject({ totalCents: 1040, card: null });
		expect(await code(take(3000, 1560))).toBe('return.blind_too_much');
		expect(await code(take(1000, 999))).toBe('return.changed_meanwhile');
		expect(await code(take(500, 260))).toBe('return.blind_line');
		expect(await code(take(0, 0))).toBe('return.blind_line');
		await allow({ withoutReceipt: { enabled: false } });
		expect(await code(take(1000, 520))).toBe('return.blind_off');
		await allow({});
	});
});

describe('an exchange', () => {
	const exchange = async (
		receipt: ReceiptView,
		ask: Parameters<typeof aSale>[2],
		lines: 'everything' | { position: number; quantity: number }[] = 'everything'
	) => {
		const goods = { receiptId: receipt.id, lines, reason: null };
		const saleKey = aKey();
		const seen = await desk.previewExchange.mutate({ goods, ask, saleKey });
		return { goods: { ...goods, key: aKey() }, sale: { key: saleKey, ask, fingerprint: seen.quote.fingerprint } };
	};

	test('what comes back pays what goes out; both receipts point at each other', async () => {
		const member = await aMember(db, now);
		const receipt = await buy(anAsk(member, [line('a', coffee)]));
		const both = await exchange(receipt, anAsk(member, [line('a', bread)]));
		const done = await desk.exchange.mutate(both);
		expect(done).toMatchObject({ dueCents: 520 - 350, replayed: false, given: { refundCents: 350 } });
		expect(await points(member)).toBe(5);
		const [from, to] = await Promise.all(
			[receipt.number, done.receipt.number].map((number) => desk.receipt.mutate({ number }))
		);
		expect(from?.returns[0]?.exchangedFor).toEqual({ receiptId: done.receipt.id, number: done.receipt.number });
		expect(to?.exchangeOf).toMatchObject({ receiptId: receipt.id, number: receipt.number, refundCents: 350 });
		// The same again is the same answer, and only once.
		expect(await desk.exchange.mutate(both)).toEqual({ ...done, replayed: true });
	});

	test('points and gift cards that come back can pay again at once', async () => {
		const member = await aMember(db, now);
		await buy(anAsk(member, [line('a', 20_000)]));
		const cardId = await aCard(100);
		const paid = { points: 200, giftCards: [{ id: cardId, cents: null }] };
		const receipt = await buy(anAsk(member, [line('a', coffee)], paid));
		const both = await exchange(receipt, anAsk(member, [line('a', bread)], paid));
		const done = await desk.exchange.mutate(both);
		expect(done.receipt).toMatchObject({ pointsSpent: 200, giftCardCents: 100, toPayCents: 220 });
		expect(done.dueCents).toBe(220 - 50);
		expect(await money(cardId)).toBe(0);
	});

	test('all or nothing: when either half is refused, nothing has moved', async () => {
		const receipt = await buy(anAsk(null, [line('a', coffee)]));
		const both = await exchange(receipt, anAsk(null, [line('a', bread)]));
		const before = await houseAsItIs(db);
		expect(await code(desk.exchange.mutate({ ...both, sale: { ...both.sale, fingerprint: 'old' } }))).toBe(
			'quote.stale'
		);
		const tooMany = { ...both.goods, lines: [{ position: 0, quantity: 9000 }] };
		expect(await code(desk.exchange.mutate({ ...both, goods: tooMany }))).toBe('return.too_many');
		expect(await houseAsItIs(db)).toEqual(before);
		await desk.takeBack.mutate(both.goods);
		// Its first half happened by itself meanwhile: the exchange is another thing.
		expect(await code(desk.exchange.mutate(both))).toBe('key.reused');
	});
});

describe('in the office', () => {
	test('a manager takes goods back with a reason, which the trail keeps', async () => {
		const receipt = await buy(anAsk(null, [line('a', coffee)]), shop.otherStoreId);
		const ask = { key: aKey(), receiptId: receipt.id, lines: 'everything' as const, reasonKind: 'faulty' as const };
		expect(await code(office.undo.mutate({ ...ask, reason: null }))).toBe('return.reason_form');
		expect(await office.previewUndo.mutate({ ...ask, reason: null })).toMatchObject({ refundCents: 350 });
		const given = await office.undo.mutate({ ...ask, reason: 'sent by post' });
		expect(await office.undo.mutate({ ...ask, reason: 'sent by post' })).toEqual(given);
		const deeds = await sqlOf(db)<{ reason: string }[]>`
			select reason from trail_entries where action = 'receipt.returned' and subject_id = ${receipt.id}`;
		expect([...deeds]).toEqual([{ reason: 'sent by post' }]);
	});
});

test('afterwards the house’s books are clean', async () => {
	expect((await auditHouse(db)).findings).toEqual([]);
});
