import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { day, hour, later } from '#core/time';
import { members } from '#customers/tables';
import { issue } from '#giftcards/server';
import { giftCards } from '#giftcards/tables';
import { inTransaction } from '#platform/db';
import type { Mail, Message } from '#platform/mail/mail';
import { byHouse } from '#platform/trail';
import { defaultPolicy } from '#points';
import { adjust, policyOf, savePointTypes, savePolicy } from '#points/server';
import { programmeOf, updateProgramme } from '#stores/server';
import { addMember, found } from '#groups/server';
import { testDatabase } from '../../../tests/support/database.ts';
import { aMember, openShop, testSettings } from '../../../tests/support/shop.ts';
import { remind, reminderSteps } from './server.ts';
import { reminders } from './tables.server.ts';
import '../../../tests/support/words.ts';

const { db, url } = await testDatabase();
testSettings(url);
/** ten in the morning in the shop */
const now = new Date('2026-03-10T09:00:00Z');
await openShop(db, later(now, -400 * day));

let letters: Message[] = [];
/** addresses whose letters are not taken, and whether that is for good */
let failing = new Map<string, 'now' | 'for good'>();
const mail: Mail = {
	async send(message) {
		const how = failing.get(message.to);
		if (how === 'for good') throw Object.assign(new Error('no such mailbox'), { code: 'EENVELOPE', responseCode: 550 });
		if (how) throw new Error('the mail server is away');
		letters.push(message);
	}
};
const run = (at = now) => remind(db, { mail, origin: 'https://wallet.example', now: at });
const warn = async (warnDays: number | null) => {
	const { version } = await policyOf(db);
	await inTransaction(db, (tx) => savePolicy(tx, { policy: { ...defaultPolicy, warnDays }, version }, byHouse, now));
};
let people = 0;
async function someone(wish: Partial<typeof members.$inferInsert> = {}) {
	const id = await aMember(db, later(now, -380 * day));
	const email = `reader${++people}@example.com`;
	await db
		.update(members)
		.set({ email, language: 'en', ...wish })
		.where(eq(members.id, id));
	return { id, email };
}
/** given so long ago, they end a year after that */
const points = (memberId: string, some: number, daysAgo: number) =>
	inTransaction(db, (tx) =>
		adjust(
			tx,
			{ memberId, points: some, reason: 'a kindness', note: null, limited: false },
			byHouse,
			later(now, -daysAgo * day)
		)
	);
async function card(memberId: string, cents: number, endsInDays: number) {
	const expiresAt = later(now, endsInDays * day);
	const command = { cents, currency: 'EUR', memberId, active: true, expiresAt };
	const [made] = await inTransaction(db, (tx) => issue(tx, [command], later(now, -day)));
	if (!made?.ok) throw new Error('no card');
	return made.id;
}
async function household(headId: string, memberId: string, at = now) {
	const group = { name: 'Household', vatNumber: null, registrationNumber: null, billingAddress: null, note: null };
	const agreed = 'on paper, at the till';
	await inTransaction(db, async (tx) => {
		const leader = { memberId: headId, title: null, agreed };
		const { id: groupId } = await found(tx, { kind: 'household', group, shares: true, head: leader }, byHouse, at);
		await addMember(tx, { groupId, memberId, role: 'member', title: null, agreed }, byHouse, at);
	});
}
const to = (email: string) => letters.filter((letter) => letter.to === email);

beforeAll(() => warn(14));
beforeEach(() => {
	letters = [];
	failing = new Map();
});

test('what ends within the days is told once, all of it in one letter', async () => {
	const anna = await someone();
	await points(anna.id, 40, 360);
	await points(anna.id, 500, 20);
	await card(anna.id, 1250, 10);
	await run();
	expect(to(anna.email)).toHaveLength(1);
	const [letter] = to(anna.email);
	expect(letter?.text).toContain('Points: 40, good until Sunday, 15 March 2026');
	expect(letter?.text).toContain('€12.50');
	expect(letter?.text).not.toContain('500');
	expect(letter?.text).toContain('https://wallet.example');
	await Promise.all([run(), run(later(now, hour)), run(later(now, day))]);
	expect(to(anna.email)).toHaveLength(1);
});

test('points of another type are told by their name, once, beside those that pay', async () => {
	const stamps = {
		id: null,
		name: 'Stamps',
		earn: { kind: 'by_hand' as const },
		expiry: { days: 30, rounding: 'day' as const, monthDay: null },
		archived: false
	};
	const typeId = await inTransaction(db, async (tx) => {
		await savePointTypes(tx, { types: [stamps], version: (await programmeOf(tx)).version }, byHouse, now);
		return (await programmeOf(tx)).rules.types?.[0]?.id ?? null;
	});
	const anna = await someone();
	const give = (points: number, daysAgo: number) => {
		const command = { memberId: anna.id, typeId, points, reason: 'a kindness', note: null, limited: false };
		return inTransaction(db, (tx) => adjust(tx, command, byHouse, later(now, -daysAgo * day)));
	};
	await give(7, 20);
	await give(80, 1);
	await run();
	const [letter] = to(anna.email);
	expect(letter?.text).toContain('Stamps: 7, good until Friday, 20 March 2026');
	expect(letter?.text).not.toContain('80');
	// those that pay end on the same day: an end of their own
	await points(anna.id, 40, 355);
	await run(later(now, hour));
	await run(later(now, day));
	expect(to(anna.email)).toHaveLength(2);
	expect(to(anna.email)[1]?.text).toContain('Points: 40, good until Friday, 20 March 2026');
	expect(to(anna.email)[1]?.text).not.toContain('Stamps');
});

test('whoever stays away is told what lapses, once; whoever comes meanwhile is told again in time', async () => {
	const { rules } = await programmeOf(db);
	const away = async (inactiveDays: number | null, ofType: number | null) => {
		const { rules: before, version } = await programmeOf(db);
		const types = before.types?.map(({ inactiveDays: _, ...type }) => ({
			...type,
			...(ofType === null ? {} : { inactiveDays: ofType })
		}));
		const next = { ...before, earn: { ...before.earn, inactiveDays }, types };
		await inTransaction(db, (tx) => updateProgramme(tx, { rules: next, version }, byHouse, now));
	};
	const typeId = rules.types?.find(({ name }) => name === 'Stamps')?.id ?? null;
	const stamps = (memberId: string, some: number, daysAgo: number) =>
		inTransaction(db, (tx) =>
			adjust(
				tx,
				{ memberId, typeId, points: some, reason: 'a kindness', note: null, limited: false },
				byHouse,
				later(now, -daysAgo * day)
			)
		);
	await away(40, 26);
	const [anna, ben, gone] = [await someone(), await someone(), await someone()];
	// Her stamps end by themselves before they lapse; her points that pay lapse in eighteen days.
	await stamps(anna.id, 7, 28);
	await points(anna.id, 40, 22);
	await stamps(ben.id, 3, 20);
	await points(gone.id, 5, 60);
	// What one of a household did keeps the purse of all.
	const [head, child] = [await someone(), await someone()];
	await stamps(head.id, 4, 24);
	await household(head.id, child.id, later(now, -18 * day));
	await run();
	expect(to(anna.email)).toHaveLength(1);
	expect(to(anna.email)[0]?.text).toContain('Stamps: 7, good until Thursday, 12 March 2026');
	expect(to(anna.email)[0]?.text).not.toContain('40');
	expect(to(ben.email)[0]?.text).toContain('Stamps: 3, lapse after Monday, 16 March 2026 unless you shop before');
	for (const { email } of [head, child])
		expect(to(email)[0]?.text).toContain('Stamps: 4, good until Monday, 16 March 2026');
	expect(to(gone.email), 'lapsed before anybody could tell').toEqual([]);
	await Promise.all([run(), run(later(now, hour))]);
	// Four days later those that pay are near, too.
	await run(later(now, 4 * day));
	await run(later(now, 5 * day));
	expect(to(anna.email)).toHaveLength(2);
	expect(to(anna.email)[1]?.text).toContain('Points: 40, lapse after Saturday, 28 March 2026 unless you shop before');
	expect(to(ben.email)).toHaveLength(1);
	await points(anna.id, 1, -6);
	await run(later(now, 8 * day));
	expect(to(anna.email)).toHaveLength(2);
	await run(later(now, 35 * day));
	expect(to(anna.email)).toHaveLength(3);
	expect(to(anna.email)[2]?.text).toContain('Points: 41, lapse after');
	expect(await reminderSteps.exportOf(db, [ben.id], now)).toMatchObject({ reminders: [{ subject: 'points' }] });
	await away(null, null);
});

test('two jobs at once send one letter', async () => {
	const anna = await someone();
	await points(anna.id, 40, 360);
	await Promise.all([run(), run(), run()]);
	expect(to(anna.email)).toHaveLength(1);
});

test('the letter is in the language of its reader, and has the dates of their calendar', async () => {
	const shirin = await someone({ language: 'fa' });
	await points(shirin.id, 40, 360);
	await run();
	const [letter] = to(shirin.email);
	expect(letter?.text).toContain('۴۰');
	expect(letter?.html).toContain('dir="rtl"');
});

test('who has no address, is blocked, or waits to be erased gets none; nor does a card that cannot be used', async () => {
	const blocked = await someone();
	const silent = await someone();
	await db.update(members).set({ email: null }).where(eq(members.id, silent.id));
	const holder = await someone();
	for (const { id } of [blocked, silent]) await points(id, 40, 360);
	await db.update(members).set({ blockedAt: now }).where(eq(members.id, blocked.id));
	const lost = await card(holder.id, 500, 5);
	await db.update(giftCards).set({ blockedAt: now }).where(eq(giftCards.id, lost));
	await run();
	expect(letters).toEqual([]);
});

test('a letter that was not taken is sent in the next hour; one whose address is refused is not', async () => {
	const [away, wrong] = [await someone(), await someone()];
	for (const { id } of [away, wrong]) await points(id, 40, 360);
	failing = new Map([
		[away.email, 'now'],
		[wrong.email, 'for good']
	]);
	await run();
	expect(letters).toEqual([]);
	failing = new Map();
	await run(later(now, hour));
	expect(to(away.email)).toHaveLength(1);
	expect(to(wrong.email)).toEqual([]);
});

test('nobody is written to at night, nor where the house does not want it', async () => {
	const anna = await someone();
	await points(anna.id, 40, 360);
	for (const at of [later(now, -3 * hour), later(now, 10 * hour)]) await run(at);
	await warn(null);
	await run();
	expect(letters).toEqual([]);
	await warn(14);
	await run();
	expect(to(anna.email)).toHaveLength(1);
});

test('whoever shares a purse is told of what is in it', async () => {
	const [head, child] = [await someone(), await someone()];
	await points(head.id, 77, 360);
	await household(head.id, child.id);
	await run();
	for (const { email } of [head, child]) expect(to(email)[0]?.text).toContain('Points: 77');
});

test('of two who were merged, what one was told both know; of one who is erased nothing stays', async () => {
	const [anna, twin] = [await someone(), await someone()];
	for (const { id } of [anna, twin]) await points(id, 40, 360);
	await run();
	await inTransaction(db, (tx) => reminderSteps.merge(tx, { from: twin.id, into: anna.id, ref: 'mrg' }, now));
	expect(await db.select().from(reminders).where(eq(reminders.memberId, twin.id))).toEqual([]);
	expect(await db.select().from(reminders).where(eq(reminders.memberId, anna.id))).toHaveLength(1);
	expect((await reminderSteps.exportOf(db, [anna.id], now)).reminders).toHaveLength(1);
	await inTransaction(db, (tx) => reminderSteps.erase(tx, [anna.id], now));
	expect(await db.select().from(reminders).where(eq(reminders.memberId, anna.id))).toEqual([]);
});

test('days that make no sense are refused', async () => {
	for (const days of [0, -1, 1.5, 91]) await expect(warn(days)).rejects.toMatchObject({ code: 'points.policy_form' });
});
