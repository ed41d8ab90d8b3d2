import type { RefusalData } from '#core/refusal';
import { membersNamed } from '#customers/server';
import { instant, sqlOf, type Reads } from '#platform/db';
import { standingOf } from '#pricing';
import { listStores } from '#stores/server';
import { findByCode } from './codes.server.ts';
import { loadCodes, rightOf } from './facts.server.ts';
import { voucherRefusals } from './refusals.ts';
import { validityOf, type CodeKind, type CodeState } from './rules.ts';

/** One use of a code, as its page shows it. */
export interface CodeUse {
	id: string;
	receiptId: string;
	at: Date;
	cents: number;
	member: { id: string; name: string | null } | null;
	givenBackAt: Date | null;
}

/** Everything about one code: what it is, whether it works, its life. */
export interface CodePage {
	id: string;
	code: string;
	voucher: { id: string; title: string; currency: string; codeKind: CodeKind; archived: boolean };
	state: CodeState;
	member: { id: string; name: string | null } | null;
	usesLeft: number | null;
	issuedAt: Date;
	startsAt: Date | null;
	endsAt: Date | null;
	extendedAt: Date | null;
	voidedAt: Date | null;
	/** the code it came in place of, and the one in its place */
	replacesId: string | null;
	replacedById: string | null;
	holds: { storeName: string | null; heldAt: Date; untilAt: Date }[];
	/** newest first, at most `mostUses` */
	uses: CodeUse[];
	/** why it does not work now for its holder, whatever is in the basket; null: a basket decides */
	standing: RefusalData | null;
}

const mostUses = 200;

/** The id of a code that somebody typed or scanned. @throws voucher.code_not_found */
export async function findCode(reads: Reads, text: string): Promise<{ id: string }> {
	const found = await findByCode(reads, text);
	if (!found) throw voucherRefusals.refuse('voucher.code_not_found', { field: 'code' });
	return { id: found.code.id };
}

interface Row {
	id: string;
	code: string;
	voucher_id: string;
	title: string;
	currency: string;
	code_kind: CodeKind;
	archived: boolean;
	member_id: string | null;
	member_name: string | null;
	uses_left: number | null;
	issued_at: string;
	voucher_starts_at: string | null;
	voucher_ends_at: string | null;
	starts_at: string | null;
	ends_at: string | null;
	extended_at: string | null;
	voided_at: string | null;
	replaces_id: string | null;
	replaced_by_id: string | null;
}

const maybe = (text: string | null): Date | null => (text === null ? null : instant(text));

/** @throws voucher.code_not_found */
export async function codePage(reads: Reads, id: string, now: Date): Promise<CodePage> {
	const sql = sqlOf(reads);
	const [row] = await sql.unsafe<Row[]>(
		`select c.id, c.code, c.voucher_id, v.title, v.currency, v.code_kind, v.archived_at is not null as archived,
			c.member_id, m.name as member_name, c.uses_left, c.issued_at, v.starts_at as voucher_starts_at,
			v.ends_at as voucher_ends_at, c.starts_at, c.ends_at, c.extended_at, c.voided_at, c.replaces_id,
			n.id as replaced_by_id
		from voucher_codes c join vouchers v on v.id = c.voucher_id left join members m on m.id = c.member_id
			left join voucher_codes n on n.replaces_id = c.id
		where c.id = $1`,
		[id]
	);
	if (!row) throw voucherRefusals.refuse('voucher.code_not_found');
	const [uses, holds, standing] = await Promise.all([
		usesOf(reads, id),
		holdsNow(reads, id, now),
		standingFor(reads, { codeId: id, memberId: row.member_id, storeId: null }, now)
	]);
	const dates = { startsAt: maybe(row.starts_at), endsAt: maybe(row.ends_at), extendedAt: maybe(row.extended_at) };
	return {
		id,
		code: row.code,
		voucher: {
			id: row.voucher_id,
			title: row.title,
			currency: row.currency,
			codeKind: row.code_kind,
			archived: row.archived
		},
		state: row.voided_at ? 'voided' : row.uses_left === 0 ? 'used' : row.member_id ? 'held' : 'free',
		member: row.member_id === null ? null : { id: row.member_id, name: row.member_name },
		usesLeft: row.uses_left,
		issuedAt: instant(row.issued_at),
		...validityOf({ startsAt: maybe(row.voucher_starts_at), endsAt: maybe(row.voucher_ends_at) }, dates),
		extendedAt: dates.extendedAt,
		voidedAt: maybe(row.voided_at),
		replacesId: row.replaces_id,
		replacedById: row.replaced_by_id,
		holds,
		uses,
		standing
	};
}

async function usesOf(reads: Reads, codeId: string): Promise<CodeUse[]> {
	const rows = await sqlOf(reads).unsafe<
		{
			id: string;
			receipt_id: string;
			redeemed_at: string;
			cents: number;
			member_id: string;
			joined: boolean;
			name: string | null;
			given_back_at: string | null;
		}[]
	>(
		`select r.id, r.receipt_id, r.redeemed_at, r.cents, r.member_id, m.joined_at is not null as joined, m.name,
			r.given_back_at
		from voucher_redemptions r left join members m on m.id = r.member_id
		where r.code_id = $1 order by r.redeemed_at desc, r.id desc limit ${mostUses}`,
		[codeId]
	);
	return rows.map((row) => ({
		id: row.id,
		receiptId: row.receipt_id,
		at: instant(row.redeemed_at),
		cents: row.cents,
		member: row.joined ? { id: row.member_id, name: row.name } : null,
		givenBackAt: maybe(row.given_back_at)
	}));
}

async function holdsNow(reads: Reads, codeId: string, now: Date): Promise<CodePage['holds']> {
	const rows = await sqlOf(reads).unsafe<{ store_name: string | null; held_at: string; until_at: string }[]>(
		`select s.name as store_name, h.held_at, h.until_at from voucher_holds h left join stores s on s.id = h.store_id
		where h.code_id = $1 and h.until_at > $2 order by h.held_at`,
		[codeId, now.toISOString()]
	);
	return rows.map((row) => ({
		storeName: row.store_name,
		heldAt: instant(row.held_at),
		untilAt: instant(row.until_at)
	}));
}

/**
 * Why a code does not work now, whatever is in the basket; null: a basket decides.
 * @param memberId null: a guest brings it
 * @param storeId null: any store
 */
async function standingFor(
	reads: Reads,
	{ codeId, memberId, storeId }: { codeId: string; memberId: string | null; storeId: string | null },
	now: Date
): Promise<RefusalData | null> {
	const [codes, stores] = await Promise.all([
		loadCodes(sqlOf(reads), { asked: [{ codeId, memberId }], lock: false }, now),
		storeId === null ? [] : listStores(reads)
	]);
	const fact = codes.get(codeId);
	if (!fact) throw voucherRefusals.refuse('voucher.code_not_found');
	const store = stores.find(({ id }) => id === storeId) ?? null;
	const none = { blocked: false, spendablePoints: 0, pendingPoints: 0, debtPoints: 0 };
	const member = memberId === null ? null : { id: memberId, ...none };
	return standingOf(rightOf(fact, memberId), { now, store, member });
}

/**
 * Tries a code for a member and a store, without a basket.
 * @param member e-mail address, number or code; empty: whoever brings it
 * @throws voucher.member_unknown, voucher.code_not_found
 */
export async function tryCode(
	reads: Reads,
	{ codeId, member, storeId }: { codeId: string; member: string; storeId: string | null },
	now: Date
): Promise<RefusalData | null> {
	const [named] = member.trim() === '' ? [null] : await membersNamed(reads, [member]);
	if (named === undefined || (named === null && member.trim() !== ''))
		throw voucherRefusals.refuse('voucher.member_unknown', { field: 'member' });
	return standingFor(reads, { codeId, memberId: named?.id ?? null, storeId }, now);
}
