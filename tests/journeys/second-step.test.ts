import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '#core/ids';
import { later, minute, second } from '#core/time';
import { inviteStaff } from '#identity/server';
import { recoveryCodes, secondFactors, sessions, signInRules, staff, tries } from '#identity/tables';
import { inTransaction } from '#platform/db';
import { trailEntries } from '#platform/trail.tables';
import { stepAt, totpCode } from '../../src/modules/identity/totp.server.ts';
import { testDatabase } from '../support/database.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
const mail = openShop(url);

const password = 'correct horse battery';
const key = (): string => newId('request');
let count = 0;

async function hire(role: 'manager' | 'owner' | 'key_account_manager' = 'owner') {
	const email = `colleague${++count}@example.com`;
	const made = await inTransaction(db, (tx) => inviteStaff(tx, { name: 'Olga', email, password, role }, new Date()));
	return { ...made, email };
}

const enter = (visitor: Visitor, email: string) => visitor.api.admin.identity.signIn.mutate({ email, password });

async function desk(role?: Parameters<typeof hire>[0]) {
	const person = await hire(role);
	const visitor = new Visitor();
	await enter(visitor, person.email);
	return { ...person, visitor };
}

/** What an app shows, so many half minutes from now. */
const shown = (secret: string, steps = 0) => totpCode(secret, stepAt(new Date()) + steps);

/** Somebody with an app, signed in; the code that was used is the one of a half minute ago, so that the next one is good. */
async function withApp(role?: Parameters<typeof hire>[0]) {
	const person = await desk(role);
	const { secondFactor } = person.visitor.api.admin.account;
	const { secret } = await secondFactor.begin.mutate();
	const { recoveryCodes: codes } = await secondFactor.confirm.mutate({ code: shown(secret, -1) });
	return { ...person, secret, codes };
}

const take = (visitor: Visitor, code: string) => visitor.api.admin.identity.secondStep.take.mutate({ code });

beforeEach(async () => {
	await db.delete(tries);
	await db.delete(signInRules);
});

describe('a second step with an app', () => {
	it('is set up with a code, and asked for after the password before anything of the console opens', async () => {
		const { email, secret, codes } = await withApp();
		expect(codes).toHaveLength(10);
		const visitor = new Visitor();
		expect(await enter(visitor, email)).toEqual({ step: 'code', person: null });
		expect(await visitor.api.admin.identity.me.query()).toBeNull();
		expect((await refusalFrom(visitor.api.admin.identity.staff.list.query())).code).toBe('access.sign_in_first');
		expect(await visitor.api.admin.identity.secondStep.view.query()).toEqual({ step: 'code', email });
		await take(visitor, shown(secret));
		expect(await visitor.api.admin.identity.me.query()).toMatchObject({ name: 'Olga' });
		expect(await visitor.api.admin.identity.secondStep.view.query()).toBeNull();
	});

	it('takes a code once, also when it is sent ten times at once', async () => {
		const { email, secret } = await withApp();
		const visitors = Array.from({ length: 4 }, () => new Visitor());
		for (const visitor of visitors) await enter(visitor, email);
		const code = shown(secret);
		const results = await Promise.allSettled(visitors.map((visitor) => take(visitor, code)));
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		const late = new Visitor();
		await enter(late, email);
		expect((await refusalFrom(take(late, code))).code).toBe('identity.second_code_wrong');
	});

	it('is locked after five wrong codes, even for the right one', async () => {
		const { email, secret } = await withApp();
		const visitor = new Visitor();
		await enter(visitor, email);
		for (let i = 0; i < 5; i++)
			expect((await refusalFrom(take(visitor, '000000'))).code).toBe('identity.second_code_wrong');
		expect((await refusalFrom(take(visitor, shown(secret)))).code).toBe('identity.too_many_tries');
	});

	it('takes each recovery code once, however it is written, and none of an earlier set', async () => {
		const { email, codes, visitor: own } = await withApp();
		const [first = '', other = ''] = codes;
		const visitor = new Visitor();
		await enter(visitor, email);
		expect(await take(visitor, first.toLowerCase().replace('-', ' '))).toMatchObject({ recovery: true });
		const again = new Visitor();
		await enter(again, email);
		expect((await refusalFrom(take(again, first))).code).toBe('identity.second_code_wrong');
		expect((await own.api.admin.account.get.query()).secondFactor?.codesLeft).toBe(9);
		const { recoveryCodes: fresh } = await own.api.admin.account.secondFactor.renewCodes.mutate();
		expect((await refusalFrom(take(again, other))).code).toBe('identity.second_code_wrong');
		await take(again, fresh[0] ?? '');
	});

	it('is not passed with a ticket that is forged, ten minutes old, somebody else’s, or of an old password', async () => {
		const { email, secret, userId, visitor: own } = await withApp();
		const visitor = new Visitor();
		await enter(visitor, email);
		const ticket = visitor.cookies.get('admin-step');
		if (!ticket) throw new Error('there is a ticket');
		const withTicket = (value: string, options: ConstructorParameters<typeof Visitor>[0] = {}) => {
			const other = new Visitor(options);
			other.cookies.set('admin-step', { ...ticket, value });
			return refusalFrom(take(other, shown(secret)));
		};
		const victim = await hire();
		const [, madeAt, signature] = ticket.value.split('.');
		expect((await withTicket(`${victim.userId}.${madeAt}.${signature}`)).code).toBe('identity.second_step_over');
		expect((await withTicket(`${userId}.${Number(madeAt) + 1}.${signature}`)).code).toBe('identity.second_step_over');
		expect((await withTicket('')).code).toBe('identity.second_step_over');
		const late = { now: () => later(new Date(), 10 * minute + second) };
		expect((await withTicket(ticket.value, late)).code).toBe('identity.second_step_over');
		await own.api.admin.identity.changePassword.mutate({ old: password, fresh: 'a new and better one' });
		expect((await withTicket(ticket.value)).code).toBe('identity.second_step_over');
	});

	it('is still asked for after a forgotten password was replaced', async () => {
		const { email } = await withApp();
		await new Visitor().api.admin.identity.reset.request.mutate({ email });
		const token = await vi.waitFor(() => {
			const found = mail.recent().map(({ to, text }) => (to === email ? /#([\w-]{43})/.exec(text)?.[1] : null));
			const [first] = found.filter((each) => each);
			expect(first).toBeTruthy();
			return first as string;
		});
		await new Visitor().api.admin.identity.reset.choose.mutate({ token, password: 'a new and better one' });
		const visitor = new Visitor();
		const entered = await visitor.api.admin.identity.signIn.mutate({ email, password: 'a new and better one' });
		expect(entered).toEqual({ step: 'code', person: null });
		expect(await visitor.api.admin.identity.me.query()).toBeNull();
	});

	it('is kept as ciphertext and hashes, and the trail has neither secrets nor codes', async () => {
		const { secret, codes, userId, staffId } = await withApp();
		const [factor] = await db.select().from(secondFactors).where(eq(secondFactors.userId, userId));
		const kept = await db.select().from(recoveryCodes).where(eq(recoveryCodes.userId, userId));
		const trail = await db.select().from(trailEntries).where(eq(trailEntries.subjectId, staffId));
		expect(trail.map(({ action }) => action)).toContain('staff.second_factor_added');
		const text = JSON.stringify([factor, kept, trail]);
		expect(text).not.toContain(secret);
		for (const code of codes) expect(text).not.toContain(code.replace('-', ''));
	});

	it('proves nothing while it is only being set up', async () => {
		const { visitor, email } = await desk();
		const { secret } = await visitor.api.admin.account.secondFactor.begin.mutate();
		expect((await visitor.api.admin.account.secondFactor.begin.mutate()).secret).toBe(secret);
		const wrong = visitor.api.admin.account.secondFactor.confirm.mutate({ code: '000000' });
		expect((await refusalFrom(wrong)).code).toBe('identity.second_code_wrong');
		expect(await enter(new Visitor(), email)).toMatchObject({ step: null });
	});
});

describe('weighty things', () => {
	it('want the password once more after ten minutes, and the code of the app with it', async () => {
		const { visitor, secret } = await withApp();
		const later11 = new Visitor({ now: () => later(new Date(), 11 * minute) });
		for (const [name, cookie] of visitor.cookies) later11.cookies.set(name, cookie);
		const { account, identity } = later11.api.admin;
		const change = () => identity.changePassword.mutate({ old: password, fresh: 'a new and better one' });
		expect((await refusalFrom(change())).code).toBe('identity.prove_again');
		for (const deed of [account.secondFactor.remove, account.secondFactor.renewCodes, account.secondFactor.begin])
			expect((await refusalFrom(deed.mutate() as Promise<unknown>)).code).toBe('identity.prove_again');
		const prove = (given: string, code: string | null) => account.proveAgain.mutate({ password: given, code });
		expect((await refusalFrom(prove('wrong', null))).code).toBe('identity.password_old_wrong');
		expect((await refusalFrom(prove(password, null))).code).toBe('identity.second_code_wrong');
		await prove(password, totpCode(secret, stepAt(later(new Date(), 11 * minute))));
		await change();
		await account.secondFactor.remove.mutate();
		expect((await account.get.query()).secondFactor).toBeNull();
	});
});

describe('a house that asks for a second step', () => {
	const save = (visitor: Visitor, secondFactor: 'optional' | 'managers' | 'everybody', version = 0) =>
		visitor.api.admin.identity.signInRules.save.mutate({ key: key(), secondFactor, version });

	it('has an owner with one of their own first', async () => {
		const { visitor } = await desk();
		expect((await refusalFrom(save(visitor, 'managers'))).code).toBe('identity.second_factor_first');
		const manager = await desk('manager');
		expect((await refusalFrom(save(manager.visitor, 'managers'))).code).toBe('access.not_allowed');
	});

	it('signs out managers who lack one, and leads them to it after the password before anything else', async () => {
		const owner = await withApp();
		const manager = await desk('manager');
		const kam = await desk('key_account_manager');
		await save(owner.visitor, 'managers');
		expect(await owner.visitor.api.admin.identity.me.query()).not.toBeNull();
		expect(await kam.visitor.api.admin.identity.me.query()).not.toBeNull();
		expect(await manager.visitor.api.admin.identity.me.query()).toBeNull();

		const visitor = new Visitor();
		expect(await enter(visitor, manager.email)).toEqual({ step: 'enrol', person: null });
		expect((await refusalFrom(visitor.api.admin.account.get.query())).code).toBe('access.sign_in_first');
		expect((await refusalFrom(take(visitor, '123456'))).code).toBe('identity.second_step_over');
		const { secret } = await visitor.api.admin.identity.secondStep.begin.mutate();
		const finish = (code: string) => visitor.api.admin.identity.secondStep.finish.mutate({ code });
		expect((await refusalFrom(finish('000000'))).code).toBe('identity.second_code_wrong');
		expect(await visitor.api.admin.identity.me.query()).toBeNull();
		expect((await finish(shown(secret))).recoveryCodes).toHaveLength(10);
		expect(await visitor.api.admin.identity.me.query()).toMatchObject({ role: 'manager' });
		expect((await visitor.api.admin.account.get.query()).required).toBe(true);
		const remove = visitor.api.admin.account.secondFactor.remove.mutate();
		expect((await refusalFrom(remove)).code).toBe('identity.second_factor_required');
	});

	it('tells the second of two owners that the first has changed it', async () => {
		const owner = await withApp();
		await save(owner.visitor, 'everybody');
		expect((await refusalFrom(save(owner.visitor, 'optional'))).code).toBe('identity.rules_changed_meanwhile');
		await save(owner.visitor, 'optional', 1);
	});

	it('whose owner takes away a lost one, with a reason: the colleague is signed out and told', async () => {
		const owner = await desk();
		const manager = await withApp('manager');
		const reset = (visitor: Visitor, reason: string, staffId = manager.staffId) =>
			visitor.api.admin.identity.signIns.resetSecondFactor.mutate({ key: key(), staffId, reason });
		expect((await refusalFrom(reset(owner.visitor, ' '))).code).toBe('input.invalid');
		expect((await refusalFrom(reset((await desk('manager')).visitor, 'Lost'))).code).toBe('access.not_allowed');
		expect((await refusalFrom(reset(owner.visitor, 'Lost', owner.staffId))).code).toBe('identity.not_yourself');
		await reset(owner.visitor, 'Phone lost on the train');
		expect(await manager.visitor.api.admin.identity.me.query()).toBeNull();
		expect(await enter(new Visitor(), manager.email)).toMatchObject({ step: null });
		const trail = await db.select().from(trailEntries).where(eq(trailEntries.subjectId, manager.staffId));
		expect(trail.find(({ action }) => action === 'staff.second_factor_reset')?.reason).toBe('Phone lost on the train');
	});
});

describe('sign-ins to the console', () => {
	const chrome = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';

	it('are listed with their devices, and ended one by one or all but this one', async () => {
		const { email } = await hire();
		const [here, there, elsewhere] = [new Visitor({ headers: { 'user-agent': chrome } }), new Visitor(), new Visitor()];
		for (const visitor of [here, there, elsewhere]) await enter(visitor, email);
		const list = () => here.api.admin.account.sessions.list.query();
		expect(await list()).toHaveLength(3);
		const current = (await list()).find((row) => row.current);
		expect(current).toMatchObject({ browser: 'Chrome', system: 'Windows' });
		const other = (await there.api.admin.account.sessions.list.query()).find((row) => row.current);
		await here.api.admin.account.sessions.end.mutate({ key: key(), id: other?.id ?? '' });
		expect(await there.api.admin.identity.me.query()).toBeNull();
		const twice = here.api.admin.account.sessions.end.mutate({ key: key(), id: other?.id ?? '' });
		expect((await refusalFrom(twice)).code).toBe('identity.session_unknown');
		expect(await here.api.admin.account.sessions.endOthers.mutate({ key: key() })).toEqual({ ended: 1 });
		expect(await elsewhere.api.admin.identity.me.query()).toBeNull();
		expect(await here.api.admin.identity.me.query()).not.toBeNull();
	});

	it('of somebody else are nobody’s to end from one’s own list, nor those of the wallet', async () => {
		const mine = await desk();
		const other = await desk();
		const [row] = await db.select().from(sessions).where(eq(sessions.userId, other.userId));
		const end = mine.visitor.api.admin.account.sessions.end.mutate({ key: key(), id: row?.id ?? '' });
		expect((await refusalFrom(end)).code).toBe('identity.session_unknown');
		expect(await other.visitor.api.admin.identity.me.query()).not.toBeNull();
	});

	it('are ended by a manager for those whose rights they hold, and a reset is sent', async () => {
		const manager = await desk('manager');
		const owner = await desk();
		const kam = await desk('key_account_manager');
		const { signIns } = manager.visitor.api.admin.identity;
		expect((await signIns.get.query({ staffId: kam.staffId }))?.sessions).toHaveLength(1);
		expect((await refusalFrom(signIns.get.query({ staffId: owner.staffId }))).code).toBe('identity.above_your_role');
		const above = signIns.end.mutate({ key: key(), staffId: owner.staffId, sessionId: null });
		expect((await refusalFrom(above)).code).toBe('identity.above_your_role');
		expect(await signIns.sendReset.mutate({ key: key(), staffId: kam.staffId })).toMatchObject({ sent: true });
		expect(await kam.visitor.api.admin.identity.me.query()).toBeNull();
		const letter = mail.recent().find(({ to }) => to === kam.email);
		const token = /\/admin\/reset#([\w-]{43})/.exec(letter?.text ?? '')?.[1] ?? '';
		await new Visitor().api.admin.identity.reset.choose.mutate({ token, password: 'a new and better one' });
	});

	it('with a device that is new are told of by mail, in the language one was last written to', async () => {
		const { email, staffId } = await hire();
		const told = () => mail.recent().filter(({ to }) => to === email).length;
		const russian = new Visitor({ language: 'ru' });
		await enter(russian, email);
		await db
			.update(staff)
			.set({ createdAt: later(new Date(), -61 * minute) })
			.where(eq(staff.id, staffId));
		await enter(russian, email);
		const stranger = new Visitor({ headers: { 'user-agent': chrome } });
		await enter(stranger, email);
		await vi.waitFor(() => expect(told()).toBe(1));
		const letter = mail.recent().find(({ to }) => to === email);
		expect(letter?.text).toContain('Chrome, Windows');
		expect(letter?.html).toContain('<html lang="ru"');
		await enter(stranger, email);
		await new Promise((done) => setTimeout(done, 50));
		expect(told()).toBe(1);
	});
});
