import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '#core/ids';
import { later, minute } from '#core/time';
import { inviteStaff } from '#identity/server';
import { passkeys, sessions, signInRules, spentChallenges, staff, tries } from '#identity/tables';
import { inTransaction } from '#platform/db';
import { trailEntries } from '#platform/trail.tables';
import { sweep } from '../../src/modules/identity/jobs.server.ts';
import { stepAt, totpCode } from '../../src/modules/identity/totp.server.ts';
import { testDatabase } from '../support/database.ts';
import { Device } from '../support/passkeys.ts';
import { openShop, refusalFrom, Visitor, type VisitorOptions } from '../support/visitor.ts';

const { db, url } = await testDatabase();
const mail = openShop(url);

const origin = 'http://localhost';
const password = 'correct horse battery';
const key = (): string => newId('request');
/** for mail, which is sent afterwards; its words are loaded with the first */
const patience = { timeout: 10_000 };
let count = 0;

/** A browser on the address that passkeys are made for. */
const browser = (options: VisitorOptions = {}) => new Visitor({ origin, ...options });
const enter = (visitor: Visitor, email: string) => visitor.api.admin.identity.signIn.mutate({ email, password });

async function desk(role: 'manager' | 'owner' = 'owner', options: VisitorOptions = {}) {
	const email = `passkeys${++count}@example.com`;
	const made = await inTransaction(db, (tx) => inviteStaff(tx, { name: 'Olga', email, password, role }, new Date()));
	const visitor = browser(options);
	await enter(visitor, email);
	return { ...made, email, visitor };
}

async function add(visitor: Visitor, device: Device, name = 'My laptop') {
	const { options } = await visitor.api.admin.account.passkeys.begin.mutate();
	return visitor.api.admin.account.passkeys.keep.mutate({ name, response: device.make(options) });
}

async function withPasskey(role?: 'manager' | 'owner') {
	const person = await desk(role);
	const device = new Device();
	return { ...person, device, passkey: await add(person.visitor, device) };
}

const ask = (visitor: Visitor) => visitor.api.admin.identity.passkeys.ask.mutate();
type Response = Parameters<Visitor['api']['admin']['identity']['passkeys']['signIn']['mutate']>[0]['response'];
const signIn = (visitor: Visitor, response: Response) =>
	visitor.api.admin.identity.passkeys.signIn.mutate({ response });
const trailOf = async (staffId: string) =>
	(await db.select().from(trailEntries).where(eq(trailEntries.subjectId, staffId))).map(({ action }) => action);

beforeEach(async () => {
	await db.delete(tries);
	await db.delete(signInRules);
});

describe('a passkey', () => {
	it('opens the console by itself, on a browser that shows nothing else, and says when it was used', async () => {
		const { email, staffId, device, visitor: own } = await withPasskey();
		const visitor = browser();
		const options = await ask(visitor);
		expect(options).toMatchObject({ userVerification: 'required', rpId: 'localhost', allowCredentials: [] });
		expect(await signIn(visitor, device.show(options))).toMatchObject({ staffId, role: 'owner' });
		expect(await visitor.api.admin.identity.me.query()).toMatchObject({ name: 'Olga' });
		// Whoever has just shown it may do weighty things.
		await add(visitor, new Device(), 'Key on the ring');
		const rows = await own.api.admin.account.passkeys.list.query();
		expect(rows.map(({ name, synced }) => [name, synced])).toEqual([
			['Key on the ring', false],
			['My laptop', false]
		]);
		expect(rows[1]?.lastUsedAt).toBeInstanceOf(Date);
		expect(await trailOf(staffId)).toEqual(['staff.passkey_added', 'staff.passkey_added']);
		await vi.waitFor(() => expect(mail.recent().filter(({ to }) => to === email)).toHaveLength(2), patience);
	});

	it('that is kept on several devices does not count, and is said to be on several', async () => {
		const { visitor } = await desk();
		const device = new Device(origin, false);
		await add(visitor, device);
		for (let i = 0; i < 2; i++) {
			const there = browser();
			await signIn(there, device.show(await ask(there)));
		}
		expect(await visitor.api.admin.account.passkeys.list.query()).toMatchObject([{ synced: true, copiedAt: null }]);
	});

	it('counts as two steps: neither app nor ticket is asked for, whatever the house asks', async () => {
		const { device, email } = await withPasskey();
		await db.insert(signInRules).values({ id: 'house', secondFactor: 'everybody', version: 1 });
		const visitor = browser();
		await signIn(visitor, device.show(await ask(visitor)));
		expect(await visitor.api.admin.account.get.query()).toMatchObject({ required: true });
		const other = browser();
		expect(await enter(other, email)).toEqual({ step: 'passkey', person: null });
		expect(await other.api.admin.identity.me.query()).toBeNull();
		await signIn(other, device.show(await ask(other)));
		expect(await other.api.admin.identity.me.query()).not.toBeNull();
	});

	it.each<[string, Parameters<Device['show']>[1], string]>([
		['another site’s page', { origin: 'https://pareto.example.evil' }, 'identity.passkey_wrong'],
		['another port of the same host', { origin: 'http://localhost:8080' }, 'identity.passkey_wrong'],
		['another host', { host: 'pareto.example' }, 'identity.passkey_wrong'],
		['a device that was not unlocked', { unverified: true }, 'identity.passkey_wrong'],
		['another key', { forged: true }, 'identity.passkey_wrong'],
		['an answer of the wrong kind', { type: 'webauthn.create' }, 'identity.passkey_wrong']
	])('is refused from %s', async (_, lies, code) => {
		const { device } = await withPasskey();
		const visitor = browser();
		const response = device.show(await ask(visitor), lies);
		expect((await refusalFrom(signIn(visitor, response))).code).toBe(code);
		expect(await visitor.api.admin.identity.me.query()).toBeNull();
		// A challenge is spent by a wrong answer, too.
		expect((await refusalFrom(signIn(visitor, response))).code).toBe('identity.passkey_over');
	});

	it('answers a challenge once, in the browser that asked, within five minutes', async () => {
		const { device } = await withPasskey();
		const visitor = browser();
		const first = device.show(await ask(visitor));
		expect((await refusalFrom(signIn(browser(), first))).code).toBe('identity.passkey_over');
		const cookie = visitor.cookies.get('admin-passkey');
		await signIn(visitor, first);
		if (cookie) visitor.cookies.set('admin-passkey', cookie);
		expect((await refusalFrom(signIn(visitor, first))).code).toBe('identity.passkey_over');

		let now = new Date();
		const slow = browser({ now: () => now });
		const late = device.show(await ask(slow));
		now = later(now, 5 * minute);
		expect((await refusalFrom(signIn(slow, late))).code).toBe('identity.passkey_over');

		const twins = browser();
		const one = device.show(await ask(twins));
		const kept = twins.cookies.get('admin-passkey');
		const results = await Promise.allSettled(
			[0, 1, 2, 3].map(() => {
				const twin = browser();
				if (kept) twin.cookies.set('admin-passkey', kept);
				return signIn(twin, one);
			})
		);
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);

		const forged = browser();
		const options = await ask(forged);
		const made = forged.cookies.get('admin-passkey');
		if (made)
			forged.cookies.set('admin-passkey', {
				...made,
				value: made.value.replace(/^./, (first) => (first === '_' ? '-' : '_'))
			});
		expect((await refusalFrom(signIn(forged, device.show(options)))).code).toBe('identity.passkey_over');
		await sweep(db, later(new Date(), 10 * minute));
		expect(await db.select().from(spentChallenges)).toEqual([]);
	});

	it('for one thing is none for another: what was asked at the sign-in proves nothing inside', async () => {
		const { device, visitor } = await withPasskey();
		const other = await withPasskey();
		const shown = device.show(await ask(visitor));
		const { prove, askToProve } = visitor.api.admin.account.passkeys;
		expect((await refusalFrom(prove.mutate({ response: shown }))).code).toBe('identity.passkey_over');
		const foreign = other.device.show({ ...(await askToProve.mutate()), allowCredentials: [] });
		expect((await refusalFrom(prove.mutate({ response: foreign }))).code).toBe('identity.passkey_unknown');
		await db.update(sessions).set({ provedAt: null });
		const changed = () =>
			visitor.api.admin.identity.changePassword.mutate({ old: password, fresh: 'seven grey herons' });
		expect((await refusalFrom(changed())).code).toBe('identity.prove_again');
		await prove.mutate({ response: device.show(await askToProve.mutate()) });
		await changed();
	});

	it('whose counter goes back is locked, told of, and stands in the trail; its twin opens nothing either', async () => {
		const { device, visitor: own, email, staffId } = await withPasskey();
		const visitor = browser();
		await signIn(visitor, device.show(await ask(visitor)));
		const copy = browser({ language: 'fa' });
		const behind = device.show(await ask(copy), { counter: 1 });
		expect((await refusalFrom(signIn(copy, behind))).code).toBe('identity.passkey_copied');
		expect((await refusalFrom(signIn(visitor, device.show(await ask(visitor))))).code).toBe('identity.passkey_copied');
		expect((await own.api.admin.account.passkeys.list.query())[0]?.copiedAt).toBeInstanceOf(Date);
		expect(await trailOf(staffId)).toContain('staff.passkey_copied');
		await vi.waitFor(() => {
			const told = mail.recent().filter(({ to, text }) => to === email && text.includes('copy'));
			expect(told).toHaveLength(1);
		}, patience);
	});

	it('is named, renamed and removed by its owner alone, and opens nothing after that', async () => {
		const { device, visitor, passkey, staffId } = await withPasskey();
		const stranger = await desk();
		const { rename, remove } = stranger.visitor.api.admin.account.passkeys;
		const { id } = passkey;
		expect((await refusalFrom(rename.mutate({ key: key(), id, name: 'Mine' }))).code).toBe('identity.passkey_unknown');
		expect((await refusalFrom(remove.mutate({ key: key(), id }))).code).toBe('identity.passkey_unknown');
		const mine = visitor.api.admin.account.passkeys;
		expect((await refusalFrom(mine.rename.mutate({ key: key(), id, name: '  ' }))).code).toBe('input.invalid');
		await mine.rename.mutate({ key: key(), id, name: ' Phone ' });
		expect(await mine.list.query()).toMatchObject([{ name: 'Phone' }]);
		await db.update(sessions).set({ provedAt: null });
		expect((await refusalFrom(mine.remove.mutate({ key: key(), id }))).code).toBe('identity.prove_again');
		await db.update(sessions).set({ provedAt: new Date() });
		expect(await mine.remove.mutate({ key: key(), id })).toMatchObject({
			rpID: expect.any(String),
			allAcceptedCredentialIDs: []
		});
		const there = browser();
		expect((await refusalFrom(signIn(there, device.show(await ask(there))))).code).toBe('identity.passkey_unknown');
		expect(await trailOf(staffId)).toEqual(['staff.passkey_added', 'staff.passkey_renamed', 'staff.passkey_removed']);
	});

	it('of somebody who left, or who only works at the till, opens nothing', async () => {
		const { device, staffId } = await withPasskey();
		await db.update(staff).set({ disabledAt: new Date() }).where(eq(staff.id, staffId));
		const visitor = browser();
		expect((await refusalFrom(signIn(visitor, device.show(await ask(visitor))))).code).toBe('identity.passkey_unknown');
		await db.update(staff).set({ disabledAt: null, role: 'cashier' }).where(eq(staff.id, staffId));
		expect((await refusalFrom(signIn(visitor, device.show(await ask(visitor))))).code).toBe('identity.no_console');
	});

	it('is not made twice from one answer, for another site, without unlocking, or without a fresh proof', async () => {
		const { visitor } = await withPasskey();
		const { begin, keep } = visitor.api.admin.account.passkeys;
		const device = new Device();
		const { options, name } = await begin.mutate();
		expect(name).not.toBe('');
		expect(options).toMatchObject({
			attestation: 'none',
			authenticatorSelection: { residentKey: 'required', userVerification: 'required' }
		});
		expect(options.excludeCredentials).toHaveLength(1);
		const kept = (response: Parameters<typeof keep.mutate>[0]['response']) => keep.mutate({ name: 'One', response });
		expect((await refusalFrom(kept(device.make(options, { unverified: true })))).code).toBe('identity.passkey_wrong');
		const again = await begin.mutate();
		const foreign = device.make(again.options, { origin: 'https://evil.example' });
		expect((await refusalFrom(kept(foreign))).code).toBe('identity.passkey_wrong');
		const good = device.make((await begin.mutate()).options);
		await kept(good);
		expect((await refusalFrom(kept(good))).code).toBe('identity.passkey_over');
		const rubbish = { ...good, response: { ...good.response, attestationObject: 'AAAA' } };
		await begin.mutate();
		expect((await refusalFrom(kept(rubbish))).code).toBe('identity.passkey_wrong');
		await db.update(sessions).set({ provedAt: null });
		expect((await refusalFrom(begin.mutate())).code).toBe('identity.prove_again');
		expect((await refusalFrom(kept(good))).code).toBe('identity.prove_again');
	});

	it('is not made where browsers make none: an address of digits, or one without https', async () => {
		for (const address of ['http://192.0.2.7:4173', 'http://shop.test', 'https://[2001:db8::1]']) {
			const visitor = new Visitor({ origin: address });
			expect(await visitor.api.admin.identity.passkeys.possible.query()).toBe(false);
			expect((await refusalFrom(ask(visitor))).code).toBe('identity.passkeys_impossible');
		}
		const secure = new Visitor({ origin: 'https://shop.test' });
		expect(await secure.api.admin.identity.passkeys.possible.query()).toBe(true);
		expect((await ask(secure)).rpId).toBe('shop.test');
		expect(secure.cookies.get('__Host-admin-passkey')?.options).toMatchObject({ httpOnly: true, secure: true });
	});

	it('is one of twenty at most, also when two are kept at once', async () => {
		const { visitor, userId } = await desk();
		const createdAt = new Date();
		const row = { userId, publicKey: '', counter: 0, transports: [], synced: false, name: 'Key', createdAt };
		const rows = Array.from({ length: 19 }, (_, n) => ({
			...row,
			id: newId('passkey'),
			credentialId: Buffer.from(`${userId} ${n}`).toString('base64url')
		}));
		await db.insert(passkeys).values(rows);
		// Two windows of one sign-in, each with a challenge of its own.
		const other = browser();
		for (const [name, cookie] of visitor.cookies) other.cookies.set(name, cookie);
		const results = await Promise.allSettled([add(visitor, new Device()), add(other, new Device())]);
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		expect((await refusalFrom(add(visitor, new Device()))).code).toBe('identity.passkeys_full');
	});
});

describe('the house rule of a second step and passkeys', () => {
	it('is met by a passkey: who has none makes one after the password, with recovery codes for the day it is lost', async () => {
		const { email } = await desk('manager');
		await db.insert(signInRules).values({ id: 'house', secondFactor: 'managers', version: 1 });
		const visitor = browser();
		expect(await enter(visitor, email)).toEqual({ step: 'enrol', person: null });
		const { beginEnrolment, finishEnrolment } = visitor.api.admin.identity.passkeys;
		const device = new Device();
		const response = device.make((await beginEnrolment.mutate()).options);
		const nobody = browser().api.admin.identity.passkeys.beginEnrolment.mutate();
		expect((await refusalFrom(nobody)).code).toBe('identity.second_step_over');
		const { recoveryCodes } = await finishEnrolment.mutate({ name: 'Phone', response });
		expect(recoveryCodes).toHaveLength(10);
		expect(await visitor.api.admin.identity.me.query()).toMatchObject({ role: 'manager' });
		// The password, and a code of those on paper.
		const lost = browser();
		expect(await enter(lost, email)).toEqual({ step: 'passkey', person: null });
		await lost.api.admin.identity.secondStep.take.mutate({ code: recoveryCodes?.[0] ?? '' });
		expect(await lost.api.admin.identity.me.query()).not.toBeNull();
		const [row] = await visitor.api.admin.account.passkeys.list.query();
		const remove = visitor.api.admin.account.passkeys.remove.mutate({ key: key(), id: row?.id ?? '' });
		expect((await refusalFrom(remove)).code).toBe('identity.second_factor_required');
		expect(await visitor.api.admin.account.passkeys.list.query()).toHaveLength(1);
	});

	it('may be made by an owner who has a passkey alone, and who stays signed in', async () => {
		const owner = await withPasskey();
		const colleague = await withPasskey('manager');
		const rule = { key: key(), secondFactor: 'managers' as const, version: 0 };
		await owner.visitor.api.admin.identity.signInRules.save.mutate(rule);
		expect(await owner.visitor.api.admin.identity.me.query()).not.toBeNull();
		// Signed in with the password alone: once more, with the passkey.
		expect(await colleague.visitor.api.admin.identity.me.query()).toBeNull();
		const visitor = browser();
		await signIn(visitor, colleague.device.show(await ask(visitor)));
	});

	it('lets an app go while there is a passkey, and keeps the recovery codes until the last of both is gone', async () => {
		const { visitor } = await withPasskey();
		const { account } = visitor.api.admin;
		const { secret } = await account.secondFactor.begin.mutate();
		await account.secondFactor.confirm.mutate({ code: totpCode(secret, stepAt(new Date())) });
		await db.insert(signInRules).values({ id: 'house', secondFactor: 'everybody', version: 1 });
		await account.secondFactor.remove.mutate();
		expect(await account.get.query()).toMatchObject({ secondFactor: null, codesLeft: 10 });
		await db.delete(signInRules);
		const [row] = await account.passkeys.list.query();
		await account.passkeys.remove.mutate({ key: key(), id: row?.id ?? '' });
		expect(await account.get.query()).toMatchObject({ passkeys: [], codesLeft: 0 });
	});

	it('of a colleague who lost the device: the owner takes it away with the app', async () => {
		const owner = await desk();
		const manager = await withPasskey('manager');
		const { signIns } = owner.visitor.api.admin.identity;
		expect(await signIns.get.query({ staffId: manager.staffId })).toMatchObject({ passkeys: 1 });
		const reset = { key: key(), staffId: manager.staffId, reason: 'Phone lost on the train' };
		await signIns.resetSecondFactor.mutate(reset);
		const visitor = browser();
		const shown = manager.device.show(await ask(visitor));
		expect((await refusalFrom(signIn(visitor, shown))).code).toBe('identity.passkey_unknown');
		const again = signIns.resetSecondFactor.mutate({ ...reset, key: key() });
		expect((await refusalFrom(again)).code).toBe('identity.second_factor_unknown');
	});
});
