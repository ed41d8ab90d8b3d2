import { normaliseCode } from '#core/codes';
import { pageSize, type Page } from '#core/page';
import { instant, sqlOf, type Raw, type Reads } from '#platform/db';
import { productsOfEffect, type Conditions, type Effect, type Stacking } from '#pricing';
import { definitionOf, usageOf } from './definitions.server.ts';
import { voucherRefusals } from './refusals.ts';
import {
	stateOf,
	voucherStates,
	type CodeKind,
	type CodeState,
	type Definition,
	type Holding,
	type VoucherState
} from './rules.ts';

/** Counts over a voucher's codes and uses. */
export interface VoucherFigures {
	codes: number;
	/** codes that lie in members' wallets */
	held: number;
	voided: number;
	/** uses that count; those given back by a return are not among them */
	redeemed: number;
	savedCents: number;
	/** null: without limit */
	usesLeft: number | null;
}

/** So many codes of a voucher a list counts: a pool of a million must not make it slow. */
export const mostCounted = 10_000;

export interface VoucherSummary
	extends
		Pick<VoucherFigures, 'redeemed' | 'savedCents'>,
		Pick<Definition, 'title' | 'effect' | 'conditions' | 'stacking' | 'codeKind' | 'holding' | 'startsAt' | 'endsAt'> {
	/** at most `mostCounted` */
	codes: number;
	moreCodes: boolean;
	id: string;
	currency: string;
	state: VoucherState;
	/** the one code of a shared voucher */
	sharedCode: string | null;
}

export interface VoucherList extends Page<VoucherSummary> {
	/** how many there are in each state, whatever the filter */
	counts: Record<VoucherState, number>;
	/** names behind the ids of the rules */
	names: Record<string, string>;
}

export interface VoucherPage extends VoucherFigures {
	id: string;
	version: number;
	currency: string;
	definition: Definition;
	state: VoucherState;
	createdAt: Date;
	updatedAt: Date;
	pausedAt: Date | null;
	archivedAt: Date | null;
	sharedCode: string | null;
	/** what may no longer be changed depends on these */
	redeemedEver: boolean;
	codesOut: boolean;
	/** names behind the ids of the rule */
	names: Record<string, string>;
}

interface Row {
	id: string;
	version: number;
	title: string;
	description: string | null;
	currency: string;
	effect: Effect;
	conditions: Conditions;
	stacking: Stacking;
	code_kind: CodeKind;
	holding: Holding;
	starts_at: string | null;
	ends_at: string | null;
	valid_days: number | null;
	valid_from: 'issue' | 'day_after';
	uses_per_member: number | null;
	uses_per_code: number | null;
	created_at: string;
	updated_at: string;
	paused_at: string | null;
	archived_at: string | null;
	codes: number;
	held: number;
	voided: number;
	unlimited: boolean;
	uses_left: number;
	shared_code: string | null;
	redeemed: number;
	saved_cents: number;
}

/** of a voucher that nobody used there are no sums */
type ListedRow = Omit<Row, 'held' | 'voided' | 'unlimited' | 'uses_left' | 'redeemed' | 'saved_cents'> & {
	redeemed: number | null;
	saved_cents: number | null;
};

/** `stateOf` as the database reads it; $1 is now */
const state = `case when v.archived_at is not null then 'archived' when v.ends_at <= $1 then 'ended'
	when v.paused_at is not null then 'paused' when v.starts_at > $1 then 'scheduled' else 'running' end`;

const figures = `left join lateral (
		select count(*)::int as codes, count(c.member_id)::int as held, count(c.voided_at)::int as voided,
			coalesce(bool_or(c.uses_left is null and c.voided_at is null), false) as unlimited,
			coalesce(sum(c.uses_left) filter (where c.voided_at is null), 0)::bigint as uses_left,
			min(c.code) as shared_code
		from voucher_codes c where c.voucher_id = v.id
	) c on true
	left join lateral (
		select count(*)::int as redeemed, coalesce(sum(r.cents), 0)::bigint as saved_cents
		from voucher_redemptions r where r.voucher_id = v.id and r.given_back_at is null
	) r on true`;

/**
 * The same for a list, one pass per voucher that ends after `mostCounted` codes; the order keeps it on the index, also
 * for vouchers without codes beside a large pool. Counting them all took 0.9 s for a
 * page with one pool of 200,000. The uses are counted in one pass for the whole page.
 */
const listedFigures = `left join lateral (
		select count(*)::int as codes from (
			select 1 from voucher_codes c where c.voucher_id = v.id order by c.id limit ${mostCounted + 1}
		) c
	) c on true
	left join lateral (
		select c.code as shared_code from voucher_codes c where v.code_kind = 'shared' and c.voucher_id = v.id order by c.id limit 1
	) s on true
	left join (
		select voucher_id as used_id, count(*)::int as redeemed, sum(cents)::bigint as saved_cents
		from voucher_redemptions where given_back_at is null and voucher_id in (select id from page) group by 1
	) r on r.used_id = v.id`;

const maybe = (text: string | null): Date | null => (text === null ? null : instant(text));

const figuresOf = (row: Row): VoucherFigures => ({
	codes: row.codes,
	held: row.held,
	voided: row.voided,
	redeemed: row.redeemed,
	savedCents: row.saved_cents,
	usesLeft: row.unlimited ? null : row.uses_left
});

const datesOf = (row: Pick<Row, 'starts_at' | 'ends_at' | 'paused_at' | 'archived_at'>) => ({
	startsAt: maybe(row.starts_at),
	endsAt: maybe(row.ends_at),
	pausedAt: maybe(row.paused_at),
	archivedAt: maybe(row.archived_at)
});

const sharedCodeOf = (row: Row): string | null => (row.code_kind === 'shared' ? row.shared_code : null);

/**
 * Vouchers, newest first, a page at a time.
 * @param state null: all but archived ones
 * @param text part of the title, or a shared code
 */
export async function listVouchers(
	reads: Reads,
	{ state: asked, text, cursor }: { state: VoucherState | null; text: string; cursor: string | null },
	now: Date
): Promise<VoucherList> {
	const sql = sqlOf(reads);
	const trimmed = text.trim();
	const [rows, counted] = await Promise.all([
		sql.unsafe<ListedRow[]>(
			`with page as (
				select v.* from vouchers v
				where ($2::text is null and v.archived_at is null or ${state} = $2)
					and ($3::text is null or v.title ilike $3 or exists (
						select 1 from voucher_codes s where s.voucher_id = v.id and s.code = $4 and v.code_kind = 'shared'))
					and ($5::text is null or v.id < $5 collate "C")
				order by v.id desc limit $6
			) select v.*, c.*, s.*, r.* from page v ${listedFigures} order by v.id desc`,
			[
				now.toISOString(),
				asked,
				trimmed === '' ? null : `%${trimmed.replace(/[\\%_]/g, '\\$&')}%`,
				normaliseCode(trimmed),
				cursor,
				pageSize + 1
			]
		),
		sql.unsafe<{ state: VoucherState; vouchers: number }[]>(
			`select ${state} as state, count(*)::int as vouchers from vouchers v group by 1`,
			[now.toISOString()]
		)
	]);
	const shown = rows.slice(0, pageSize);
	const counts = Object.fromEntries(
		voucherStates.map((each) => [each, counted.find((row) => row.state === each)?.vouchers ?? 0])
	) as Record<VoucherState, number>;
	return {
		items: shown.map((row) => ({
			id: row.id,
			title: row.title,
			currency: row.currency,
			effect: row.effect,
			conditions: row.conditions,
			stacking: row.stacking,
			codeKind: row.code_kind,
			holding: row.holding,
			startsAt: maybe(row.starts_at),
			endsAt: maybe(row.ends_at),
			state: stateOf(datesOf(row), now),
			sharedCode: row.shared_code,
			codes: Math.min(row.codes, mostCounted),
			moreCodes: row.codes > mostCounted,
			redeemed: row.redeemed ?? 0,
			savedCents: row.saved_cents ?? 0
		})),
		nextCursor: rows.length > pageSize ? (shown.at(-1)?.id ?? null) : null,
		counts,
		names: await namesOf(sql, shown)
	};
}

/**
 * Everything a voucher's page shows but its codes.
 * @throws voucher.not_found
 */
export async function voucherPage(reads: Reads, id: string, now: Date): Promise<VoucherPage> {
	const sql = sqlOf(reads);
	const [rows, usage] = await Promise.all([
		sql.unsafe<Row[]>(`select v.*, c.*, r.* from vouchers v ${figures} where v.id = $1`, [id]),
		usageOf(reads, id)
	]);
	const row = rows[0];
	if (!row) throw voucherRefusals.refuse('voucher.not_found');
	const dates = datesOf(row);
	const definition = definitionOf({
		title: row.title,
		description: row.description,
		effect: row.effect,
		conditions: row.conditions,
		stacking: row.stacking,
		codeKind: row.code_kind,
		holding: row.holding,
		startsAt: dates.startsAt,
		endsAt: dates.endsAt,
		validDays: row.valid_days,
		validFrom: row.valid_from,
		usesPerMember: row.uses_per_member,
		usesPerCode: row.uses_per_code
	});
	return {
		id,
		version: row.version,
		currency: row.currency,
		definition,
		state: stateOf(dates, now),
		createdAt: instant(row.created_at),
		updatedAt: instant(row.updated_at),
		pausedAt: dates.pausedAt,
		archivedAt: dates.archivedAt,
		sharedCode: sharedCodeOf(row),
		redeemedEver: usage.redeemed,
		codesOut: usage.codesOut,
		names: await namesOf(sql, [definition]),
		...figuresOf(row)
	};
}

/** The names of the products, categories and stores that a rule speaks of. */
async function namesOf(
	sql: Raw,
	rules: readonly Pick<Definition, 'effect' | 'conditions'>[]
): Promise<Record<string, string>> {
	const ids = rules.flatMap(({ effect, conditions }) => [
		...productsOfEffect(effect),
		...conditions.productIds,
		...conditions.categoryIds,
		...conditions.storeIds
	]);
	if (ids.length === 0) return {};
	const rows = await sql<{ id: string; name: string }[]>`
		with asked as (select value as id from json_array_elements_text(${JSON.stringify(ids)}::json))
		select p.id, p.name from products p join asked on asked.id = p.id
		union all select c.id, c.name from categories c join asked on asked.id = c.id
		union all select s.id, s.name from stores s join asked on asked.id = s.id`;
	return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
}

export interface CodeRow {
	id: string;
	code: string;
	state: CodeState;
	usesLeft: number | null;
	/** uses that count */
	redeemed: number;
	member: { id: string; name: string | null; email: string | null } | null;
	issuedAt: Date;
}

const codeState = `case when c.voided_at is not null then 'voided' when c.uses_left = 0 then 'used'
	when c.member_id is not null then 'held' else 'free' end`;

/** largest page: what the download reads at once */
export const mostCodes = 2_000;

/** The codes of a voucher in the order they were made, a page at a time. */
export async function listCodes(
	reads: Reads,
	{
		voucherId,
		state: asked,
		cursor,
		limit
	}: { voucherId: string; state: CodeState | null; cursor: string | null; limit: number }
): Promise<Page<CodeRow>> {
	const size = Math.min(limit, mostCodes);
	const rows = await sqlOf(reads).unsafe<
		{
			id: string;
			code: string;
			state: CodeState;
			uses_left: number | null;
			redeemed: number;
			member_id: string | null;
			name: string | null;
			email: string | null;
			issued_at: string;
		}[]
	>(
		`select c.id, c.code, c.state, c.uses_left, c.member_id, c.issued_at, m.name, m.email,
			(select count(*)::int from voucher_redemptions r where r.code_id = c.id and r.given_back_at is null) as redeemed
		from (
			select c.*, ${codeState} as state from voucher_codes c
			where c.voucher_id = $1 and ($2::text is null or ${codeState} = $2)
				and ($3::text is null or c.id > $3 collate "C")
			order by c.id limit $4
		) c left join members m on m.id = c.member_id order by c.id`,
		[voucherId, asked, cursor, size + 1]
	);
	const shown = rows.slice(0, size);
	return {
		items: shown.map((row) => ({
			id: row.id,
			code: row.code,
			state: row.state,
			usesLeft: row.uses_left,
			redeemed: row.redeemed,
			member: row.member_id === null ? null : { id: row.member_id, name: row.name, email: row.email },
			issuedAt: instant(row.issued_at)
		})),
		nextCursor: rows.length > size ? (shown.at(-1)?.id ?? null) : null
	};
}
