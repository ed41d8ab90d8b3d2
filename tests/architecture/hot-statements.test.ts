import { expect, test } from 'vitest';
import { counterOf, identify, preview } from '#checkout/server';
import { rotatingCode } from '#customers';
import { codeFor } from '#customers/server';
import { chargeCard, issue } from '#giftcards/server';
import { postingDeskOf } from '#ledger/server';
import { bucketOf } from '#platform/batch';
import { inTransaction, sqlOf } from '#platform/db';
import { settings, useSettings } from '#platform/settings';
import { byHouse } from '#platform/trail';
import { assign, createVoucher } from '#vouchers/server';
import { testDatabase } from '../support/database.ts';
import { aDefinition, aKey, aMember, anAsk, aSale, line, openShop, testSettings } from '../support/shop.ts';
import { placements, statementFaults } from './placement.ts';

// One connection, so that what was said is told in its order.
const { db, client, url } = await testDatabase({ max: 1 });
testSettings(url);
const now = new Date('2026-03-10T10:00:00Z');
const shop = await openShop(db, now);
const { coffee, bread } = shop.products;

const listening: { debug: unknown } = client.options;

/** What is told to others leaves after the commit, and nobody waits for it. */
const othersTold = () => new Promise((done) => setTimeout(done, 50));

/** What is said to the database meanwhile. */
async function said(run: () => Promise<unknown>): Promise<string[]> {
	const texts: string[] = [];
	listening.debug = (_: number, text: string) => texts.push(text);
	try {
		await run();
		await othersTold();
	} finally {
		listening.debug = false;
	}
	return texts;
}

async function aCard(memberId: string | null): Promise<string> {
	const wish = { cents: 5000, currency: 'EUR', memberId, active: true, expiresAt: null };
	const [card] = await inTransaction(db, (tx) => issue(tx, [wish], now));
	if (!card?.ok) throw new Error('no card');
	return card.id;
}

async function aCode(memberId: string): Promise<string> {
	const definition = aDefinition({ holding: 'assigned', usesPerMember: 1 });
	return inTransaction(db, async (tx) => {
		const { id } = await createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, now);
		const [given] = await assign(tx, { voucherId: id, memberIds: [memberId] }, byHouse, now);
		return (given as { codeId: string }).codeId;
	});
}

/** A member with points, a voucher and a gift card, who pays with all of them, buys a card, and a guest who buys. */
async function sales(): Promise<string[]> {
	const counter = counterOf(db);
	const member = await aMember(db, now);
	await counter.sell(await aSale(db, shop, anAsk(member, [line('a', 80_000)]), now), now);
	const sold = { ...line('card', 1000), giftCard: { deed: 'issued' as const, id: null } };
	const wish = { rightIds: [await aCode(member)], giftCards: [{ id: await aCard(member), cents: 100 }], points: 100 };
	const mine = await aSale(db, shop, anAsk(member, [line('a', bread, 2000), sold], wish), now);
	const guests = await aSale(db, shop, anAsk(null, [line('a', coffee)]), now);
	return said(async () => {
		expect(await counter.sell(mine, now)).toMatchObject({ ok: true });
		expect(await counter.sell(guests, now)).toMatchObject({ ok: true });
		expect(await counter.sell(guests, now)).toMatchObject({ ok: true, replayed: true });
	});
}

async function postings(): Promise<string[]> {
	const [one, other] = [await aCard(null), await aCard(null)];
	const desk = postingDeskOf(db);
	const what = { name: 'money', unit: 'EUR', amount: 100, reason: 'charged', ref: null };
	return said(async () => {
		const plain = { verb: 'debit', ownerId: one, ...what, counterName: 'giftcards/charged' } as const;
		expect(await desk.post(plain, now)).toMatchObject({ ok: true });
		const { name, ...rest } = what;
		const move = { verb: 'move', from: { ownerId: one, name }, to: { ownerId: other, name }, ...rest } as const;
		expect(await desk.post(move, now)).toMatchObject({ ok: true });
	});
}

async function charges(): Promise<string[]> {
	const cardId = await aCard(null);
	const command = { caller: 'cli_shop', key: aKey(), cardId, cents: 100, storeId: shop.storeId, proof: null };
	return said(async () => {
		expect(await chargeCard(db, command, now)).toMatchObject({ ok: true, replayed: false });
		expect(await chargeCard(db, command, now)).toMatchObject({ ok: true, replayed: true });
	});
}

async function scans(): Promise<string[]> {
	const member = await aMember(db, now);
	const right = await aCode(member);
	const { number, secret } = await inTransaction(db, (tx) => codeFor(tx, member));
	const text = rotatingCode(number, secret, now);
	return said(async () => {
		const found = await identify(db, { text, wanted: null, deviceId: 'dev_one', storeId: shop.storeId }, now);
		expect(found).toMatchObject({ kind: 'member' });
		const ask = anAsk(member, [line('a', bread)], { rightIds: [right] });
		expect(await preview(db, { ask, storeId: shop.storeId }, now)).toMatchObject({ ok: true });
	});
}

const hot = [
	['a sale', await sales()],
	['a posting', await postings()],
	['a charge', await charges()],
	['a scan', await scans()]
] as const;

interface PlanNode {
	'Node Type': string;
	'Relation Name'?: string;
	Alias?: string;
	Plans?: PlanNode[];
	[detail: string]: unknown;
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Postgres' own reading of a statement, whatever its values: which tables, and by what it finds their rows. */
async function planOf(text: string): Promise<PlanNode[]> {
	const [row] = await client.unsafe<{ 'QUERY PLAN': string | [{ Plan: PlanNode }] }[]>(
		`explain (generic_plan, verbose, format json) ${text}`
	);
	const plan = row?.['QUERY PLAN'];
	const [told] = typeof plan === 'string' ? (JSON.parse(plan) as [{ Plan: PlanNode }]) : (plan ?? []);
	if (!told) throw new Error('no plan');
	return nodesOf(told.Plan);
}

const lying = new Map<string, { by: string; column: string }>();
for (const { by, tables } of placements)
	for (const name of tables) {
		const [table = '', column] = name.split('.');
		if (by && column) lying.set(table, { by, column });
	}

/** What the rows of a statement lie by. An owner is a member, a gift card or a group: the same id, the same machine. */
function keysOf(nodes: readonly PlanNode[]): string[] {
	const keys = new Set(nodes.flatMap((node) => lying.get(node['Relation Name'] ?? '')?.by ?? []));
	if (['member', 'gift card', 'group'].some((by) => keys.has(by))) keys.delete('owner');
	return [...keys].sort();
}

/** Tables whose rows are not found by what they lie by. */
function askedOfAll(nodes: readonly PlanNode[]): string[] {
	const conditions = nodes.flatMap((node) =>
		Object.entries(node).flatMap(([name, detail]) => (/Cond|Filter/.test(name) ? String(detail) : []))
	);
	return nodes.flatMap((node) => {
		const table = node['Relation Name'] ?? '';
		const lies = lying.get(table);
		if (!lies || node['Node Type'] === 'ModifyTable') return [];
		const column = `\\b(?:${node.Alias}\\.)?${lies.column}\\b[()\\w: ]*`;
		const found = new RegExp(`${column} = |= \\(?${column}`);
		return conditions.some((condition) => found.test(condition)) ? [] : [table];
	});
}

const statements = hot.flatMap(([deed, texts]) => texts.map((text) => ({ deed, text })));
const planned = statements.filter(({ text }) => /^\s*(with|select|insert|update|delete)\b/i.test(text));

test('every kind of thing that a till asks for is heard', () => {
	expect(new Set(planned.map(({ deed }) => deed)).size).toBe(4);
	const rest = statements.filter((one) => !planned.includes(one)).map(({ text }) => text.trim());
	// A key that was used undoes its batch: it is taken for new at first.
	expect(new Set(rest)).toEqual(new Set(['begin', 'commit', 'rollback']));
	expect(planned.length).toBeGreaterThan(30);
});

test('nothing that a till waits for asks for what a distributed Postgres lacks', async () => {
	const rows = await sqlOf(db)<{ name: string }[]>`
		select proname as name from pg_proc where pronamespace = 'public'::regnamespace`;
	expect(rows.length).toBeGreaterThan(0);
	const lacking = [
		/\badvisory\b/,
		/\b(nextval|currval|setval|lastval)\b/,
		/\b(ctid|xmin|xmax|tableoid)\b/,
		/\btemp(orary)?\s+table\b/,
		/\block\s+table\b/,
		/\b(un)?listen\b/,
		/\bmerge\s+into\b/,
		/\btablesample\b/,
		/\b(random|clock_timestamp|gen_random_uuid|uuidv7)\s*\(/,
		new RegExp(`\\b(${rows.map(({ name }) => name).join('|')})\\s*\\(`)
	];
	const wrong = planned.filter(({ text }) => lacking.some((one) => one.test(text.toLowerCase())));
	expect(wrong).toEqual([]);
});

test('others are told of a change only after its commit', () => {
	let open = false;
	let told = 0;
	for (const { text } of statements) {
		if (/^\s*begin/.test(text)) open = true;
		if (/^\s*(commit|rollback)/.test(text)) open = false;
		if (!/\bnotify\b|pg_notify/.test(text)) continue;
		told += 1;
		expect(open).toBe(false);
	}
	expect(told).toBeGreaterThan(0);
});

test('which statements need more than one machine is known, all of them, and no others', async () => {
	// The tables of a test are small: without this much would be read whole that is looked up in a shop.
	await client`set enable_seqscan = off`;
	await client`insert into transfers
		select 'trf_' || n, 'house', 'a', 'house', 'b', 'EUR', 1, 'filled', null, now() from generate_series(1, 5000) n`;
	await client`analyze transfers`;
	const found = new Set<string>();
	for (const { deed, text } of planned) {
		const nodes = await planOf(text);
		const keys = keysOf(nodes);
		const writes = nodes.some((node) => node['Node Type'] === 'ModifyTable');
		const verb = writes ? 'writes' : /\bfor (no key )?update\b/.test(text) ? 'locks' : 'reads';
		if (keys.length > 1) found.add(`${deed} ${verb} by ${keys.join(', ')}`);
		for (const table of askedOfAll(nodes)) found.add(`${deed} ${verb} ${table} on every machine`);
	}
	expect([...found].sort()).toEqual(Object.keys(statementFaults).sort());
	for (const [fault, takes] of Object.entries(statementFaults)) expect(takes.length, fault).toBeGreaterThan(20);
});

test('what travels together is of one bucket, where there are several', async () => {
	const members = await Promise.all(Array.from({ length: 24 }, () => aMember(db, now)));
	const cards = await Promise.all(members.map(() => aCard(null)));
	const commands = await Promise.all(members.map((member) => aSale(db, shop, anAsk(member, [line('a', bread)]), now)));
	const told: { kind: string; ids: string[] }[] = [];
	// Whom a batch of sales locks, and whose accounts one of postings: the first list but one that each brings.
	listening.debug = (_: number, text: string, parameters: unknown[]) => {
		const ids = (place: number) => String(parameters[place]).match(/\w{3}_\w+/g) ?? [];
		if (/^select id.* from members .* for no key update/s.test(text)) told.push({ kind: 'sales', ids: ids(0) });
		if (/^with inp as/.test(text)) told.push({ kind: 'postings', ids: ids(1) });
	};
	const before = settings();
	useSettings({ ...before, batchBuckets: 4 });
	try {
		await Promise.all(commands.map((command) => counterOf(db).sell(command, now)));
		const what = { name: 'money', unit: 'EUR', amount: 100, reason: 'charged', ref: null };
		const debit = { verb: 'debit', ...what, counterName: 'giftcards/charged' } as const;
		await Promise.all(cards.map((ownerId) => postingDeskOf(db).post({ ...debit, ownerId }, now)));
		await othersTold();
		for (const kind of ['sales', 'postings']) {
			const batches = told.filter((one) => one.kind === kind).map(({ ids }) => ids);
			expect(batches.flat()).toHaveLength(24);
			expect(batches.length).toBeLessThan(24);
			for (const ids of batches) expect(new Set(ids.map(bucketOf)).size).toBe(1);
		}
	} finally {
		useSettings(before);
		listening.debug = false;
	}
});
