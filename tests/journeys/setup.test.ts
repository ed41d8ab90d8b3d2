import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkSymbol, grouped } from '#core/codes';
import { later, minute } from '#core/time';
import { inviteStaff } from '#identity/server';
import { inTransaction, sqlOf } from '#platform/db';
import { captureLog } from '#platform/log';
import { foundHouse, makeSetupCode } from '#setup/server';
import { setupCodes } from '#setup/tables';
import { listStores, programmeOf } from '#stores/server';
import { testDatabase } from '../support/database.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
const mail = openShop(url);

const now = new Date();
const code = async (): Promise<string> => (await makeSetupCode(db, now)) ?? 'none was made';
const house = {
	shop: 'Corner Books',
	currency: 'EUR',
	timeZone: 'Europe/Vienna',
	store: 'Old Town',
	city: 'Vienna',
	name: 'Olga',
	email: 'olga@example.com',
	password: 'a quiet afternoon'
};

/** Another code with a fitting check symbol. */
function otherCode(right: string): string {
	const body = `${right.slice(0, -2)}${right.at(-2) === 'A' ? 'B' : 'A'}`;
	return body + checkSymbol(body);
}

beforeEach(async () => {
	await db.execute(
		sql`truncate programmes, stores, staff, users, sessions, auth_accounts, setup_codes, sign_in_tries cascade`
	);
});

async function counts(): Promise<Record<string, number>> {
	const [row] = await sqlOf(db)<Record<string, number>[]>`
		select (select count(*)::int from programmes) programmes, (select count(*)::int from stores) stores,
			(select count(*)::int from staff) staff, (select count(*)::int from users) users`;
	return row ?? {};
}

describe('an empty house', () => {
	it('is founded with the code of the start, and its owner is signed in', async () => {
		const visitor = new Visitor();
		expect(await visitor.api.admin.setup.needed.query()).toBe(true);
		const typed = grouped(await code()).toLowerCase();
		expect(await visitor.api.admin.setup.found.mutate({ ...house, code: typed, email: ' Olga@Example.com' })).toEqual({
			signedIn: true
		});
		expect(await visitor.api.admin.identity.me.query()).toMatchObject({ name: 'Olga', role: 'owner' });
		expect(await programmeOf(db)).toMatchObject({ name: 'Corner Books', currency: 'EUR', timeZone: 'Europe/Vienna' });
		expect(await listStores(db)).toMatchObject([
			{ name: 'Old Town', city: 'Vienna', currency: 'EUR', timeZone: 'Europe/Vienna' }
		]);
		expect(await visitor.api.admin.setup.needed.query()).toBe(false);
		const again = new Visitor();
		await again.api.admin.identity.signIn.mutate({ email: house.email, password: house.password });
		expect(await again.api.admin.identity.me.query()).toMatchObject({ role: 'owner' });
	});

	it('is founded once, also when ten people with the code do it at the same moment', async () => {
		const right = await code();
		const visitors = Array.from({ length: 10 }, (_, i) => new Visitor({ ip: `198.51.100.${i}` }));
		const results = await Promise.allSettled(
			visitors.map(({ api }, i) =>
				api.admin.setup.found.mutate({ ...house, code: right, email: `owner${i}@example.com` })
			)
		);
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		for (const result of results) {
			if (result.status === 'rejected') {
				expect(['setup.done', 'setup.code_wrong']).toContain((await refusalFrom(Promise.reject(result.reason))).code);
			}
		}
		expect(await counts()).toEqual({ programmes: 1, stores: 1, staff: 1, users: 1 });
		expect(visitors.filter(({ cookies }) => cookies.size > 0)).toHaveLength(1);
		expect(visitors.flatMap(({ reports }) => reports)).toEqual([]);
	});

	it('is founded whole or not at all: after a refusal nothing is there and the code still works', async () => {
		const right = await code();
		// The last step is refused: somebody of that address is staff already.
		await inTransaction(db, (tx) => inviteStaff(tx, { ...house, role: 'manager' }, now));
		const call = new Visitor().api.admin.setup.found.mutate({ ...house, code: right });
		expect(await refusalFrom(call)).toMatchObject({ code: 'identity.email_taken' });
		expect(await counts()).toEqual({ programmes: 0, stores: 0, staff: 1, users: 1 });
		await new Visitor().api.admin.setup.found.mutate({ ...house, code: right, email: 'other@example.com' });
		expect(await counts()).toEqual({ programmes: 1, stores: 1, staff: 2, users: 2 });
	});

	it('names every field that is wrong at once, and counts none of it as a try', async () => {
		const right = await code();
		const slip = right.slice(0, 5) + (right[5] === 'A' ? 'B' : 'A') + right.slice(6);
		const nothing = { shop: ' ', currency: 'EURO', timeZone: 'Vienna', store: '', city: '', name: '', email: 'olga' };
		for (let i = 0; i < 12; i++) {
			const call = new Visitor().api.admin.setup.found.mutate({ ...nothing, code: slip, password: 'short' });
			const { attachment } = await refusalFrom(call);
			expect((attachment as { path: string }[]).map(({ path }) => path).sort()).toEqual(
				['city', 'code', 'currency', 'email', 'name', 'password', 'shop', 'store', 'timeZone'].sort()
			);
		}
		await new Visitor().api.admin.setup.found.mutate({ ...house, code: right });
	});

	it('keeps a shopper’s account whose address the owner has', async () => {
		const shopper = new Visitor();
		const { email } = house;
		await shopper.api.wallet.identity.requestCode.mutate({ email });
		const sent = /^(\d{6})$/m.exec(mail.recent()[0]?.text ?? '')?.[1] ?? 'no code was sent';
		await shopper.api.wallet.identity.signInWithCode.mutate({ email, code: sent });
		await new Visitor().api.admin.setup.found.mutate({ ...house, code: await code() });
		expect(await shopper.api.wallet.identity.me.query()).toMatchObject({ email });
		expect((await counts()).users).toBe(1);
	});
});

describe('the set-up code', () => {
	it('is not in the database, nor in the log, and is gone after the founding', async () => {
		const lines: string[] = [];
		const back = captureLog((line) => lines.push(line));
		const right = await code();
		expect(JSON.stringify(await db.select().from(setupCodes))).not.toContain(right);
		await refusalFrom(new Visitor().api.admin.setup.found.mutate({ ...house, code: otherCode(right) }));
		await new Visitor().api.admin.setup.found.mutate({ ...house, code: right });
		back();
		expect(lines.join('\n')).not.toContain(right);
		expect(await db.select().from(setupCodes)).toEqual([]);
		expect(await makeSetupCode(db, now)).toBeNull();
	});

	it('of an earlier start no longer works', async () => {
		const [earlier, newest] = [await code(), await code()];
		const refusal = await refusalFrom(new Visitor().api.admin.setup.found.mutate({ ...house, code: earlier }));
		expect(refusal).toMatchObject({ code: 'setup.code_wrong', kind: 'unauthenticated' });
		expect(await counts()).toEqual({ programmes: 0, stores: 0, staff: 0, users: 0 });
		await new Visitor().api.admin.setup.found.mutate({ ...house, code: newest });
	});

	it('is locked for a quarter of an hour after ten wrong ones, whoever sends them; a new start unlocks', async () => {
		const right = await code();
		const guess = (i: number) =>
			new Visitor({ ip: `198.51.100.${i}` }).api.admin.setup.found.mutate({ ...house, code: otherCode(right) });
		const refusals = await Promise.all(Array.from({ length: 30 }, (_, i) => refusalFrom(guess(i))));
		expect(refusals.filter((refusal) => refusal.code === 'setup.code_wrong')).toHaveLength(10);
		expect(refusals.filter((refusal) => refusal.code === 'setup.locked')).toHaveLength(20);
		const locked = await refusalFrom(
			new Visitor({ language: 'fa' }).api.admin.setup.found.mutate({ ...house, code: right })
		);
		expect(locked).toMatchObject({ code: 'setup.locked', kind: 'limited', details: { minutes: 15 } });
		expect(locked.sentence).toContain('۱۵ دقیقه');
		const soon = later(new Date(), 14 * minute);
		await expect(foundHouse(db, { ...house, code: right }, soon)).rejects.toMatchObject({ code: 'setup.locked' });
		await new Visitor().api.admin.setup.found.mutate({ ...house, code: await code() });
	});

	it('opens again by itself when the quarter of an hour is over', async () => {
		const right = await code();
		for (let i = 0; i < 10; i++) {
			await refusalFrom(new Visitor().api.admin.setup.found.mutate({ ...house, code: otherCode(right) }));
		}
		const visitor = new Visitor({ now: () => later(new Date(), 15 * minute + 1000) });
		await visitor.api.admin.setup.found.mutate({ ...house, code: right });
		expect((await counts()).programmes).toBe(1);
	});
});

describe('a house that exists', () => {
	it('is not founded again: neither by its own code nor by any other', async () => {
		const right = await code();
		await new Visitor().api.admin.setup.found.mutate({ ...house, code: right });
		for (const each of [right, otherCode(right)]) {
			const refusal = await refusalFrom(
				new Visitor().api.admin.setup.found.mutate({ ...house, code: each, email: 'other@example.com' })
			);
			expect(refusal).toMatchObject({ code: 'setup.done', kind: 'conflict' });
			expect(refusal.sentence).toBe('The shop is already set up. Sign in to its console.');
		}
		expect(await counts()).toEqual({ programmes: 1, stores: 1, staff: 1, users: 1 });
	});

	it('takes nothing from another site’s page', async () => {
		const foreign = new Visitor({ headers: { origin: 'https://evil.example' } });
		const refusal = await refusalFrom(foreign.api.admin.setup.found.mutate({ ...house, code: await code() }));
		expect(refusal.code).toBe('access.foreign_origin');
		expect((await counts()).programmes).toBe(0);
	});
});
