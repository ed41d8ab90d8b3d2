import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { later, minute, second } from '#core/time';
import { Writes } from '#platform/bulk';
import { inTransaction, sqlOf } from '#platform/db';
import { newId } from '#core/ids';
import { byHouse } from '#platform/trail';
import { testDatabase } from '../../../tests/support/database.ts';
import { codeOfStep, programmeWording, rotatingCode, staticCode, stepOf, type Member } from './index.ts';
import {
	anonymous,
	changeProfile,
	codeFor,
	forgetCodeUses,
	join,
	memberFacts,
	memberOfUser,
	readMemberCode,
	setNewsConsent,
	type Join
} from './server.ts';
import { consents, memberCodeUses } from './tables.server.ts';

const { db } = await testDatabase({ max: 12 });
const now = new Date('2026-11-20T10:00:10Z');
const refusal = (code: string, details: object = {}) => expect.objectContaining({ name: 'Refusal', code, details });

let people = 0;
const address = () => `person${++people}@shop.example`;
const joining = (command: Partial<Join> = {}) =>
	inTransaction(db, (tx) => join(tx, { language: 'en', consent: { programme: programmeWording }, ...command }, now));
const newMember = async (): Promise<Member> => (await joining({ email: address() })).member;
const standing = async (memberId: string) =>
	(await db.select().from(consents).where(eq(consents.memberId, memberId))).filter((one) => !one.withdrawnAt);

describe('joining', () => {
	it('makes a member with what they agreed to', async () => {
		const { member, joined } = await joining({
			userId: 'usr_ada',
			email: ' Ada@Shop.example ',
			name: ' Ada ',
			consent: { programme: programmeWording, news: 'news-1' }
		});
		expect(joined).toBe(true);
		expect(member).toMatchObject({
			userId: 'usr_ada',
			email: 'Ada@Shop.example',
			name: 'Ada',
			language: 'en',
			joinedAt: now
		});
		expect(await memberOfUser(db, 'usr_ada')).toEqual(member);
		expect((await standing(member.id)).map((one) => one.purpose).sort()).toEqual(['news', 'programme']);
	});

	it('needs the consent to the programme', async () => {
		await expect(joining({ email: address(), consent: { programme: '' } })).rejects.toEqual(
			refusal('member.consent_needed')
		);
	});

	it('again is the same membership, with nothing agreed to twice', async () => {
		const email = address();
		const first = await joining({ userId: 'usr_bo', email, name: 'Bo' });
		const again = await joining({ userId: 'usr_bo', email, name: 'Somebody' });
		expect(again).toEqual({ member: first.member, joined: false });
		expect(await standing(first.member.id)).toHaveLength(1);
	});

	it('gives a member known by e-mail alone to the person who proved the address', async () => {
		const email = address();
		const { member } = await joining({ email });
		const { member: linked, joined } = await joining({ userId: 'usr_cy', email: email.toUpperCase(), name: 'Cy' });
		expect(joined).toBe(false);
		expect(linked).toMatchObject({ id: member.id, userId: 'usr_cy', email, name: 'Cy' });
	});

	it('never hands one person’s membership to another', async () => {
		const email = address();
		await joining({ userId: 'usr_di', email });
		await expect(joining({ userId: 'usr_eve', email })).rejects.toEqual(refusal('member.email_taken'));
	});

	it('twenty times at once with one address makes one member', async () => {
		const email = address();
		const results = await Promise.all(
			Array.from({ length: 20 }, (_, i) => joining({ userId: 'usr_fay', email: i % 2 ? email : email.toUpperCase() }))
		);
		expect(new Set(results.map(({ member }) => member.id)).size).toBe(1);
		expect(results.filter(({ joined }) => joined)).toHaveLength(1);
		expect(await standing(results[0]!.member.id)).toHaveLength(1);
	});

	it('at a till and in the wallet at once makes one member', async () => {
		const email = address();
		const results = await Promise.all(
			Array.from({ length: 10 }, (_, i) => joining({ email, userId: i % 2 ? 'usr_gus' : null }))
		);
		expect(new Set(results.map(({ member }) => member.id)).size).toBe(1);
		expect((await memberOfUser(db, 'usr_gus'))?.id).toBe(results[0]!.member.id);
	});
});

describe('what a member may change', () => {
	it('is the name and the language; an empty name takes it away', async () => {
		const { id } = await newMember();
		const change = (what: { name?: string; language?: string }) =>
			inTransaction(db, (tx) => changeProfile(tx, id, what, byHouse, now));
		await change({ name: ' Hana ', language: 'fa' });
		expect((await memberFacts(db, [id])).get(id)).toMatchObject({ name: 'Hana', language: 'fa' });
		await change({ name: '' });
		expect((await memberFacts(db, [id])).get(id)).toMatchObject({ name: null, language: 'fa' });
		await change({});
	});

	it('is the consent to news: given once, withdrawn, given again', async () => {
		const { id } = await newMember();
		const news = (wording: string | null) => inTransaction(db, (tx) => setNewsConsent(tx, id, wording, now));
		const given = async () => (await standing(id)).filter((one) => one.purpose === 'news').map((one) => one.wording);
		await Promise.all([news('news-1'), news('news-1'), news('news-1')]);
		expect(await given()).toEqual(['news-1']);
		await news(null);
		expect(await given()).toEqual([]);
		await news('news-1');
		await news('news-2');
		expect(await given()).toEqual(['news-2']);
	});
});

describe('guest sales', () => {
	it('get members who have not joined, a thousand in one go', async () => {
		const ids = Array.from({ length: 1000 }, () => newId('member', now));
		const writes = new Writes();
		anonymous(writes, ids, now);
		await inTransaction(db, (tx) => writes.send(sqlOf(tx)));
		const some = await memberFacts(db, ids.slice(0, 3));
		for (const id of ids.slice(0, 3)) expect(some.get(id)).toMatchObject({ joinedAt: null, name: null });
	});
});

describe('the member code at the till', () => {
	const scan = (text: string, at = now, deviceId = 'dev_1', allowStatic?: boolean) =>
		inTransaction(db, (tx) =>
			readMemberCode(tx, text, { deviceId, ...(allowStatic === undefined ? {} : { allowStatic }) }, at)
		);
	const withSeed = async () => {
		const member = await newMember();
		return { member, ...(await inTransaction(db, (tx) => codeFor(tx, member.id))) };
	};

	it('is drawn from one secret, whichever tab asks first', async () => {
		const member = await newMember();
		const seeds = await Promise.all(Array.from({ length: 8 }, () => inTransaction(db, (tx) => codeFor(tx, member.id))));
		expect(new Set(seeds.map(({ secret }) => secret)).size).toBe(1);
		expect(seeds[0]).toMatchObject({
			number: member.number,
			stepSeconds: 30,
			secret: expect.stringMatching(/^[0-9a-f]{40}$/)
		});
	});

	it('tells who stands there, however it was typed', async () => {
		const { member, number, secret } = await withSeed();
		const code = rotatingCode(number, secret, now);
		expect(await scan(code)).toEqual({ member, via: 'rotating' });
		expect(await scan(` ${code.toLowerCase().replace(/(.{4})/g, '$1 ')}`)).toEqual({ member, via: 'rotating' });
	});

	it('is good from one step before its time to one step after', async () => {
		const { member, number, secret } = await withSeed();
		for (const off of [-1, 0, 1]) {
			const code = codeOfStep(number, secret, stepOf(now) + off);
			expect((await scan(code)).member.id).toBe(member.id);
		}
		await expect(scan(codeOfStep(number, secret, stepOf(now) - 2))).rejects.toEqual(refusal('member_code.expired'));
		// No typing makes a code that is not due yet: only a clock does.
		await expect(scan(codeOfStep(number, secret, stepOf(now) + 2))).rejects.toEqual(
			refusal('member_code.clock_wrong', { minutes: 1 })
		);
	});

	it('has run out when it was typed slowly, and no clock is blamed for that', async () => {
		const { number, secret } = await withSeed();
		const drawn = (milliseconds: number) => rotatingCode(number, secret, later(now, milliseconds));
		await expect(scan(drawn(-90 * second))).rejects.toEqual(refusal('member_code.expired'));
		await expect(scan(drawn(-5 * minute))).rejects.toEqual(refusal('member_code.expired'));
	});

	it('names a clock that is ahead or many minutes behind, and calls the rest too old', async () => {
		const { number, secret } = await withSeed();
		const drawn = (milliseconds: number) => rotatingCode(number, secret, later(now, milliseconds));
		await expect(scan(drawn(2 * minute))).rejects.toEqual(refusal('member_code.clock_wrong', { minutes: 2 }));
		await expect(scan(drawn(-6 * minute))).rejects.toEqual(refusal('member_code.clock_wrong', { minutes: 6 }));
		await expect(scan(drawn(9 * minute))).rejects.toEqual(refusal('member_code.clock_wrong', { minutes: 9 }));
		await expect(scan(drawn(-11 * minute))).rejects.toEqual(refusal('member_code.expired'));
		await expect(scan(drawn(60 * minute))).rejects.toEqual(refusal('member_code.expired'));
	});

	it('is refused on a second tablet; the first may scan it again', async () => {
		const { number, secret } = await withSeed();
		const code = rotatingCode(number, secret, now);
		await scan(code, now, 'dev_1');
		await expect(scan(code, later(now, second), 'dev_2')).rejects.toEqual(refusal('member_code.already_scanned'));
		await scan(code, later(now, 2 * second), 'dev_1');
		await scan(rotatingCode(number, secret, later(now, 30 * second)), later(now, 30 * second), 'dev_2');
	});

	it('goes to exactly one of two tablets that race for it', async () => {
		for (let round = 0; round < 10; round++) {
			const { number, secret } = await withSeed();
			const code = rotatingCode(number, secret, now);
			const results = await Promise.allSettled(
				Array.from({ length: 10 }, (_, i) => scan(code, now, `dev_${i % 2}`).then(() => i % 2))
			);
			const winners = new Set(results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
			expect(winners.size).toBe(1);
			for (const one of results) {
				if (one.status === 'rejected') expect(one.reason).toEqual(refusal('member_code.already_scanned'));
			}
			expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(5);
		}
	});

	it('that never changes tells who somebody is, where that is allowed', async () => {
		const member = await newMember();
		const code = staticCode(member.number);
		expect(await scan(code)).toEqual({ member, via: 'static' });
		await expect(scan(code, now, 'dev_1', false)).rejects.toEqual(refusal('member_code.static_not_accepted'));
	});

	it('is unknown when no member has it, when it is of another kind, and mistyped when its check symbol says so', async () => {
		const { number, secret } = await withSeed();
		await expect(scan(staticCode('2222222222'))).rejects.toEqual(refusal('member_code.unknown'));
		await expect(scan('4111111111111111')).rejects.toEqual(refusal('member_code.unknown'));
		await expect(scan('')).rejects.toEqual(refusal('member_code.unknown'));
		const code = rotatingCode(number, secret, now);
		const wrong = code.slice(0, -1) + (code.endsWith('2') ? '3' : '2');
		await expect(scan(wrong)).rejects.toEqual(refusal('member_code.mistyped'));
		const neverDrawn = await newMember();
		await expect(scan(rotatingCode(neverDrawn.number, secret, now))).rejects.toEqual(refusal('member_code.unknown'));
	});

	it('is forgotten when no till would take it any more', async () => {
		const { member, number, secret } = await withSeed();
		await scan(rotatingCode(number, secret, now));
		const uses = () => db.select().from(memberCodeUses).where(eq(memberCodeUses.memberId, member.id));
		await inTransaction(db, (tx) => forgetCodeUses(tx, later(now, 5 * minute)));
		expect(await uses()).toHaveLength(1);
		expect(await inTransaction(db, (tx) => forgetCodeUses(tx, later(now, 11 * minute), 2))).toBe(2);
		while ((await inTransaction(db, (tx) => forgetCodeUses(tx, later(now, 11 * minute)))) > 0);
		expect(await uses()).toHaveLength(0);
	});
});
