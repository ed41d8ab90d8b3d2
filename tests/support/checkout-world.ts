import { eq, inArray } from 'drizzle-orm';
import { openCounter, type CounterDesk } from '#checkout/server';
import type { ReturnResult, SaleResult } from '#checkout';
import { unitOf } from '#ledger';
import { openBook, pointsOf } from '#ledger/server';
import { connect, inTransaction, sqlOf, type Connection, type Db } from '#platform/db';
import { defaultPolicy } from '#points';
import { receiptViews } from '#purchases/server';
import type { ReceiptView } from '#purchases';
import { createStore, createTaxClass, productsByIds, programmeOf } from '#stores/server';
import { products, stores } from '#stores/tables';
import {
	byId,
	type Command,
	type Drawn,
	type Model,
	type NotedReceipt,
	type Notes,
	type Told
} from './checkout-model.ts';
import { cloneDatabase } from './database.ts';
import { installFaults } from './faults.ts';
import { balanceOf, emptyPurse } from './purse-model.ts';
import { openShop, testSettings, type Shop } from './shop.ts';

/** A server process of the shop: a pool of its own and a counter of its own. */
export interface Process {
	name: string;
	db: Db;
	desk: CounterDesk;
	connection: Connection;
}

/** A real shop in a database of its own, with three processes in front of it. */
export interface World {
	db: Db;
	url: string;
	shop: Shop;
	/** the store that counts in another currency than the programme */
	abroadId: string;
	processes: Process[];
	end(): Promise<void>;
}

/** Two taxes: one for bread and tea, one for everything else; one store's prices do not contain them. */
async function layTaxes(db: Db, { products: goods, otherStoreId }: Shop, now: Date) {
	return inTransaction(db, async (tx) => {
		const full = await createTaxClass(tx, { name: 'Full', ratePcm: 19_000, ordinary: true }, now);
		const food = await createTaxClass(tx, { name: 'Food', ratePcm: 7_250, ordinary: false }, now);
		await tx
			.update(products)
			.set({ taxClassId: food.id })
			.where(inArray(products.id, [goods.bread.id, goods.tea.id]));
		await tx.update(stores).set({ pricesIncludeTax: false }).where(eq(stores.id, otherStoreId));
		const classes = [
			{ id: full.id, name: 'Full', pcm: 19_000 },
			{ id: food.id, name: 'Food', pcm: 7_250 }
		];
		return { classes, ordinaryId: full.id };
	});
}

/** @returns the shop as it stands, and the notes of a model that starts from it */
export async function openWorld(now: Date): Promise<{ world: World; notes: Notes }> {
	const { db, url, end } = await cloneDatabase({ max: 4 });
	testSettings(url);
	const shop = await openShop(db, now);
	const timeZone = 'Europe/London';
	const abroad = await inTransaction(db, (tx) =>
		createStore(tx, { name: 'Kiosk', city: 'London', timeZone, currency: 'GBP' }, now)
	);
	const taxes = await layTaxes(db, shop, now);
	await installFaults(db);
	const processes = ['one', 'two', 'three'].map((name) => {
		const connection = connect(url, { max: 3, name: `process-${name}` });
		return { name: `process-${name}`, connection, db: connection.db, desk: openCounter(connection.db, () => {}) };
	});
	const berlin = { currency: 'EUR', timeZone: 'Europe/Berlin' };
	const open = [
		{ id: shop.storeId, ...berlin, taxes: { ...taxes, included: true } },
		{ id: shop.otherStoreId, ...berlin, taxes: { ...taxes, included: false } },
		{ id: abroad.id, currency: 'GBP', timeZone, taxes: { ...taxes, included: true } }
	];
	const notes: Notes = {
		programme: { ...berlin, rules: shop.rules, version: 1 },
		stores: Object.fromEntries(open.map((store) => [store.id, store])),
		products: await productsByIds(
			db,
			Object.values(shop.products).map(({ id }) => id)
		),
		policy: { ...defaultPolicy, version: 0 },
		members: {},
		given: {},
		cards: {},
		vouchers: {},
		codes: {},
		uses: [],
		receipts: {},
		reduced: {},
		keys: {}
	};
	const close = async () => {
		// Not politely: the driver waits for what it believes to be under way on connections that were cut.
		await Promise.all(processes.map(({ connection }) => connection.client.end({ timeout: 0.05 })));
		await end();
	};
	return { world: { db, url, shop, abroadId: abroad.id, processes, end: close }, notes };
}

export type Answer = { sale: SaleResult } | { given: ReturnResult };

export const sendTo = async ({ desk }: Process, one: Command, now: Date): Promise<Answer> =>
	one.kind === 'sale' ? { sale: await desk.sell(one.command, now) } : { given: await desk.takeBack(one.command, now) };

export const noted = ({ number: _, storeName: __, ...receipt }: ReceiptView): NotedReceipt => ({
	...receipt,
	// The model draws no numbers.
	returns: receipt.returns.map((one) => ({ ...one, number: null })).sort(byId)
});

/** A real answer in the model's words. */
export function toldOf(answer: Answer): Told {
	const result = 'sale' in answer ? answer.sale : answer.given;
	if (!result.ok) return { refused: result.refusal.code, quoteNow: result.now?.quote.fingerprint ?? null };
	if ('receipt' in result) return { sold: noted(result.receipt), replayed: result.replayed };
	const { id: _, number: __, ...given } = result.given;
	return { given, replayed: result.replayed };
}

/** The names that the real shop drew. */
export function drawnBy(answer: Answer): Drawn | null {
	const result = 'sale' in answer ? answer.sale : answer.given;
	if (!result.ok) return null;
	if ('receipt' in result) return result.receipt;
	const { id, tenders } = result.given;
	const made = tenders.find(({ fresh }) => fresh);
	const card = made && { id: made.cardId ?? '', lastSymbols: made.lastSymbols ?? '' };
	return { id, memberId: '', ...(card && { card }) };
}

const iso = (text: string): string => new Date(text).toISOString();
const sorted = <T>(rows: readonly T[]): T[] =>
	[...rows].sort((a, b) => {
		const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
		return x < y ? -1 : x > y ? 1 : 0;
	});

const counts = `select (select count(*) from receipts)::int as receipts, (select count(*) from returns)::int as returns,
	(select count(*) from outbox where topic = 'receipt.committed')::int as "toldOfSales",
	(select count(*) from outbox where topic = 'receipt.returned')::int as "toldOfReturns",
	(select count(*) from members)::int as members, (select count(*) from vouchers)::int as vouchers,
	(select count(*) from account_owners o where not exists (select from members where id = o.owner_id)
		and not exists (select from gift_cards where id = o.owner_id))::int as strangers`;

/** What the members have of the types of points beside those that pay: those of whom there is something. */
async function typesOf(db: Db, memberIds: readonly string[], now: Date) {
	const { rules } = await programmeOf(db);
	const book = await openBook(db, memberIds, now, { lock: false });
	return (rules.types ?? []).flatMap(({ id: typeId }) =>
		memberIds.map((id) => ({ id, typeId, ...book.points(id, unitOf(typeId)) }))
	);
}

/** Everything a shop holds, as the database has it. */
export async function viewOf(db: Db, memberIds: readonly string[], now: Date) {
	const sql = sqlOf(db);
	const [[all], points, types, figures, cards, codes, uses, keys] = await Promise.all([
		sql.unsafe<Record<string, number>[]>(counts),
		pointsOf(db, memberIds, now),
		typesOf(db, memberIds, now),
		sql<{ member_id: string; visits: number; spent: number; returned: number; first_at: string; last_at: string }[]>`
			select member_id, visits, spent_cents as spent, returned_cents as returned, first_at, last_at from member_figures`,
		sql<{ owner_id: string; cents: number }[]>`
			select owner_id, credited - debited as cents from accounts where name = 'money'`,
		sql<{ id: string; uses_left: number | null; member_id: string | null; voided: boolean }[]>`
			select id, uses_left, member_id, voided_at is not null as voided from voucher_codes`,
		sql<
			{ receipt_id: string; code_id: string; member_id: string; place: number | null; cents: number; back: boolean }[]
		>`
			select receipt_id, code_id, member_id, place, cents, given_back_at is not null as back from voucher_redemptions`,
		sql<{ name: string; answer: { receiptId?: string; returnId?: string } }[]>`
			select caller || ' ' || key as name, answer from once_keys`
	]);
	return {
		counts: all,
		points: Object.fromEntries(points),
		types,
		figures: Object.fromEntries(
			figures.map((row) => [
				row.member_id,
				{
					visits: row.visits,
					spentCents: row.spent,
					returnedCents: row.returned,
					firstAt: iso(row.first_at),
					lastAt: iso(row.last_at)
				}
			])
		),
		cards: Object.fromEntries(cards.map((row) => [row.owner_id, row.cents])),
		codes: Object.fromEntries(
			codes.map(({ id, uses_left, member_id, voided }) => [id, [uses_left, member_id, voided]])
		),
		uses: sorted(uses.map((use) => [use.receipt_id, use.code_id, use.member_id, use.place, use.cents, use.back])),
		keys: Object.fromEntries(
			keys.map(({ name, answer }) => {
				const { receiptId, returnId } = typeof answer === 'string' ? JSON.parse(answer) : answer;
				return [name, receiptId ?? returnId];
			})
		)
	};
}

/** The same from the notes. */
export function notesOf({ notes }: Model, now: Date): Awaited<ReturnType<typeof viewOf>> {
	const members = Object.entries(notes.members);
	const receipts = Object.values(notes.receipts);
	const returns = receipts.reduce((sum, receipt) => sum + receipt.returns.length, 0);
	return {
		counts: {
			receipts: receipts.length,
			returns,
			toldOfSales: receipts.length,
			toldOfReturns: returns,
			members: members.length,
			vouchers: Object.keys(notes.vouchers).length,
			strangers: 0
		},
		points: Object.fromEntries(members.map(([id, { purse }]) => [id, balanceOf(purse, now)])) as never,
		types: (notes.programme.rules.types ?? []).flatMap(({ id: typeId }) =>
			members.map(([id, { types }]) => ({ id, typeId, ...balanceOf(types[typeId] ?? emptyPurse(), now) }))
		) as never,
		figures: Object.fromEntries(members.flatMap(([id, { figures }]) => (figures ? [[id, figures]] : []))),
		cards: Object.fromEntries(
			Object.values(notes.cards).flatMap(({ id, cents }) => (cents === null ? [] : [[id, cents]]))
		),
		codes: Object.fromEntries(
			Object.values(notes.codes).map(({ id, usesLeft, memberId, voided }) => [id, [usesLeft, memberId, voided]])
		),
		uses: sorted(notes.uses.map((use) => [use.receiptId, use.codeId, use.memberId, use.place, use.cents, use.back])),
		keys: Object.fromEntries(Object.entries(notes.keys).map(([name, { id }]) => [name, id]))
	};
}

/** All receipts as they read back, by id. */
export async function receiptsOf(db: Db, ids: readonly string[]): Promise<Record<string, NotedReceipt>> {
	const views = await inTransaction(db, (tx) => receiptViews(tx, [...ids]));
	return Object.fromEntries(views.map((view) => [view.id, noted(view)]));
}
