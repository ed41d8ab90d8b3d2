import { must } from '#core/must';
import type { RefusalData } from '#core/refusal';
import { listOf } from '#platform/bulk';
import { inTransaction, instant, sqlOf, type Db, type Raw, type Reads } from '#platform/db';
import { refuseHeld } from './refusals.ts';
import { defaultHoldMinutes } from './rules.ts';

/** Whose basket: the tablet or API client, and its own name for the sale, which is also the sale's key. */
export interface Holder {
	caller: string;
	basket: string;
}

/** One use of a code, kept for a basket. */
export interface Hold extends Holder {
	storeId: string | null;
	heldAt: Date;
	untilAt: Date;
}

interface HoldRow {
	code_id: string;
	caller: string;
	basket: string;
	store_id: string | null;
	held_at: string;
	until_at: string;
}

/** The holds that last, of these codes and of all codes that these members hold. */
export async function holdsOf(
	sql: Raw,
	{ codeIds, memberIds = [] }: { codeIds: readonly string[]; memberIds?: readonly string[] },
	now: Date
): Promise<Map<string, Hold[]>> {
	if (codeIds.length + memberIds.length === 0) return new Map();
	const rows = await sql.unsafe<HoldRow[]>(
		`select code_id, caller, basket, store_id, held_at, until_at from voucher_holds
		where until_at > $3 and (code_id = any($1::text[])
			or code_id in (select id from voucher_codes where member_id = any($2::text[])))`,
		[listOf(codeIds), listOf(memberIds), now.toISOString()],
		{ prepare: true }
	);
	const holds = new Map<string, Hold[]>();
	for (const row of rows) {
		const hold = {
			caller: row.caller,
			basket: row.basket,
			storeId: row.store_id,
			heldAt: instant(row.held_at),
			untilAt: instant(row.until_at)
		};
		holds.set(row.code_id, [...(holds.get(row.code_id) ?? []), hold]);
	}
	return holds;
}

/**
 * As `holdCodes`, in a transaction of its own where one is needed: nothing to keep is one statement, and most baskets have
 * nothing.
 */
export const holdForBasket = (
	db: Db,
	basket: Parameters<typeof holdCodes>[1],
	now: Date
): Promise<Map<string, RefusalData>> =>
	basket.codeIds.length === 0 ? holdCodes(db, basket, now) : inTransaction(db, (tx) => holdCodes(tx, basket, now));

/**
 * Keeps one use of each of these codes for an open basket, from now as long as the house says; asked again it lasts longer. What the
 * basket held besides is let go, so that no codes at all let go of everything. Codes without a limit need no keeping.
 * @param storeId for what other tills are told
 * @returns the codes whose last uses others hold, with the refusal that says until when
 */
export async function holdCodes(
	reads: Reads,
	{ caller, basket, storeId, codeIds }: Holder & { storeId: string | null; codeIds: readonly string[] },
	now: Date
): Promise<Map<string, RefusalData>> {
	const sql = sqlOf(reads);
	const wanted = [...new Set(codeIds)].sort();
	const refused = new Map<string, RefusalData>();
	const held: string[] = [];
	if (wanted.length > 0) {
		const codes = await sql.unsafe<{ id: string; uses_left: number | null }[]>(
			`select id, uses_left from voucher_codes where id = any($1::text[]) and voided_at is null
			order by id for no key update`,
			[listOf(wanted)],
			{ prepare: true }
		);
		// A statement after the locks: of two tills the second sees what the first has kept.
		const holds = await holdsOf(sql, { codeIds: wanted }, now);
		for (const { id, uses_left } of codes) {
			if (uses_left === null || uses_left <= 0) continue;
			const others = (holds.get(id) ?? []).filter((hold) => hold.caller !== caller || hold.basket !== basket);
			if (others.length < uses_left) held.push(id);
			else refused.set(id, refuseHeld(others.map(({ untilAt }) => untilAt.toISOString()).sort()[0] ?? ''));
		}
	}
	await sql.unsafe(
		`with old as (
			delete from voucher_holds where caller = $2 and basket = $3 and not (code_id = any($1::text[]))
		), over as (
			delete from voucher_holds where (code_id, caller, basket) in (
				select code_id, caller, basket from voucher_holds where until_at <= $5 and not (caller = $2 and basket = $3)
				order by until_at limit 100 for update skip locked)
		)
		insert into voucher_holds (code_id, caller, basket, store_id, held_at, until_at)
		select c, $2, $3, $4, $5::timestamptz, $5::timestamptz + make_interval(mins => coalesce(
			(select hold_minutes from voucher_policies), ${defaultHoldMinutes})) from unnest($1::text[]) as c
		on conflict (code_id, caller, basket) do update set until_at = excluded.until_at`,
		[listOf(held), caller, basket, storeId, now.toISOString()],
		{ prepare: true }
	);
	must(held.length + refused.size <= wanted.length, 'no code is answered twice');
	return refused;
}
