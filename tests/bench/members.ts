import { parseArgs } from 'node:util';
import { csvLine } from '#core/csv';
import { staticCode } from '#customers';
import { listAttributes, memberImport, memberLines } from '#customers/server';
import { belongingsOf } from '#groups/server';
import { registerImports } from '#imports/server';
import { historyOf, pointsOf } from '#ledger/server';
import { connect, inTransaction, sqlOf, type Db } from '#platform/db';
import { createStore, foundProgramme } from '#stores/server';
import { memberSide } from '../../src/modules/customers/member-page.server.ts';
import { countTags } from '../../src/modules/customers/tags.server.ts';
import { allMembers, type MemberFilter, type MemberOrder } from '#reports';
import { lookUp } from '../../src/modules/reports/look-up.server.ts';
import { listMembers, memberIds } from '../../src/modules/reports/member-list.server.ts';
import { countMembers, memberPage } from '../../src/modules/reports/members.server.ts';
import { listDuplicates } from '../../src/modules/reports/merging.server.ts';
import { bringIn, bare, printTable, timed } from './bringing.ts';
import { crowd, gather, nth, openCrowd } from './crowd.ts';
import { Ending } from './ending.ts';
import { openServer } from './server.ts';

/**
 * `npm run bench:members`: what a great many members do to the pages that find and show them, and to a file of members.
 * Each figure is the median of warm rounds, at some thousands of members and at a million; the growth between them is
 * what counts, and the ratio to the yardstick, fifty-one members by their ids, since a busy machine slows both. It takes about six minutes; `--members 200000` is a shorter one.
 */
const { values } = parseArgs({
	options: { members: { type: 'string', default: '1000000' }, lines: { type: 'string' } }
});
const sizes = [10_000, Number(values.members)];
const fileLines = Number(values.lines ?? 5_000);
const now = new Date();

interface Asking {
	order?: MemberOrder;
	descending?: boolean;
	/** how far down: pages are walked by a cursor that stands there */
	cursor?: string | null;
}

const list = (
	db: Db,
	filter: Partial<MemberFilter>,
	{ order = 'newest', descending = true, cursor = null }: Asking = {}
) => listMembers(db, { filter: { ...allMembers, ...filter }, order, descending, cursor }, now);

/** A cursor behind the given share of everybody, as a page's last row would write it. */
async function cursorAt(db: Db, order: MemberOrder, size: number): Promise<string> {
	const sql = sqlOf(db);
	const half = Math.floor(size / 2);
	const [row] =
		order === 'newest'
			? await sql`select joined_at as value, id from members order by joined_at desc, id desc offset ${half} limit 1`
			: await sql`select ${order === 'spent' ? sql`spent_cents - returned_cents` : sql`last_at`} as value, member_id as id
				from member_figures order by 1 desc, 2 desc offset ${Math.floor(half / 2)} limit 1`;
	return Buffer.from(JSON.stringify([row?.value, row?.id])).toString('base64url');
}

/** The yardstick: what the same Postgres needs at least for a page, whatever finds it. */
const byIds = (db: Db, size: number) => {
	const ids = Array.from({ length: 51 }, (_, n) => nth.id(Math.floor((size / 60) * n) + 1));
	return sqlOf(
		db
	)`select * from members m left join member_figures f on f.member_id = m.id where m.id in ${sqlOf(db)(ids)}`;
};

/** Further down they cost what the first one does. */
async function tenPages(db: Db): Promise<void> {
	for (let cursor: string | null = null, page = 0; page < 10; page++) {
		const { nextCursor }: Awaited<ReturnType<typeof listDuplicates>> = await listDuplicates(db, { cursor });
		if (nextCursor === null) return;
		cursor = nextCursor;
	}
}

type Case = [what: string, run: (db: Db) => Promise<unknown>];

/** What the console asks when somebody looks for people, and how. */
async function casesOf(db: Db, size: number): Promise<Case[]> {
	const some = size - 7 * 3 + 1; // the newest have cards where n % 3 = 1
	const carded = some - (((some % 3) + 2) % 3);
	const deep = {
		newest: await cursorAt(db, 'newest', size),
		recent: await cursorAt(db, 'recent', size),
		spent: await cursorAt(db, 'spent', size)
	};
	const asked = await listAttributes(db);
	const lines = { asked, timeZone: 'Europe/Berlin', moneyDigits: 2 };
	const taken = async (filter: Partial<MemberFilter>, cursor: string | null) => {
		const { ids } = await memberIds(db, { filter: { ...allMembers, ...filter }, cursor, size: 1000 });
		return memberLines(db, ids, lines);
	};
	const old = { joinedFrom: new Date('2021-01-01T00:00:00Z'), joinedBefore: new Date('2021-01-05T00:00:00Z') };
	const someDeep = Buffer.from(JSON.stringify([nth.id(Math.floor(size / 2))])).toString('base64url');
	return [
		['a page of members by their ids', (db) => byIds(db, size)],
		['how many, counted', (db) => countMembers(db, now, Infinity)],
		['a page, newest first', (db) => list(db, {})],
		['… oldest first', (db) => list(db, {}, { descending: false })],
		['… half way down', (db) => list(db, {}, { cursor: deep.newest })],
		['a page, spent most', (db) => list(db, {}, { order: 'spent' })],
		['… spent least', (db) => list(db, {}, { order: 'spent', descending: false })],
		['… half way down', (db) => list(db, {}, { order: 'spent', cursor: deep.spent })],
		['a page, bought last', (db) => list(db, {}, { order: 'recent' })],
		['… bought longest ago', (db) => list(db, {}, { order: 'recent', descending: false })],
		['… half way down', (db) => list(db, {}, { order: 'recent', cursor: deep.recent })],
		['a name of ten people', (db) => list(db, { text: crowd.rareName })],
		['… spent most', (db) => list(db, { text: crowd.rareName }, { order: 'spent' })],
		['a frequent name (schmidt)', (db) => list(db, { text: 'schmidt' })],
		['… spent most', (db) => list(db, { text: 'schmidt' }, { order: 'spent' })],
		['part of a name (schm)', (db) => list(db, { text: 'schm' })],
		['part of two (an del)', (db) => list(db, { text: 'an del' })],
		['one letter (a)', (db) => list(db, { text: 'a' })],
		['… spent most', (db) => list(db, { text: 'a' }, { order: 'spent' })],
		['a name of nobody', (db) => list(db, { text: 'Nobody Atall' })],
		['an address', (db) => list(db, { text: nth.email(some) })],
		['the beginning of an address', (db) => list(db, { text: 'shopper77@' })],
		['a telephone number', (db) => list(db, { text: nth.phone(some) })],
		['the end of one', (db) => list(db, { text: nth.phone(some).slice(-6) })],
		['a member number', (db) => list(db, { text: nth.number(some) })],
		['a card', (db) => lookUp(db, nth.card(carded))],
		['a member code', (db) => lookUp(db, staticCode(nth.number(some)))],
		['a tag of a third', (db) => list(db, { tagId: crowd.oftenTag })],
		['… spent most', (db) => list(db, { tagId: crowd.oftenTag }, { order: 'spent' })],
		['a tag of the oldest fifth', (db) => list(db, { tagId: crowd.oldTag })],
		['… spent most', (db) => list(db, { tagId: crowd.oldTag }, { order: 'spent' })],
		['a tag of a few', (db) => list(db, { tagId: crowd.rareTag })],
		['a value of a fifth', (db) => list(db, { attribute: { id: crowd.city, value: 'Kiel' } })],
		['a value of one', (db) => list(db, { attribute: { id: crowd.formerNumber, value: `K-${some}` } })],
		['a value of nobody', (db) => list(db, { attribute: { id: crowd.city, value: 'Ulm' } })],
		['anything told', (db) => list(db, { attribute: { id: crowd.city, value: '' } }, { order: 'recent' })],
		['the blocked', (db) => list(db, { blocked: true })],
		['… spent most', (db) => list(db, { blocked: true }, { order: 'spent' })],
		['joined in four days', (db) => list(db, old)],
		['… spent most', (db) => list(db, old, { order: 'spent' })],
		[
			'a tag, a value and a name',
			(db) => list(db, { text: 'an', tagId: crowd.oftenTag, attribute: { id: crowd.city, value: 'Kiel' } })
		],
		[
			"a member's page",
			async (db) => {
				const id = nth.id(some - (some % 5) + 1);
				await Promise.all([memberPage(db, id), memberSide(db, id, 'en'), pointsOf(db, [id], now)]);
				await Promise.all([belongingsOf(db, id), historyOf(db, id, { cursor: null, limit: 20 })]);
			}
		],
		['1,000 lines out', () => taken({}, null)],
		['… half way down', () => taken({}, someDeep)],
		['1,000 lines out of a tag', () => taken({ tagId: crowd.oftenTag }, someDeep)],
		['1,000 lines out of a frequent name', () => taken({ text: 'schmidt' }, null)],
		['tags with their members', (db) => countTags(db)],
		['likely one person', (db) => listDuplicates(db)],
		['… ten pages of them', (db) => tenPages(db)]
	];
}

async function median(run: () => Promise<unknown>): Promise<number> {
	const took: number[] = [];
	await run();
	// What takes a second a time is not repeated for the figure behind the comma.
	for (let round = 0, spent = 0; round < 9 && spent < 3; round++) spent += took[took.push(await timed(run)) - 1] ?? 0;
	return 1000 * (took.sort((a, b) => a - b)[took.length >> 1] ?? 0);
}

/** A line of somebody who is not here yet. */
const fileLine = (n: number): string =>
	csvLine([
		`Newcomer ${n}`,
		`newcomer${n}@file.example`,
		`+49171${String(n).padStart(8, '0')}`,
		'often',
		`9${String(n).padStart(12, '0')}`,
		'2025-01-31',
		'As on the paper form'
	]);
const fileHead = 'name,email,phone,tags,codes,consent,consent wording\n';

const ending = new Ending();
ending.onSignals();
try {
	const server = await openServer(undefined, ending);
	const { db, end } = connect(server.shopUrl, { max: 4, name: 'bench' });
	ending.add('the connections', end);
	registerImports(memberImport);
	const place = { timeZone: 'Europe/Berlin', currency: 'EUR' };
	await inTransaction(db, async (tx) => {
		await foundProgramme(tx, { name: 'Bench', ...place }, now);
		await createStore(tx, { name: 'Bench', city: 'Hamburg', ...place }, now);
	});
	await openCrowd(db);
	const columns: { what: string; ms: number }[][] = [];
	const files: string[][] = [];
	let there = 0;
	for (const size of sizes) {
		const preparing = await timed(async () => {
			await gather(db, there, size);
			await server.freshen();
		});
		console.log(`${size.toLocaleString('en')} members prepared in ${preparing.toFixed(0)} s`);
		const column: { what: string; ms: number }[] = [];
		for (const [what, run] of await casesOf(db, size)) {
			if (ending.signal.aborted) break;
			const ms = await median(() => run(db));
			column.push({ what, ms });
			// A run that is cut off has told what it knows.
			process.stderr.write(`${size.toLocaleString('en')}  ${what}  ${ms.toFixed(1)} ms\n`);
		}
		columns.push(column);
		const lines = Array.from({ length: fileLines }, (_, n) => fileLine(size * 10 + n));
		const yardstick = await bare(db, lines);
		const fresh = await bringIn(db, 'members', fileHead + lines.join(''));
		const again = await bringIn(db, 'members', fileHead + lines.join(''));
		for (const [what, seconds] of [
			['members in, dry run', fresh.dry],
			['members in, written', fresh.write],
			['the same file again, dry run', again.dry]
		] as const)
			files.push([
				what,
				size.toLocaleString('en'),
				`${Math.round(lines.length / seconds).toLocaleString('en')}/s`,
				`${(seconds / yardstick).toFixed(0)} × bare`
			]);
		there = size;
	}
	const [few = [], many = []] = columns;
	const yardstick = many[0]?.ms ?? 1;
	printTable([
		['ms, warm', ...sizes.map((size) => size.toLocaleString('en')), 'growth', '× yardstick'],
		...few.map(({ what, ms }, n) => {
			const then = many[n]?.ms ?? 0;
			return [what, ms.toFixed(1), then.toFixed(1), (then / ms).toFixed(1), (then / yardstick).toFixed(1)];
		})
	]);
	printTable([['a file', 'members there', 'lines', ''], ...files]);
} finally {
	await ending.end();
}
