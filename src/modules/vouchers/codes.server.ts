import { eq } from 'drizzle-orm';
import { newCode, normaliseCode } from '#core/codes';
import { newId } from '#core/ids';
import { must } from '#core/must';
import type { RefusalData } from '#core/refusal';
import { members } from '#customers/tables';
import { insertRows } from '#platform/bulk';
import { sqlOf, type Raw, type Reads, type Tx } from '#platform/db';
import { lockVoucher, type VoucherRow } from './definitions.server.ts';
import { voucherRefusals } from './refusals.ts';
import { limits } from './rules.ts';
import { voucherCodes, vouchers } from './tables.server.ts';

export interface MadeCode {
	id: string;
	code: string;
	memberId: string | null;
}

/** rows in one statement: some 700 kB of JSON */
const chunk = 5_000;

/**
 * Fills the pool of a voucher with codes of our own, each unique among all codes there are.
 * @param count how many; with `memberIds` one for each of them, in their order (a member may stand there twice)
 * @throws `voucher.not_found`, `voucher.archived`, `voucher.shared_has_one`, `voucher.count_form`, `voucher.pool_full`
 */
export async function makeCodes(
	tx: Tx,
	{ voucherId, count, memberIds }: { voucherId: string; count: number; memberIds?: readonly string[] },
	now: Date
): Promise<MadeCode[]> {
	must(!memberIds || memberIds.length === count, 'one code for each member');
	if (!Number.isSafeInteger(count) || count < 1 || count > limits.codesAtOnce)
		throw voucherRefusals.refuse('voucher.count_form', { field: 'count', most: limits.codesAtOnce });
	const voucher = await lockVoucher(tx, voucherId);
	if (voucher.archivedAt) throw voucherRefusals.refuse('voucher.archived');
	if (voucher.codeKind === 'shared') throw voucherRefusals.refuse('voucher.shared_has_one');
	const sql = sqlOf(tx);
	const [row] = await sql<{ there: number }[]>`
		select count(*)::int as there from voucher_codes where voucher_id = ${voucherId}`;
	const room = limits.codesInAll - (row?.there ?? 0);
	if (count > room) throw voucherRefusals.refuse('voucher.pool_full', { field: 'count', room });
	const made: MadeCode[] = [];
	for (let from = 0; from < count; from += chunk) {
		const size = Math.min(chunk, count - from);
		made.push(...(await addCodes(sql, voucher, size, memberIds?.slice(from, from + size) ?? null, now)));
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
			issuedAt: now
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
	now: Date
): Promise<Assignment[]> {
	if (memberIds.length < 1 || memberIds.length > limits.codesAtOnce)
		throw voucherRefusals.refuse('voucher.count_form', { field: 'members', most: limits.codesAtOnce });
	const voucher = await lockVoucher(tx, voucherId);
	if (voucher.archivedAt) throw voucherRefusals.refuse('voucher.archived');
	if (voucher.codeKind === 'shared') throw voucherRefusals.refuse('voucher.shared_has_one');
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
	const given = await takeFromPool(sql, voucherId, takers, now);
	const without = takers.filter((memberId) => !given.has(memberId));
	if (without.length > 0) {
		const made = await makeCodes(tx, { voucherId, count: without.length, memberIds: without }, now);
		for (const { id, code, memberId } of made) given.set(memberId as string, { codeId: id, code });
	}
	return results.map(({ memberId, refusal }) => {
		if (refusal) return { memberId, refusal };
		const code = given.get(memberId);
		must(code, 'every taker was given a code');
		return { memberId, ...code };
	});
}

async function membersRefused(
	sql: Raw,
	voucherId: string,
	memberIds: readonly string[]
): Promise<Map<string, RefusalData>> {
	const rows = await sql<{ id: string; known: boolean; holds: boolean }[]>`
		select x.id,
			exists (select 1 from members m where m.id = x.id and m.erased_at is null) as known,
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
	now: Date
): Promise<Map<string, { codeId: string; code: string }>> {
	if (takers.length === 0) return new Map();
	const rows = await sql<{ id: string; code: string; member_id: string }[]>`
		with free as (
			select c.id from voucher_codes c
			where c.voucher_id = ${voucherId} and c.member_id is null and c.voided_at is null
				and c.uses_left is distinct from 0
				and not exists (select 1 from voucher_redemptions r where r.code_id = c.id)
			order by c.id limit ${takers.length} for no key update
		), paired as (
			select id, row_number() over (order by id) as place from free
		)
		update voucher_codes c set member_id = x.member_id, issued_at = ${now.toISOString()}
		from paired join json_to_recordset(${JSON.stringify(takers.map((id, i) => ({ place: i + 1, member_id: id })))}::json)
			as x(place bigint, member_id text) using (place)
		where c.id = paired.id
		returning c.id, c.code, c.member_id`;
	return new Map(rows.map((row) => [row.member_id, { codeId: row.id, code: row.code }]));
}

/**
 * Takes a code out of use for good; what was redeemed with it stays. Voiding twice is voiding once.
 * @returns in whose wallet it lay
 */
export async function voidCode(
	tx: Tx,
	{ codeId }: { codeId: string },
	now: Date
): Promise<{ memberId: string | null }> {
	const [row] = await sqlOf(tx)<{ memberId: string | null }[]>`
		update voucher_codes set voided_at = coalesce(voided_at, ${now.toISOString()}) where id = ${codeId}
		returning member_id as "memberId"`;
	if (!row) throw voucherRefusals.refuse('voucher.code_not_found');
	return { memberId: row.memberId };
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
