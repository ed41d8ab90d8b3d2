import { must } from '#core/must';
import { MembersMerged } from '#customers/server';
import {
	holdersOf,
	loadCards,
	refundLives,
	successorsOf,
	type RefundCard,
	type SoldCardHolder
} from '#giftcards/server';
import { lapsedOf, openBook, type Book } from '#ledger/server';
import { listOf } from '#platform/bulk';
import { sqlOf, type Raw, type Reads } from '#platform/db';
import type { PointsPolicy } from '#points';
import { policyOf } from '#points/server';
import type { ProgrammeRules } from '#pricing';
import type { ReceiptView, ReturnPolicy } from '#purchases';
import { receiptViews, returnPolicyOf } from '#purchases/server';
import { usesOfReceipts } from '#vouchers/server';
import type { RefundableCard } from './refund.ts';
import type { ReturnCommand } from './undo.server.ts';

/** What has to be known of the receipts to take goods back. */
export interface Returnable {
	receipts: Map<string, ReceiptView>;
	/** uses of vouchers that still count, and the lines whose price each took something off */
	uses: { id: string; memberId: string; codeId: string; receiptId: string; positions: number[] }[];
	members: Map<string, MemberState>;
	/** who a receipt was sold to, by its id; its member now may be who took their place */
	soldTo: ReadonlyMap<string, string>;
	/** of receipts that were posted to a purse: the purse, and who has what was in it, if it has ended */
	purses: ReadonlyMap<string, Purse>;
	cards: Map<string, RefundableCard>;
	/** the card in the place of a lost one */
	successorOf: Map<string, string>;
	/** whose the cards are that the receipts sold */
	holders: Map<string, SoldCardHolder>;
	/** how long a card lives that a store makes now */
	refundLife: Awaited<ReturnType<typeof refundLives>>;
	/** cards made by the returns of this batch */
	newCards: RefundCard[];
	/** cards closed by the returns of this batch */
	closed: string[];
	book: Book;
	/** what the receipts earned and nobody used in time, by receipt and unit */
	lapsed: ReadonlyMap<string, ReadonlyMap<string, number>>;
	programme: { timeZone: string; currency: string; rules: ProgrammeRules };
	spentPoints: PointsPolicy['returned'];
	policy: ReturnPolicy;
}

export interface MemberState {
	erased: boolean;
	/** joined, not blocked, not erased: a new card in it can be used */
	hasWallet: boolean;
}

interface Purse {
	id: string;
	/** the purse itself; who took what was in it; null: nobody is left who could */
	now: string | null;
}

/**
 * The purses that receipts were posted to: their entries say so for good, whoever left since. Read before the locks: should
 * one end at this very moment, its book leads on to who took what was in it.
 */
async function pursesOf(sql: Raw, receiptIds: string[]): Promise<Map<string, Purse>> {
	const rows = await sql.unsafe<({ ref: string } & Purse)[]>(
		`select distinct e.ref, g.id, case when g.ended_at is null then g.id when h.erased_at is null then h.id end as now
		from entries e join member_groups g on g.id = e.owner_id left join members h on h.id = g.heir_member_id
		where e.ref = any($1::text[])`,
		[listOf(receiptIds)],
		{ prepare: true }
	);
	return new Map(rows.map(({ ref, id, now }) => [ref, { id, now }]));
}

interface Involved {
	memberIds: string[];
	soldTo: Map<string, string>;
	cardIds: string[];
}

/** Whose receipts, and which cards paid or were made for them: may be read before the locks, since it only grows, and
 * who was merged is told by the lock. */
async function involved(sql: Raw, receiptIds: string[], toCardIds: string[]): Promise<Involved> {
	const owners = await sql.unsafe<{ id: string; sold_to: string; member_id: string; cards: string[] | null }[]>(
		`select r.id, r.member_id as sold_to, coalesce(m.merged_into, r.member_id) as member_id, array(
				select t->>'subjectId' from json_array_elements(r.tenders) t where t->>'kind' = 'gift_card'
				union select t->>'cardId' from returns b cross join jsonb_array_elements(b.tenders) t
				where b.receipt_id = r.id and t->>'cardId' is not null
				union select l.gift_card->>'id' from receipt_lines l where l.receipt_id = r.id and l.gift_card is not null
			) as cards
		from receipts r join members m on m.id = r.member_id where r.id = any($1::text[])`,
		[listOf(receiptIds)],
		{ prepare: true }
	);
	return {
		memberIds: [...new Set(owners.map((row) => row.member_id))].sort(),
		soldTo: new Map(owners.map((row) => [row.id, row.sold_to])),
		cardIds: [...new Set([...owners.flatMap((row) => row.cards ?? []), ...toCardIds])].sort()
	};
}

/** @throws MembersMerged when one of them was merged since it was told whose the receipts are */
async function loadMembers(sql: Raw, ids: string[], lock: boolean): Promise<Map<string, MemberState>> {
	const rows = await sql.unsafe<
		{
			id: string;
			joined_at: string | null;
			blocked_at: string | null;
			erased_at: string | null;
			merged_into: string | null;
		}[]
	>(
		`select id, joined_at, blocked_at, erased_at, merged_into from members where id = any($1::text[]) order by id
		${lock ? 'for no key update' : ''}`,
		[listOf(ids)],
		{ prepare: true }
	);
	const merged = rows.flatMap((row) => (row.merged_into ? [[row.id, row.merged_into] as const] : []));
	if (merged.length > 0) throw new MembersMerged(new Map(merged));
	return new Map(
		rows.map((row) => {
			const erased = row.erased_at !== null;
			return [row.id, { erased, hasWallet: row.joined_at !== null && row.blocked_at === null && !erased }];
		})
	);
}

/** The lines whose price each right took something off, by receipt and right. */
async function reducedLines(sql: Raw, receiptIds: string[]): Promise<Map<string, number[]>> {
	const rows = await sql.unsafe<{ receipt_id: string; right_id: string; positions: number[] }[]>(
		`select l.receipt_id, d->>'rightId' as right_id, array_agg(l.position) as positions
		from receipt_lines l cross join jsonb_array_elements(l.discounts) d
		where l.receipt_id = any($1::text[]) and (d->>'cents')::bigint > 0 group by 1, 2`,
		[listOf(receiptIds)],
		{ prepare: true }
	);
	return new Map(rows.map((row) => [`${row.receipt_id} ${row.right_id}`, row.positions]));
}

/**
 * Reads it. With `lock`, nobody else can return of these receipts, move these members' points or change these cards
 * meanwhile: locked in one order (members, voucher codes, gift cards, accounts).
 */
export async function loadReturnable(
	reads: Reads,
	commands: readonly Pick<ReturnCommand, 'receiptId' | 'toCardId'>[],
	now: Date,
	{ lock }: { lock: boolean }
): Promise<Returnable> {
	const sql = sqlOf(reads);
	const receiptIds = [...new Set(commands.map((one) => one.receiptId))].sort();
	const toCardIds = commands.flatMap(({ toCardId }) => toCardId ?? []);
	const { memberIds, soldTo, cardIds } = await involved(sql, receiptIds, toCardIds);
	const members = await loadMembers(sql, memberIds, lock);
	if (lock)
		await sql.unsafe(
			`select c.id from voucher_codes c where c.id in (select code_id from voucher_redemptions
				where receipt_id = any($1::text[])) order by c.id for no key update`,
			[listOf(receiptIds)],
			{ prepare: true }
		);
	const successorOf = await successorsOf(sql, cardIds);
	const cards = await loadCards(sql, [...new Set([...cardIds, ...successorOf.values()])].sort(), now, lock);
	// Points that somebody spent before they were merged are found with who they were.
	const purses = await pursesOf(sql, receiptIds);
	const purseIds = [...purses.values()].flatMap(({ id, now }) => [id, now ?? id]);
	const owners = [...memberIds, ...soldTo.values(), ...purseIds, ...cards.keys()];
	const book = await openBook(reads, owners, now, { lock, refs: receiptIds });
	const [views, lapsed, refundLife, holders, uses, reduced, points, { policy }, programmes] = await Promise.all([
		receiptViews(reads, receiptIds),
		lapsedOf(reads, receiptIds, now),
		refundLives(reads, now),
		holdersOf(sql, cardIds),
		usesOfReceipts(sql, receiptIds),
		reducedLines(sql, receiptIds),
		policyOf(reads),
		returnPolicyOf(reads),
		sql.unsafe<{ time_zone: string; currency: string; rules: ProgrammeRules }[]>(
			'select time_zone, currency, rules from programmes limit 1',
			[],
			{ prepare: true }
		)
	]);
	const [programme] = programmes;
	must(programme, 'the house has a programme');
	return {
		receipts: new Map(views.map((view) => [view.id, view])),
		uses: uses.map((use) => ({ ...use, positions: reduced.get(`${use.receiptId} ${use.codeId}`) ?? [] })),
		members,
		soldTo,
		purses,
		cards,
		successorOf,
		holders,
		refundLife,
		newCards: [],
		closed: [],
		book,
		lapsed,
		programme: { timeZone: programme.time_zone, currency: programme.currency, rules: programme.rules },
		spentPoints: points.policy.returned,
		policy
	};
}
