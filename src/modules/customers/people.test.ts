import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { newCode } from '#core/codes';
import { later, minute } from '#core/time';
import { productBarcodes } from '#stores/tables';
import { inTransaction, type Tx } from '#platform/db';
import type { By } from '#platform/trail';
import { trailEntries } from '../../platform/trail.tables.server.ts';
import { testDatabase } from '../../../tests/support/database.ts';
import { openShop, testSettings, type Shop } from '../../../tests/support/shop.ts';
import { archiveAttribute, createAttribute, editAttribute, listAttributes, valuesAtTill } from './attributes.server.ts';
import { consentsOf, noteNews } from './consents.server.ts';
import { findByContact } from './find.server.ts';
import { maskedName, mostTags, nobody, rotatingCode, staticCode, type PersonInput } from './index.ts';
import { endCode, findByLinkedCode, linkCode, linkedCodesOf } from './linked-codes.server.ts';
import { memberForm, memberSide } from './member-page.server.ts';
import { blockMember, changeProfile, createMember, editMember, type NewMember } from './people.server.ts';
import { readPhone } from './phone.server.ts';
import { saveMemberPolicy } from './policy.server.ts';
import { codeFor, readMemberCode } from './server.ts';
import { members, tags } from './tables.server.ts';
import { countTags, createTag, deleteTag, editTag, setTags, tagMany } from './tags.server.ts';
import { phoneDigits, queryOf, wordsOf } from './words.ts';
import { wordings, wordingText } from './wordings.ts';

const { db, url } = await testDatabase();
testSettings(url);
const now = new Date('2026-11-20T10:00:10Z');
let shop: Shop;
const staff = {
	kind: 'staff',
	userId: 'usr_1',
	staffId: 'stf_1',
	name: 'Kim',
	role: 'manager',
	permissions: [],
	storeIds: null
} as const;
const desk: By = { actor: staff, requestId: 'req_desk' };
const at = <T>(run: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(db, run);
const refused = (code: string, details: object = {}) =>
	expect.objectContaining({ name: 'Refusal', code, details: expect.objectContaining(details) });

const told = (more: Partial<PersonInput> = {}): PersonInput => ({ ...nobody, ...more });
const making = ({
	person,
	...more
}: { person?: Partial<PersonInput> } & Partial<Omit<NewMember, 'person'>> = {}): NewMember => ({
	person: told({ name: 'Ada Lovelace', ...person }),
	attributes: {},
	card: null,
	agreed: { programme: true, news: false },
	...more
});
const make = (command: Parameters<typeof making>[0] = {}, by = desk) =>
	at((tx) => createMember(tx, making(command), by, now));
const trailOf = (id: string) =>
	db.select().from(trailEntries).where(eq(trailEntries.subjectId, id)).orderBy(trailEntries.id);

beforeAll(async () => {
	shop = await openShop(db, now);
	await at((tx) => saveMemberPolicy(tx, { phoneCountry: 'DE', version: 0 }, desk, now));
});

describe('making a member in person', () => {
	it('keeps what is told in one form, and the proof of what was agreed to', async () => {
		const person = {
			name: '  Ada   Lovelace ',
			email: ' Ada@Shop.example ',
			phone: '0170 / 123 45 67',
			birthday: '12-10',
			birthYear: 1985
		};
		const { id } = await make({ person, agreed: { programme: true, news: true } });
		expect((await memberForm(db, id)).person).toMatchObject({
			name: 'Ada Lovelace',
			email: 'Ada@Shop.example',
			phone: '+491701234567',
			birthday: '12-10',
			birthYear: 1985
		});
		const { consents } = await memberSide(db, id, 'en');
		expect(consents.map(({ purpose, source, staffId }) => [purpose, source, staffId]).sort()).toEqual([
			['news', 'console', 'stf_1'],
			['programme', 'console', 'stf_1']
		]);
		expect(consents.every(({ text }) => text !== null && !text.includes('{'))).toBe(true);
		const [deed] = await trailOf(id);
		expect(deed?.action).toBe('member.created');
		expect(JSON.stringify(deed?.changes)).not.toMatch(/Ada|170|shop\.example|12-10/i);
	});

	it('needs their consent, and something to find them by', async () => {
		await expect(make({ agreed: { programme: false, news: true } })).rejects.toEqual(refused('member.consent_needed'));
		await expect(make({ person: { name: ' \u200f ' } })).rejects.toEqual(refused('member.nothing_told'));
		const { id } = await make({ person: { name: null }, card: { text: '4006381333931', kind: 'plastic' } });
		expect((await findByLinkedCode(db, '4006381333931'))?.id).toBe(id);
	});

	it('is refused with an address or number that somebody has, however it is written', async () => {
		const { id } = await make({ person: { email: 'grace@shop.example', phone: '+49 171 5550101' } });
		await expect(make({ person: { email: 'GRACE@SHOP.EXAMPLE' } })).rejects.toEqual(
			refused('member.email_taken', { field: 'email', memberId: id })
		);
		await expect(make({ person: { phone: '0049 (0)171 555 01 01' } })).rejects.toEqual(
			refused('member.phone_taken', { memberId: id })
		);
		const till: By = {
			actor: { kind: 'till', deviceId: 'dev_1', storeId: shop.storeId, staff: null },
			requestId: null
		};
		const error = await make({ person: { email: 'grace@shop.example' } }, till).catch((thrown: unknown) => thrown);
		expect((error as { details: object }).details).toEqual({ field: 'email' });
	});

	it('with one address twenty times at once makes one', async () => {
		const results = await Promise.allSettled(
			Array.from({ length: 20 }, () => make({ person: { email: 'race@shop.example' } }))
		);
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		for (const one of results) if (one.status === 'rejected') expect(one.reason).toEqual(refused('member.email_taken'));
	});

	it.each([
		[{ email: 'ada@shop' }, 'member.email_form'],
		[{ email: 'ada @shop.example' }, 'member.email_form'],
		[{ email: `${'a'.repeat(250)}@shop.example` }, 'member.text_long'],
		[{ name: 'x'.repeat(81) }, 'member.text_long'],
		[{ note: 'x'.repeat(1001) }, 'member.text_long'],
		[{ phone: '12' }, 'member.phone_form'],
		[{ phone: 'call me' }, 'member.phone_form'],
		[{ phone: '+999 1' }, 'member.phone_form'],
		[{ birthday: '02-30' }, 'member.birthday_form'],
		[{ birthday: '13-01' }, 'member.birthday_form'],
		[{ birthday: '02-29', birthYear: 2001 }, 'member.birthday_form'],
		[{ birthday: '01-01', birthYear: 2030 }, 'member.birthday_form'],
		[{ birthday: '00-', birthYear: 1990 }, 'member.birthday_form'],
		[{ language: 'tlh' }, 'member.language_form']
	] as const)('refuses %o', async (person, code) => {
		await expect(make({ person })).rejects.toEqual(refused(code));
	});

	it('takes the 29th of February, and the oldest of us', async () => {
		await make({ person: { birthday: '02-29' } });
		await make({ person: { birthday: '02-29', birthYear: 1912 } });
	});
});

describe('changing a member', () => {
	it('tells the second of two what happened, and writes nothing of theirs', async () => {
		const { id } = await make();
		const edit = (name: string, version: number) =>
			at((tx) => editMember(tx, { id, version, person: told({ name }), attributes: {} }, desk, now));
		expect(await edit('Ada King', 1)).toEqual({ version: 2 });
		await expect(edit('Ada Byron', 1)).rejects.toEqual(refused('member.changed_meanwhile', { version: 2 }));
		expect((await memberForm(db, id)).person.name).toBe('Ada King');
	});

	it('leaves the address alone by which somebody signs in', async () => {
		const { id } = await make({ person: { email: 'own@shop.example' } });
		await db.update(members).set({ userId: 'usr_own' }).where(eq(members.id, id));
		await at((tx) =>
			editMember(tx, { id, version: 1, person: told({ email: 'thief@shop.example' }), attributes: {} }, desk, now)
		);
		expect((await memberForm(db, id)).person.email).toBe('own@shop.example');
	});

	it('by themselves changes what they may change, and no more', async () => {
		const { id } = await make({ person: { note: 'Likes cats' } });
		await at((tx) => changeProfile(tx, id, { phone: '0172 5550103', birthday: '03-04' }, desk, now));
		expect((await memberForm(db, id)).person).toMatchObject({
			phone: '+491725550103',
			birthday: '03-04',
			note: 'Likes cats'
		});
		await expect(at((tx) => changeProfile(tx, id, { phone: '+49 171 5550101' }, desk, now))).rejects.toEqual(
			refused('member.phone_taken')
		);
	});

	it('blocks with a reason that the trail keeps', async () => {
		const { id } = await make();
		const block = (blocked: boolean, reason: string) => at((tx) => blockMember(tx, { id, blocked, reason }, desk, now));
		await expect(block(true, ' x ')).rejects.toEqual(refused('member.reason_form', { field: 'reason' }));
		await block(true, 'Card was stolen');
		await block(true, 'Card was stolen');
		expect((await memberSide(db, id, 'en')).blockedAt).toEqual(now);
		await block(false, 'Found again');
		const deeds = await trailOf(id);
		expect(deeds.map(({ action, reason }) => `${action}: ${reason}`).sort()).toEqual([
			'member.blocked: Card was stolen',
			'member.created: null',
			'member.unblocked: Found again'
		]);
	});
});

describe('cards and old barcodes', () => {
	const link = (memberId: string, code: string, mustShow: { deviceId: string } | null = null) =>
		at((tx) => linkCode(tx, { memberId, code, kind: 'plastic', mustShow }, desk, now));

	it('name one member each, in any writing, until they end', async () => {
		const [{ id }, other] = [await make(), await make()];
		const { id: codeId } = await link(id, ' old-77 001 ');
		expect(await link(id, 'OLD77001')).toEqual({ id: codeId });
		expect((await findByLinkedCode(db, 'OLD77001'))?.id).toBe(id);
		await expect(link(other.id, 'old77001')).rejects.toEqual(refused('member_card.taken', { memberId: id }));
		await at((tx) => endCode(tx, { id: codeId }, desk, now));
		expect(await findByLinkedCode(db, 'OLD77001')).toBe(null);
		await link(other.id, 'old77001');
		expect((await linkedCodesOf(db, id)).map(({ endedAt }) => endedAt)).toEqual([now]);
		expect(JSON.stringify(await trailOf(id))).not.toContain('77001');
	});

	it('go to one of many who ask at once', async () => {
		const people = await Promise.all(Array.from({ length: 8 }, () => make()));
		const results = await Promise.allSettled(people.map(({ id }) => link(id, 'RACE0001')));
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
	});

	it('are no codes of ours, no payment cards, no products’ barcodes, and no rubbish', async () => {
		const { id, number } = await make();
		const ours = [
			staticCode(number),
			newCode('giftCard'),
			newCode('voucher'),
			newCode('receipt'),
			'G22222222222222223'
		];
		for (const code of ours) await expect(link(id, code), code).rejects.toEqual(refused('member_card.is_ours'));
		await expect(link(id, '4111 1111 1111 1111')).rejects.toEqual(refused('member_card.payment_card'));
		for (const code of ['', '12', '???', 'x'.repeat(33), '💳💳💳💳'])
			await expect(link(id, code), code).rejects.toEqual(refused('member_card.form'));
		const goods = { barcode: '4006381333948', productId: shop.products.bread.id, addedAt: now };
		await db.insert(productBarcodes).values(goods);
		await expect(link(id, goods.barcode)).rejects.toEqual(refused('member_card.is_product'));
	});

	it('are linked at a till only for whom showed their phone there just now', async () => {
		const { id } = await make();
		const mustShow = { deviceId: 'dev_1' };
		await expect(link(id, 'SHOW0001', mustShow)).rejects.toEqual(refused('member_card.show_phone'));
		const { number, secret } = await at((tx) => codeFor(tx, id));
		const shown = (at_: Date) =>
			at((tx) => readMemberCode(tx, rotatingCode(number, secret, at_), { deviceId: 'dev_1' }, at_));
		await shown(later(now, -20 * minute));
		await expect(link(id, 'SHOW0001', mustShow)).rejects.toEqual(refused('member_card.show_phone'));
		await shown(now);
		await expect(link(id, 'SHOW0001', { deviceId: 'dev_2' })).rejects.toEqual(refused('member_card.show_phone'));
		await link(id, 'SHOW0001', mustShow);
	});

	it('are twenty at most', async () => {
		const { id } = await make();
		for (let i = 0; i < 20; i++) await link(id, `MANY${1000 + i}`);
		await expect(link(id, 'MANY2000')).rejects.toEqual(refused('member_card.too_many'));
	});
});

describe('tags', () => {
	const create = (name: string) => at((tx) => createTag(tx, { name, colour: 'good' }, desk, now));

	it('are there once, however they are written, and have a name that can be read', async () => {
		await create('Café Noir');
		await expect(create(' CAFE  noir ')).rejects.toEqual(refused('tag.name_taken'));
		for (const name of ['', '   ', '!!!', 'x'.repeat(300)])
			await expect(create(name)).rejects.toEqual(refused('tag.name_form'));
	});

	it('are told apart when two edit one', async () => {
		const { id } = await create('Press');
		const edit = (name: string) => at((tx) => editTag(tx, { id, version: 1, name, colour: 'bad' }, desk, now));
		await edit('Media');
		await expect(edit('Paper')).rejects.toEqual(refused('tag.changed_meanwhile', { name: 'Media' }));
	});

	it('are put on one member or on hundreds, taken off, and go away with everybody’s', async () => {
		const [one, two] = [await create('One'), await create('Two')];
		const ids = (await Promise.all(Array.from({ length: 5 }, () => make()))).map(({ id }) => id);
		const [first = ''] = ids;
		await at((tx) => setTags(tx, { memberId: first, tagIds: [one.id, two.id] }, desk, now));
		expect((await memberSide(db, first, 'en')).tagIds.sort()).toEqual([one.id, two.id].sort());
		const many = (on: boolean) =>
			at((tx) => tagMany(tx, { memberIds: [...ids, 'mem_none'], tagId: one.id, on }, desk, now));
		expect(await many(true)).toEqual({ changed: 4 });
		expect(await many(true)).toEqual({ changed: 0 });
		expect((await countTags(db)).find(({ id }) => id === one.id)?.members).toBe(5);
		expect(await many(false)).toEqual({ changed: 5 });
		await at((tx) => deleteTag(tx, { id: two.id }, desk, now));
		expect((await memberSide(db, first, 'en')).tagIds).toEqual([]);
		await expect(at((tx) => setTags(tx, { memberId: first, tagIds: [two.id] }, desk, now))).rejects.toEqual(
			refused('tag.unknown')
		);
	});

	it('are so many that somebody can read them: not ten thousand', async () => {
		const there = (await countTags(db)).length;
		const more = Array.from({ length: mostTags - there }, (_, i) => ({
			id: `tag_${i}`,
			name: `Tag ${i}`,
			folded: `tag ${i}`,
			colour: 'neutral' as const,
			createdAt: now
		}));
		await db.insert(tags).values(more);
		await expect(create('One too many')).rejects.toEqual(refused('tag.too_many'));
		await db.delete(tags).where(eq(tags.id, 'tag_0'));
		await create('The last one');
	});
});

describe('what the house asks besides', () => {
	const asking = { choices: [] as string[], required: false, shownAtTill: false, personal: false };
	const create = (
		key: string,
		kind: Parameters<typeof createAttribute>[1]['kind'],
		more: Partial<typeof asking> = {}
	) => at((tx) => createAttribute(tx, { ...asking, key, kind, label: `Ask ${key}`, ...more }, desk, now));
	const tell = (id: string, version: number, attributes: Record<string, string | number | boolean | null>) =>
		at((tx) => editMember(tx, { id, version, person: told({ name: 'Ada' }), attributes }, desk, now));

	it('keeps each kind of answer, and refuses those of another', async () => {
		const kinds = {
			size: 'number',
			pet: 'text',
			since: 'date',
			vegan: 'yes_no',
			roast: 'choice',
			budget: 'money'
		} as const;
		const ids: Record<string, string> = {};
		for (const [key, kind] of Object.entries(kinds))
			ids[key] = (await create(key, kind, kind === 'choice' ? { choices: ['Light', 'Dark', 'Dark'] } : {})).id;
		const { id } = await make();
		const of = (answers: Record<string, string | number | boolean | null>) =>
			Object.fromEntries(Object.entries(answers).map(([key, value]) => [ids[key] ?? '', value]));
		const right = { size: 42_500, pet: 'Cat', since: '2024-02-29', vegan: false, roast: 'Dark', budget: 1999 };
		expect(await tell(id, 1, of(right))).toEqual({ version: 2 });
		expect((await memberForm(db, id)).attributes).toEqual(of(right));
		const wrong = [
			['size', 'large', 'attribute.not_number'],
			['size', 1.5, 'attribute.not_number'],
			['pet', 7, 'attribute.not_text'],
			['pet', 'x'.repeat(201), 'attribute.not_text'],
			['since', '2023-02-29', 'attribute.not_date'],
			['vegan', 'yes', 'attribute.not_yes_no'],
			['roast', 'Burnt', 'attribute.not_choice'],
			['budget', 'much', 'attribute.not_money'],
			['budget', 1e15, 'attribute.not_money']
		] as const;
		for (const [key, value, code] of wrong)
			await expect(tell(id, 2, of({ [key]: value })), `${key} ${value}`).rejects.toEqual(
				refused(code, { field: `attributes.${ids[key]}` })
			);
		await expect(tell(id, 2, { att_none: 'x' })).rejects.toEqual(refused('attribute.unknown'));
		await tell(id, 2, of({ pet: null, size: '' }));
		expect((await memberForm(db, id)).attributes).toEqual(
			of({ since: '2024-02-29', vegan: false, roast: 'Dark', budget: 1999 })
		);
		const changes = (await trailOf(id)).flatMap((deed) => deed.changes);
		expect(changes).toContainEqual({ field: 'attribute pet', hidden: true });
		expect(changes).toContainEqual({ field: 'attribute size', before: 42_500, after: null });
	});

	it('must be told in the console where the house says so, and holds nobody up at the till', async () => {
		const { id } = await create('shoes', 'text', { required: true, shownAtTill: true });
		await expect(make()).rejects.toEqual(refused('attribute.required', { field: `attributes.${id}` }));
		const till: By = {
			actor: { kind: 'till', deviceId: 'dev_1', storeId: shop.storeId, staff: null },
			requestId: null
		};
		await make({}, till);
		const ada = await make({ attributes: { [id]: 'Boots' } });
		expect((await valuesAtTill(db, [ada.id])).get(ada.id)).toEqual([
			{ label: 'Ask shoes', kind: 'text', value: 'Boots' }
		]);
		await at((tx) => archiveAttribute(tx, { id, archived: true }, desk, now));
		expect((await valuesAtTill(db, [ada.id])).size).toBe(0);
		await make();
	});

	it('has a key of its own, choices that make sense, and one editor at a time', async () => {
		await create('hobby', 'text');
		await expect(create('hobby', 'date')).rejects.toEqual(refused('attribute.key_taken'));
		for (const key of ['', 'Hobby', '1st', 'a b', 'ключ'])
			await expect(create(key, 'text')).rejects.toEqual(refused('attribute.key_form'));
		for (const choices of [[], ['One'], ['x'.repeat(61), 'b'], Array.from({ length: 51 }, (_, i) => `c${i}`)])
			await expect(create('taste', 'choice', { choices })).rejects.toEqual(refused('attribute.choices_form'));
		const row = (await listAttributes(db)).find(({ key }) => key === 'hobby');
		const edit = (label: string) =>
			at((tx) => editAttribute(tx, { ...asking, id: row?.id ?? '', version: 1, label }, desk, now));
		await edit('Pastime');
		await expect(edit('Sport')).rejects.toEqual(refused('attribute.changed_meanwhile', { name: 'Pastime' }));
		await expect(edit(' ')).rejects.toEqual(refused('attribute.changed_meanwhile'));
	});
});

describe('consents', () => {
	it('are noted on somebody’s word and taken back, each with who and where', async () => {
		const { id } = await make();
		const note = (wanted: boolean) => at((tx) => noteNews(tx, { memberId: id, wanted }, desk, now));
		await note(true);
		await note(true);
		await note(false);
		await note(false);
		const news = (await consentsOf(db, id)).filter(({ purpose }) => purpose === 'news');
		expect(news).toMatchObject([
			{ source: 'console', staffId: 'stf_1', withdrawnAt: now, withdrawnSource: 'console', withdrawnStaffId: 'stf_1' }
		]);
	});

	it('have a wording in every language, never the same name twice', () => {
		expect(new Set(wordings.map(({ name }) => name)).size).toBe(wordings.length);
		for (const { name, text } of wordings)
			for (const language of ['en', 'ru', 'zh', 'fa'] as const) {
				expect(text[language].length).toBeGreaterThan(10);
				expect(wordingText(name, language, 'Linden')).not.toContain('{');
			}
	});
});

describe('finding somebody', () => {
	it('by contact takes the whole address or number, and nothing less', async () => {
		const { id } = await make({ person: { email: 'find@shop.example', phone: '0173 5550199' } });
		for (const text of ['find@shop.example', ' FIND@shop.example ', '+49 173 5550199', '0173/5550199', '۰۱۷۳۵۵۵۰۱۹۹'])
			expect((await findByContact(db, text))?.id, text).toBe(id);
		for (const text of ['find@shop', 'find', '5550199', '', '%@%', '0173 555019'])
			expect(await findByContact(db, text)).toBe(null);
	});

	it('folds case, accents and letters of two keyboards', () => {
		const words = (name: string) => wordsOf({ name, email: null, phone: null });
		expect(words('Zoë MÜLLER-Łukasz')).toBe("'zoe' 'muller' 'łukasz'");
		expect(words('علي كريمي')).toBe(words('علی کریمی'));
		expect(queryOf("o'brien")).toBe("'o':* & 'brien':*");
		expect(queryOf('!?')).toBe(null);
		expect(wordsOf(nobody)).toBe(null);
	});

	it.each([
		['+49 (0)170 123-4567', '491701234567'],
		['0170 1234567', '1701234567'],
		['۰۱۷۰۱۲۳۴۵۶۷', '1701234567'],
		['Ada 17', null],
		['17', null]
	])('reads %s as digits of a number', (text, digits) => {
		expect(phoneDigits(text)).toBe(digits);
	});

	it('asks for the country where the house has not said one', () => {
		expect(readPhone('0170 1234567', null)).toBe('country');
		expect(readPhone('0170 1234567', 'DE')).toBe('+491701234567');
		expect(readPhone('+98 912 345 6789', 'DE')).toBe('+989123456789');
		expect(readPhone('+1', 'DE')).toBe(null);
	});

	it('greets by as much of a name as is needed', () => {
		expect(maskedName('Ada King Lovelace')).toBe('Ada L.');
		expect(maskedName('Madonna')).toBe('Ma…');
		expect(maskedName('زرین')).toBe('زر…');
		expect(maskedName('  ')).toBe(null);
	});
});
