import { strFromU8, unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { counterOf } from '#checkout/server';
import { day, later } from '#core/time';
import { staticCode } from '#customers';
import { askErasure, erase, eraseDue, merge, readMemberCode, saveDataPolicy, takeBackErasure } from '#customers/server';
import { issue } from '#giftcards/server';
import { inviteStaff } from '#identity/server';
import { pointsOf } from '#ledger/server';
import { closeAll } from '#platform/lifecycle';
import { inTransaction, sqlOf } from '#platform/db';
import { byHouse } from '#platform/trail';
import { assign, createVoucher } from '#vouchers/server';
import { untold } from '../../src/modules/customers/export-words.server.ts';
import { auditHouse } from '#wiring/house-audit.server';
import { jobs } from '#wiring/jobs.server';
import { memberSteps } from '#wiring/member-steps.server';
import { testDatabase } from '../support/database.ts';
import { bringIn } from '../support/importing.ts';
import { aDefinition, aKey, aMember, anAsk, aSale, line, openShop as furnish, type Shop } from '../support/shop.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
const mail = openShop(url);
const sql = sqlOf(db);
const now = new Date();
const inTx = <T>(run: Parameters<typeof inTransaction<T>>[1]): Promise<T> => inTransaction(db, run);
let shop: Shop;
let admin: Visitor['api']['admin'];
beforeAll(async () => {
	shop = await furnish(db, later(now, -400 * day), { earn: { pendingDays: 0 } });
	const [email, password] = ['owner-of-data@test.example', 'a quiet afternoon'];
	await inTx((tx) => inviteStaff(tx, { name: 'Ann', email, password, role: 'owner' }, now));
	const console = new Visitor();
	await console.api.admin.identity.signIn.mutate({ email, password });
	admin = console.api.admin;
	return () => closeAll('drained');
});

async function signedIn(email: string, options = {}): Promise<{ visitor: Visitor; memberId: string }> {
	const visitor = new Visitor(options);
	await visitor.api.wallet.identity.requestCode.mutate({ email });
	const code = /^(\d{6})$/m.exec(mail.recent().find(({ to }) => to === email)?.text ?? '')?.[1] ?? '';
	await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
	const { memberId } = await visitor.api.wallet.customers.me.query();
	return { visitor, memberId };
}

async function buys(memberId: string | null, cents = 5000, wish: Parameters<typeof anAsk>[2] = {}) {
	const ask = anAsk(memberId, [line('a', cents)], wish);
	const result = await counterOf(db).sell(await aSale(db, shop, ask, now), now);
	if (!result.ok) throw new Error(result.refusal.code);
	return result.receipt;
}

const aCard = async (memberId: string, cents: number): Promise<string> => {
	const wish = { cents, currency: 'EUR', memberId, active: true, expiresAt: null };
	const [card] = await inTx((tx) => issue(tx, [wish], now));
	if (!card?.ok) throw new Error('no card');
	return card.id;
};

/** Where in the database a word stands: every column of every table that can hold words, whatever its module. */
async function traces(words: readonly string[]): Promise<string[]> {
	const columns = await sql<{ table_name: string; columns: string[] }[]>`
		select format('%I.%I', c.table_schema, c.table_name) as table_name, array_agg(c.column_name::text) as columns
		from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
		where c.table_schema not in ('pg_catalog', 'information_schema') and t.table_type = 'BASE TABLE'
			and c.udt_name in ('text', 'varchar', 'bpchar', 'json', 'jsonb', 'tsvector', '_text', '_varchar', 'citext')
		group by 1 order by 1`;
	expect(columns.length, 'the walk sees the tables').toBeGreaterThan(60);
	const found: string[] = [];
	for (const { table_name, columns: names } of columns) {
		const like = words.map((word) => `%${word.toLowerCase()}%`);
		const [row] = await sql.unsafe<Record<string, number>[]>(
			`select ${names.map((name) => `count(*) filter (where lower("${name}"::text) like any($1::text[]))::int as "${name}"`).join(', ')}
			from ${table_name}`,
			[`{${like.map((text) => JSON.stringify(text)).join(',')}}`]
		);
		for (const [name, times] of Object.entries(row ?? {})) if (times > 0) found.push(`${table_name}.${name}`);
	}
	return found;
}

const person = {
	name: 'Zebulon Quillfeather',
	email: 'zeb.quillfeather@test.example',
	phone: '+491701239876',
	language: 'en',
	birthday: '07-31',
	birthYear: 1987,
	address: '9 Marzipan Crescent, Lübeck',
	note: 'Collects tin soldiers'
};
const older = { ...person, name: 'Zeb Oldname', email: 'oldname@test.example', phone: '+491701112223' };
const words = ['zebulon', 'quillfeather', 'oldname', '1701239876', '1701112223', '07-31', 'marzipan', 'tin soldiers'];

/** Somebody with one of everything that the house can know about a person. */
async function somebodyKnown() {
	const { visitor, memberId } = await signedIn(person.email);
	const { api } = visitor;
	await api.wallet.customers.setNews.mutate({ wanted: true });
	const asking = { choices: [], required: false, shownAtTill: true, personal: true };
	const key = `pet_${aKey().replace(/\W/g, '_')}`;
	const { id: attributeId } = await admin.customers.asking.createAttribute.mutate({
		...asking,
		key: aKey(),
		name: key,
		label: key,
		kind: 'text'
	});
	const { version } = await admin.customers.form.query({ id: memberId });
	await admin.customers.edit.mutate({
		key: aKey(),
		id: memberId,
		version,
		person,
		attributes: { [attributeId]: 'a parrot called Zebulon the Second' }
	});
	const { id: tagId } = await admin.customers.asking.createTag.mutate({ key: aKey(), name: key, colour: 'good' });
	await admin.customers.setTags.mutate({ key: aKey(), memberId, tagIds: [tagId] });
	await admin.customers.linkCode.mutate({ key: aKey(), memberId, code: '4600112233', kind: 'old_barcode' });

	const bought = await buys(memberId, 30_000);
	const sold = { caller: 'dev_test', storeId: shop.storeId, deviceId: 'dev_test', staffId: null };
	const lines = [{ position: 0, quantity: 500 }];
	await counterOf(db).takeBack(
		{ ...sold, key: aKey(), receiptId: bought.id, lines, reason: 'Zebulon did not like it' },
		now
	);
	const [given] = [await aCard(memberId, 1000), await aCard(memberId, 1200)];
	const gift = { cardId: given, day: null, design: 'ribbon', sure: true } as const;
	const words = 'From your Zebulon';
	await api.wallet.gifts.give.mutate({ ...gift, key: aKey(), receiverName: 'Joe', email: null, words });
	const other = await signedIn('a-friend@test.example');
	const theirs = { ...gift, cardId: await aCard(other.memberId, 900), receiverName: person.name, email: person.email };
	await other.visitor.api.wallet.gifts.give.mutate({ ...theirs, key: aKey(), words: 'Dear Zebulon' });
	const move = { limited: false, key: aKey(), points: 12, reason: 'A complaint', note: 'Sorry, Zebulon' };
	await admin.points.adjust.mutate({ ...move, memberId });
	const code = { definition: aDefinition({ holding: 'assigned' }), currency: 'EUR', sharedCode: null };
	await inTx(async (tx) => {
		const { id } = await createVoucher(tx, code, byHouse, now);
		await assign(tx, { voucherId: id, memberIds: [memberId] }, byHouse, now);
	});

	const twin = await admin.customers.create.mutate({
		key: aKey(),
		person: older,
		attributes: {},
		card: { text: '20009988', kind: 'plastic' },
		agreed: { programme: true, news: false }
	});
	await buys(twin.id, 1000);
	const reason = 'the same person twice';
	await inTx((tx) => merge(tx, { fromId: twin.id, intoId: memberId, reason }, memberSteps, byHouse, now));
	// A file with lines that were refused, and kept for whoever corrects them.
	const text = `Name,Email,Phone,Joined,Nickname\n,${person.email.toUpperCase()},,when?,\n,,0170 123 98 76,when?,\nQuillfeather,,,,Zebulon\n`;
	const file = await bringIn(db, { kind: 'members', text }, now);
	expect(file.counts, 'all are refused').toEqual([0, 0, 0, 3]);
	// A code that is on its way when the end comes.
	await new Visitor({ ip: '203.0.113.9' }).api.wallet.identity.requestCode.mutate({ email: person.email });
	const rows = await sql<{ number: string }[]>`select number from members where id = ${memberId} or id = ${twin.id}`;
	return { visitor, memberId, twinId: twin.id, receipt: bought, numbers: rows.map(({ number }) => number) };
}

describe('a member who is erased', () => {
	it('leaves no word of who they were anywhere, and is nobody to every till', { timeout: 60_000 }, async () => {
		const known = await somebodyKnown();
		const { memberId, visitor, numbers } = known;
		const all = [...words, '4600112233', '20009988', ...numbers];
		const before = await traces(all);
		expect(before, 'the search finds what is there').toEqual(
			expect.arrayContaining([
				'public.gifts.words',
				'public.import_keys.key',
				'public.import_refused.cells',
				'public.member_attributes.text',
				'public.member_codes.code',
				'public.members.address',
				'public.members.birthday',
				'public.members.words',
				'public.point_acts.note',
				'public.returns.reason',
				'public.users.email',
				'public.verifications.identifier'
			])
		);
		const stake = await admin.memberData.stake.query({ id: memberId });
		const purse = (await pointsOf(db, [memberId], now)).get(memberId);
		expect(stake).toMatchObject({ name: person.name, erasureDays: 7 });
		expect(stake.stake).toMatchObject({ points: purse?.spendable, debtPoints: 0, vouchers: 1, gifts: 1 });
		expect(
			stake.stake.cards.map(({ balanceCents }) => balanceCents),
			'one was given away'
		).toEqual([1200]);

		const wish = { id: memberId, reason: 'They wrote us a letter' };
		const wrong = await refusalFrom(admin.memberData.erase.mutate({ ...wish, key: aKey(), name: 'Somebody Else' }));
		expect([wrong.code, wrong.details.field]).toEqual(['member_erasure.name_other', 'name']);
		const why = await refusalFrom(
			admin.memberData.erase.mutate({ ...wish, key: aKey(), reason: ' ', name: person.name })
		);
		expect(why.code).toBe('member.reason_form');
		const asked = { ...wish, key: aKey(), name: ' zebulon  QUILLFEATHER ' };
		const { dueAt } = await admin.memberData.erase.mutate(asked);
		expect(await admin.memberData.erase.mutate({ ...asked, key: aKey() }), 'asked again, it stays').toEqual({ dueAt });
		const waiting = await admin.memberData.waiting.query({ cursor: null });
		expect(waiting.items).toMatchObject([{ member: { id: memberId, name: person.name }, staffName: 'Ann', dueAt }]);
		expect(mail.recent()[0]).toMatchObject({ to: person.email, subject: expect.stringContaining('ends on') });

		expect(await eraseDue(db, memberSteps, { now: later(dueAt, -1000), told: () => {} })).toBe(0);
		expect(await traces(all), 'until then nothing happens').toEqual(before);
		const letters = mail.recent().length;
		const job = jobs.find(({ name }) => name === 'customers.erase_due')!;
		await job.run({ db, now: dueAt });
		expect(mail.recent().length, 'a last letter').toBe(letters + 1);
		await job.run({ db, now: later(dueAt, day) });
		expect(mail.recent().length, 'a rerun does nothing').toBe(letters + 1);

		expect(await traces(all)).toEqual([]);
		expect(purse && (await pointsOf(db, [memberId], dueAt)).get(memberId)).toMatchObject({ spendable: 0, pending: 0 });
		expect((await refusalFrom(visitor.api.wallet.customers.me.query())).code).toBe('access.sign_in_first');
		for (const number of numbers) {
			const shown = inTx((tx) => readMemberCode(tx, staticCode(number), { deviceId: 'dev_test' }, dueAt));
			await expect(shown).rejects.toMatchObject({ code: 'member_code.unknown' });
		}
		const [receipt] = await sql`select total_cents, member_id from receipts where id = ${known.receipt.id}`;
		expect(receipt, 'receipts stay').toMatchObject({ total_cents: 30_000, member_id: memberId });
		const proof = await sql<{ action: string; actor_kind: string }[]>`
			select action, actor_kind from trail_entries where subject_id = ${memberId} order by id desc limit 2`;
		expect(proof).toEqual([
			{ action: 'member.erased', actor_kind: 'house' },
			{ action: 'member.erasure_asked', actor_kind: 'staff' }
		]);
		expect((await auditHouse(db)).findings).toEqual([]);

		const again = await signedIn(person.email);
		expect(again.memberId, 'whoever comes again is new').not.toBe(memberId);
		const { points, latest } = await again.visitor.api.wallet.home.overview.query();
		expect([points.spendable, latest]).toEqual([0, []]);
	});

	it('asks in the wallet with a fresh code, and may take it back', async () => {
		const { visitor, memberId } = await signedIn('leaves@test.example');
		const { data, identity } = visitor.api.wallet;
		await buys(memberId, 5000);
		await sql`update sessions set created_at = created_at - interval '1 hour' where user_id = (
			select user_id from members where id = ${memberId})`;
		for (const act of [() => data.askErasure.mutate({ key: aKey() }), () => data.export.mutate()])
			expect((await refusalFrom(act())).code).toBe('identity.prove_by_code');
		const { email } = await identity.sendProof.mutate();
		expect(email).toBe('leaves@test.example');
		const code = /^(\d{6})$/m.exec(mail.recent()[0]?.text ?? '')?.[1] ?? '';
		const other = code === '111111' ? '222222' : '111111';
		expect((await refusalFrom(identity.prove.mutate({ code: other }))).code).toBe('identity.code_wrong');
		await identity.prove.mutate({ code });
		expect(await identity.sessions.query(), 'the session that proved takes the place of the old one').toHaveLength(1);

		const { dueAt } = await data.askErasure.mutate({ key: aKey() });
		expect(dueAt.getTime() - now.getTime()).toBeGreaterThan(6 * day);
		const { erasure, stake } = await data.overview.query();
		expect([erasure?.dueAt, stake.points]).toEqual([dueAt, 50]);
		expect((await visitor.api.wallet.customers.me.query()).erasedFrom).toEqual(dueAt);
		await data.takeBackErasure.mutate({ key: aKey() });
		expect((await refusalFrom(data.takeBackErasure.mutate({ key: aKey() }))).code).toBe('member_erasure.none');
		expect(await eraseDue(db, memberSteps, { now: later(dueAt, day), told: () => {} })).toBe(0);
		expect((await visitor.api.wallet.home.overview.query()).points.spendable).toBe(50);
	});

	it('is not merged while they wait, and neither race ends in half of both', { timeout: 60_000 }, async () => {
		await inTx((tx) =>
			saveDataPolicy(tx, { policy: { erasureDays: 0, ownBirthday: 'once', claimDays: 14 }, version: 0 }, byHouse, now)
		);
		const house = { reason: 'They wrote us a letter', name: '' };
		const nameOf = async (id: string) =>
			(await sql<{ name: string }[]>`select name from members where id = ${id}`)[0]?.name ?? '';
		const ask = async (memberId: string) => {
			const name = await nameOf(memberId);
			return inTx((tx) => askErasure(tx, { memberId, house: { ...house, name } }, byHouse, now));
		};
		const reason = 'the same person twice';
		const merging = (fromId: string, intoId: string) =>
			inTx((tx) => merge(tx, { fromId, intoId, reason }, memberSteps, byHouse, now));
		for (let round = 0; round < 12; round++) {
			const [from, into] = [await aMember(db, now), await aMember(db, now)];
			await buys(from, 2000);
			const [asked, merged] = await Promise.allSettled([ask(round % 2 ? from : into), merging(from, into)]);
			// Whoever is kept may well ask after the merge: then both go, whole.
			const both = asked.status === 'fulfilled' && merged.status === 'fulfilled';
			if (both) expect(round % 2, 'whoever was merged away no longer asks').toBe(0);
			if (merged.status === 'rejected') expect(merged.reason).toMatchObject({ code: 'member.erasing' });
			if (asked.status === 'rejected') expect(asked.reason).toMatchObject({ code: 'member.merged' });
			await Promise.all([1, 2].map(() => eraseDue(db, memberSteps, { now, told: () => {} })));
			const rows = await sql<{ erased: boolean }[]>`
				select erased_at is not null as erased from members where id in (${from}, ${into})`;
			const erased = rows.filter((row) => row.erased).length;
			expect(erased).toBe(asked.status === 'rejected' ? 0 : both ? 2 : 1);
		}
		expect((await auditHouse(db)).findings).toEqual([]);
	});

	it('races a sale: it is theirs and its points end, or nobody is found', { timeout: 60_000 }, async () => {
		for (let round = 0; round < 12; round++) {
			const memberId = await aMember(db, now);
			await buys(memberId, 4000);
			const command = await aSale(db, shop, anAsk(memberId, [line('a', 3000)]), now);
			const [{ name = '' } = {}] = await sql<{ name: string }[]>`select name from members where id = ${memberId}`;
			const house = { reason: 'They wrote us a letter', name };
			await inTx((tx) => askErasure(tx, { memberId, house }, byHouse, now));
			const [sold, first, second] = await Promise.all([
				counterOf(db).sell(command, now),
				eraseDue(db, memberSteps, { now, told: () => {} }),
				eraseDue(db, memberSteps, { now, told: () => {} })
			]);
			expect(first + second, 'erased once').toBe(1);
			if (!sold.ok) expect(sold.refusal.code).toBe('member.unknown');
			expect((await pointsOf(db, [memberId], now)).get(memberId)).toMatchObject({ spendable: 0, pending: 0 });
			const trail = await sql`select 1 from trail_entries where subject_id = ${memberId} and action = 'member.erased'`;
			expect(trail).toHaveLength(1);
		}
		expect((await auditHouse(db)).findings).toEqual([]);
	});

	it('keeps their account where they also work for the house, without a wallet', async () => {
		const { visitor, memberId } = await signedIn('owner-of-data@test.example');
		await visitor.api.wallet.data.askErasure.mutate({ key: aKey() });
		await eraseDue(db, memberSteps, { now: later(new Date(), 1000), told: () => {} });
		const [row] = await sql`select erased_at, email, user_id from members where id = ${memberId}`;
		expect(row).toMatchObject({ erased_at: expect.anything(), email: null, user_id: null });
		expect((await admin.memberData.policy.query()).version, 'the console still opens').toBe(1);
		expect((await refusalFrom(visitor.api.wallet.customers.me.query())).code).toBe('access.sign_in_first');
	});

	it('is refused in plain words where there is nobody', async () => {
		const house = { reason: 'They wrote us a letter', name: 'x' };
		await expect(inTx((tx) => askErasure(tx, { memberId: 'mem_no', house }, byHouse, now))).rejects.toMatchObject({
			code: 'member.unknown'
		});
		await expect(inTx((tx) => erase(tx, 'ers_no', memberSteps, now))).resolves.toBeNull();
		await expect(
			inTx((tx) => takeBackErasure(tx, { memberId: 'mem_no', reason: null }, byHouse, now))
		).rejects.toMatchObject({ code: 'member.unknown' });
	});
});

describe('a copy of what is kept about a member', () => {
	it(
		'is a zip with everything, in their language, and only that it was made is kept',
		{ timeout: 60_000 },
		async () => {
			const { visitor, memberId } = await signedIn('copies@test.example', { language: 'fa' });
			const { wallet } = visitor.api;
			await wallet.customers.changeProfile.mutate({ name: '=Ada "the" Reader', birthday: '05-04', language: 'fa' });
			const receipt = await buys(memberId, 12_345);
			const { fileName, bytes } = await wallet.data.export.mutate();
			expect(fileName).toMatch(/^داده‌های-من-\d{4}-\d\d-\d\d\.zip$/);
			const files = unzipSync(bytes);
			const text = (name: string) => strFromU8(files[name] ?? new Uint8Array());
			const data = JSON.parse(text('data.json')) as Record<string, Record<string, unknown>[]>;
			expect(untold(Object.keys(data).slice(3)), 'the page has words for every part').toEqual([]);
			expect(data.profile?.[0]).toMatchObject({ name: '=Ada "the" Reader', birthday: '05-04' });
			expect(data.receipts?.[0]).toMatchObject({ number: receipt.number, total_cents: 12_345 });
			expect(data.sign_ins).toHaveLength(1);
			expect(text('receipts.csv')).toContain('123.45');
			expect(text('profile.csv'), 'no formula').toContain(`"'=Ada ""the"" Reader"`);
			expect(text('README.txt')).toContain('receipts.csv: خریدهای شما');
			expect(Object.keys(files)).not.toContain('returns.csv');
			const [entry] = await sql<{ changes: string; reason: string | null }[]>`
			select changes, reason from trail_entries where subject_id = ${memberId} and action = 'member.exported'`;
			expect(entry).toEqual({ changes: [], reason: null });
			for (let more = 0; more < 5; more++) await wallet.data.export.mutate();
			expect((await refusalFrom(wallet.data.export.mutate())).code).toBe('member_export.too_often');
		}
	);

	it('is made by the house for a reason, and tells nothing of others', async () => {
		const [{ memberId }, other] = [await signedIn('asked@test.example'), await signedIn('quiet-one@test.example')];
		await other.visitor.api.wallet.customers.changeProfile.mutate({ name: 'Nobody Asked' });
		expect((await refusalFrom(admin.memberData.export.mutate({ id: memberId, reason: '' }))).code).toBe(
			'member.reason_form'
		);
		const { bytes } = await admin.memberData.export.mutate({ id: memberId, reason: 'They asked by letter' });
		const all = Object.values(unzipSync(bytes))
			.map((file) => strFromU8(file))
			.join();
		expect(all).toContain('asked@test.example');
		expect(all).not.toMatch(/Nobody Asked|quiet-one/);
		const [entry] = await sql<{ reason: string }[]>`
			select reason from trail_entries where subject_id = ${memberId} and action = 'member.exported'`;
		expect(entry?.reason).toBe('They asked by letter');
		expect((await refusalFrom(admin.memberData.export.mutate({ id: 'mem_no', reason: 'Because' }))).code).toBe(
			'member.unknown'
		);
	});
});
