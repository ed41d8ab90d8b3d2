import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { day, later, minute } from '#core/time';
import { emailSchema } from '#identity';
import { identityJobs, inviteStaff } from '#identity/server';
import { sessions, tries, users, verifications } from '#identity/tables';
import { inTransaction } from '#platform/db';
import { captureLog } from '#platform/log';
import { useMail } from '#platform/mail/door';
import { smtpMail } from '#platform/mail/smtp';
import { testDatabase } from '../support/database.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
const mail = openShop(url);

let count = 0;
const newAddress = (): string => `shopper${++count}@example.com`;
const codeFor = (email: string): string => {
	const message = mail.recent().find(({ to }) => to === email);
	return /^(\d{6})$/m.exec(message?.text ?? '')?.[1] ?? 'no code was sent';
};
const wrong = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

async function asked(email: string, visitor = new Visitor()): Promise<{ visitor: Visitor; code: string }> {
	await visitor.api.wallet.identity.requestCode.mutate({ email });
	return { visitor, code: codeFor(email) };
}

/** Makes the code in the database older, since the library reads the real clock. */
const wait = (email: string, minutes: number) =>
	db
		.update(verifications)
		.set({ expiresAt: sql`${verifications.expiresAt} - ${`${minutes} minutes`}::interval` })
		.where(eq(verifications.identifier, `sign-in-otp-${email}`));

beforeEach(() => db.delete(tries).then(() => {}));

describe('a shopper with an e-mail code', () => {
	it('asks for a code, types it, is signed in, and signs out again', async () => {
		const email = newAddress();
		const { visitor, code } = await asked(email);
		expect(await visitor.api.wallet.identity.me.query()).toBeNull();
		await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
		const me = await visitor.api.wallet.identity.me.query();
		expect(me).toMatchObject({ email, memberId: expect.stringMatching(/^mem_/) });
		expect(await visitor.api.wallet.identity.me.query()).toEqual(me);

		const copied = new Visitor();
		for (const [name, cookie] of visitor.cookies) copied.cookies.set(name, cookie);
		await visitor.api.wallet.identity.signOut.mutate();
		expect(visitor.cookies.size).toBe(0);
		expect(await visitor.api.wallet.identity.me.query()).toBeNull();
		expect(await copied.api.wallet.identity.me.query()).toBeNull();
	});

	it('is the same member when signing in again from another phone, in another spelling of the address', async () => {
		const email = newAddress();
		const first = await asked(email);
		await first.visitor.api.wallet.identity.signInWithCode.mutate({ email, code: first.code });
		const second = new Visitor();
		const spelled = ` ${email.toUpperCase()} `;
		await second.api.wallet.identity.requestCode.mutate({ email: spelled });
		await second.api.wallet.identity.signInWithCode.mutate({ email: spelled, code: codeFor(email) });
		const [one, two] = await Promise.all(
			[first, { visitor: second }].map(({ visitor }) => visitor.api.wallet.identity.me.query())
		);
		expect(two).toEqual(one);
	});

	it('may type the digits of any keyboard, with blanks', async () => {
		const email = newAddress();
		const { visitor, code } = await asked(email);
		const persian = [...code].map((digit) => String.fromCodePoint(0x06f0 + Number(digit))).join(' ');
		await visitor.api.wallet.identity.signInWithCode.mutate({ email, code: persian });
		expect(await visitor.api.wallet.identity.me.query()).toMatchObject({ email });
	});

	it('is refused a wrong code, and may still use the right one', async () => {
		const email = newAddress();
		const { visitor, code } = await asked(email);
		const refusal = await refusalFrom(visitor.api.wallet.identity.signInWithCode.mutate({ email, code: wrong(code) }));
		expect(refusal.code).toBe('identity.code_wrong');
		expect(visitor.last?.status).toBe(401);
		expect(visitor.cookies.size).toBe(0);
		await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
	});

	it('is refused an expired code', async () => {
		const email = newAddress();
		const { visitor, code } = await asked(email);
		await wait(email, 10);
		const refusal = await refusalFrom(visitor.api.wallet.identity.signInWithCode.mutate({ email, code }));
		expect(refusal.code).toBe('identity.code_expired');
		expect(visitor.last?.status).toBe(410);
	});

	it('still gets in with a code that is nine minutes old', async () => {
		const email = newAddress();
		const { visitor, code } = await asked(email);
		await wait(email, 9);
		await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
	});

	it('cannot use a code twice', async () => {
		const email = newAddress();
		const { visitor, code } = await asked(email);
		await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
		const again = new Visitor().api.wallet.identity.signInWithCode.mutate({ email, code });
		expect((await refusalFrom(again)).code).toBe('identity.code_wrong');
	});

	it('cannot use an older code once a newer one was sent', async () => {
		const email = newAddress();
		const { visitor, code } = await asked(email);
		await asked(email);
		const refusal = await refusalFrom(visitor.api.wallet.identity.signInWithCode.mutate({ email, code }));
		expect(refusal.code).toBe('identity.code_wrong');
	});

	it('has five tries: the sixth is refused even with the right code', async () => {
		const email = newAddress();
		const { visitor, code } = await asked(email);
		for (let i = 0; i < 5; i++) {
			const refusal = await refusalFrom(
				visitor.api.wallet.identity.signInWithCode.mutate({ email, code: wrong(code) })
			);
			expect(refusal.code).toBe('identity.code_wrong');
		}
		const sixth = await refusalFrom(visitor.api.wallet.identity.signInWithCode.mutate({ email, code }));
		expect(sixth.code).toBe('identity.code_used_up');
		expect(visitor.last?.status).toBe(429);
		const seventh = await refusalFrom(visitor.api.wallet.identity.signInWithCode.mutate({ email, code }));
		expect(seventh.code).toBe('identity.code_wrong');
	});

	it('opens one wallet only when one code is sent twenty times at once', async () => {
		const email = newAddress();
		const { code } = await asked(email);
		const visitors = Array.from({ length: 20 }, () => new Visitor());
		const results = await Promise.allSettled(
			visitors.map(({ api }) => api.wallet.identity.signInWithCode.mutate({ email, code }))
		);
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		expect(visitors.filter(({ cookies }) => cookies.size > 0)).toHaveLength(1);
		expect(visitors.flatMap(({ reports }) => reports)).toEqual([]);
		const [user] = await db.select().from(users).where(eq(users.email, email));
		expect(
			await db
				.select()
				.from(sessions)
				.where(eq(sessions.userId, user?.id ?? ''))
		).toHaveLength(1);
	});

	it('becomes one member when the first page asks ten things at once', async () => {
		const email = newAddress();
		const { visitor, code } = await asked(email);
		await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
		const answers = await Promise.all(Array.from({ length: 10 }, () => visitor.api.wallet.identity.me.query()));
		expect(new Set(answers.map((me) => me?.memberId)).size).toBe(1);
		expect(answers[0]?.memberId).toMatch(/^mem_/);
	});

	it.each(['', 'nobody', 'a b@example.com', 'a@b', `${'x'.repeat(250)}@example.com`])(
		'is told when %j is no address',
		async (email) => {
			const refusal = await refusalFrom(new Visitor().api.wallet.identity.requestCode.mutate({ email }));
			expect(refusal).toMatchObject({ code: 'input.invalid', attachment: [{ path: 'email' }] });
		}
	);
});

describe('codes by e-mail', () => {
	it('come in the language of whoever asked, in both bodies', async () => {
		const email = newAddress();
		const { code } = await asked(email, new Visitor({ language: 'fa' }));
		const [message] = mail.recent();
		expect(message?.subject).toContain(code);
		expect(message?.text).toContain('۱۰ دقیقه');
		expect(message?.html).toContain('<html lang="fa" dir="rtl">');
		expect(message?.html).toContain(code);
	});

	it('are answered alike for known and unknown addresses', async () => {
		const known = newAddress();
		const { visitor, code } = await asked(known);
		await visitor.api.wallet.identity.signInWithCode.mutate({ email: known, code });
		const answers = await Promise.all(
			[known, newAddress()].map((email) => new Visitor().api.wallet.identity.requestCode.mutate({ email }))
		);
		expect(answers[0]).toStrictEqual(answers[1]);
		const refusals = await Promise.all(
			[known, newAddress()].map((email) =>
				refusalFrom(new Visitor().api.wallet.identity.signInWithCode.mutate({ email, code: '000000' }))
			)
		);
		expect(refusals[0]).toStrictEqual(refusals[1]);
	});

	it('are stored as keyed hashes, never as they are', async () => {
		const email = newAddress();
		const { code } = await asked(email);
		const rows = await db.select().from(verifications);
		expect(rows.some(({ value }) => value.includes(code))).toBe(false);
	});

	it('are sent five times in a quarter of an hour to one address, then again', async () => {
		const email = newAddress();
		const start = new Date();
		let now = start;
		const visitor = new Visitor({ now: () => now });
		for (let i = 0; i < 5; i++) await visitor.api.wallet.identity.requestCode.mutate({ email });
		now = later(start, 10 * minute);
		const refusal = await refusalFrom(visitor.api.wallet.identity.requestCode.mutate({ email }));
		expect(refusal).toMatchObject({ code: 'identity.too_many_codes', kind: 'limited', details: { minutes: 5 } });
		expect(refusal.sentence).toContain('5 min');
		await new Visitor().api.wallet.identity.requestCode.mutate({ email: newAddress() });
		now = later(start, 15 * minute);
		await visitor.api.wallet.identity.requestCode.mutate({ email });
	});

	it('that cannot be sent are said to be so, and the next try goes through', async () => {
		const email = newAddress();
		const deaf = smtpMail({ url: 'smtp://127.0.0.1:1', from: 'shop@example.com' });
		useMail(deaf);
		const lines: string[] = [];
		const release = captureLog((line) => lines.push(line));
		const visitor = new Visitor();
		const refusal = await refusalFrom(visitor.api.wallet.identity.requestCode.mutate({ email }));
		useMail(mail, mail);
		deaf.close();
		release();
		expect(lines.join()).toContain('mail.not_sent');
		expect(lines.join()).not.toContain(email);
		expect(refusal).toMatchObject({ code: 'identity.mail_not_sent', kind: 'unavailable' });
		expect(visitor.last?.status).toBe(503);
		const { code } = await asked(email, visitor);
		await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
	});

	it('stop for an address of the network that asks for too many', async () => {
		const results = await Promise.allSettled(
			Array.from({ length: 62 }, () => new Visitor().api.wallet.identity.requestCode.mutate({ email: newAddress() }))
		);
		expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(2);
		await new Visitor({ ip: '198.51.100.1' }).api.wallet.identity.requestCode.mutate({ email: newAddress() });
	});
});

describe('staff with a password', () => {
	const password = 'correct horse battery';
	const manager = emailSchema.parse('Manager@Example.com');

	async function hire(email: string, role: 'cashier' | 'manager' | 'owner') {
		return inTransaction(db, (tx) => inviteStaff(tx, { name: 'Ann', email, password, role }, new Date()));
	}

	it('sign in, are known in the console with their permissions, and sign out', async () => {
		const { staffId } = await hire(manager, 'manager');
		const visitor = new Visitor();
		await visitor.api.admin.identity.signIn.mutate({ email: 'MANAGER@example.com', password });
		const me = await visitor.api.admin.identity.me.query();
		expect(me).toMatchObject({ staffId, role: 'manager' });
		expect(me?.permissions).toContain('vouchers.write');
		await visitor.api.admin.identity.signOut.mutate();
		expect(await visitor.api.admin.identity.me.query()).toBeNull();
	});

	it('get one and the same answer for a wrong password, an unknown address and a shopper', async () => {
		const shopper = newAddress();
		const { visitor, code } = await asked(shopper);
		await visitor.api.wallet.identity.signInWithCode.mutate({ email: shopper, code });
		const refusals = await Promise.all(
			[manager, newAddress(), shopper].map((email) =>
				refusalFrom(new Visitor().api.admin.identity.signIn.mutate({ email, password: 'wrong' }))
			)
		);
		expect(refusals.map((refusal) => refusal.code)).toEqual(Array(3).fill('identity.password_wrong'));
		expect(refusals[1]).toStrictEqual(refusals[0]);
	});

	it('are locked out after eight wrong passwords, told for how long, and let in again after that', async () => {
		const email = newAddress();
		await hire(email, 'owner');
		const start = new Date();
		let now = start;
		const visitor = new Visitor({ now: () => now });
		const guesses = await Promise.all(
			Array.from({ length: 12 }, () =>
				refusalFrom(visitor.api.admin.identity.signIn.mutate({ email, password: 'wrong' }))
			)
		);
		expect(guesses.filter(({ code }) => code === 'identity.password_wrong')).toHaveLength(8);
		now = later(start, 14 * minute);
		const locked = await refusalFrom(visitor.api.admin.identity.signIn.mutate({ email, password }));
		expect(locked).toMatchObject({ code: 'identity.too_many_tries', details: { minutes: 1 } });
		now = later(start, 15 * minute);
		await visitor.api.admin.identity.signIn.mutate({ email, password });
	});

	it('are not made with a password that is too short', async () => {
		const invitation = { name: 'Al', email: newAddress(), password: 'short', role: 'owner' as const };
		const hired = inTransaction(db, (tx) => inviteStaff(tx, invitation, new Date()));
		await expect(hired).rejects.toMatchObject({ code: 'identity.password_too_short', details: { least: 10 } });
	});

	it.each(['0123456789', 'Password2026'])('are not made with a password that anybody would try: %s', async (tried) => {
		const invitation = { name: 'Al', email: newAddress(), password: tried, role: 'owner' as const };
		const hired = inTransaction(db, (tx) => inviteStaff(tx, invitation, new Date()));
		await expect(hired).rejects.toMatchObject({ code: 'identity.password_too_simple' });
	});

	it('change their password themselves, which ends their sign-ins elsewhere but not the wallet', async () => {
		const email = newAddress();
		const { visitor: phone, code } = await asked(email);
		await phone.api.wallet.identity.signInWithCode.mutate({ email, code });
		await hire(email, 'owner');
		const [desk, cafe] = [new Visitor(), new Visitor()];
		for (const each of [desk, cafe]) await each.api.admin.identity.signIn.mutate({ email, password });
		const change = (old: string, fresh: string) => desk.api.admin.identity.changePassword.mutate({ old, fresh });
		expect((await refusalFrom(change('not this one', 'a new and better one'))).code).toBe(
			'identity.password_old_wrong'
		);
		expect((await refusalFrom(change(password, 'short'))).code).toBe('identity.password_too_short');
		expect((await refusalFrom(change(password, '0123456789'))).code).toBe('identity.password_too_simple');
		expect(await cafe.api.admin.identity.me.query()).not.toBeNull();
		await change(password, 'a new and better one');
		expect(await desk.api.admin.identity.me.query()).toMatchObject({ role: 'owner' });
		expect(await cafe.api.admin.identity.me.query()).toBeNull();
		expect(await phone.api.wallet.identity.me.query()).toMatchObject({ email });
		const old = await refusalFrom(new Visitor().api.admin.identity.signIn.mutate({ email, password }));
		expect(old.code).toBe('identity.password_wrong');
		await new Visitor().api.admin.identity.signIn.mutate({ email, password: 'a new and better one' });
	});

	it('may not guess the old password for long at a desk left open', async () => {
		const email = newAddress();
		await hire(email, 'manager');
		const desk = new Visitor();
		await desk.api.admin.identity.signIn.mutate({ email, password });
		const change = (old: string) =>
			desk.api.admin.identity.changePassword.mutate({ old, fresh: 'a new and better one' });
		for (let guess = 0; guess < 8; guess++)
			expect((await refusalFrom(change(`guess ${guess}`))).code).toBe('identity.password_old_wrong');
		const locked = await refusalFrom(change(password));
		expect(locked).toMatchObject({ code: 'identity.too_many_tries', details: { minutes: 15 } });
	});

	it('may not change anything without having signed in', async () => {
		const refusal = await refusalFrom(
			new Visitor().api.admin.identity.changePassword.mutate({ old: password, fresh: 'a new and better one' })
		);
		expect(refusal.kind).toBe('unauthenticated');
	});

	it('do not count a success as a failure', async () => {
		const email = newAddress();
		await hire(email, 'owner');
		for (let i = 0; i < 10; i++) await new Visitor().api.admin.identity.signIn.mutate({ email, password });
	});

	it('who work at the till only have no console and get no session', async () => {
		const email = newAddress();
		const { userId } = await hire(email, 'cashier');
		const visitor = new Visitor();
		const refusal = await refusalFrom(visitor.api.admin.identity.signIn.mutate({ email, password }));
		expect(refusal.code).toBe('identity.no_console');
		expect(visitor.cookies.size).toBe(0);
		expect(await db.select().from(sessions).where(eq(sessions.userId, userId))).toEqual([]);
	});
});

describe('the two sign-ins of one browser', () => {
	it('stand side by side: a person of the house may also be a shopper', async () => {
		const email = newAddress();
		await inTransaction(db, (tx) =>
			inviteStaff(tx, { name: 'Bo', email, password: 'correct horse battery', role: 'owner' }, new Date())
		);
		const { visitor, code } = await asked(email);
		await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
		expect(await visitor.api.admin.identity.me.query()).toBeNull();
		await visitor.api.admin.identity.signIn.mutate({ email, password: 'correct horse battery' });
		expect(await visitor.api.wallet.identity.me.query()).toMatchObject({ email });
		expect(await visitor.api.admin.identity.me.query()).toMatchObject({ name: 'Bo' });
	});

	it('never open the other face, not even with the cookie renamed', async () => {
		const email = newAddress();
		await inTransaction(db, (tx) =>
			inviteStaff(tx, { name: 'Cy', email, password: 'correct horse battery', role: 'owner' }, new Date())
		);
		const { visitor: shopper, code } = await asked(email);
		await shopper.api.wallet.identity.signInWithCode.mutate({ email, code });
		const admin = new Visitor();
		await admin.api.admin.identity.signIn.mutate({ email, password: 'correct horse battery' });
		const [wallet, console] = [shopper.cookies.get('wallet'), admin.cookies.get('admin')];
		if (!wallet || !console) throw new Error('both are signed in');
		shopper.cookies.set('admin', wallet);
		admin.cookies.set('wallet', console);
		expect((await refusalFrom(shopper.api.admin.identity.staff.list.query())).code).toBe('access.sign_in_first');
		expect(await admin.api.wallet.identity.me.query()).toBeNull();
	});

	it('are told apart by the database too, should a key ever be shared', async () => {
		const email = newAddress();
		const { visitor, code } = await asked(email);
		await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
		const [user] = await db.select().from(users).where(eq(users.email, email));
		await db
			.update(sessions)
			.set({ face: 'admin' })
			.where(eq(sessions.userId, user?.id ?? ''));
		expect(await visitor.api.wallet.identity.me.query()).toBeNull();
	});

	it('come in cookies that scripts cannot read, over https only where there is https', async () => {
		const email = newAddress();
		const { visitor, code } = await asked(email);
		await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
		expect(visitor.cookies.get('wallet')?.options).toMatchObject({
			path: '/',
			httpOnly: true,
			secure: false,
			sameSite: 'lax'
		});
		const other = newAddress();
		const safe = await asked(other, new Visitor({ origin: 'https://shop.test' }));
		await safe.visitor.api.wallet.identity.signInWithCode.mutate({ email: other, code: safe.code });
		expect([...safe.visitor.cookies.keys()]).toEqual(['__Host-wallet']);
		expect(safe.visitor.cookies.get('__Host-wallet')?.options).toMatchObject({ path: '/', secure: true });
		expect(await safe.visitor.api.wallet.identity.me.query()).toMatchObject({ email: other });
	});
});

describe('a load of a page', () => {
	it('calls procedures in-process and gets a refusal as the error of the page', async () => {
		const visitor = new Visitor({ language: 'ru' });
		expect(await visitor.load('/', (api) => api.wallet.identity.me())).toBeNull();
		const refusal = await refusalFrom(visitor.load('/admin', (api) => api.admin.identity.staff.list()));
		expect(refusal).toMatchObject({ code: 'access.sign_in_first', sentence: 'Сначала войдите.' });
	});
});

it.each([
	['en', 'Please sign in first.'],
	['ru', 'Сначала войдите.'],
	['zh', '请先登录。'],
	['fa', 'لطفاً ابتدا وارد شوید.']
] as const)('a refusal is said in the language asked for: %s', async (language, sentence) => {
	const visitor = new Visitor({ language });
	expect((await refusalFrom(visitor.api.admin.identity.devices.list.query())).sentence).toBe(sentence);
});

it('what is over is forgotten at night: sessions, tries and codes', async () => {
	const email = newAddress();
	const { visitor, code } = await asked(email);
	await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
	await asked(newAddress());
	const [job] = identityJobs;
	await job?.run({ db, now: new Date() });
	expect(await visitor.api.wallet.identity.me.query()).not.toBeNull();
	expect(await db.select().from(verifications)).not.toEqual([]);
	await job?.run({ db, now: later(new Date(), 181 * day) });
	expect(await visitor.api.wallet.identity.me.query()).toBeNull();
	for (const table of [sessions, tries, verifications]) expect(await db.select().from(table)).toEqual([]);
});

it('a call that another site makes a browser send is refused', async () => {
	const visitor = new Visitor({ headers: { origin: 'https://evil.test' } });
	const refusal = await refusalFrom(visitor.api.wallet.identity.requestCode.mutate({ email: newAddress() }));
	expect(refusal.code).toBe('access.foreign_origin');
});
