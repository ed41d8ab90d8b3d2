import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '#core/ids';
import { day, later, minute } from '#core/time';
import { inviteStaff } from '#identity/server';
import { invitations, passwordResets, sessions, staff, tries } from '#identity/tables';
import { inTransaction } from '#platform/db';
import { useMail } from '#platform/mail/door';
import { smtpMail } from '#platform/mail/smtp';
import { trailEntries } from '#platform/trail.tables';
import { testDatabase } from '../support/database.ts';
import { openShop as foundHouse } from '../support/shop.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
const mail = openShop(url);

let count = 0;
const newAddress = (): string => `colleague${++count}@example.com`;
const password = 'correct horse battery';
const key = (): string => newId('request');

async function hire(role: 'manager' | 'owner' = 'owner') {
	const email = newAddress();
	const { staffId, userId } = await inTransaction(db, (tx) =>
		inviteStaff(tx, { name: 'Olga', email, password, role }, new Date())
	);
	const visitor = new Visitor();
	await visitor.api.admin.identity.signIn.mutate({ email, password });
	return { visitor, staffId, userId, email };
}

/** The token of the newest link that was mailed to an address. */
function linkTo(email: string, page = 'invitation'): string {
	const link = new RegExp(`^http://shop\\.test/admin/${page}#([\\w-]{43})$`, 'm');
	const letters = mail.recent().filter(({ to }) => to === email);
	return letters.map(({ text }) => link.exec(text)?.[1]).find((token) => token) ?? 'no link';
}

const wish = (email: string) => ({ email, name: 'Ben', role: 'manager' as const, storeIds: null });

async function invited(owner?: Visitor) {
	const by = owner ?? (await hire()).visitor;
	const email = newAddress();
	const { id, sent } = await by.api.admin.identity.invitations.invite.mutate({ key: key(), ...wish(email) });
	expect(sent).toBe(true);
	return { owner: by, email, id, token: linkTo(email) };
}

const accept = (token: string, visitor = new Visitor(), name = 'Ben') =>
	visitor.api.admin.identity.invitations.accept.mutate({ token, name, password });

beforeEach(() => db.delete(tries).then(() => {}));

describe('somebody invited by e-mail', () => {
	it('opens the link, chooses a name and a password, is in, and signs in with it later', async () => {
		const { owner, email, token } = await invited();
		const visitor = new Visitor({ language: 'ru' });
		expect(await visitor.api.admin.identity.invitations.read.mutate({ token })).toEqual({
			name: 'Ben',
			email,
			role: 'manager',
			invitedBy: 'Olga'
		});
		await accept(token, visitor, 'Benjamin');
		expect(await visitor.api.admin.identity.me.query()).toMatchObject({ name: 'Benjamin', role: 'manager' });
		await new Visitor().api.admin.identity.signIn.mutate({ email, password });
		const { rows } = await owner.api.admin.identity.invitations.list.query();
		expect(rows.filter((row) => row.email === email)).toEqual([]);
		const people = await owner.api.admin.identity.staff.list.query();
		expect(people.find((person) => person.email === email)).toMatchObject({ name: 'Benjamin', role: 'manager' });
	});

	it('reads in the letter which house it is, as what and for which stores', async () => {
		const owner = (await hire()).visitor;
		const letter = async (change: object) => {
			const email = newAddress();
			await owner.api.admin.identity.invitations.invite.mutate({ key: key(), ...wish(email), ...change });
			return mail.recent().find(({ to }) => to === email);
		};
		const { storeId } = await foundHouse(db, new Date());
		const limited = await letter({ storeIds: [storeId] });
		const [store] = (await owner.api.admin.stores.list.query()).filter(({ id }) => id === storeId);
		const { name: house } = await owner.api.admin.stores.programme.query();
		expect(limited?.subject).toBe(`Olga invites you to ${house}`);
		expect(limited?.text).toContain(`Your role: Manager. Stores: ${store!.name}.`);
		expect((await letter({}))?.text).toContain('Your role: Manager. Stores: All stores.');
	});

	it('finds a link that works once, also when it is pressed five times at once', async () => {
		const { token, email } = await invited();
		const results = await Promise.allSettled(Array.from({ length: 5 }, () => accept(token)));
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		expect((await refusalFrom(accept(token))).code).toBe('identity.invitation_used');
		const [row] = await db.select().from(invitations).where(eq(invitations.email, email));
		expect(
			await db
				.select()
				.from(staff)
				.where(eq(staff.id, row?.staffId ?? ''))
		).toHaveLength(1);
	});

	it('is let in on the seventh day and not after it', async () => {
		const { owner, token, id } = await invited();
		const late = new Visitor({ now: () => later(new Date(), 7 * day + minute) });
		expect((await refusalFrom(accept(token, late))).code).toBe('identity.invitation_expired');
		const read = late.api.admin.identity.invitations.read.mutate({ token });
		expect((await refusalFrom(read)).sentence).toContain('7 days');
		await owner.api.admin.identity.invitations.resend.mutate({ key: key(), id });
		const intime = new Visitor({ now: () => later(new Date(), 6 * day) });
		expect(await intime.api.admin.identity.invitations.list.query().catch(() => 'no console yet')).toBe(
			'no console yet'
		);
	});

	it('uses the newest letter: earlier links are void', async () => {
		const { owner, email, id, token } = await invited();
		await owner.api.admin.identity.invitations.resend.mutate({ key: key(), id });
		expect((await refusalFrom(accept(token))).code).toBe('identity.invitation_unknown');
		expect(linkTo(email)).not.toBe(token);
		await accept(linkTo(email));
	});

	it('is not let in when the invitation was withdrawn, nor when whoever sent it has left', async () => {
		const first = await invited();
		await first.owner.api.admin.identity.invitations.withdraw.mutate({ key: key(), id: first.id });
		expect((await refusalFrom(accept(first.token))).code).toBe('identity.invitation_withdrawn');
		const again = first.owner.api.admin.identity.invitations.resend.mutate({ key: key(), id: first.id });
		expect((await refusalFrom(again)).code).toBe('identity.invitation_withdrawn');

		const leaver = await hire();
		const second = await invited(leaver.visitor);
		await db.update(staff).set({ disabledAt: new Date() }).where(eq(staff.id, leaver.staffId));
		expect((await refusalFrom(accept(second.token))).code).toBe('identity.invitation_withdrawn');
		const { rows: listed } = await first.owner.api.admin.identity.invitations.list.query();
		expect(listed.find(({ id }) => id === second.id)?.state).toBe('over');
		await first.owner.api.admin.identity.invitations.resend.mutate({ key: key(), id: second.id });
		await accept(linkTo(second.email));
	});

	it('chooses no simple password, and the link stays good for a better one', async () => {
		const { token } = await invited();
		const choose = (tried: string) =>
			new Visitor().api.admin.identity.invitations.accept.mutate({ token, name: 'Ben', password: tried });
		expect((await refusalFrom(choose('short'))).code).toBe('identity.password_too_short');
		expect((await refusalFrom(choose('Password2026'))).code).toBe('identity.password_too_simple');
		await accept(token);
	});

	it('who left and comes back is the same colleague, with nothing of the old sign-in', async () => {
		const owner = (await hire()).visitor;
		const back = await hire('manager');
		await owner.api.admin.identity.staff.disable.mutate({ key: key(), staffId: back.staffId });
		await owner.api.admin.identity.invitations.invite.mutate({ key: key(), ...wish(back.email) });
		const visitor = new Visitor();
		await visitor.api.admin.identity.invitations.accept.mutate({
			token: linkTo(back.email),
			name: 'Olga again',
			password: 'another horse battery'
		});
		expect(await visitor.api.admin.identity.me.query()).toMatchObject({ staffId: back.staffId, name: 'Olga again' });
		const old = new Visitor().api.admin.identity.signIn.mutate({ email: back.email, password });
		expect((await refusalFrom(old)).code).toBe('identity.password_wrong');
	});

	it.each(['', 'abc', 'x'.repeat(43), '"; drop table staff; --'])('is a stranger with the link %j', async (token) => {
		const refusal = await refusalFrom(accept(token));
		expect(['input.invalid', 'identity.invitation_unknown']).toContain(refusal.code);
	});
});

describe('whoever invites', () => {
	it('corrects a mistyped address before anybody accepted: the stranger’s link opens nothing', async () => {
		const { owner, id, token } = await invited();
		const right = newAddress();
		const correct = (version: number) =>
			owner.api.admin.identity.invitations.correct.mutate({ key: key(), id, version, ...wish(right) });
		await correct(1);
		expect((await refusalFrom(accept(token))).code).toBe('identity.invitation_unknown');
		expect((await refusalFrom(correct(1))).code).toBe('identity.invitation_changed_meanwhile');
		await accept(linkTo(right));
		expect((await refusalFrom(correct(2))).code).toBe('identity.invitation_used');
	});

	it('invites nobody twice, and no colleague', async () => {
		const { owner, email } = await invited();
		const again = owner.api.admin.identity.invitations.invite.mutate({ key: key(), ...wish(email.toUpperCase()) });
		expect((await refusalFrom(again)).code).toBe('identity.invited_already');
		const colleague = await hire('manager');
		const known = owner.api.admin.identity.invitations.invite.mutate({ key: key(), ...wish(colleague.email) });
		expect((await refusalFrom(known)).code).toBe('identity.email_taken');
	});

	it('sends one letter when the same form is sent twice', async () => {
		const owner = (await hire()).visitor;
		const input = { key: key(), ...wish(newAddress()) };
		const first = await owner.api.admin.identity.invitations.invite.mutate(input);
		expect(await owner.api.admin.identity.invitations.invite.mutate(input)).toEqual(first);
		expect(mail.recent().filter(({ to }) => to === input.email)).toHaveLength(1);
	});

	it('may give what they hold: a manager makes managers and key-account managers, an owner owners too', async () => {
		const rolesOf = async (visitor: Visitor) =>
			(await visitor.api.admin.identity.invitations.list.query()).roles.map(({ role }) => role);
		expect(await rolesOf((await hire('manager')).visitor)).toEqual(['manager', 'key_account_manager']);
		expect(await rolesOf((await hire()).visitor)).toEqual(['manager', 'key_account_manager', 'owner']);
	});

	it('gives nobody more than they have themselves, and a cashier needs no invitation', async () => {
		const manager = (await hire('manager')).visitor;
		const above = manager.api.admin.identity.invitations.invite.mutate({
			key: key(),
			...wish(newAddress()),
			role: 'owner'
		});
		expect((await refusalFrom(above)).code).toBe('identity.above_your_role');
		const owner = (await hire()).visitor;
		const { id } = await owner.api.admin.identity.invitations.invite.mutate({
			key: key(),
			...wish(newAddress()),
			role: 'owner'
		});
		const resend = manager.api.admin.identity.invitations.resend.mutate({ key: key(), id });
		expect((await refusalFrom(resend)).code).toBe('identity.above_your_role');
		const cashier = owner.api.admin.identity.invitations.invite.mutate({
			key: key(),
			...wish(newAddress()),
			role: 'cashier'
		});
		expect((await refusalFrom(cashier)).code).toBe('identity.role_without_console');
	});

	it('sees when the letter could not leave, and sends it again', async () => {
		const owner = (await hire()).visitor;
		const email = newAddress();
		const deaf = smtpMail({ url: 'smtp://127.0.0.1:1', from: 'shop@example.com' });
		useMail(deaf);
		const { id, sent } = await owner.api.admin.identity.invitations.invite.mutate({ key: key(), ...wish(email) });
		useMail(mail, mail);
		deaf.close();
		expect(sent).toBe(false);
		const state = async () =>
			(await owner.api.admin.identity.invitations.list.query()).rows.find((row) => row.id === id)?.state;
		expect(await state()).toBe('not_sent');
		await owner.api.admin.identity.invitations.resend.mutate({ key: key(), id });
		expect(await state()).toBe('sent');
	});

	it('leaves a trail without the address, the link or its hash', async () => {
		const { email, token, id } = await invited();
		await accept(token);
		const entries = await db.select().from(trailEntries);
		expect(entries.map(({ action }) => action)).toContain('invitation.accepted');
		expect(entries.find(({ subjectId }) => subjectId === id)?.changes).toContainEqual({ field: 'email', hidden: true });
		const [row] = await db.select().from(invitations).where(eq(invitations.id, id));
		const text = JSON.stringify(entries);
		for (const secret of [email, token, row?.tokenHash ?? '?']) expect(text).not.toContain(secret);
		expect(JSON.stringify(row)).not.toContain(token);
	});
});

describe('a forgotten password', () => {
	const ask = (email: string, visitor = new Visitor()) => visitor.api.admin.identity.reset.request.mutate({ email });
	const arrived = (email: string) =>
		vi.waitFor(() => {
			const token = linkTo(email, 'reset');
			expect(token).not.toBe('no link');
			return token;
		});
	const choose = (token: string, fresh: string, visitor = new Visitor()) =>
		visitor.api.admin.identity.reset.choose.mutate({ token, password: fresh });

	it('is replaced by the link of a mail: every sign-in ends, and a mail says so', async () => {
		const { email, visitor } = await hire('manager');
		await ask(email.toUpperCase());
		const token = await arrived(email);
		expect((await refusalFrom(choose(token, 'short'))).code).toBe('identity.password_too_short');
		await choose(token, 'a new and better one');
		expect(await visitor.api.admin.identity.me.query()).toBeNull();
		expect((await refusalFrom(choose(token, 'yet another one'))).code).toBe('identity.reset_unknown');
		const old = new Visitor().api.admin.identity.signIn.mutate({ email, password });
		expect((await refusalFrom(old)).code).toBe('identity.password_wrong');
		await new Visitor().api.admin.identity.signIn.mutate({ email, password: 'a new and better one' });
		await vi.waitFor(() =>
			expect(mail.recent().some(({ to, subject }) => to === email && subject.includes('changed'))).toBe(true)
		);
	});

	it('is answered alike for colleagues, those who left, and strangers, who get no mail', async () => {
		const known = await hire();
		const left = await hire();
		await db.update(staff).set({ disabledAt: new Date() }).where(eq(staff.id, left.staffId));
		const stranger = newAddress();
		const answers = [];
		for (const email of [known.email, left.email, stranger]) answers.push(await ask(email));
		expect(answers[1]).toStrictEqual(answers[0]);
		expect(answers[2]).toStrictEqual(answers[0]);
		await arrived(known.email);
		expect(mail.recent().filter(({ to }) => to === left.email || to === stranger)).toEqual([]);
	});

	it('has half an hour, and the newest link alone', async () => {
		const { email, userId } = await hire();
		await ask(email);
		const first = await arrived(email);
		await ask(email);
		const second = await vi.waitFor(() => {
			const token = linkTo(email, 'reset');
			expect(token).not.toBe(first);
			return token;
		});
		expect((await refusalFrom(choose(first, 'a new and better one'))).code).toBe('identity.reset_unknown');
		const late = new Visitor({ now: () => later(new Date(), 31 * minute) });
		expect((await refusalFrom(choose(second, 'a new and better one', late))).code).toBe('identity.reset_unknown');
		await choose(second, 'a new and better one');
		const rows = await db.select().from(passwordResets).where(eq(passwordResets.userId, userId));
		expect(JSON.stringify(rows)).not.toContain(second);
	});

	it('is asked for three times in a quarter of an hour, whoever asks', async () => {
		const stranger = newAddress();
		for (let i = 0; i < 3; i++) await ask(stranger, new Visitor({ ip: `198.51.100.${i}` }));
		const refusal = await refusalFrom(ask(stranger));
		expect(refusal).toMatchObject({ code: 'identity.too_many_tries', details: { minutes: 15 } });
	});

	it('unlocks whom wrong passwords had locked out, and changing the password voids the link', async () => {
		const { email, visitor } = await hire();
		for (let i = 0; i < 9; i++)
			await refusalFrom(new Visitor().api.admin.identity.signIn.mutate({ email, password: 'wrong' }));
		await ask(email);
		const token = await arrived(email);
		await choose(token, 'a new and better one');
		await visitor.api.admin.identity.signIn.mutate({ email, password: 'a new and better one' });
		await ask(email);
		const next = await vi.waitFor(() => {
			const found = linkTo(email, 'reset');
			expect(found).not.toBe(token);
			return found;
		});
		await visitor.api.admin.identity.changePassword.mutate({
			old: 'a new and better one',
			fresh: 'the newest of them all'
		});
		expect((await refusalFrom(choose(next, 'yet another one'))).code).toBe('identity.reset_unknown');
	});

	it('of one who is a shopper too leaves the wallet open', async () => {
		const { email, userId } = await hire();
		const phone = new Visitor();
		await phone.api.wallet.identity.requestCode.mutate({ email });
		const code = /^(\d{6})$/m.exec(mail.recent().find(({ to }) => to === email)?.text ?? '')?.[1] ?? '';
		await phone.api.wallet.identity.signInWithCode.mutate({ email, code });
		await ask(email);
		await choose(await arrived(email), 'a new and better one');
		expect(await phone.api.wallet.identity.me.query()).toMatchObject({ email });
		const left = await db.select().from(sessions).where(eq(sessions.userId, userId));
		expect(left.map(({ face }) => face)).toEqual(['wallet']);
	});
});
