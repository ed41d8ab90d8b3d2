import { describe, expect, it } from 'vitest';
import { csvLine } from '#core/csv';
import { registerImports } from '#imports/server';
import { inTransaction, sqlOf } from '#platform/db';
import { byHouse } from '#platform/trail';
import { testDatabase } from '../../../tests/support/database.ts';
import { bringIn } from '../../../tests/support/importing.ts';
import { openShop } from '../../../tests/support/shop.ts';
import { createAttribute, listAttributes } from './attributes.server.ts';
import { tracesOf } from './import-traces.ts';
import { staticCode } from './index.ts';
import { memberImport } from './member-import.server.ts';
import { memberHead, memberLines } from './member-lines.server.ts';
import { saveMemberPolicy } from './policy.server.ts';
import { createTag } from './tags.server.ts';

const { db } = await testDatabase();
const now = new Date('2026-04-01T10:00:00Z');
await openShop(db, now);
registerImports(memberImport);
const sql = sqlOf(db);
await inTransaction(db, async (tx) => {
	await saveMemberPolicy(tx, { phoneCountry: 'DE', version: 0 }, byHouse, now);
	await createTag(tx, { name: 'Baker, early', colour: 'good' }, byHouse, now);
	const plain = { choices: [], required: false, shownAtTill: false, personal: false };
	await createAttribute(tx, { ...plain, key: 'shoe', label: 'Shoe size', kind: 'number' }, byHouse, now);
	await createAttribute(tx, { ...plain, key: 'allowance', label: 'Allowance', kind: 'money' }, byHouse, now);
	await createAttribute(tx, { ...plain, key: 'visited', label: 'Visited us', kind: 'yes_no' }, byHouse, now);
});

const bring = (text: string) => bringIn(db, { kind: 'members', text }, now);
const agreed = 'Agreed to the programme on,Wording of the consent';
const head = `Name,E-mail,Phone,Birthday,Language,Tags,Further codes,Joined on,${agreed},Shoe size,Allowance,Visited us`;
const anna =
	'Anna Kern,anna@import.example,0170 1234567,1990-03-31,de,"Baker, early",40001234,2025-02-03,2025-02-03,paper form 3,41.5,12.50,yes';

async function exported(): Promise<string> {
	const ids = (await sql<{ id: string }[]>`select id from members where joined_at is not null order by id`).map(
		({ id }) => id
	);
	const asked = await listAttributes(db);
	const lines = await memberLines(db, ids, { asked, timeZone: 'Europe/Berlin', moneyDigits: 2 });
	return [memberHead(asked, 'en'), ...lines].map((cells) => csvLine(cells)).join('');
}

describe('members brought in by a file', () => {
	it('come with their address, number, birthday, tags, cards, consent and what the house asks', async () => {
		const done = await bring(`\ufeff${head}\r\n${anna.replace(',de,', ',en,')}\r\n`);
		expect(done).toMatchObject({ counts: [1, 0, 0, 0], refused: [], state: 'done' });
		const [row] = await sql`
			select m.id, name, email, phone, birthday, birth_year, language, joined_at::date::text as joined,
				(select array_agg(code) from member_codes c where c.member_id = m.id) as codes,
				(select array_agg(t.name) from member_tags mt join tags t on t.id = mt.tag_id where mt.member_id = m.id) as tags,
				(select array_agg(wording || ' ' || source || ' ' || given_at::date) from consents c where c.member_id = m.id) as consents,
				(select array_agg(coalesce(thousandths::text, cents::text, yes::text) order by attribute_id) from member_attributes v
					where v.member_id = m.id) as told
			from members m where email = 'anna@import.example'`;
		expect(row).toMatchObject({
			name: 'Anna Kern',
			phone: '+491701234567',
			birthday: '03-31',
			birth_year: 1990,
			joined: '2025-02-03',
			codes: ['40001234'],
			tags: ['Baker, early'],
			consents: ['paper form 3 import 2025-02-03']
		});
		expect(new Set(row?.told as string[])).toEqual(new Set(['41500', '1250', 'true']));
		const [deed] = await sql<{ action: string; changes: string }[]>`
			select action, changes::text as changes from trail_entries where subject_id = ${row?.id as string}`;
		expect(deed?.action).toBe('member.imported');
		expect(deed?.changes).not.toMatch(/Anna|import\.example|40001234/);
	});

	it('go out and come in again without a change', async () => {
		await bring(
			`Name,E-mail,Note,${agreed}\n"=HYPERLINK(""x"")",formula@import.example,"two\nlines",2026-03-01,paper\n`
		);
		const text = await exported();
		expect(text).not.toMatch(/(^|,)"?=HYPERLINK/m);
		const again = await bring(text);
		expect(again.refused).toEqual([]);
		expect(again.counts).toEqual([0, 0, 2, 0]);
		expect(await exported()).toBe(text);
	});

	it('are found by id, number, card, address or telephone number; an empty cell leaves what is there', async () => {
		const [row] = await sql<{ id: string; number: string }[]>`
			select id, number from members where email = 'anna@import.example'`;
		const found = await bring(
			[
				'ID,Member number,E-mail,Phone,Further codes,Address,Name',
				`${row!.id},,,,,Lindenallee 1,`,
				`,${row!.number},,,,Lindenallee 2,`,
				',,ANNA@import.example,,,Lindenallee 3,',
				',,,+49 170 1234567,,Lindenallee 4,',
				',,,,4000-1234,Lindenallee 5,Anna Kern'
			].join('\n')
		);
		// All in one file are one person: the first line counts.
		expect(found.counts).toEqual([0, 1, 0, 4]);
		for (const [column, cell] of [
			['Member number', row!.number],
			['E-mail', 'Anna@Import.example'],
			['Phone', '0170/1234567'],
			['Further codes', '4000 1234']
		])
			expect((await bring(`${column},Address\n${cell},At ${column}\n`)).counts).toEqual([0, 1, 0, 0]);
		const [after] = await sql`select name, address, phone from members where id = ${row!.id}`;
		expect(after).toEqual({ name: 'Anna Kern', address: 'At Further codes', phone: '+491701234567' });
	});

	it('are refused line by line, with what is wrong and where', async () => {
		await bring(`Name,E-mail,Further codes,${agreed}\nBert,bert@import.example,40005678,2026-03-01,paper\n`);
		const lines = [
			['Nobody agreed', 'no@import.example', '', '', '', '', ''],
			['Two of them', 'anna@import.example', '', '40005678', '', '2026-03-01', 'paper'],
			['Bad mail', 'not an address', '', '', '', '2026-03-01', 'paper'],
			['Bad phone', '', 'call me', '', '', '2026-03-01', 'paper'],
			['No such tag', 'tag@import.example', '', '', 'Butcher', '2026-03-01', 'paper'],
			['Tomorrow', 'day@import.example', '', '', '', '2026-04-02', 'paper'],
			['No wording', 'word@import.example', '', '', '', '2026-03-01', ''],
			['Ours', 'ours@import.example', '', '4111111111111111', '', '2026-03-01', 'paper'],
			['Cleo', 'cleo@import.example', '', '40009999', '', '2026-03-01', 'paper'],
			['Again', 'CLEO@import.example', '', '', '', '2026-03-01', 'paper'],
			['Same card', 'other@import.example', '', '40009999', '', '2026-03-01', 'paper']
		];
		const text = [`Name,E-mail,Phone,Further codes,Tags,${agreed}`, ...lines.map((cells) => cells.join(','))].join(
			'\n'
		);
		const done = await bring(text);
		expect(done.counts).toEqual([1, 0, 0, 10]);
		expect(done.refused).toEqual([
			[2, 'consent', 'member_import.consent_missing'],
			[3, null, 'member_import.two_members'],
			[4, 'email', 'member.email_form'],
			[5, 'phone', 'member.phone_form'],
			[6, 'tags', 'member_import.tag_unknown'],
			[7, 'consent', 'member_import.day_form'],
			[8, 'wording', 'member_import.consent_wording_missing'],
			[9, 'codes', 'member_card.payment_card'],
			[11, null, 'import.duplicate'],
			[12, 'codes', 'member_card.taken']
		]);
	});

	it('are told everything that is wrong with a line, each kind of missing consent in its own words', async () => {
		const found = await bring(
			[
				`Name,E-mail,Phone,Birthday,Language,Tags,Joined on,${agreed},Shoe size`,
				'Dora,not an address,call me,30 February,xx,Butcher,some day,2026-04-02,,wide',
				'Dora,dora@import.example,,,,,,,paper,41',
				'Dora,anna@import.example,call me,,,,,,,'
			].join('\n')
		);
		expect(found.counts).toEqual([0, 0, 0, 3]);
		expect(found.faults).toEqual([
			[
				'phone member.phone_form',
				'birthday member.birthday_form',
				'language member.language_form',
				'email member.email_form',
				'tags member_import.tag_unknown',
				'joined member_import.day_form',
				'consent member_import.day_form',
				'wording member_import.consent_wording_missing',
				expect.stringMatching(/^attribute\.shoe attribute\./)
			],
			['consent member_import.consent_day_missing'],
			// Anna is here and agreed long ago: only what cannot be read is wrong.
			['phone member.phone_form']
		]);
	});

	it('can all have agreed on one day at one place, told once instead of in columns', async () => {
		const told = { consent: '2026-03-02', wording: 'Paper forms, Altona', news: '' };
		const text = 'Name,E-mail\nEmil,emil@import.example\nEva,eva@import.example\n';
		expect(await bringIn(db, { kind: 'members', text, told }, now)).toMatchObject({
			counts: [2, 0, 0, 0],
			refused: []
		});
		const rows = await sql`
			select c.purpose, c.wording, c.given_at::date::text as day from consents c join members m on m.id = c.member_id
			where m.email in ('emil@import.example', 'eva@import.example')`;
		const one = { purpose: 'programme', wording: 'Paper forms, Altona', day: '2026-03-02' };
		expect([...rows]).toEqual([one, one]);
		// A column of the file says it for each line: what is told for all does not fill its gaps.
		const mixed = `Name,E-mail,${agreed}\nFelix,felix@import.example,,\n`;
		expect((await bringIn(db, { kind: 'members', text: mixed, told }, now)).refused).toEqual([
			[2, 'consent', 'member_import.consent_missing']
		]);
		const half = { wording: 'Paper forms, Altona' };
		const alone = 'Name,E-mail\nGrete,grete@import.example\n';
		expect((await bringIn(db, { kind: 'members', text: alone, told: half }, now)).refused).toEqual([
			[2, 'consent', 'member_import.consent_day_missing']
		]);
		for (const [wrong, code] of [
			[{ consent: '2026-04-02' }, 'import.told_day'],
			[{ consent: '2026-02-30' }, 'import.told_day'],
			[{ consent: 'yesterday' }, 'import.told_day'],
			[{ wording: 'x'.repeat(501) }, 'import.told_text'],
			[{ wording: 'nul \u0000' }, 'import.told_text'],
			[{ phone: '0170 1234567' }, 'import.field_twice'],
			[{ nonsense: 'x' }, 'import.field_twice']
		] as const)
			await expect(bringIn(db, { kind: 'members', text: alone, told: wrong }, now)).rejects.toMatchObject({ code });
	});

	it('who are erased are not brought back by their id', async () => {
		const [row] = await sql<{ id: string }[]>`
			update members set erased_at = ${now.toISOString()}, email = null, words = null, name = null
			where email = 'bert@import.example' returning id`;
		expect((await bring(`ID,Name\n${row!.id},Bert\nmem_unknown,Nobody\n`)).refused).toEqual([
			[2, 'id', 'member_import.erased'],
			[3, 'id', 'member.unknown']
		]);
	});
});

it('a line of a file tells whom it is about in any writing of an address, a number or a code; a name says maybe', () => {
	const zoe = {
		id: 'mem_01m7w6c380exmn6653597d',
		number: 'ABCDEF2345',
		name: 'Zoë Fink',
		email: 'Zoe.Fink@x.test',
		phone: '+491701239876'
	};
	const { surely, maybe } = tracesOf([zoe], ['4600112233']);
	for (const cell of [
		'zoe.fink@X.test',
		'Zoe <zoe.fink@x.test>',
		'0170 / 123-98 76',
		'۰۱۷۰۱۲۳۹۸۷۶',
		'ABCDE-F2345',
		staticCode(zoe.number),
		zoe.id,
		'20001, 4600 112233',
		'20001;4600112233'
	])
		expect(surely(['x', cell]), cell).toBe(true);
	for (const cells of [['Fink', 'zoe'], ['FINK, ZOE'], ['Frau Zoe Maria Fink']]) {
		expect(surely(cells)).toBe(false);
		expect(maybe(cells), cells.join()).toBe(true);
	}
	for (const cells of [['Zoe', 'Finkel'], ['fink@x.test'], ['0170 1239877'], ['9876'], ['46001122334'], ['']])
		expect(maybe(cells), cells.join()).toBe(false);
	const nameless = tracesOf([{ ...zoe, name: null, email: null, phone: null }], []);
	expect(nameless.maybe(['', 'Zoe Fink'])).toBe(false);
});
