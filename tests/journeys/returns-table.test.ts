import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { undoSales, commitSales, type ReturnCommand, type SaleCommand } from '#checkout/server';
import type { ReturnResult } from '#checkout';
import { newId } from '#core/ids';
import { day, later } from '#core/time';
import { members } from '#customers/tables';
import { issue } from '#giftcards/server';
import { giftCards } from '#giftcards/tables';
import { lifeOf } from '#ledger';
import { expire, moneyOf, openBook, pointsOf } from '#ledger/server';
import { insertRows } from '#platform/bulk';
import { inTransaction, sqlOf } from '#platform/db';
import { byHouse } from '#platform/trail';
import { policyOf, savePolicy } from '#points/server';
import { returnOf, type BasketLine, type Effect, type SpentPointsRule } from '#pricing';
import type { ReceiptView, ReturnView } from '#purchases';
import { createVoucher, makeCodes } from '#vouchers/server';
import { auditHouse } from '#wiring/house-audit.server';
import { testDatabase } from '../support/database.ts';
import { aDefinition, aKey, anAsk, line, openShop, percent, testSettings } from '../support/shop.ts';

/**
 * Every way to return × every way to pay × every discount × whatever happened meanwhile: a thousand sales and half as
 * many returns again, on the real database, each balanced to the cent.
 */
const { db, url } = await testDatabase();
testSettings(url);
const soldAt = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, soldAt);
const { coffee, tea, bread, cheese } = shop.products;

/** Portions by line position; the basket is 3 breads, 2 coffees, 333 g of cheese, a tea, a delivery. */
const ways: Record<string, (Record<number, number> | 'everything')[]> = {
	whole: ['everything'],
	'one line': [{ 1: 2000 }],
	'a part of a line': [{ 0: 1000 }],
	'twice partly': [{ 0: 1000 }, { 0: 1000, 2: 100 }],
	'all in three steps': [{ 0: 2000, 1: 1000 }, { 0: 1000, 2: 33, 4: 1000 }, 'everything']
};

const payments = ['money', 'points', 'gift card', 'everything mixed', 'two gift cards'] as const;
type Payment = (typeof payments)[number];

const discounts: Record<string, { effect: Effect; productIds: string[] } | null> = {
	'no discount': null,
	'a voucher for one product': { effect: { kind: 'fixed_price', cents: 333, quantity: null }, productIds: [bread.id] },
	'a voucher for the basket': { effect: percent(17), productIds: [] },
	'n for m': { effect: { kind: 'n_for_m', of: 3, pay: 2, sets: null }, productIds: [] },
	'free delivery': { effect: { kind: 'free_delivery', capCents: null }, productIds: [] }
};

interface Meanwhile {
	/** days until the goods come back */
	after: number;
	voucherDays?: number;
	cardDays?: number;
	rule?: SpentPointsRule;
	/** of the points that a receipt earned, so many ended unused before its goods come back; absent: none */
	unused?: number;
	happens?: (memberIds: string[], cardIds: string[]) => Promise<unknown>;
}

const mark = (table: 'members' | 'gift_cards', column: string) => async (memberIds: string[], cardIds: string[]) => {
	const ids = JSON.stringify(table === 'members' ? memberIds : cardIds);
	await sqlOf(db).unsafe(
		`update ${table} set ${column} = $2 where id in (select json_array_elements_text($1::json) collate "C")`,
		[ids, later(soldAt, day / 2).toISOString()]
	);
};
/** @param but so many points, which are left */
const spendAll = (but: number) => async (memberIds: string[]) => {
	const at = later(soldAt, day / 2);
	await inTransaction(db, async (tx) => {
		const book = await openBook(tx, memberIds, at, { lock: true });
		for (const ownerId of memberIds) {
			const points = book.points(ownerId).spendable - but;
			if (points > 0) book.spend({ ownerId, points, reason: 'spent', ref: newId('receipt', at) });
		}
		await book.write(tx);
	});
};

/** Each card is lost and has another in its place, with what was left on it. */
const replaceCards = async (_: string[], cardIds: string[]) => {
	const at = later(soldAt, day / 2);
	await inTransaction(db, async (tx) => {
		const wanted = cardIds.map(() => ({ cents: 1, currency: 'EUR', memberId: null, active: true, expiresAt: null }));
		const made = (await issue(tx, wanted, at)).flatMap((card) => (card.ok ? card.id : []));
		for (const [place, id] of cardIds.entries())
			await tx
				.update(giftCards)
				.set({ replacedAt: at, replacedBy: made[place] ?? null })
				.where(eq(giftCards.id, id));
	});
};

const meanwhiles: Record<string, Meanwhile> = {
	nothing: { after: 1 },
	'the voucher expired': { after: 20, voucherDays: 10 },
	'the points were spent, and are owed': { after: 1, happens: spendAll(0) },
	'the points were spent, and are paid for': { after: 1, happens: spendAll(0), rule: { kind: 'charged' } },
	'the points were spent, and some are forgiven': {
		after: 1,
		happens: spendAll(0),
		rule: { kind: 'forgiven', mostPoints: 7 }
	},
	'the points expired': { after: 400, unused: Infinity },
	'the points expired, and were written off': {
		after: 400,
		unused: Infinity,
		happens: () => expire(db, { now: later(soldAt, 399 * day) })
	},
	'the points were spent but for twenty, which expired': { after: 400, unused: 20, happens: spendAll(20) },
	'the points were spent but for seven, which expired, and are paid for': {
		after: 400,
		unused: 7,
		happens: spendAll(7),
		rule: { kind: 'charged' }
	},
	'the card was blocked': { after: 1, happens: mark('gift_cards', 'blocked_at') },
	'the card was replaced': { after: 1, happens: replaceCards },
	'the card expired': { after: 20, cardDays: 10 },
	'the member was blocked': { after: 1, happens: mark('members', 'blocked_at') },
	'the member was erased': { after: 1, happens: mark('members', 'words = null, erased_at') }
};

interface Case {
	way: string;
	payment: Payment;
	discount: string;
	memberId: string;
	cardIds: string[];
	codeId: string | null;
}

const cases = (): Omit<Case, 'cardIds' | 'codeId'>[] =>
	Object.keys(ways).flatMap((way) =>
		payments.flatMap((payment) =>
			Object.keys(discounts).map((discount) => ({ way, payment, discount, memberId: newId('member', soldAt) }))
		)
	);

const cardCents = 4321;

/** A member with points, the cards and the code that a case needs: made by the same verbs, all cases at once. */
async function prepare({ voucherDays, cardDays }: Meanwhile): Promise<Case[]> {
	const drafts = cases();
	return inTransaction(db, async (tx) => {
		const people = drafts.map(({ memberId: id }, place) => ({
			id,
			number: `${place}-${id.slice(-8)}`.toUpperCase(),
			createdAt: soldAt,
			joinedAt: soldAt
		}));
		await insertRows(sqlOf(tx), members, people);
		const book = await openBook(
			tx,
			people.map(({ id }) => id),
			soldAt,
			{ lock: true }
		);
		for (const { id: ownerId } of people) {
			const life = lifeOf(shop.rules.earn.expiry, soldAt, 'Europe/Berlin');
			book.earn({ ownerId, points: 700, ...life, maturesAt: null, reason: 'earned', ref: newId('receipt', soldAt) });
		}
		await book.write(tx);
		const expiresAt = cardDays === undefined ? null : later(soldAt, cardDays * day);
		const aCard = { currency: 'EUR', memberId: null, active: true, expiresAt };
		const cardsOf = ({ payment }: { payment: Payment }): number[] =>
			payment === 'gift card'
				? [cardCents]
				: payment === 'everything mixed'
					? [500]
					: payment === 'two gift cards'
						? [701, 333]
						: [];
		const wanted = drafts.flatMap((one) => cardsOf(one).map((cents) => ({ ...aCard, cents })));
		const cards = (await issue(tx, wanted, soldAt)).flatMap((card) => (card.ok ? card.id : []));
		const codes = new Map<string, string[]>();
		for (const [name, discount] of Object.entries(discounts)) {
			if (!discount) continue;
			const definition = aDefinition({
				title: name,
				effect: discount.effect,
				conditions: { minimumCents: 0, productIds: discount.productIds, categoryIds: [], storeIds: [] },
				endsAt: voucherDays === undefined ? null : later(soldAt, voucherDays * day)
			});
			const made = await createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, soldAt);
			const count = drafts.filter((one) => one.discount === name).length;
			const pool = await makeCodes(tx, { voucherId: made.id, count }, byHouse, soldAt);
			codes.set(
				name,
				pool.map(({ id }) => id)
			);
		}
		return drafts.map((one) => ({
			...one,
			cardIds: cards.splice(0, cardsOf(one).length),
			codeId: codes.get(one.discount)?.pop() ?? null
		}));
	});
}

const counter = { caller: 'dev_test', storeId: shop.storeId, deviceId: 'dev_test', staffId: null };
const delivery: BasketLine = { ...line('sent', 490), delivery: true };

const saleOf = ({ payment, memberId, cardIds, codeId }: Case): SaleCommand => ({
	...counter,
	key: aKey(),
	fingerprint: null,
	ask: anAsk(
		memberId,
		[line('a', bread, 3000), line('b', coffee, 2000), line('c', cheese, 333), line('d', tea), delivery],
		{
			rightIds: codeId ? [codeId] : [],
			points: payment === 'points' || payment === 'everything mixed' ? 600 : 0,
			giftCards: cardIds.map((id) => ({ id, cents: null }))
		}
	)
});

/** In batches as the counter makes them. */
async function inBatches<T, R>(all: readonly T[], run: (batch: T[]) => Promise<R[]>): Promise<R[]> {
	const results: R[] = [];
	for (let at = 0; at < all.length; at += 64) results.push(...(await run(all.slice(at, at + 64))));
	return results;
}

const linesOf = (portion: Record<number, number> | 'everything'): ReturnCommand['lines'] =>
	portion === 'everything'
		? portion
		: Object.entries(portion).map(([position, quantity]) => ({ position: Number(position), quantity }));

interface Done {
	one: Case;
	receipt: ReceiptView;
	given: ReturnView[];
	/** what was answered to bringing more than is left */
	more: string;
}

async function live(name: string, meanwhile: Meanwhile): Promise<Done[]> {
	const { policy, version } = await policyOf(db);
	const returned = meanwhile.rule ?? { kind: 'owed' as const };
	await inTransaction(db, (tx) => savePolicy(tx, { policy: { ...policy, returned }, version }, byHouse, soldAt));
	const all = await prepare(meanwhile);
	const sales = await inBatches(all, (batch) => inTransaction(db, (tx) => commitSales(tx, batch.map(saleOf), soldAt)));
	const done = sales.map((sale, place): Done => {
		if (!sale.ok) throw new Error(`${name}: ${sale.refusal.code} ${JSON.stringify(sale.refusal.details)}`);
		return { one: all[place] as Case, receipt: sale.receipt, given: [], more: '' };
	});
	await meanwhile.happens?.(
		all.map(({ memberId }) => memberId),
		all.flatMap(({ cardIds }) => cardIds)
	);
	for (const step of [0, 1, 2, 3]) {
		const at = later(soldAt, meanwhile.after * day + step * 1000);
		const asked = done.flatMap((each) => {
			const portion = ways[each.one.way]?.[step];
			const lines = portion ? linesOf(portion) : step === 3 ? [{ position: 0, quantity: 3000 }] : null;
			return lines
				? [
						{
							each,
							command: { ...counter, key: aKey(), receiptId: each.receipt.id, lines, reason: null, handForCards: true }
						}
					]
				: [];
		});
		const answers = await inBatches(asked, (batch) =>
			inTransaction(db, (tx) =>
				undoSales(
					tx,
					batch.map(({ command }) => command),
					at
				)
			)
		);
		answers.forEach(({ result }: { result: ReturnResult }, place) => {
			const { each } = asked[place] as { each: Done };
			if (step === 3) each.more = result.ok ? 'given' : result.refusal.code;
			else if (result.ok) each.given.push(result.given);
			else throw new Error(`${name}: ${result.refusal.code} ${JSON.stringify(result.refusal.details)}`);
		});
	}
	return done;
}

const total = <T>(all: readonly T[], figure: (one: T) => number): number =>
	all.reduce((sum, one) => sum + figure(one), 0);

describe.each(Object.entries(meanwhiles))('goods come back after: %s', (name, meanwhile) => {
	test('every combination balances to the cent', async () => {
		const done = await live(name, meanwhile);
		expect(done).toHaveLength(125);
		const at = later(soldAt, meanwhile.after * day + 5000);
		const memberIds = done.map(({ one }) => one.memberId);
		const used = [
			...new Set(
				done.flatMap(({ one, given }) => [
					...one.cardIds,
					...given.flatMap(({ tenders }) => tenders.flatMap(({ cardId }) => cardId ?? []))
				])
			)
		];
		const [points, money, cards, codes] = [
			await pointsOf(db, memberIds, at),
			await moneyOf(db, used, at),
			await db.select().from(giftCards),
			await sqlOf(db)<{ id: string; uses_left: number }[]>`select id, uses_left from voucher_codes`
		];
		const card = new Map(cards.map((row) => [row.id, row]));
		const usesLeft = new Map(codes.map((row) => [row.id, row.uses_left]));
		const wrong: string[] = [];
		for (const { one, receipt, given, more } of done) {
			const problem = (what: string, found: unknown, wanted: unknown) => {
				if (JSON.stringify(found) !== JSON.stringify(wanted))
					wrong.push(
						`${one.way} · ${one.payment} · ${one.discount}: ${what} ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`
					);
			};
			// Each return gives what its goods were worth, and says where it went.
			for (const back of given) {
				const paidPoints = total(back.tenders, ({ kind, cents }) => (kind === 'points' ? cents : 0));
				const lost = name.includes('erased') ? back.totalCents - back.giftCardCents - back.refundCents : paidPoints;
				problem('a return', back.totalCents, lost + back.giftCardCents + back.refundCents + back.chargedCents);
				problem(
					'cards',
					total(back.tenders, (t) => (t.kind === 'gift_card' ? t.cents : 0)),
					back.giftCardCents
				);
				problem(
					'hand',
					total(back.tenders, (t) => (t.kind === 'hand' ? t.cents : 0)),
					back.refundCents
				);
				if (back.refundCents < 0 || back.giftCardCents < 0 || back.chargedCents < 0) wrong.push('less than nothing');
			}
			// The parts are the whole, whatever the steps were.
			const quantities = new Map<number, number>();
			for (const { position, quantity } of given.flatMap(({ lines }) => lines))
				quantities.set(position, (quantities.get(position) ?? 0) + quantity);
			const whole = returnOf(
				receipt.lines,
				[...quantities].map(([position, quantity]) => ({ position, quantity }))
			);
			problem(
				'worth',
				total(given, (back) => back.totalCents),
				whole.netCents
			);
			problem(
				'paid by cards',
				total(
					given.flatMap(({ lines }) => lines),
					(part) => part.giftCardCents
				),
				whole.giftCardCents
			);
			problem(
				'earned',
				total(given, (b) => b.pointsTakenBack + b.pointsCharged + b.pointsForgiven + b.pointsLapsed),
				whole.pointsTakenBack
			);
			if (!name.includes('erased'))
				problem(
					'spent',
					total(given, (b) => b.pointsGivenBack),
					whole.pointsGivenBack
				);
			if (one.way === 'whole' || one.way === 'all in three steps') {
				problem('all of it', whole.netCents, receipt.totalCents);
				problem('more', more, 'return.nothing_left');
			} else problem('more', more, one.way === 'one line' ? 'given' : 'return.too_many');
			// Every cent on the cards: what was there, less what was charged, and what came back.
			const own = [
				...new Set([...one.cardIds, ...given.flatMap(({ tenders }) => tenders.flatMap(({ cardId }) => cardId ?? []))])
			];
			const extra = more === 'given' ? returnOf(receipt.lines, [{ position: 0, quantity: 3000 }]).giftCardCents : 0;
			// A card in the place of another was made with a cent of its own.
			const inPlace = total(own, (id) => (one.cardIds.includes(id) || card.get(id)?.initialCents !== 1 ? 0 : 1));
			const initial = inPlace + total(one.cardIds, (id) => card.get(id)?.initialCents ?? 0);
			if (more !== 'given')
				problem(
					'on cards',
					total(own, (id) => money.get(id)?.balance ?? 0),
					initial - receipt.giftCardCents + total(given, (b) => b.giftCardCents) + extra
				);
			for (const id of given.flatMap(({ tenders }) =>
				tenders.flatMap((t) => (t.kind === 'gift_card' ? (t.cardId ?? '') : []))
			))
				if (card.get(id)?.blockedAt || (card.get(id)?.expiresAt ?? at) < at)
					wrong.push(`money on a card that is no good: ${one.payment}`);
			// Points: what was there, less what was spent, and what the returns say.
			const balance = points.get(one.memberId);
			const debts = total(given, (b) => b.pointsOwed);
			if (!meanwhile.happens && meanwhile.after < 365 && more !== 'given') {
				const expected =
					700 - receipt.pointsSpent + receipt.pointsEarned + total(given, (b) => b.pointsGivenBack - b.pointsTakenBack);
				problem('points', [balance?.spendable, balance?.debt, debts], [expected, 0, 0]);
			}
			// What ended unused is nobody's to take: no debt comes of it, and no cent is kept for it.
			const unused = Math.min(meanwhile.unused ?? 0, receipt.pointsEarned, whole.pointsTakenBack);
			problem(
				'ended unused',
				total(given, (b) => b.pointsLapsed),
				unused
			);
			if (meanwhile.unused === Infinity) problem('a debt for nothing', [balance?.debt, debts], [0, 0]);
			if (name.includes('paid for') && one.payment === 'money') problem('a debt', debts, 0);
			if (name.includes('forgiven') && total(given, (b) => b.pointsForgiven) > 7)
				wrong.push('more was forgiven than the house forgives');
			// A voucher's use comes back with the last thing it reduced.
			if (one.codeId && more !== 'given') {
				const left = receipt.lines.some(
					(sold) => sold.discountCents > 0 && (quantities.get(sold.position) ?? 0) < sold.quantity
				);
				problem('uses', usesLeft.get(one.codeId), left ? 0 : 1);
			}
		}
		expect(wrong).toEqual([]);
	}, 60_000);
});

test('afterwards the house’s books are clean', async () => {
	expect((await auditHouse(db)).findings).toEqual([]);
});
