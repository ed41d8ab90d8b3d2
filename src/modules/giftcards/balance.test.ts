import { drizzle } from 'drizzle-orm/postgres-js';
import { eq } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newCode } from '#core/codes';
import { day, later, minute } from '#core/time';
import { hashPin } from '../identity/pins.server.ts';
import { moneyOf, openBook } from '#ledger/server';
import { inTransaction, type Db } from '#platform/db';
import { captureLog } from '#platform/log';
import { testDatabase } from '../../../tests/support/database.ts';
import { openShop, testSettings } from '../../../tests/support/shop.ts';
import { trailEntries } from '../../platform/trail.tables.server.ts';
import { lookAtBalance } from './balance.server.ts';
import { countMiss, missesUntilAlarm } from './code-tries.server.ts';
import { issue } from './server.ts';
import { giftCards } from './tables.server.ts';

const { db, url } = await testDatabase();
const now = new Date('2026-03-01T21:30:00Z');
const logged: string[] = [];
beforeAll(async () => {
	testSettings(url);
	await openShop(db, later(now, -2 * day));
	return captureLog((line) => logged.push(line));
});

let addresses = 0;
/** Somebody who has not asked before. */
const newcomer = () => `2001:db8::${(++addresses).toString(16)}`;
const look = (code: string, ip = newcomer(), at = now, on: Db = db) =>
	lookAtBalance({ db: on, ip }, { code, pin: null }, at);
const answerTo = async (code: string, ip?: string, at?: Date, on?: Db): Promise<unknown> =>
	look(code, ip, at, on).then(
		(card) => card,
		({ code: refusal, kind, details }) => ({ refusal, kind, details })
	);

async function aCard(wish: { cents?: number; active?: boolean; expiresAt?: Date } = {}) {
	const command = { cents: 2500, currency: 'EUR', active: true, expiresAt: null, memberId: null, ...wish };
	const [card] = await inTransaction(db, (tx) => issue(tx, [command], now));
	if (!card?.ok) throw new Error('was not issued');
	return card;
}
async function spend(id: string, cents: number): Promise<void> {
	await inTransaction(db, async (tx) => {
		const book = await openBook(tx, [id], now, { lock: true });
		const account = { ownerId: id, name: 'money', unit: 'EUR', counterName: 'giftcards/charged' };
		book.debit({ ...account, amount: cents, reason: 'charged', ref: 'rcp_x' });
		await book.write(tx);
	});
	expect((await moneyOf(db, [id], now)).get(id)?.balance).toBe(2500 - cents);
}
const noAnswer = { refusal: 'gift_card.no_answer', kind: 'not_found', details: {} };

/** One code for each reason why there is nothing to tell. */
async function codesWithoutAnswer(): Promise<string[]> {
	const [empty, blocked, idle] = [await aCard(), await aCard(), await aCard({ active: false })];
	await spend(empty.id, 2500);
	await db.update(giftCards).set({ blockedAt: now }).where(eq(giftCards.id, blocked.id));
	return [newCode('giftCard'), 'GAAAAAAAAAAAAAAAAA', '!', newCode('voucher'), empty.code, blocked.code, idle.code];
}

describe('what a code is worth', () => {
	it('is told to whoever has it, however they type it', async () => {
		const card = await aCard({ expiresAt: later(now, 30 * day) });
		await spend(card.id, 700);
		expect(
			await look(
				` ${card.code
					.toLowerCase()
					.match(/.{1,4}/g)
					?.join('-')} `
			)
		).toEqual({
			lastSymbols: card.code.slice(-4),
			state: 'active',
			balanceCents: 1800,
			currency: 'EUR',
			expiresAt: later(now, 30 * day),
			programme: { name: 'Test', timeZone: 'Europe/Berlin' }
		});
		expect(await look(card.code, newcomer(), later(now, 31 * day))).toMatchObject({ state: 'expired' });
	});

	it('is one and the same answer for a wrong, an empty, a blocked code and one not activated', async () => {
		for (const code of await codesWithoutAnswer()) expect(await answerTo(code)).toEqual(noAnswer);
	});

	it('of a card with a PIN is told with the PIN alone', async () => {
		const card = await aCard();
		await db
			.update(giftCards)
			.set({ pinHash: await hashPin('4711') })
			.where(eq(giftCards.id, card.id));
		const ask = (pin: string | null) => lookAtBalance({ db, ip: newcomer() }, { code: card.code, pin }, now);
		expect(await answerTo(card.code)).toEqual(noAnswer);
		await expect(ask('4712')).rejects.toMatchObject({ code: 'gift_card.no_answer' });
		expect(await ask('۴۷۱۱')).toMatchObject({ balanceCents: 2500 });
	});

	it('is the same work for them: the same statements in the same order', async () => {
		const statements: string[] = [];
		const client = postgres(url, {
			max: 1,
			fetch_types: false,
			onnotice: () => {},
			debug: (_, text) => void statements.push(text)
		});
		afterAll(() => client.end());
		const watched = drizzle(client, { casing: 'snake_case' }) as unknown as Db;
		const works = [];
		for (const code of await codesWithoutAnswer()) {
			statements.length = 0;
			expect(await answerTo(code, newcomer(), now, watched)).toEqual(noAnswer);
			works.push([...statements]);
		}
		expect(works[0]!.length).toBeGreaterThan(5);
		for (const work of works) expect(work).toEqual(works[0]);
	});
});

describe('whoever asks too often', () => {
	const limited = expect.objectContaining({ refusal: 'gift_card.too_many_looks', kind: 'limited' });

	it('from one address must wait, whatever the codes are', async () => {
		const ip = newcomer();
		const card = await aCard();
		for (let count = 0; count < 40; count++) expect(await answerTo(newCode('giftCard'), ip)).toEqual(noAnswer);
		expect(await answerTo(card.code, ip)).toEqual(limited);
		expect(await answerTo(newCode('giftCard'), ip)).toEqual(limited);
		expect(await answerTo(card.code)).toMatchObject({ balanceCents: 2500 });
		expect(await answerTo(card.code, ip, later(now, 16 * minute))).toMatchObject({ balanceCents: 2500 });
	});

	it('about one code must wait, from wherever, whether there is such a card or not', async () => {
		for (const code of [(await aCard()).code, newCode('giftCard')]) {
			for (let count = 0; count < 10; count++) expect(await answerTo(code)).not.toEqual(limited);
			expect(await answerTo(code)).toEqual(limited);
		}
	});
});

describe('somebody who tries codes', () => {
	const alarms = async () =>
		(await db.select().from(trailEntries).where(eq(trailEntries.action, 'gift_card.codes_tried'))).map(({ changes }) =>
			JSON.stringify(changes)
		);

	it('raises one alarm in each quarter of an hour, in the log and in the trail', async () => {
		const ip = newcomer();
		const [before, start] = [(await alarms()).length, later(now, day)];
		const misses = async (count: number, at: Date) => {
			for (let done = 0; done < count; done++) await answerTo(newCode('giftCard'), ip, at);
		};
		await misses(missesUntilAlarm.perAddress, start);
		expect(await alarms()).toHaveLength(before);
		await misses(4, start);
		expect(await alarms()).toHaveLength(before + 1);
		await misses(4, later(start, 5 * minute));
		expect(await alarms()).toHaveLength(before + 1);
		await misses(12, later(start, 16 * minute));
		expect(await alarms()).toHaveLength(before + 2);
		const line = logged.filter((each) => each.includes('gift_card.codes_tried')).at(-1) ?? '';
		expect(JSON.parse(line)).toMatchObject({ level: 'warn', source: ip, misses: 8 });
		expect((await alarms()).join()).not.toContain(ip);
	});

	it('is noticed from many addresses, too, and no code of theirs is written down', async () => {
		const [before, start] = [(await alarms()).length, later(now, 2 * day)];
		const tried: string[] = [];
		// All but the last are only counted: asking takes a tenth of a second each time, whatever the answer.
		const counted = missesUntilAlarm.inAll - 5;
		for (let done = 0; done < counted; done++) await countMiss({ db, ip: newcomer() }, start);
		for (let done = counted; done <= missesUntilAlarm.inAll; done++) {
			expect(await alarms()).toHaveLength(before);
			tried.push(newCode('giftCard'));
			await answerTo(tried.at(-1) ?? '', newcomer(), start);
		}
		expect(await alarms()).toHaveLength(before + 1);
		for (const code of tried) expect(logged.join()).not.toContain(code);
	});

	it('is not somebody who asks about their own card', async () => {
		const [before, start] = [(await alarms()).length, later(now, 3 * day)];
		const card = await aCard();
		const ip = newcomer();
		for (let done = 0; done < 10; done++) await answerTo(card.code, ip, start);
		expect(await alarms()).toHaveLength(before);
	});
});
