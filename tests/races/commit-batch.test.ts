import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SaleResult } from '#checkout';
import { openCounter, type SaleCommand } from '#checkout/server';
import { issue } from '#giftcards/server';
import { moneyOf, pointsOf } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { createVoucher, findByCode } from '#vouchers/server';
import { auditHouse } from '#wiring/house-audit.server';
import { testDatabase } from '../support/database.ts';
import { aDefinition, aKey, aMember, anAsk, line, openShop, sell, testSettings } from '../support/shop.ts';

/** Sales that come at once are answered exactly as if they had come one by one. */
const { db, client, url } = await testDatabase();
testSettings(url);
const now = new Date('2026-03-02T10:00:00Z');
const shop = await openShop(db, now);
const { coffee, bread } = shop.products;

/** Two members with points, two gift cards of 10.00, a code that is good three times, one that is good once a member. */
interface World {
	members: string[];
	cards: string[];
	codes: string[];
	caller: string;
}

async function aCode(wish: Parameters<typeof aDefinition>[0]): Promise<string> {
	return inTransaction(db, async (tx) => {
		const definition = aDefinition({ codeKind: 'shared', holding: 'open', usesPerCode: null, ...wish });
		const { sharedCode } = await createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, now);
		return (await findByCode(tx, sharedCode as string))?.code.id as string;
	});
}

async function aWorld(): Promise<World> {
	const members = [await aMember(db, now), await aMember(db, now)];
	const caller = `dev_${aKey()}`;
	for (const memberId of members) {
		const sale = { caller, key: aKey(), storeId: shop.storeId, deviceId: null, staffId: null, fingerprint: null };
		const sold = await sell(db, { ...sale, ask: anAsk(memberId, [line('a', 50_000)]) }, now);
		expect(sold.ok).toBe(true);
	}
	const card = { cents: 1000, currency: 'EUR', memberId: null, active: true, expiresAt: null };
	const issued = await inTransaction(db, (tx) => issue(tx, [card, card], now));
	const cards = issued.flatMap((one) => (one.ok ? one.id : []));
	return { members, cards, codes: [await aCode({ usesPerCode: 3 }), await aCode({ usesPerMember: 1 })], caller };
}

const aWish = fc.record({
	member: fc.constantFrom(0, 1, null),
	pieces: fc.constantFrom(0, 1, 2),
	card: fc.constantFrom(null, null, 0, 1),
	cents: fc.constantFrom(null, 300, 600, 1200),
	code: fc.constantFrom(null, null, 0, 0, 1),
	points: fc.constantFrom(0, 0, 'most' as const, 100, 400),
	key: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
	/** the one before it is sent again, as by a till that heard no answer */
	again: fc.constantFrom(false, false, false, true)
});
type Wish = typeof aWish extends fc.Arbitrary<infer T> ? T : never;

function commandIn({ members, cards, codes, caller }: World, wish: Wish, place: number): SaleCommand {
	const { member, pieces, card, cents, code, points, key } = wish;
	const lines = [line('a', bread), ...(pieces > 0 ? [line('b', coffee, pieces * 1000)] : [])];
	const ask = anAsk(member === null ? null : (members[member] as string), lines, {
		rightIds: code === null ? [] : [codes[code] as string],
		giftCards: card === null ? [] : [{ id: cards[card] as string, cents }],
		points: member === null ? 0 : points
	});
	const name = key === undefined ? `alone-key-${place}` : `shared-key-${key}`;
	return { caller, key: name, storeId: shop.storeId, deviceId: null, staffId: null, ask, fingerprint: null };
}

function commandsIn(world: World, wishes: readonly Wish[]): SaleCommand[] {
	const commands: SaleCommand[] = [];
	for (const [place, wish] of wishes.entries())
		commands.push((wish.again && commands.at(-1)) || commandIn(world, wish, place));
	return commands;
}

/** What an answer says, with the world's things by their names. */
function told({ members, cards, codes }: World, result: SaleResult) {
	if (result.ok) {
		const { listCents, discountCents, totalCents, pointsSpent, pointsEarned, giftCardCents, toPayCents } =
			result.receipt;
		const sums = { listCents, discountCents, totalCents, pointsSpent, pointsEarned, giftCardCents, toPayCents };
		return { replayed: result.replayed, ...sums };
	}
	let details = JSON.stringify({ ...result.refusal.details, lastSymbols: null });
	for (const [kind, ids] of Object.entries({ members, cards, codes }))
		for (const [place, id] of ids.entries()) details = details.replaceAll(id, `${kind} ${place}`);
	return { code: result.refusal.code, details };
}

async function leftIn({ members, cards, codes }: World) {
	const [points, money] = [await pointsOf(db, members, now), await moneyOf(db, cards, now)];
	const uses = await client`select id, uses_left from voucher_codes where id in ${client(codes)}`;
	return {
		points: members.map((id) => points.get(id)),
		money: cards.map((id) => money.get(id)?.balance),
		uses: codes.map((id) => uses.find((row) => row.id === id)?.uses_left)
	};
}

test('sales that come at once are answered as if they had come one by one, and leave the same behind', async () => {
	let [sold, refused, replayed] = [0, 0, 0];
	await fc.assert(
		fc.asyncProperty(fc.array(aWish, { minLength: 2, maxLength: 24 }), async (wishes) => {
			const [one, all] = [await aWorld(), await aWorld()];
			const expected: SaleResult[] = [];
			for (const command of commandsIn(one, wishes)) expected.push(await sell(db, command, now));
			const desk = openCounter(db, () => {});
			const results = await Promise.all(commandsIn(all, wishes).map((command) => desk.sell(command, now)));
			expect(results.map((result) => told(all, result))).toEqual(expected.map((result) => told(one, result)));
			expect(await leftIn(all)).toEqual(await leftIn(one));
			for (const result of results) {
				if (!result.ok) refused += 1;
				else if (result.replayed) replayed += 1;
				else sold += 1;
			}
		}),
		{ numRuns: 40 }
	);
	// Each kind of answer was met, so that the comparison was one.
	expect(Math.min(sold, refused, replayed)).toBeGreaterThan(0);
	expect((await auditHouse(db)).findings).toEqual([]);
}, 180_000);
