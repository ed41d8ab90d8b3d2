import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#core/ids';
import { day, later } from '#core/time';
import { inviteStaff } from '#identity/server';
import { apiClients } from '#identity/tables';
import { inTransaction } from '#platform/db';
import { closeAll } from '#platform/lifecycle';
import { captureLog } from '#platform/log';
import { trailEntries } from '#platform/trail.tables';
import { receipts } from '#purchases/tables';
import { testDatabase } from '../support/database.ts';
import { anAsk, aSale, line, openShop as furnish, type Shop } from '../support/shop.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
openShop(url);
const password = 'correct horse battery';
const lines: string[] = [];
const putBack = captureLog((text) => lines.push(text));
let shop: Shop;
let owner: Visitor;

beforeAll(async () => {
	shop = await furnish(db, later(new Date(), -day));
	const account = { email: 'owner@example.com', password };
	await inTransaction(db, (tx) => inviteStaff(tx, { name: 'Olga', ...account, role: 'owner' }, new Date()));
	owner = new Visitor();
	await owner.api.admin.identity.signIn.mutate(account);
});
afterAll(async () => {
	putBack();
	await closeAll('drained');
});

const wish = (change: object = {}) => ({
	key: newId('request'),
	name: 'Web shop',
	scopes: ['till.sell'],
	storeIds: null as string[] | null,
	expiresAt: null as Date | null,
	...change
});
const made = (change: object = {}) => owner.api.admin.identity.clients.create.mutate(wish(change));
const program = (key: string, now?: () => Date) =>
	new Visitor({ headers: { authorization: `Bearer ${key}` }, ...(now ? { now } : {}) });
async function sale(storeId: string | null = shop.storeId) {
	const { ask, fingerprint, key } = await aSale(db, shop, anAsk(null, [line('a', shop.products.bread)]), new Date());
	return { ask, fingerprint: fingerprint ?? '', key, ...(storeId ? { storeId } : {}) };
}

describe('a program with a key', () => {
	it('sells in the store that it names, under its own name, and again gets the first receipt', async () => {
		const { key, id } = await made();
		expect(key).toMatch(/^pk_[\w-]{43}$/);
		const sold = await sale();
		const first = await program(key).sell(sold);
		expect(first.replayed).toBe(false);
		expect((await program(key).sell(sold)).replayed).toBe(true);
		const [row] = (await db.select().from(receipts)).filter((each) => each.id === first.receipt.id);
		expect(row).toMatchObject({ storeId: shop.storeId, deviceId: null, staffId: null });
		const { clients } = await owner.api.admin.identity.clients.list.query();
		expect(clients.find((client) => client.id === id)).toMatchObject({
			lastSymbols: key.slice(-4),
			createdBy: 'Olga',
			lastUsedAt: expect.any(Date)
		});
	});

	it('says in which store, one of its own, and one that is there', async () => {
		const { key } = await made({ storeIds: [shop.otherStoreId] });
		expect(await refusalFrom(program(key).sell(await sale(null)))).toMatchObject({
			code: 'identity.client_store'
		});
		for (const storeId of [shop.storeId, newId('store')]) {
			expect(await refusalFrom(program(key).sell(await sale(storeId)))).toMatchObject({ code: 'access.other_store' });
		}
		const everywhere = (await made()).key;
		expect((await refusalFrom(program(everywhere).sell(await sale(newId('store'))))).code).toBe('store.unknown');
	});

	it('is refused from the next request on when the key is taken back, and after its last day', async () => {
		const { key, id } = await made();
		await program(key).sell(await sale());
		await owner.api.admin.identity.clients.revoke.mutate({ key: newId('request'), clientId: id });
		await owner.api.admin.identity.clients.revoke.mutate({ key: newId('request'), clientId: id });
		expect((await refusalFrom(program(key).sell(await sale()))).code).toBe('identity.client_key_revoked');

		const expiresAt = later(new Date(), day);
		const short = (await made({ expiresAt })).key;
		await program(short).sell(await sale());
		const tomorrow = program(short, () => later(expiresAt, 1));
		expect((await refusalFrom(tomorrow.sell(await sale()))).code).toBe('identity.client_key_expired');
	});

	it('that nobody made is refused, and opens no till, wallet or console', async () => {
		for (const key of [`pk_${'A'.repeat(43)}`, 'pk_', 'pk_short']) {
			expect((await refusalFrom(program(key).sell(await sale()))).code).toBe('identity.client_key_unknown');
		}
		const { key } = await made();
		const visitor = program(key);
		expect((await refusalFrom(visitor.api.admin.identity.staff.list.query())).code).toBe('access.sign_in_first');
		expect((await refusalFrom(visitor.api.till.stores.shop.query())).code).toBe('access.enrol_first');
	});

	it('has its key in one answer, and nowhere in the database, the trail or the log', async () => {
		const input = wish();
		const first = await owner.api.admin.identity.clients.create.mutate(input);
		// The answer got lost: the same call brings another key, and the first is void.
		const second = await owner.api.admin.identity.clients.create.mutate(input);
		expect(second.id).toBe(first.id);
		expect((await refusalFrom(program(first.key).sell(await sale()))).code).toBe('identity.client_key_unknown');
		await program(second.key).sell(await sale());
		// Somebody uses it: it is not shown any more.
		expect((await refusalFrom(owner.api.admin.identity.clients.create.mutate(input))).code).toBe(
			'identity.client_shown'
		);
		const kept = JSON.stringify([await db.select().from(apiClients), await db.select().from(trailEntries), lines]);
		for (const { key } of [first, second]) expect(kept).not.toContain(key);
		const entry = (await db.select().from(trailEntries)).find(({ subjectId }) => subjectId === first.id);
		expect(entry).toMatchObject({ action: 'client.created', title: 'Web shop' });
	});
});

describe('whoever makes a key', () => {
	it.each([
		[{ scopes: [] }, 'identity.client_scopes'],
		[{ scopes: ['programme.write'] }, 'identity.client_scopes'],
		[{ scopes: ['till.sell', 'no.such_thing'] }, 'identity.client_scopes'],
		[{ expiresAt: new Date('2020-01-01') }, 'identity.client_expiry'],
		[{ storeIds: [] }, 'identity.wider_stores'],
		[{ name: '  ' }, 'input.invalid']
	])('gives it something sound: %o is refused', async (change, code) => {
		expect((await refusalFrom(made(change))).code).toBe(code);
	});
});
