import { eq } from 'drizzle-orm';
import { newCode, normaliseCode } from '#core/codes';
import { newId } from '#core/ids';
import { must } from '#core/must';
import type { RefusalData } from '#core/refusal';
import { members } from '#customers/tables';
import { insertRows } from '#platform/bulk';
import { sqlOf, type Raw, type Reads, type Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { programmeOf } from '#stores/server';
import { definitionOf, lockVoucher, refusePool, voucherSubject, type VoucherRow } from './definitions.server.ts';
import { voucherRefusals } from './refusals.ts';
import { datesFromIssue, limits } from './rules.ts';
import { voucherCodes, vouchers } from './tables.server.ts';

export interface MadeCode {
	id: string;
	code: string;
	memberId: string | null;
}

/** rows in one statement: some 700 kB of JSON */
const chunk = 5_000;

/** A voucher that takes more codes, locked. */
export async function lockPool(tx: Tx, voucherId: string): Promise<VoucherRow> {
	const voucher = await lockVoucher(tx, voucherId);
	refusePool(voucher);
	return voucher;
}

/** How many more codes a locked voucher takes. */
export async function roomOf(tx: Tx, voucherId: string): Promise<number> {
	const [row] = await sqlOf(tx)<{ there: number }[]>`
		select count(*)::int as there from voucher_codes where voucher_id = ${voucherId}`;
	return limits.codesInAll - (row?.there ?? 0);
}

/** A code's own dates. */
export interface OwnDates {
	startsAt: Date | null;
	endsAt: Date | null;
}

/** The own dates of codes that a voucher issues now. */
export async function issueDates(reads: Reads, voucher: VoucherRow, now: Date): Promise<OwnDates> {
	const { validity } = definitionOf(voucher);
	return datesFromIssue(validity, now, validity ? (await programmeOf(reads)).timeZone : 'UTC');
}

/**
 * The dates of codes that nobody has yet: for whoever brings them they are issued when they are made; stock for members is
 * issued when it is given to one.
 */
export const stockDates = async (reads: Reads, voucher: VoucherRow, now: Date): Promise<OwnDates> =>
	voucher.holding === 'open' ? issueDates(reads, voucher, now) : { startsAt: null, endsAt: null };

/**
 * Fills the pool of a voucher with codes of our own, each unique among all codes there are.
 * @throws `voucher.not_found`, `voucher.archived`, `voucher.shared_has_one`, `voucher.count_form`, `voucher.pool_full`
 */
export async function makeCodes(
	tx: Tx,
	{ voucherId, count }: { voucherId: string; count: number },
	by: By,
	now: Date
): Promise<MadeCode[]> {
	if (!Number.isSafeInteger(count) || count < 1 || count > limits.codesAtOnce)
		throw voucherRefusals.refuse('voucher.count_form', { field: 'count', most: limits.codesAtOnce });
	const voucher = await lockPool(tx, voucherId);
	const room = await roomOf(tx, voucherId);
	if (count > room) throw voucherRefusals.refuse('voucher.pool_full', { field: 'count', room });
	const made = await fillPool(tx, voucher, { count, memberIds: null }, await stockDates(tx, voucher, now), now);
	const deed = { action: 'voucher.codes_made', subject: voucherSubject(voucherId), title: voucher.title };
	await keepTrail(tx, by, { ...deed, after: { codes: count } }, now);
	return made;
}

/** @param memberIds one code for each of them, in their order */
async function fillPool(
	tx: Tx,
	voucher: VoucherRow,
	{ count, memberIds }: { count: number; memberIds: readonly string[] | null },
	dates: OwnDates,
	now: Date
): Promise<MadeCode[]> {
	const made: MadeCode[] = [];
	for (let from = 0; from < count; from += chunk) {
		const size = Math.min(chunk, count - from);
		const takers = memberIds?.slice(from, from + size) ?? null;
		made.push(...(await addCodes(sqlOf(tx), voucher, size, takers, dates, now)));
	}
	return made;
}

/**
 * Adds exactly `count` codes. What collides with a code there is (one in 2^60 for each pair) is left out by the database
 * and drawn again.
 */
export async function addCodes(
	sql: Raw,
	voucher: VoucherRow,
	count: number,
	memberIds: readonly string[] | null,
	dates: OwnDates,
	now: Date,
	draw: () => string = () => newCode('voucher')
): Promise<MadeCode[]> {
	const made: MadeCode[] = [];
	for (let attempt = 0; made.length < count; attempt++) {
		must(attempt < 10, 'random codes keep colliding');
		const rows = Array.from({ length: count - made.length }, (_, i) => ({
			id: newId('voucherCode', now),
			voucherId: voucher.id,
			code: draw(),
			memberId: memberIds?.[made.length + i] ?? null,
			usesLeft: voucher.usesPerCode,
			issuedAt: now,
			...dates
		}));
		const kept = await insertRows(sql, voucherCodes, rows, 'on conflict (code) do nothing returning id');
		const ids = new Set(kept.map((row) => row.id as string));
		made.push(...rows.filter((row) => ids.has(row.id)).map(({ id, code, memberId }) => ({ id, code, memberId })));
	}
	return made;
}

export type Assignment =
	{ memberId: string; codeId: string; code: string } | { memberId: string; refusal: RefusalData };

/**
 * Puts one code into the wallet of each member: a free one of the pool while there are any, a new one otherwise.
 * @returns one result for each member, in their order: the code, or why this member gets none (`voucher.member_unknown`,
 * `voucher.member_repeated`, `voucher.already_held`: an unused one lies there already)
 * @throws `voucher.not_found`, `voucher.archived`, `voucher.shared_has_one`, `voucher.count_form`, `voucher.pool_full`
 */
export async function assign(
	tx: Tx,
	{ voucherId, memberIds }: { voucherId: string; memberIds: readonly string[] },
	by: By,
	now: Date
): Promise<Assignment[]> {
	if (memberIds.length < 1 || memberIds.length > limits.codesAtOnce)
		throw voucherRefusals.refuse('voucher.count_form', { field: 'members', most: limits.codesAtOnce });
	const voucher = await lockPool(tx, voucherId);
	const sql = sqlOf(tx);
	const refused = await membersRefused(sql, voucherId, memberIds);
	const seen = new Set<string>();
	const takers: string[] = [];
	const results = memberIds.map((memberId): { memberId: string; refusal: RefusalData | null } => {
		if (seen.has(memberId)) return { memberId, refusal: voucherRefusals.data('voucher.member_repeated') };
		seen.add(memberId);
		const refusal = refused.get(memberId) ?? null;
		if (!refusal) takers.push(memberId);
		return { memberId, refusal };
	});
	const dates = await issueDates(tx, voucher, now);
	const given = await takeFromPool(sql, voucherId, takers, dates, now);
	const without = takers.filter((memberId) => !given.has(memberId));
	if (without.length > 0) {
		const room = await roomOf(tx, voucherId);
		if (without.length > room) throw voucherRefusals.refuse('voucher.pool_full', { field: 'count', room });
		const made = await fillPool(tx, voucher, { count: without.length, memberIds: without }, dates, now);
		for (const { id, code, memberId } of made) given.set(memberId as string, { codeId: id, code });
	}
	if (takers.length > 0) {
		const deed = { action: 'voucher.codes_given', subject: voucherSubject(voucherId), title: voucher.title };
		await keepTrail(tx, by, { ...deed, after: { members: takers.length } }, now);
	}
	return results.map(({ memberId, refusal }) => {
		if (refusal) return { memberId, refusal };
		const code = given.get(memberId);
		must(code, 'every taker was given a code');
		return { memberId, ...code };
	});
}

/** Members who may be given no code of a voucher now, and why. */
export async function membersRefused(
	sql: Raw,
	voucherId: string,
	memberIds: readonly string[]
): Promise<Map<string, RefusalData>> {
	const rows = await sql<{ id: string; known: boolean; holds: boolean }[]>`
		select x.id,
			exists (select 1 from members m where m.id = x.id and m.erased_at is null and m.merged_into is null) as known,
			exists (select 1 from voucher_codes c where c.voucher_id = ${voucherId} and c.member_id = x.id
				and c.voided_at is null and c.uses_left is distinct from 0) as holds
		from json_to_recordset(${JSON.stringify(memberIds.map((id) => ({ id })))}::json) as x(id text collate "C")`;
	const refused = new Map<string, RefusalData>();
	for (const { id, known, holds } of rows) {
		if (!known) refused.set(id, voucherRefusals.data('voucher.member_unknown'));
		else if (holds) refused.set(id, voucherRefusals.data('voucher.already_held'));
	}
	return refused;
}

/** Free codes of the pool that nobody has redeemed, oldest first. The voucher is locked: no other console takes any. */
async function takeFromPool(
	sql: Raw,
	voucherId: string,
	takers: readonly string[],
	dates: OwnDates,
	now: Date
): Promise<Map<string, { codeId: string; code: string }>> {
	if (takers.length === 0) return new Map();
	const rows = await sql<{ id: string; code: string; member_id: string }[]>`
		with free as (
			select c.id from voucher_codes c
			where c.voucher_id = ${voucherId} and c.member_id is null and c.voided_at is null
				and c.uses_left is distinct from 0 and c.extended_at is null
				and not exists (select 1 from voucher_redemptions r where r.code_id = c.id)
			order by c.id limit ${takers.length} for no key update
		), paired as (
			select id, row_number() over (order by id) as place from free
		)
		update voucher_codes c set member_id = x.member_id, issued_at = ${now.toISOString()},
			starts_at = ${dates.startsAt?.toISOString() ?? null}, ends_at = ${dates.endsAt?.toISOString() ?? null}
		from paired join json_to_recordset(${JSON.stringify(takers.map((id, i) => ({ place: i + 1, member_id: id })))}::json)
			as x(place bigint, member_id text) using (place)
		where c.id = paired.id
		returning c.id, c.code, c.member_id`;
	return new Map(rows.map((row) => [row.member_id, { codeId: row.id, code: row.code }]));
}

export interface FoundCode {
	code: typeof voucherCodes.$inferSelect;
	voucher: VoucherRow;
	/** in whose wallet it lies */
	member: { id: string; name: string | null } | null;
}

/** What a scanned or typed code stands for, or null. Codes of other kinds are null too: see `readCode`. */
export async function findByCode(reads: Reads, text: string): Promise<FoundCode | null> {
	if (text.length > 200) return null;
	const [row] = await reads
		.select({ code: voucherCodes, voucher: vouchers, member: { id: members.id, name: members.name } })
		.from(voucherCodes)
		.innerJoin(vouchers, eq(vouchers.id, voucherCodes.voucherId))
		.leftJoin(members, eq(members.id, voucherCodes.memberId))
		.where(eq(voucherCodes.code, normaliseCode(text)));
	return row ?? null;
}
