import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { newId } from '#core/ids';
import { day, later, localDay } from '#core/time';
import { members } from '#customers/tables';
import { audit, moneyOf, openBook } from '#ledger/server';
import { inTransaction, sqlOf, type Tx } from '#platform/db';
import { byHouse } from '#platform/trail';
import { testDatabase } from '../../../tests/support/database.ts';
import { openShop, testSettings } from '../../../tests/support/shop.ts';
import { liabilityOf } from '../reports/liability.server.ts';
import { block, changeExpiry, correct, merge, replace, unblock } from './acts.server.ts';
import { listBatches, makeBatch, makeOnwards, printCodes, stopBatch } from './batches.server.ts';
import type { IssueCommand } from './index.ts';
import { enterPin, removePin, setPin } from './pin-acts.server.ts';
import { proves } from './pins.server.ts';
import { activate, cardRules, expireCards, findByCode, issue, reveal, saveCardRules } from './server.ts';
import { giftCards } from './tables.server.ts';

const { db, url } = await testDatabase();
testSettings(url);
const now = new Date('2027-03-01T10:00:00Z');
await openShop(db, now);

const reason = 'A complaint of the holder';
const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(db, work);
async function aCard(wish: Partial<IssueCommand> = {}, at = now): Promise<string> {
	const command = { cents: 5000, currency: 'EUR', memberId: null, active: true, expiresAt: null, ...wish };
	const [card] = await run((tx) => issue(tx, [command], at));
	if (!card?.ok) throw new Error('was not issued');
	return card.id;
}
async function aMember(): Promise<string> {
	const id = newId('member', now);
	await db.insert(members).values({ id, number: id.slice(-10), createdAt: now });
	return id;
}
const row = async (id: string) => (await db.select().from(giftCards).where(eq(giftCards.id, id)))[0]!;
const balance = async (id: string) => (await moneyOf(db, [id], now)).get(id)?.balance ?? 0;
const charge = (id: string, amount: number, at = now) =>
	run(async (tx) => {
		const book = await openBook(tx, [id], at, { lock: true });
		const posting = { ownerId: id, name: 'money', unit: 'EUR', amount, reason: 'charged', ref: 'rcp_test' };
		const { ok } = book.debit({ ...posting, counterName: 'giftcards/charged' });
		await book.write(tx);
		return ok;
	});
const refused = (code: string) => expect.objectContaining({ code });

describe('a card that is lost', () => {
	it('is blocked with a reason, and unblocked', async () => {
		const id = await aCard();
		await run((tx) => block(tx, { id, reason }, byHouse, now));
		expect(await row(id)).toMatchObject({ blockedAt: now, blockedReason: reason });
		await expect(run((tx) => block(tx, { id, reason }, byHouse, now))).rejects.toEqual(refused('gift_card.is_blocked'));
		await run((tx) => unblock(tx, { id, reason }, byHouse, now));
		expect(await row(id)).toMatchObject({ blockedAt: null, blockedReason: null });
		const again = run((tx) => unblock(tx, { id, reason }, byHouse, now));
		await expect(again).rejects.toEqual(refused('gift_card.not_blocked'));
	});

	it('is replaced: its money is on another one with a code of its own, and it never pays again', async () => {
		const memberId = await aMember();
		const id = await aCard({ memberId, expiresAt: later(now, 100 * day) });
		await run((tx) => block(tx, { id, reason }, byHouse, now));
		const made = await run((tx) => replace(tx, { id, reason }, byHouse, now));
		expect([await balance(id), await balance(made.id)]).toEqual([0, 5000]);
		const fresh = await row(made.id);
		expect(fresh).toMatchObject({ memberId, expiresAt: later(now, 100 * day), activatedAt: now, blockedAt: null });
		expect((await findByCode(db, reveal(fresh)))?.card.id).toBe(made.id);
		expect(await row(id)).toMatchObject({ replacedAt: now, replacedBy: made.id });
		for (const verb of [block, unblock, replace])
			await expect(run((tx): Promise<unknown> => verb(tx, { id, reason }, byHouse, now))).rejects.toEqual(
				refused('gift_card.is_replaced')
			);
		await expect(run((tx) => correct(tx, { id, cents: 5, reason }, byHouse, now))).rejects.toEqual(
			refused('gift_card.not_paying')
		);
	});

	it('pays or is replaced when both are tried at the same moment, and no cent is lost or doubled', async () => {
		for (let round = 0; round < 5; round++) {
			const id = await aCard();
			const [paid, ...made] = await Promise.all([
				charge(id, 3000),
				...[1, 2].map(() => run((tx) => replace(tx, { id, reason }, byHouse, now)).catch(() => null))
			]);
			const replaced = made.filter((one) => one !== null);
			expect(replaced).toHaveLength(1);
			expect(await balance(replaced[0]!.id)).toBe(paid ? 2000 : 5000);
			expect(await balance(id)).toBe(0);
		}
	});

	it('is not replaced while it lies on the rack, nor without a reason', async () => {
		const id = await aCard({ active: false });
		await expect(run((tx) => replace(tx, { id, reason }, byHouse, now))).rejects.toEqual(refused('gift_card.not_sold'));
		for (const short of ['', '  ', 'x', 'x'.repeat(201)])
			await expect(run((tx) => block(tx, { id, reason: short }, byHouse, now))).rejects.toEqual(
				refused('gift_card.reason_form')
			);
		await expect(run((tx) => block(tx, { id: 'gft_no', reason }, byHouse, now))).rejects.toEqual(
			refused('gift_card.not_found')
		);
	});
});

describe('two cards', () => {
	it('of one holder become one, with the later end; the emptied one never pays again', async () => {
		const memberId = await aMember();
		const [from, into] = [await aCard({ memberId }), await aCard({ memberId, expiresAt: later(now, day), cents: 700 })];
		await run((tx) => merge(tx, { id: from, intoId: into, reason }, byHouse, now));
		expect([await balance(from), await balance(into)]).toEqual([0, 5700]);
		expect(await row(into)).toMatchObject({ expiresAt: null });
		expect(await row(from)).toMatchObject({ replacedBy: into });
	});

	it('of two holders, two currencies or two states stay two', async () => {
		const memberId = await aMember();
		const mine = await aCard({ memberId });
		const others = [
			[await aCard(), 'gift_card.other_holder'],
			[await aCard({ memberId, currency: 'CHF' }), 'gift_card.other_currency'],
			[await aCard({ memberId, active: false }), 'gift_card.not_paying'],
			[await aCard({ memberId, cents: 99_999 }), 'gift_card.over_highest'],
			[mine, 'gift_card.same_card'],
			['gft_no', 'gift_card.not_found']
		] as const;
		for (const [intoId, code] of others)
			await expect(run((tx) => merge(tx, { id: mine, intoId, reason }, byHouse, now))).rejects.toEqual(refused(code));
		expect(await balance(mine)).toBe(5000);
	});
});

describe('by hand', () => {
	it('money goes onto a card and off it, never below nothing nor above the house’s limit', async () => {
		const id = await aCard();
		await run((tx) => correct(tx, { id, cents: 250, reason }, byHouse, now));
		await run((tx) => correct(tx, { id, cents: -5250, reason }, byHouse, now));
		expect(await balance(id)).toBe(0);
		for (const [cents, code] of [
			[-1, 'gift_card.not_enough'],
			[0, 'gift_card.correction_form'],
			[0.5, 'gift_card.correction_form'],
			[Number.NaN, 'gift_card.correction_form'],
			[100_001, 'gift_card.over_highest']
		] as const)
			await expect(run((tx) => correct(tx, { id, cents, reason }, byHouse, now))).rejects.toEqual(refused(code));
	});

	it('a card’s end moves, and what its end took comes back', async () => {
		const id = await aCard({ expiresAt: later(now, day) });
		const after = later(now, 2 * day);
		expect(await expireCards(db, { now: after })).toBe(1);
		expect(await expireCards(db, { now: after })).toBe(0);
		expect(await balance(id)).toBe(0);
		const past = run((tx) => changeExpiry(tx, { id, expiresAt: now, reason }, byHouse, after));
		await expect(past).rejects.toEqual(refused('gift_card.expiry_past'));
		for (let time = 0; time < 2; time++)
			await run((tx) => changeExpiry(tx, { id, expiresAt: later(after, day), reason }, byHouse, after));
		expect(await balance(id)).toBe(5000);
	});
});

describe('a PIN', () => {
	it('is kept as a hash, opens the card for the sale, and ends the proof of the one before', async () => {
		const id = await aCard({ active: false });
		const { proof } = await run((tx) => setPin(tx, { id, pin: '2580', proof: null }, byHouse, now));
		const { pinHash } = await row(id);
		expect(pinHash).not.toContain('2580');
		expect(proves(proof, { id, pinHash: pinHash! }, now)).toBe(true);
		expect(proves(proof, { id: 'gft_other', pinHash: pinHash! }, now)).toBe(false);
		expect(proves(proof, { id, pinHash: pinHash! }, later(now, day))).toBe(false);
		const entered = await enterPin(db, { id, pin: '2580' }, now);
		const stranger = run((tx) => setPin(tx, { id, pin: '8052', proof: null }, byHouse, now));
		await expect(stranger).rejects.toEqual(refused('gift_card.pin_there'));
		await run((tx) => setPin(tx, { id, pin: '8052', proof: entered.proof }, byHouse, now));
		expect(proves(proof, { id, pinHash: (await row(id)).pinHash! }, now)).toBe(false);
		await run((tx) => removePin(tx, { id, reason }, byHouse, now));
		await expect(enterPin(db, { id, pin: '8052' }, now)).rejects.toEqual(refused('gift_card.pin_none'));
	});

	it('is locked after five wrong tries, also for the right one', async () => {
		const id = await aCard();
		await run((tx) => setPin(tx, { id, pin: '2580', proof: null }, byHouse, now));
		for (let guess = 0; guess < 5; guess++)
			await expect(enterPin(db, { id, pin: `999${guess}` }, now)).rejects.toEqual(refused('gift_card.pin_wrong'));
		await expect(enterPin(db, { id, pin: '2580' }, now)).rejects.toEqual(refused('gift_card.pin_locked'));
		expect(await enterPin(db, { id, pin: '2580' }, later(now, 16 * 60_000))).toHaveProperty('proof');
	});

	it.each([
		['123', 'gift_card.pin_form'],
		['1234567', 'gift_card.pin_form'],
		['12a4', 'gift_card.pin_form'],
		['1111', 'gift_card.pin_easy'],
		['4321', 'gift_card.pin_easy']
	])('%s is refused', async (pin, code) => {
		const id = await aCard();
		await expect(run((tx) => setPin(tx, { id, pin, proof: null }, byHouse, now))).rejects.toEqual(refused(code));
	});
});

describe('a batch of plastic', () => {
	it('is made of inactive cards, counted by what became of them, and printed as long as they lie on the rack', async () => {
		const command = { name: ' Winter ', cards: 3, valueCents: 2500, currency: 'EUR', expiresAt: null };
		const { id } = await run((tx) => makeBatch(tx, command, byHouse, now));
		const { items } = await printCodes(db, { id, cursor: null });
		expect(items).toHaveLength(3);
		const [first, second] = items;
		await run((tx) => activate(tx, [first!.id, second!.id], now));
		await charge(first!.id, 2500);
		expect((await listBatches(db, null)).items[0]).toMatchObject({
			id,
			name: 'Winter',
			cards: 3,
			inactive: 1,
			sold: 2,
			spent: 1
		});
		expect((await printCodes(db, { id, cursor: null })).items.map((card) => card.id)).toEqual([items[2]!.id]);
	});

	it('of many cards is made piece by piece, told in numbers, by two workers at once, and can be stopped', async () => {
		const command = { name: 'Spring', valueCents: 1000, currency: 'EUR', expiresAt: later(now, day) };
		const begin = async (cards: number) => (await run((tx) => makeBatch(tx, { ...command, cards }, byHouse, now))).id;
		const told = async (id: string) => {
			const { items } = await listBatches(db, null);
			const { name, cards, made, inactive, sold } = items.find((batch) => batch.id === id)!;
			return { name, cards, made, inactive, sold };
		};
		const clock = () => now;
		const all = await begin(2500);
		expect(await told(all)).toEqual({ name: 'Spring', cards: 2500, made: 1000, inactive: 1000, sold: 0 });
		await expect(printCodes(db, { id: all, cursor: null })).rejects.toEqual(refused('gift_card.batch_unfinished'));
		const [one, other] = await Promise.all([makeOnwards(db, { clock }), makeOnwards(db, { clock })]);
		expect(one + other).toBe(1500);
		expect(await told(all)).toMatchObject({ cards: 2500, made: 2500, inactive: 2500 });
		expect((await printCodes(db, { id: all, cursor: null })).items).toHaveLength(1000);
		await expect(run((tx) => stopBatch(tx, all, byHouse, now))).rejects.toEqual(refused('gift_card.batch_complete'));
		const half = await begin(3000);
		expect(await run((tx) => stopBatch(tx, half, byHouse, now))).toEqual({ cards: 1000 });
		expect(await makeOnwards(db, { clock })).toBe(0);
		expect(await told(half)).toMatchObject({ cards: 1000, made: 1000 });
		const late = await begin(1500);
		// Its cards' last day came before the rest was made: it is what it is.
		expect(await makeOnwards(db, { clock: () => later(now, 2 * day) })).toBe(0);
		expect(await told(late)).toMatchObject({ cards: 1000, made: 1000 });
		expect(await makeOnwards(db, { clock, signal: AbortSignal.abort() })).toBe(0);
	});

	it.each([
		[{ name: ' ' }, 'gift_card.batch_name'],
		[{ cards: 0 }, 'gift_card.count_form'],
		[{ cards: 50_001 }, 'gift_card.count_form'],
		[{ cards: 1.5 }, 'gift_card.count_form'],
		[{ valueCents: 0 }, 'gift_card.value_form'],
		[{ valueCents: 0.5 }, 'gift_card.value_form'],
		[{ expiresAt: now }, 'gift_card.expiry_past'],
		[{ currency: 'CHF' }, 'gift_card.currency_form']
	])('is refused with %o', async (wrong, code) => {
		const command = { name: 'Winter', cards: 2, valueCents: null, currency: 'EUR', expiresAt: null, ...wrong };
		await expect(run((tx) => makeBatch(tx, command, byHouse, now))).rejects.toEqual(refused(code));
	});
});

describe('the settings for gift cards', () => {
	it('are saved once by the first of two, and refused where they make no sense', async () => {
		const { rules, version } = await cardRules(db);
		expect(version).toBe(0);
		const save = (change: object, at = version) =>
			run((tx) => saveCardRules(tx, { rules: { ...rules, ...change }, version: at }, byHouse, now));
		const terms = rules.terms[0]!;
		for (const change of [
			{ terms: [{ ...terms, mostCents: 499 }] },
			{ terms: [{ ...terms, amounts: [100] }] },
			{ terms: [{ ...terms, highestCents: 100 }] },
			{ terms: [terms, terms] },
			{ terms: [{ ...terms, currency: 'euro' }] },
			{ expiry: { kind: 'after_use', months: 0 } }
		])
			await expect(save(change)).rejects.toEqual(refused('gift_card.rules_form'));
		const results = await Promise.allSettled([save({ earnsPoints: true }), save({ earnsPoints: false })]);
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		await expect(save({}, 0)).rejects.toEqual(refused('gift_card.rules_changed'));
	});
});

describe('the liability', () => {
	it('is the ledger’s to the cent, now and at the end of every day of a random history', async () => {
		let seed = 7;
		const dice = (sides: number) => (seed = (seed * 48271) % 2147483647) % sides;
		const ids: string[] = [];
		const zone = 'Europe/Berlin';
		for (let step = 0; step < 60; step++) {
			const at = later(now, step * 3 * day + dice(day));
			const id = ids[dice(Math.max(1, ids.length))];
			const act = dice(8);
			if (!id || act < 2) {
				const currency = dice(4) === 0 ? 'CHF' : 'EUR';
				ids.push(await aCard({ cents: 100 + dice(9000), currency, expiresAt: later(at, (20 + dice(90)) * day) }, at));
			} else if (act < 5) await charge(id, 1 + dice(2000), at).catch(() => null);
			else if (act === 5)
				await run((tx) => correct(tx, { id, cents: dice(500) - 200, reason }, byHouse, at)).catch(() => null);
			else if (act === 6)
				await run((tx) => replace(tx, { id, reason }, byHouse, at)).then(
					(made) => ids.push(made.id),
					() => null
				);
			else await expireCards(db, { now: at });
		}
		const last = later(now, 200 * day);
		for (const days of [0, 1, 30, 31, 77, 120, 200]) {
			const asOf = localDay(later(now, days * day), zone);
			for (const one of await liabilityOf(db, { asOf, timeZone: zone })) {
				// Counted from the other side: what the house's own names say.
				const [ledger] = await sqlOf(db)<{ cents: number }[]>`
					select coalesce(sum(case when debit_owner_id = 'house' then amount when credit_owner_id = 'house' then -amount
						else 0 end), 0)::bigint as cents
					from transfers where unit = ${one.currency}
						and (posted_at at time zone ${zone})::date <= ${asOf}::date`;
				expect(one.asOfCents, `${one.currency} ${asOf}`).toBe(ledger?.cents);
				for (const [index, month] of one.months.entries())
					expect(month.openingCents).toBe(index === 0 ? month.openingCents : one.months[index - 1]?.closingCents);
			}
		}
		const { figures, findings } = await audit(db);
		expect(findings).toEqual([]);
		const asOf = localDay(last, zone);
		const now_ = await liabilityOf(db, { asOf, timeZone: zone });
		expect(now_.map(({ currency, outstandingCents }) => ({ unit: currency, balance: outstandingCents }))).toEqual(
			figures.outstanding
		);
		for (const one of now_) expect(one.asOfCents).toBe(one.outstandingCents);
	});
});
