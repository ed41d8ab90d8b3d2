import { present } from '#core/must';
import type { RefusalData } from '#core/refusal';
import { later, minute } from '#core/time';
import { groupCommit, lookingBatches, perDatabase } from '#platform/batch';
import { listOf, listsOf } from '#platform/bulk';
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

/** An open basket and the codes that it shows; no codes at all let go of everything. */
export interface HeldBasket extends Holder {
	/** for what other tills are told */
	storeId: string | null;
	codeIds: readonly string[];
}

interface Asking {
	basket: HeldBasket;
	now: Date;
}

const nameOf = ({ caller, basket }: Holder): string => `${caller} ${basket}`;

/** Those who ask at the same moment ask together; the asks of one basket keep their order. */
const holdingOf = perDatabase((db) =>
	groupCommit<Asking, Map<string, RefusalData>>(
		async (asks) => {
			// Nothing to keep is one statement, and most baskets have nothing.
			if (asks.some(({ basket }) => basket.codeIds.length > 0))
				return inTransaction(db, (tx) => holdTogether(tx, asks));
			await letGo(sqlOf(db), asks);
			return asks.map(() => new Map());
		},
		{ ...lookingBatches, locks: ({ basket }) => [nameOf(basket)] }
	)
);

/** As `holdCodes`, together with others who ask, in a transaction of its own where one is needed. */
export const holdForBasket = (db: Db, basket: HeldBasket, now: Date): Promise<Map<string, RefusalData>> =>
	holdingOf(db)({ basket, now });

/**
 * Keeps one use of each of these codes for an open basket, from now as long as the house says; asked again it lasts longer. What the
 * basket held besides is let go, so that no codes at all let go of everything. Codes without a limit need no keeping.
 * @returns the codes whose last uses others hold, with the refusal that says until when
 */
export async function holdCodes(reads: Reads, basket: HeldBasket, now: Date): Promise<Map<string, RefusalData>> {
	const [refused] = await holdTogether(reads, [{ basket, now }]);
	return present(refused, 'a basket is answered');
}

/** For several baskets, as if they had asked in this order. */
async function holdTogether(reads: Reads, asks: readonly Asking[]): Promise<Map<string, RefusalData>[]> {
	const sql = sqlOf(reads);
	const wanted = [...new Set(asks.flatMap(({ basket }) => basket.codeIds))].sort();
	const codes =
		wanted.length === 0
			? []
			: await sql.unsafe<{ id: string; uses_left: number | null; minutes: number | null }[]>(
					`select id, uses_left, (select hold_minutes from voucher_policies) as minutes from voucher_codes
					where id = any($1::text[]) and voided_at is null order by id for no key update`,
					[listOf(wanted)],
					{ prepare: true }
				);
	const earliest = new Date(Math.min(...asks.map(({ now }) => now.getTime())));
	// A statement after the locks: of two tills the second sees what the first has kept.
	const holds = await holdsOf(sql, { codeIds: wanted }, earliest);
	const usesLeft = new Map(codes.map(({ id, uses_left }) => [id, uses_left]));
	const lasting = (codes[0]?.minutes ?? defaultHoldMinutes) * minute;
	const kept = new Map<string, (Hold & { codeId: string })[]>();
	const answers = asks.map(({ basket, now }) => {
		const { held, refused } = decide(basket, usesLeft, holds, now);
		const { caller, basket: name, storeId } = basket;
		const hold = { caller, basket: name, storeId, heldAt: now, untilAt: later(now, lasting) };
		for (const [id, there] of holds)
			holds.set(
				id,
				there.filter((one) => nameOf(one) !== nameOf(hold))
			);
		for (const id of held) holds.set(id, [...(holds.get(id) ?? []), hold]);
		// What one basket asks last is what it holds.
		kept.set(
			nameOf(hold),
			held.map((codeId) => ({ codeId, ...hold }))
		);
		return refused;
	});
	await keep(sql, asks, [...kept.values()].flat());
	return answers;
}

/** Which of the codes one basket may keep, by what others hold. */
function decide(
	basket: HeldBasket,
	usesLeft: ReadonlyMap<string, number | null>,
	holds: ReadonlyMap<string, Hold[]>,
	now: Date
): { held: string[]; refused: Map<string, RefusalData> } {
	const held: string[] = [];
	const refused = new Map<string, RefusalData>();
	for (const id of [...new Set(basket.codeIds)].sort()) {
		const left = usesLeft.get(id) ?? null;
		if (left === null || left <= 0) continue;
		const others = (holds.get(id) ?? []).filter((hold) => nameOf(hold) !== nameOf(basket) && hold.untilAt > now);
		if (others.length < left) held.push(id);
		else refused.set(id, refuseHeld(others.map(({ untilAt }) => untilAt.toISOString()).sort()[0] ?? ''));
	}
	return { held, refused };
}

/** Of some holds that are over, not of the baskets that ask: a statement may write a row once. */
const clearing = `delete from voucher_holds where (code_id, caller, basket) in (
	select code_id, caller, basket from voucher_holds where until_at <= $3
		and (caller, basket) not in (select a.caller, a.basket from unnest($1::text[], $2::text[]) as a(caller, basket))
	order by until_at limit 100 for update skip locked)`;

const ofAsking = `exists (select from unnest($1::text[], $2::text[]) as a(caller, basket)
	where a.caller = h.caller collate "C" and a.basket = h.basket collate "C")`;

const asking = (asks: readonly Asking[]): [callers: string, baskets: string, now: string] => [
	listOf(asks.map(({ basket }) => basket.caller)),
	listOf(asks.map(({ basket }) => basket.basket)),
	new Date(Math.max(...asks.map(({ now }) => now.getTime()))).toISOString()
];

/** Of all that these baskets hold. */
const letGo = (sql: Raw, asks: readonly Asking[]) =>
	sql.unsafe(`with old as (delete from voucher_holds h where ${ofAsking}) ${clearing}`, asking(asks), {
		prepare: true
	});

/** What these baskets hold is this and nothing else. */
const keep = (sql: Raw, asks: readonly Asking[], kept: readonly (Hold & { codeId: string })[]) =>
	sql.unsafe(
		`with kept as (
			select * from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[])
				as k(code_id, caller, basket, store_id, held_at, until_at)
		), old as (
			delete from voucher_holds h where ${ofAsking} and not exists (select from kept k
				where k.code_id = h.code_id collate "C" and k.caller = h.caller collate "C" and k.basket = h.basket collate "C")
		), over as (${clearing})
		insert into voucher_holds (code_id, caller, basket, store_id, held_at, until_at)
		select * from kept order by code_id, caller, basket
		on conflict (code_id, caller, basket) do update set until_at = excluded.until_at`,
		[...asking(asks), ...listsOf(kept, ['codeId', 'caller', 'basket', 'storeId', 'heldAt', 'untilAt'])],
		{ prepare: true }
	);
