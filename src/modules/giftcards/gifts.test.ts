import { eq, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { newCode } from '#core/codes';
import { newId } from '#core/ids';
import { addDays, day, hour, later, localDay, minute } from '#core/time';
import { changeProfile } from '#customers/server';
import { openBook } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { captureLog } from '#platform/log';
import type { Mail, Message } from '#platform/mail/mail';
import type { By } from '#platform/trail';
import { trailEntries } from '../../platform/trail.tables.server.ts';
import { testDatabase } from '../../../tests/support/database.ts';
import { aMember, openShop, testSettings } from '../../../tests/support/shop.ts';
import { addCard } from './add-card.server.ts';
import { findByCode, issue, reveal } from './server.ts';
import { sendGifts } from './gift-send.server.ts';
import { giftsOf, openGift } from './gift-views.server.ts';
import { cancelGift, changeGift, claimGift, makeGift, tokenOf, type Giver, type GiftWish } from './gifts.server.ts';
import { giftCards, gifts } from './tables.server.ts';
import '../../../tests/support/words.ts';

const { db, url } = await testDatabase({ max: 12 });
/** half past ten in the evening of 1 March in the shop */
const now = new Date('2026-03-01T21:30:00Z');
const zone = 'Europe/Berlin';
const logged: string[] = [];
let ann: string;
let bob: string;
let cleo: string;
beforeAll(async () => {
	testSettings(url);
	await openShop(db, later(now, -2 * day));
	[ann, bob, cleo] = [await member('Ann'), await member('Bob'), await member('Cleo')];
	return captureLog((line) => logged.push(line));
});

async function member(name: string): Promise<string> {
	const id = await aMember(db, later(now, -day));
	await inTransaction(db, (tx) => changeProfile(tx, id, { name }, byHouse, now));
	return id;
}
const byMember = (memberId: string): By => ({ actor: { kind: 'shopper', userId: 'usr_x', memberId }, requestId: null });
const byHouse: By = { actor: { kind: 'house' }, requestId: null };
const refused = (code: string, details: object = {}) =>
	expect.objectContaining({ code, details: expect.objectContaining(details) });

async function aCard(memberId: string | null = ann, wish: { cents?: number; active?: boolean; expiresAt?: Date } = {}) {
	const command = { cents: 2500, currency: 'EUR', active: true, expiresAt: null, ...wish, memberId };
	const [card] = await inTransaction(db, (tx) => issue(tx, [command], later(now, -hour)));
	if (!card?.ok) throw new Error('was not issued');
	return card;
}
const cardRow = async (id: string) => (await db.select().from(giftCards).where(eq(giftCards.id, id)))[0]!;
const codeOf = async (id: string) => reveal(await cardRow(id));

const words = 'Happy birthday!\nFrom all of us.';
async function give(cardId: string, wish: Partial<GiftWish> = {}, giver: Giver = { memberId: ann }, at = now) {
	const full: GiftWish = {
		cardId,
		giverName: 'Ann',
		receiverName: 'Dora',
		email: 'dora@post.example',
		sure: false,
		words,
		design: 'birthday',
		day: null,
		language: 'en',
		...wish
	};
	const by = giver === 'house' ? byHouse : byMember(giver.memberId);
	return inTransaction(db, (tx) => makeGift(tx, full, giver, by, at));
}
const givenTo = async (memberId: string, id: string, at = now) =>
	(await giftsOf(db, memberId, at)).find((gift) => gift.id === id)!;
const stateOf = async (id: string, at = now, memberId = ann) => (await givenTo(memberId, id, at)).state;
const change = (id: string, wish: Partial<Parameters<typeof changeGift>[1]> = {}, giver: Giver = { memberId: ann }) =>
	inTransaction(db, (tx) =>
		changeGift(
			tx,
			{ id, version: 1, receiverName: 'Dora', email: 'dora@mail.example', sure: false, day: null, ...wish },
			giver,
			byMember(ann),
			now
		)
	);
const cancel = (id: string, giver: Giver = { memberId: ann }) =>
	inTransaction(db, (tx) => cancelGift(tx, { id }, giver, byMember(ann), now));
const claim = (token: string, memberId = bob, at = now) =>
	inTransaction(db, (tx) => claimGift(tx, { token, memberId }, byMember(memberId), at));
const open = async (token: string, memberId: string | null = null, at = now) =>
	(await openGift(db, { token, memberId }, at)).gift;

/** A post office that takes letters, or says what it was told to say. */
function postOffice(trouble: () => unknown = () => null) {
	const letters: Message[] = [];
	const mail: Mail = {
		async send(message) {
			const error = trouble();
			if (error) throw error;
			letters.push(message);
		}
	};
	return { mail, letters };
}
const send = (mail: Mail, at = now) => sendGifts(db, { mail, origin: 'https://shop.example', clock: () => at });
const tokenIn = (letter: Message | undefined) => /\/gift#([\w-]{43})/.exec(letter?.text ?? '')?.[1] ?? '';

async function sentGift(cardId: string, wish: Partial<GiftWish> = {}, giver: Giver = { memberId: ann }) {
	const { id } = await give(cardId, wish, giver);
	const { mail, letters } = postOffice();
	expect(await send(mail), 'no letter of another test is due').toBe(1);
	return { id, token: tokenIn(letters[0]), letter: letters[0]! };
}

describe('a card given to a person', () => {
	it('leaves the giver’s wallet at once, and the code they knew with it', async () => {
		const card = await aCard();
		const { id } = await give(card.id);
		expect(await cardRow(card.id)).toMatchObject({ memberId: null });
		expect(await findByCode(db, card.code)).toBeNull();
		expect(await givenTo(ann, id)).toMatchObject({ state: 'sending', balanceCents: 2500, receiverName: 'Dora' });
		await expect(give(card.id)).rejects.toEqual(refused('gift.given_already'));
		await cancel(id);
	});

	it('arrives as a letter with its words and a link, and nothing of it stands in the database in the clear', async () => {
		const card = await aCard(ann, { expiresAt: new Date('2027-03-01T23:00:00Z') });
		const { id, token, letter } = await sentGift(card.id);
		expect(letter.to).toBe('dora@post.example');
		expect(letter.subject).toBe('Ann has a gift for you');
		expect(letter.text).toContain('Hello Dora, Ann gives you a gift card of Test worth €25.00.');
		expect(letter.text).toContain('  Happy birthday!\n  From all of us.');
		expect(letter.text).toContain('good until Monday, 1 March 2027');
		expect(token).toHaveLength(43);
		const stored = JSON.stringify(await db.select().from(gifts).where(eq(gifts.id, id)));
		expect(stored).not.toContain(token);
		expect(await stateOf(id)).toBe('sent');
	});

	it('is opened with the link alone, pays at the till, and the giver sees that it was opened', async () => {
		const card = await aCard();
		const { id, token } = await sentGift(card.id);
		const own = await open(token, ann);
		expect(own).toMatchObject({ own: true, card: { code: null } });
		expect(await stateOf(id)).toBe('sent');
		const gift = await open(token);
		expect(gift).toMatchObject({
			giverName: 'Ann',
			receiverName: 'Dora',
			words,
			design: 'birthday',
			claim: 'free',
			card: { balanceCents: 2500, currency: 'EUR', state: 'active' }
		});
		expect((await findByCode(db, gift.card?.code ?? ''))?.card.id).toBe(card.id);
		expect(await stateOf(id)).toBe('opened');
	});

	it('is put into one wallet by one of fifty who try, and has another code from then on', async () => {
		const card = await aCard();
		const { id, token } = await sentGift(card.id);
		const seen = (await open(token)).card?.code ?? '';
		const tries = await Promise.allSettled(
			Array.from({ length: 50 }, (_, index) => claim(token, index % 2 === 0 ? bob : cleo))
		);
		const fresh = tries.filter((one) => one.status === 'fulfilled' && !one.value.replayed);
		expect(fresh).toHaveLength(1);
		const { memberId } = await cardRow(card.id);
		expect([bob, cleo]).toContain(memberId);
		const other = memberId === bob ? cleo : bob;
		await expect(claim(token, other)).rejects.toEqual(refused('gift.claimed_already'));
		expect(await findByCode(db, seen)).toBeNull();
		expect(await stateOf(id)).toBe('claimed');
		expect(await open(token, memberId)).toMatchObject({ claim: 'yours', card: { id: card.id, code: null } });
		expect(await open(token, other)).toMatchObject({ claim: 'taken', card: null });
		await expect(cancel(id)).rejects.toEqual(refused('gift.claimed_already'));
		await expect(change(id)).rejects.toEqual(refused('gift.claimed_already'));
	});

	it('is not claimed by its giver, nor by anybody once its card is blocked', async () => {
		const card = await aCard();
		const { token } = await sentGift(card.id);
		await expect(claim(token, ann)).rejects.toEqual(refused('gift.own'));
		await db.update(giftCards).set({ blockedAt: now }).where(eq(giftCards.id, card.id));
		await expect(claim(token)).rejects.toEqual(refused('gift.card_unusable'));
		expect(await open(token)).toMatchObject({ claim: 'free', card: { state: 'blocked', code: null } });
	});

	it('is passed on by link where there is no address', async () => {
		const card = await aCard();
		const { id } = await give(card.id, { email: null });
		const { mail, letters } = postOffice();
		await send(mail);
		expect(letters).toEqual([]);
		expect(await stateOf(id)).toBe('passed');
		const token = await inTransaction(db, (tx) => tokenOf(tx, { id }, { memberId: ann }));
		expect(await open(token)).toMatchObject({ claim: 'free' });
		await expect(inTransaction(db, (tx) => tokenOf(tx, { id }, { memberId: bob }))).rejects.toEqual(
			refused('gift.unknown')
		);
		const byMail = await give((await aCard()).id);
		await expect(inTransaction(db, (tx) => tokenOf(tx, byMail, { memberId: ann }))).rejects.toEqual(
			refused('gift.unknown')
		);
		await cancel(byMail.id);
	});

	it('is the house’s to give only while it lies in no wallet', async () => {
		await expect(give((await aCard()).id, {}, 'house')).rejects.toEqual(refused('gift.card_in_wallet'));
		const card = await aCard(null);
		const { id } = await give(card.id, { email: null, giverName: 'The shop' }, 'house');
		// what the console has printed pays until somebody claims it
		expect((await findByCode(db, card.code))?.card.id).toBe(card.id);
		await expect(give(card.id, {}, 'house')).rejects.toEqual(refused('gift.given_already'));
		await expect(cancel(id)).rejects.toEqual(refused('gift.unknown'));
		await cancel(id, 'house');
		expect(await cardRow(card.id)).toMatchObject({ memberId: null });
	});
});

describe('a gift that cannot be', () => {
	it.each<[Partial<GiftWish>, string, object]>([
		[{ receiverName: '  ' }, 'gift.name_form', { field: 'receiverName' }],
		[{ receiverName: 'x'.repeat(81) }, 'gift.name_form', { field: 'receiverName' }],
		[{ giverName: '' }, 'gift.name_form', { field: 'giverName' }],
		[{ words: 'x'.repeat(301) }, 'gift.words_form', { most: 300 }],
		[{ words: 'win at https://lure.example' }, 'gift.no_links', { field: 'words' }],
		[{ receiverName: 'see www.lure.example' }, 'gift.no_links', { field: 'receiverName' }],
		[{ email: 'dora' }, 'gift.email_form', { field: 'email' }],
		[{ email: 'dora@post.example, eve@post.example' }, 'gift.email_form', {}],
		[{ email: 'dora@gmial.com' }, 'gift.email_slip', { domain: 'gmail.com' }],
		[{ email: 'dora@gmailcom' }, 'gift.email_slip', { domain: 'gmail.com' }],
		[{ email: 'dora@gmailcom', sure: true }, 'gift.email_slip', { domain: 'gmail.com' }],
		[{ day: '2026-02-28' }, 'gift.day_past', { field: 'day' }],
		[{ day: '2026-02-30' }, 'gift.day_past', { field: 'day' }],
		[{ day: 'soon' }, 'gift.day_past', { field: 'day' }],
		[{ day: '2027-06-01' }, 'gift.day_far', { field: 'day' }]
	])('%o is refused as %s', async (wish, code, details) => {
		const card = await aCard();
		await expect(give(card.id, wish)).rejects.toEqual(refused(code, details));
		expect(await cardRow(card.id)).toMatchObject({ memberId: ann });
	});

	it('is one of a card that is somebody else’s, not active, empty, set aside or over by then', async () => {
		await expect(give((await aCard(bob)).id)).rejects.toEqual(refused('gift_card.not_found'));
		await expect(give((await aCard(null)).id)).rejects.toEqual(refused('gift_card.not_found'));
		await expect(give(newId('giftCard'))).rejects.toEqual(refused('gift_card.not_found'));
		await expect(give((await aCard(ann, { active: false })).id)).rejects.toEqual(refused('gift.card_unusable'));
		const held = await aCard();
		await inTransaction(db, async (tx) => {
			const book = await openBook(tx, [held.id], now, { lock: true });
			const account = { ownerId: held.id, name: 'money', unit: 'EUR' };
			const paid = book.debit({
				...account,
				amount: 2500,
				reason: 'charged',
				ref: 'x',
				counterName: 'giftcards/charged'
			});
			expect(paid.ok).toBe(true);
			await book.write(tx);
		});
		await expect(give(held.id)).rejects.toEqual(refused('gift.card_unusable'));
		const short = await aCard(ann, { expiresAt: later(now, 3 * day) });
		await expect(give(short.id, { day: addDays(localDay(now, zone), 5) })).rejects.toEqual(
			refused('gift.after_expiry')
		);
	});

	it('an address that looks like a slip is taken when it is meant', async () => {
		const card = await aCard();
		const { id } = await give(card.id, { email: ' Dora@Gmial.com ', sure: true });
		expect((await givenTo(ann, id)).email).toBe('dora@gmial.com');
		await cancel(id);
	});

	it('keeps the joiners of Persian words and drops what steers the direction', async () => {
		const { id } = await give((await aCard()).id, {
			receiverName: 'نازی\u200cجان\u202e',
			words: 'می\u200cبوسمت\r\n\r\n\r\n\r\nx'
		});
		expect(await givenTo(ann, id)).toMatchObject({ receiverName: 'نازی\u200cجان', words: 'می\u200cبوسمت\n\nx' });
		await cancel(id);
	});
});

describe('a gift sent to a mistyped address', () => {
	it('is sent again to the right one: the old link opens nothing, the code seen there pays nothing', async () => {
		const card = await aCard();
		const { id, token } = await sentGift(card.id);
		const seen = (await open(token)).card?.code ?? '';
		await change(id);
		await expect(open(token)).rejects.toEqual(refused('gift.link_unknown'));
		await expect(claim(token)).rejects.toEqual(refused('gift.link_unknown'));
		expect(await findByCode(db, seen)).toBeNull();
		const { mail, letters } = postOffice();
		await send(mail);
		expect(letters.map(({ to }) => to)).toEqual(['dora@mail.example']);
		expect(await open(tokenIn(letters[0]))).toMatchObject({ claim: 'free', card: { balanceCents: 2500 } });
		await claim(tokenIn(letters[0]));
	});

	it('of two who correct it at once the second sees the first', async () => {
		const { id } = await sentGift((await aCard()).id);
		await change(id);
		await expect(change(id)).rejects.toEqual(refused('gift.changed_meanwhile'));
		for (let version = 2; version <= 10; version++) await change(id, { version });
		await expect(change(id, { version: 11 })).rejects.toEqual(refused('gift.changes_used'));
		await cancel(id);
	});

	it('is taken back with what is left on it, and whoever had opened it keeps nothing', async () => {
		const card = await aCard();
		const { id, token } = await sentGift(card.id);
		const seen = (await open(token)).card?.code ?? '';
		await expect(cancel(id, { memberId: bob })).rejects.toEqual(refused('gift.unknown'));
		await cancel(id);
		expect(await cardRow(card.id)).toMatchObject({ memberId: ann });
		expect(await findByCode(db, seen)).toBeNull();
		await expect(open(token)).rejects.toEqual(refused('gift.link_unknown'));
		await expect(cancel(id)).rejects.toEqual(refused('gift.cancelled_already'));
		const again = await give(card.id);
		await cancel(again.id);
	});

	it('is claimed or taken back, never both, when giver and receiver act at once', async () => {
		for (let round = 0; round < 10; round++) {
			const card = await aCard();
			const { id, token } = await sentGift(card.id);
			const [taken, claimed] = await Promise.allSettled([cancel(id), claim(token)]);
			expect([taken.status, claimed.status].sort()).toEqual(['fulfilled', 'rejected']);
			expect((await cardRow(card.id)).memberId).toBe(taken.status === 'fulfilled' ? ann : bob);
		}
	});
});

describe('the letters of the day', () => {
	it('leave in the morning of their day in the shop’s time, each once, whoever else sends', async () => {
		const tomorrow = addDays(localDay(now, zone), 1);
		const made = [];
		for (let index = 0; index < 8; index++) made.push(await give((await aCard()).id, { day: tomorrow }));
		const { mail, letters } = postOffice();
		await send(mail);
		expect(letters).toEqual([]);
		expect(await stateOf(made[0]!.id)).toBe('waiting');
		const morning = new Date(`${tomorrow}T07:00:00Z`);
		await send(mail, later(morning, -minute));
		expect(letters).toEqual([]);
		await Promise.all(Array.from({ length: 4 }, () => send(mail, morning)));
		await send(mail, later(morning, hour));
		expect(letters).toHaveLength(8);
		expect(new Set(letters.map(tokenIn)).size).toBe(8);
		for (const { id } of made) await cancel(id);
	});

	it('are tried again after some minutes, given up after five times, and the giver is told', async () => {
		const { id } = await give((await aCard()).id);
		let at = now;
		let down = true;
		const { mail, letters } = postOffice(() => (down ? new Error('no answer') : null));
		for (let turn = 0; turn < 5; turn++) {
			expect(await stateOf(id, at)).toBe('sending');
			await send(mail, at);
			// nothing is due again at once
			await send(mail, at);
			at = later(at, 9 * hour);
			if (turn === 3) down = false;
		}
		expect(await stateOf(id, at)).toBe('sent');
		expect(letters.map(({ to }) => to)).toEqual(['dora@post.example']);

		const lost = await give((await aCard()).id, {}, { memberId: ann }, at);
		for (let turn = 0; turn < 5; turn++) {
			down = turn < 4;
			const dead = postOffice(() => new Error('no answer'));
			await send(dead.mail, at);
			at = later(at, 9 * hour);
		}
		expect(await stateOf(lost.id, at)).toBe('undelivered');
	});

	it('that nobody takes are given up at once, and come back to the giver', async () => {
		const { id } = await give((await aCard()).id, { email: 'nobody@post.example' });
		const { mail, letters } = postOffice(() => null);
		const picky: Mail = {
			async send(message) {
				if (message.to === 'nobody@post.example')
					throw Object.assign(new Error('550 no such person'), { code: 'EENVELOPE', responseCode: 550 });
				await mail.send(message);
			}
		};
		await send(picky);
		expect(await stateOf(id)).toBe('undelivered');
		expect(letters.map(({ subject }) => subject)).toEqual(['Your gift for Dora did not arrive']);
		expect(logged.join()).toContain('gift.not_sent');
		expect(logged.join()).not.toContain('@post.example');
		await change(id, { email: 'dora@post.example' });
		await send(mail);
		expect(await stateOf(id)).toBe('sent');
		await cancel(id);
	});

	it('whose sender died are sent by the next turn', async () => {
		const { id } = await give((await aCard()).id);
		await db
			.update(gifts)
			.set({ nextTryAt: later(now, 10 * minute), tries: 1 })
			.where(eq(gifts.id, id));
		const { mail, letters } = postOffice();
		await send(mail);
		expect(letters).toEqual([]);
		await send(mail, later(now, 11 * minute));
		expect(letters).toHaveLength(1);
		await cancel(id);
	});

	it('do not leave when the card pays nothing any more', async () => {
		const card = await aCard();
		const { id } = await give(card.id);
		await db.update(giftCards).set({ blockedAt: now }).where(eq(giftCards.id, card.id));
		const { mail, letters } = postOffice();
		await send(mail);
		expect(letters.map(({ subject }) => subject)).toEqual(['Your gift for Dora did not arrive']);
		expect(await stateOf(id)).toBe('undelivered');
	});
});

describe('a card added by its code', () => {
	const add = (code: string, memberId = bob, ip = '198.51.100.7') =>
		addCard({ db, ip }, { code, pin: null, memberId }, byMember(memberId), now);

	it('goes into the wallet of whoever has it, and adding it again changes nothing', async () => {
		const card = await aCard(null);
		expect(
			await add(
				` ${card.code
					.toLowerCase()
					.match(/.{1,4}/g)
					?.join(' ')} `
			)
		).toMatchObject({
			cardId: card.id,
			formerId: null
		});
		expect(await add(card.code)).toMatchObject({ cardId: card.id, formerId: null });
		expect(await cardRow(card.id)).toMatchObject({ memberId: bob });
		expect((await findByCode(db, card.code))?.card.id).toBe(card.id);
	});

	it('tells who held it before', async () => {
		const card = await aCard(ann);
		expect(await add(card.code)).toMatchObject({ formerId: ann });
	});

	it('is won by one of those who take it at once', async () => {
		const card = await aCard(null);
		const crowd = await Promise.all(Array.from({ length: 6 }, (_, index) => member(`Crowd ${index}`)));
		const tries = await Promise.allSettled(crowd.map((id, index) => add(card.code, id, `198.51.100.${100 + index}`)));
		const { memberId } = await cardRow(card.id);
		const winner = crowd.indexOf(memberId ?? '');
		expect(tries[winner]?.status).toBe('fulfilled');
		for (const one of tries)
			if (one.status === 'rejected') expect(one.reason).toEqual(refused('gift_card.taken_meanwhile'));
	});

	it('claims the gift that it was', async () => {
		const card = await aCard();
		const { id, token } = await sentGift(card.id);
		const code = (await open(token)).card?.code ?? '';
		await expect(add(code, ann)).rejects.toEqual(refused('gift.own'));
		expect(await add(code, cleo)).toMatchObject({ giverMemberId: ann });
		expect(await stateOf(id)).toBe('claimed');
		await expect(claim(token, bob)).rejects.toEqual(refused('gift.claimed_already'));
	});

	it('is refused with one answer when it is wrong, blocked, ended or not active', async () => {
		const blocked = await aCard(null);
		await db.update(giftCards).set({ blockedAt: now }).where(eq(giftCards.id, blocked.id));
		const ended = await aCard(null, { expiresAt: later(now, minute) });
		await db.update(giftCards).set({ expiresAt: now }).where(eq(giftCards.id, ended.id));
		const idle = await aCard(null, { active: false });
		for (const code of [newCode('giftCard'), 'G', '?', '4111 1111 1111 1111', blocked.code, ended.code, idle.code])
			await expect(add(code, cleo, '198.51.100.66')).rejects.toEqual(refused('gift_card.no_answer', {}));
	});
});

it('what is done with gifts is in the trail, without names, addresses, words or codes', async () => {
	const entries = await db
		.select()
		.from(trailEntries)
		.where(sql`action like 'gift%'`);
	const actions = new Set(entries.map(({ action }) => action));
	for (const action of ['gift.made', 'gift.changed', 'gift.cancelled', 'gift.claimed', 'gift_card.added'])
		expect(actions).toContain(action);
	expect(JSON.stringify(entries)).not.toMatch(/dora|birthday!|post\.example/i);
	expect(await codeOf((await aCard()).id)).toMatch(/^G/);
});
