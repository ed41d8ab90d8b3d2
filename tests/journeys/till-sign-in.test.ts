import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#core/ids';
import { hour, later, minute } from '#core/time';
import { inviteStaff } from '#identity/server';
import { devices, enrolmentCodes, tillSessions, tries } from '#identity/tables';
import { inTransaction } from '#platform/db';
import { testDatabase } from '../support/database.ts';
import { aKey } from '../support/shop.ts';
import { ownPin } from '../support/till.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
openShop(url);

const password = 'correct horse battery';
const highStreet = newId('store');
const harbour = newId('store');
const manager = new Visitor();

beforeAll(async () => {
	const email = 'manager@example.com';
	await inTransaction(db, (tx) =>
		inviteStaff(tx, { name: 'Ann', email, password, role: 'manager', pin: '2580' }, new Date())
	);
	await manager.api.admin.identity.signIn.mutate({ email, password });
});

beforeEach(() => db.delete(tries).then(() => {}));

const code = async (storeId = highStreet): Promise<string> =>
	(await manager.api.admin.identity.devices.makeEnrolmentCode.mutate({ key: aKey(), storeId, name: 'Till 1' })).code;

async function tablet(storeId = highStreet, now?: () => Date): Promise<Visitor> {
	const visitor = new Visitor(now ? { now } : {});
	await visitor.api.till.identity.enrol.mutate({ code: await code(storeId) });
	return visitor;
}

const cashier = async (name: string, pin = '4711', storeIds: string[] | null = null): Promise<string> => {
	const { createCashier } = manager.api.admin.identity.staff;
	const { staffId } = await createCashier.mutate({ key: aKey(), name, pin, storeIds });
	return ownPin(db, staffId);
};

describe('enrolling a tablet', () => {
	it('takes a code typed in any case with blanks, and keeps the tablet a till', async () => {
		const visitor = new Visitor();
		expect(await visitor.api.till.identity.me.query()).toBeNull();
		const typed = (await code()).toLowerCase().replace(/(...)/g, '$1 ');
		const device = await visitor.api.till.identity.enrol.mutate({ code: typed });
		expect(device).toEqual({ deviceId: expect.stringMatching(/^dev_/), storeId: highStreet, name: 'Till 1' });
		expect(visitor.cookies.get('till')?.options).toMatchObject({ httpOnly: true, path: '/', sameSite: 'lax' });
		const { deviceId, storeId } = device;
		expect(await visitor.api.till.identity.me.query()).toEqual({ deviceId, storeId, staff: null });
		expect(await manager.api.admin.identity.devices.list.query()).toContainEqual(
			expect.objectContaining({ id: deviceId, name: 'Till 1', enrolledBy: 'Ann', revokedAt: null, cashier: null })
		);
	});

	it('works once, also when twenty tablets send the code at the same moment', async () => {
		const once = await code();
		const tablets = Array.from({ length: 20 }, (_, i) => new Visitor({ ip: `198.51.100.${i}` }));
		const results = await Promise.allSettled(tablets.map(({ api }) => api.till.identity.enrol.mutate({ code: once })));
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		expect(tablets.filter(({ cookies }) => cookies.has('till'))).toHaveLength(1);
		expect(tablets.flatMap(({ reports }) => reports)).toEqual([]);
		const late = await refusalFrom(new Visitor().api.till.identity.enrol.mutate({ code: once }));
		expect(late.code).toBe('identity.enrolment_unknown');
	});

	it('refuses a code after a quarter of an hour', async () => {
		const start = new Date();
		const late = new Visitor({ now: () => later(start, 15 * minute + 1000) });
		const refusal = await refusalFrom(late.api.till.identity.enrol.mutate({ code: await code() }));
		expect(refusal.code).toBe('identity.enrolment_unknown');
	});

	it('finds a typing error without asking the database, and does not count it as a try', async () => {
		const visitor = new Visitor();
		const typed = await code();
		const slip = typed.slice(0, 3) + (typed[3] === 'A' ? 'B' : 'A') + typed.slice(4);
		for (let i = 0; i < 12; i++) {
			const refusal = await refusalFrom(visitor.api.till.identity.enrol.mutate({ code: slip }));
			expect(refusal.code).toBe('identity.enrolment_mistyped');
		}
		await visitor.api.till.identity.enrol.mutate({ code: typed });
	});

	it('stops whoever guesses', async () => {
		const used = await code();
		await new Visitor({ ip: '198.51.100.99' }).api.till.identity.enrol.mutate({ code: used });
		const guesser = new Visitor();
		for (let i = 0; i < 10; i++) await refusalFrom(guesser.api.till.identity.enrol.mutate({ code: used }));
		const refusal = await refusalFrom(guesser.api.till.identity.enrol.mutate({ code: await code() }));
		expect(refusal).toMatchObject({ code: 'identity.too_many_tries', details: { minutes: 15 } });
	});

	it('stores neither the code nor the token', async () => {
		const typed = await code();
		const visitor = new Visitor();
		await visitor.api.till.identity.enrol.mutate({ code: typed });
		const token = visitor.cookies.get('till')?.value ?? 'none';
		expect(token).toMatch(/^til_.{43}$/);
		const stored = JSON.stringify([await db.select().from(devices), await db.select().from(enrolmentCodes)]);
		expect(stored).not.toContain(token);
		expect(stored).not.toContain(typed);
	});

	it('makes the cookie one of the host over https', async () => {
		const visitor = new Visitor({ origin: 'https://shop.test' });
		await visitor.api.till.identity.enrol.mutate({ code: await code() });
		expect([...visitor.cookies.keys()]).toEqual(['__Host-till']);
		expect(visitor.cookies.get('__Host-till')?.options.secure).toBe(true);
		expect(await visitor.api.till.identity.me.query()).not.toBeNull();
	});

	it('renews the cookie of a tablet in use, and gives none to a till of other make', async () => {
		const visitor = await tablet();
		const token = visitor.cookies.get('till')?.value ?? '';
		visitor.cookies.set('till', { value: token, options: { path: '/' } });
		await visitor.api.till.identity.me.query();
		expect(visitor.cookies.get('till')).toMatchObject({ value: token, options: { maxAge: 400 * 24 * 3600 } });
		const program = new Visitor({ headers: { authorization: `Bearer ${token}` } });
		await program.api.till.identity.me.query();
		expect(program.cookies.size).toBe(0);
	});

	it('lets a till of other make show its token in a header', async () => {
		const enrolled = await tablet();
		const token = enrolled.cookies.get('till')?.value;
		const program = new Visitor({ headers: { authorization: `Bearer ${token}` } });
		expect(await program.api.till.identity.me.query()).toEqual(await enrolled.api.till.identity.me.query());
		const stranger = new Visitor({ headers: { authorization: `Bearer til_${'A'.repeat(43)}` } });
		expect(await stranger.api.till.identity.me.query()).toBeNull();
	});
});

describe('a tablet that was taken out', () => {
	it('is out with its next request, and so is who stood there', async () => {
		const visitor = await tablet();
		const me = await visitor.api.till.identity.me.query();
		const staffId = await cashier('Lost');
		await visitor.api.till.identity.signIn.mutate({ staffId, pin: '4711' });
		await manager.api.admin.identity.devices.revoke.mutate({ key: aKey(), deviceId: me?.deviceId ?? '' });
		expect((await refusalFrom(visitor.api.till.identity.cashiers.query())).code).toBe('access.enrol_first');
		expect(await visitor.api.till.identity.me.query()).toBeNull();
		const [session] = await db.select().from(tillSessions).where(eq(tillSessions.staffId, staffId));
		expect(session?.signedOutAt).toBeInstanceOf(Date);
	});

	it('stays out when it is taken out again; one that never was is refused', async () => {
		const visitor = await tablet();
		const deviceId = (await visitor.api.till.identity.me.query())?.deviceId ?? '';
		await manager.api.admin.identity.devices.revoke.mutate({ key: aKey(), deviceId });
		const [first] = await db.select().from(devices).where(eq(devices.id, deviceId));
		await manager.api.admin.identity.devices.revoke.mutate({ key: aKey(), deviceId });
		const [again] = await db.select().from(devices).where(eq(devices.id, deviceId));
		expect(again?.revokedAt).toEqual(first?.revokedAt);
		const unknown = manager.api.admin.identity.devices.revoke.mutate({ key: aKey(), deviceId: newId('device') });
		expect((await refusalFrom(unknown)).code).toBe('identity.device_unknown');
	});
});

describe('a cashier with a PIN', () => {
	it('picks the name, types the PIN, works, and signs out while the tablet stays enrolled', async () => {
		const visitor = await tablet();
		const staffId = await cashier('Bo');
		expect(await visitor.api.till.identity.cashiers.query()).toContainEqual({
			id: staffId,
			name: 'Bo',
			role: 'cashier'
		});
		const person = await visitor.api.till.identity.signIn.mutate({ staffId, pin: '۴۷۱۱' });
		expect(person).toEqual({ id: staffId, name: 'Bo', role: 'cashier', permissions: ['till.sell', 'till.return'] });
		expect((await visitor.api.till.identity.me.query())?.staff).toEqual(person);
		await visitor.api.till.identity.signOut.mutate();
		expect(await visitor.api.till.identity.me.query()).toMatchObject({ storeId: highStreet, staff: null });
	});

	it('of another store is not in the list and cannot sign in', async () => {
		const staffId = await cashier('Hanna', '4711', [harbour]);
		const there = await tablet(harbour);
		const here = await tablet(highStreet);
		expect((await there.api.till.identity.cashiers.query()).map(({ id }) => id)).toContain(staffId);
		expect((await here.api.till.identity.cashiers.query()).map(({ id }) => id)).not.toContain(staffId);
		await there.api.till.identity.signIn.mutate({ staffId, pin: '4711' });
		const refusal = await refusalFrom(here.api.till.identity.signIn.mutate({ staffId, pin: '4711' }));
		expect(refusal.code).toBe('identity.pin_wrong');
	});

	it('is locked on this tablet after five wrong PINs, not on others, and told for how long', async () => {
		const start = new Date();
		let now = start;
		const visitor = await tablet(highStreet, () => now);
		const staffId = await cashier('Cy');
		const signIn = (pin: string) => visitor.api.till.identity.signIn.mutate({ staffId, pin });
		const refusals = [];
		for (let i = 0; i < 5; i++) refusals.push(await refusalFrom(signIn('9182')));
		expect(refusals.map(({ code, details }) => [code, details.triesLeft])).toEqual(
			[4, 3, 2, 1, 0].map((left) => ['identity.pin_wrong', left])
		);
		const sentences = refusals.map(({ sentence }) => sentence);
		expect(sentences.slice(0, 2)).toEqual(['This PIN is not right.', 'This PIN is not right.']);
		expect(sentences[2]).toContain('2 tries left');
		expect(sentences[3]).toContain('1 try left');
		expect(sentences[4]).toContain('No tries left');
		const locked = await refusalFrom(signIn('4711'));
		expect(locked).toMatchObject({ code: 'identity.pin_locked', kind: 'limited', details: { minutes: 15 } });
		expect(locked.sentence).toContain('15 min');
		await (await tablet()).api.till.identity.signIn.mutate({ staffId, pin: '4711' });
		now = later(start, 15 * minute);
		await signIn('4711');
	});

	it('cannot be guessed by many tries at once: five are looked at', async () => {
		const visitor = await tablet();
		const staffId = await cashier('Di');
		const guesses = await Promise.all(
			Array.from({ length: 30 }, (_, i) =>
				refusalFrom(visitor.api.till.identity.signIn.mutate({ staffId, pin: String(5000 + i) }))
			)
		);
		expect(guesses.filter(({ code }) => code === 'identity.pin_wrong')).toHaveLength(5);
		expect(guesses.filter(({ code }) => code === 'identity.pin_locked')).toHaveLength(25);
	});

	it('is not locked out by a colleague who is', async () => {
		const visitor = await tablet();
		const [guessed, honest] = await Promise.all([cashier('Guessed'), cashier('Honest')]);
		const guess = () => refusalFrom(visitor.api.till.identity.signIn.mutate({ staffId: guessed, pin: '9182' }));
		// However long somebody hammers at one name, the tablet stays everybody else's.
		for (let i = 0; i < 40; i++) await guess();
		expect((await guess()).code).toBe('identity.pin_locked');
		expect(await visitor.api.till.identity.signIn.mutate({ staffId: honest, pin: '4711' })).toMatchObject({
			name: 'Honest'
		});
	});

	it('is let in with a new PIN from the console, however often the old one was missed', async () => {
		const visitor = await tablet();
		const staffId = await cashier('Nia');
		const signIn = (pin: string) => visitor.api.till.identity.signIn.mutate({ staffId, pin });
		for (let i = 0; i < 6; i++) await refusalFrom(signIn('9182'));
		expect((await refusalFrom(signIn('4711'))).code).toBe('identity.pin_locked');
		await manager.api.admin.identity.staff.setPin.mutate({ key: aKey(), staffId, pin: '8302' });
		// The new one is protected as the old one was.
		for (let i = 0; i < 4; i++) await refusalFrom(signIn('9182'));
		expect((await refusalFrom(signIn('8302'))).code).toBe('identity.pin_change_first');
	});

	it('waits with all the others when many names were guessed at, twenty times at most however fast', async () => {
		const start = new Date();
		let now = start;
		const visitor = await tablet(highStreet, () => now);
		const ids = await Promise.all(Array.from({ length: 8 }, (_, i) => cashier(`Many ${i}`)));
		const signIn = (staffId: string, pin: string) => visitor.api.till.identity.signIn.mutate({ staffId, pin });
		const guesses = await Promise.all(
			ids.flatMap((staffId) => Array.from({ length: 4 }, (_, i) => refusalFrom(signIn(staffId, String(5000 + i)))))
		);
		expect(guesses.filter(({ code }) => code === 'identity.pin_wrong')).toHaveLength(20);
		expect(guesses.filter(({ code }) => code === 'identity.tablet_locked')).toHaveLength(12);
		const locked = await refusalFrom(signIn(ids[0] ?? '', '4711'));
		expect(locked).toMatchObject({ code: 'identity.tablet_locked', details: { minutes: 15 } });
		await (await tablet()).api.till.identity.signIn.mutate({ staffId: ids[0] ?? '', pin: '4711' });
		now = later(start, 15 * minute);
		await signIn(ids[0] ?? '', '4711');
	});

	it('who signs in all day long uses no tries up, and wipes away none of the guesses at others', async () => {
		const visitor = await tablet();
		const [busy, ...others] = await Promise.all(['Busy', 'A', 'B', 'C', 'D', 'E'].map((name) => cashier(name)));
		const signIn = (staffId: string, pin: string) => visitor.api.till.identity.signIn.mutate({ staffId, pin });
		const codes: string[] = [];
		for (const other of others) {
			for (let i = 0; i < 4; i++) {
				codes.push((await refusalFrom(signIn(other, '9182'))).code);
				if (codes.length < 20) await signIn(busy ?? '', '4711');
			}
		}
		expect(codes).toEqual(Array.from({ length: 20 }, () => 'identity.pin_wrong'));
		expect((await refusalFrom(signIn(busy ?? '', '4711'))).code).toBe('identity.tablet_locked');
	});

	it('takes over from whoever stood there; of two at once one remains', async () => {
		const visitor = await tablet();
		const ids = await Promise.all([cashier('Ed'), cashier('Flo')]);
		await Promise.all(ids.map((staffId) => visitor.api.till.identity.signIn.mutate({ staffId, pin: '4711' })));
		const me = await visitor.api.till.identity.me.query();
		expect(ids).toContain(me?.staff?.id);
		const rows = await db
			.select()
			.from(tillSessions)
			.where(eq(tillSessions.deviceId, me?.deviceId ?? ''));
		expect(rows.filter(({ signedOutAt }) => signedOutAt === null)).toHaveLength(1);
		expect(rows).toHaveLength(2);
	});

	it('is signed out after four hours without a touch, and not while working', async () => {
		const start = new Date();
		let now = start;
		const visitor = await tablet(highStreet, () => now);
		await visitor.api.till.identity.signIn.mutate({ staffId: await cashier('Gus'), pin: '4711' });
		for (const hours of [3, 6, 9]) {
			now = later(start, hours * hour);
			expect((await visitor.api.till.identity.me.query())?.staff?.name).toBe('Gus');
		}
		now = later(start, 13 * hour + minute);
		expect(await visitor.api.till.identity.me.query()).toMatchObject({ staff: null });
	});

	it('is not kept signed in by a tablet that only looks whether it is still a till', async () => {
		const start = new Date();
		let now = start;
		const visitor = await tablet(highStreet, () => now);
		await visitor.api.till.identity.signIn.mutate({ staffId: await cashier('Hal'), pin: '4711' });
		const idle = new Visitor({ now: () => now, headers: { 'x-idle': '1' } });
		idle.cookies.set('till', visitor.cookies.get('till')!);
		for (const hours of [1, 3]) {
			now = later(start, hours * hour);
			expect((await idle.api.till.identity.me.query())?.staff?.name).toBe('Hal');
		}
		now = later(start, 4 * hour + minute);
		expect(await idle.api.till.identity.me.query()).toMatchObject({ staff: null });
	});

	it('who has left is out at once and no longer in the list', async () => {
		const visitor = await tablet();
		const staffId = await cashier('Jo');
		await visitor.api.till.identity.signIn.mutate({ staffId, pin: '4711' });
		await manager.api.admin.identity.staff.disable.mutate({ key: aKey(), staffId });
		expect(await visitor.api.till.identity.me.query()).toMatchObject({ staff: null });
		expect((await visitor.api.till.identity.cashiers.query()).map(({ id }) => id)).not.toContain(staffId);
		const refusal = await refusalFrom(visitor.api.till.identity.signIn.mutate({ staffId, pin: '4711' }));
		expect(refusal.code).toBe('identity.pin_wrong');
	});

	it.each(['1111', '1234', '987654', '0000'])('is not given a PIN as simple as %s', async (pin) => {
		const refusal = await refusalFrom(
			manager.api.admin.identity.staff.createCashier.mutate({ key: aKey(), name: 'Kim', pin, storeIds: null })
		);
		expect(refusal.code).toBe('identity.pin_too_simple');
	});

	it('gets a new PIN from a manager, after which the old one is wrong', async () => {
		const visitor = await tablet();
		const staffId = await cashier('Lea');
		await manager.api.admin.identity.staff.setPin.mutate({ key: aKey(), staffId, pin: '8302' });
		expect((await refusalFrom(visitor.api.till.identity.signIn.mutate({ staffId, pin: '4711' }))).code).toBe(
			'identity.pin_wrong'
		);
		await visitor.api.till.identity.signIn.mutate({ staffId, pin: '8302', fresh: '9471' });
	});
});

describe('a manager', () => {
	it('at a till with a PIN still has no console there', async () => {
		const visitor = await tablet();
		const staff = await manager.api.admin.identity.staff.list.query();
		const ann = staff.find(({ name }) => name === 'Ann');
		await visitor.api.till.identity.signIn.mutate({ staffId: ann?.id ?? '', pin: '2580' });
		expect((await refusalFrom(visitor.api.admin.identity.staff.list.query())).code).toBe('access.sign_in_first');
		expect((await visitor.api.till.identity.me.query())?.staff?.role).toBe('manager');
	});

	it('changes cashiers, but neither owners nor other managers, and never sends themselves away', async () => {
		const owner = await inTransaction(db, (tx) =>
			inviteStaff(tx, { name: 'Olga', email: 'olga@example.com', password, role: 'owner' }, new Date())
		);
		const disable = (staffId: string) => manager.api.admin.identity.staff.disable.mutate({ key: aKey(), staffId });
		const setPin = (staffId: string) =>
			manager.api.admin.identity.staff.setPin.mutate({ key: aKey(), staffId, pin: '8302' });
		expect((await refusalFrom(disable(owner.staffId))).code).toBe('identity.above_your_role');
		expect((await refusalFrom(setPin(owner.staffId))).code).toBe('identity.above_your_role');
		const me = await manager.api.admin.identity.me.query();
		expect((await refusalFrom(disable(me?.staffId ?? ''))).code).toBe('identity.not_yourself');
		expect((await refusalFrom(disable(newId('staff')))).code).toBe('identity.staff_unknown');
	});

	it('who is sent away by an owner is out of the console with the next click', async () => {
		const email = 'max@example.com';
		const people = [
			{ name: 'Max', email, role: 'manager' as const },
			{ name: 'Pia', email: 'pia@example.com', role: 'owner' as const }
		];
		const [max] = await inTransaction(db, async (tx) => [
			await inviteStaff(tx, { ...people[0]!, password }, new Date()),
			await inviteStaff(tx, { ...people[1]!, password }, new Date())
		]);
		const [his, hers] = [new Visitor(), new Visitor()];
		await his.api.admin.identity.signIn.mutate({ email, password });
		await hers.api.admin.identity.signIn.mutate({ email: 'pia@example.com', password });
		await hers.api.admin.identity.staff.disable.mutate({ key: aKey(), staffId: max!.staffId });
		expect((await refusalFrom(his.api.admin.identity.staff.list.query())).code).toBe('access.sign_in_first');
		const again = his.api.admin.identity.signIn.mutate({ email, password });
		expect((await refusalFrom(again)).code).toBe('identity.password_wrong');
	});
});
