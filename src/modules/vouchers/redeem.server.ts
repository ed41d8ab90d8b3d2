import { newId } from '#core/ids';
import { must, present } from '#core/must';
import { listOf, listsOf, type Writes } from '#platform/bulk';
import type { Raw } from '#platform/db';
import type { Right } from '#pricing';
import { heldUntil, rightOf, type CodeFact } from './facts.server.ts';
import type { Holder } from './holds.server.ts';
import { voucherRedemptions } from './tables.server.ts';

/**
 * A batch's vouchers: facts locked once, claimed in memory in the order of the batch, written once. The conditional
 * write and the unique place of each use hold even against a fault in the memory's part.
 */
export class VoucherBook {
	readonly #facts: Map<string, CodeFact>;
	readonly #claims = new Map<string, number>();
	readonly #redemptions: Required<typeof voucherRedemptions.$inferInsert>[] = [];
	/** holds that these claims take up */
	readonly #holds: (Holder & { codeId: string })[] = [];
	/** places of what one member uses, shared by all codes of a voucher */
	readonly #places = new Map<string, Set<number>>();

	constructor(facts: Map<string, CodeFact>) {
		this.#facts = facts;
		for (const { row, usedPlaces } of facts.values())
			for (const [memberId, places] of usedPlaces)
				for (const place of places) this.#placesOf(row.voucher_id, memberId).add(place);
	}

	#placesOf(voucherId: string, memberId: string): Set<number> {
		const name = `${voucherId} ${memberId}`;
		let places = this.#places.get(name);
		if (!places) this.#places.set(name, (places = new Set()));
		return places;
	}

	/** The right as it stands now, with this batch's earlier claims counted; undefined: no such code. */
	right(codeId: string, memberId: string | null, holder: Holder | null = null): Right | undefined {
		const fact = this.#facts.get(codeId);
		if (!fact) return undefined;
		const right = rightOf(fact, memberId, holder);
		const usesLeft = right.usesLeft === null ? null : right.usesLeft - (this.#claims.get(codeId) ?? 0);
		const used = memberId ? this.#placesOf(fact.row.voucher_id, memberId).size : 0;
		return {
			...right,
			usesLeft,
			heldUntil: heldUntil(fact, usesLeft, holder),
			usesLeftForMember: fact.row.uses_per_member === null ? null : Math.max(0, fact.row.uses_per_member - used)
		};
	}

	/** Takes one use for a receipt. The caller has just quoted with `right`, so that a refusal here is a bug. */
	claim(codeId: string, use: { memberId: string; receiptId: string; cents: number; holder: Holder }, now: Date): void {
		const fact = present(this.#facts.get(codeId), 'a claimed code was loaded');
		const { row } = fact;
		const { caller, basket } = use.holder;
		const kept = fact.holds.findIndex((hold) => hold.caller === caller && hold.basket === basket);
		if (kept >= 0) {
			fact.holds.splice(kept, 1);
			this.#holds.push({ codeId, caller, basket });
		}
		const right = present(this.right(codeId, use.memberId), 'a claimed code was loaded');
		must(right.usesLeft === null || right.usesLeft > 0, 'a code is claimed only while uses are left');
		must(right.usesLeftForMember === null || right.usesLeftForMember > 0, 'a member claims within the limit');
		let place: number | null = null;
		if (row.uses_per_member !== null) {
			const places = this.#placesOf(row.voucher_id, use.memberId);
			for (place = 1; places.has(place); place++);
			places.add(place);
		}
		this.#claims.set(codeId, (this.#claims.get(codeId) ?? 0) + 1);
		this.#redemptions.push({
			id: newId('redemption', now),
			voucherId: row.voucher_id,
			codeId,
			memberId: use.memberId,
			receiptId: use.receiptId,
			place,
			cents: use.cents,
			redeemedAt: now,
			givenBackAt: null
		});
	}

	/**
	 * Writes the claims: the codes' uses, and one row per use. The codes are locked and were counted so; should a use be
	 * claimed that is not left, the table refuses it (`voucher_codes_uses_left`).
	 */
	write(writes: Writes): void {
		if (this.#claims.size === 0) return;
		const claims = [...this.#claims].map(([codeId, uses]) => ({ codeId, uses }));
		writes.add(
			`update voucher_codes c set uses_left = c.uses_left - x.uses
			from unnest($1::text[], $2::int[]) as x(code_id, uses)
			where c.id = x.code_id and c.uses_left is not null`,
			listsOf(claims, ['codeId', 'uses'])
		);
		writes.insert(voucherRedemptions, this.#redemptions, { same: ['redeemedAt', 'givenBackAt'] });
		if (this.#holds.length === 0) return;
		writes.add(
			`delete from voucher_holds h using unnest($1::text[], $2::text[], $3::text[]) as x(code_id, caller, basket)
			where h.code_id = x.code_id and h.caller = x.caller and h.basket = x.basket`,
			listsOf(this.#holds, ['codeId', 'caller', 'basket'])
		);
	}
}

/** A use, by whose it is. */
export interface Use {
	id: string;
	memberId: string;
}

/** The uses a receipt took that still count, for returns; the receipt's member must be locked. */
export async function usesOfReceipts(
	sql: Raw,
	receiptIds: string[]
): Promise<(Use & { codeId: string; receiptId: string })[]> {
	const rows = await sql.unsafe<{ id: string; member_id: string; code_id: string; receipt_id: string }[]>(
		`select id, member_id, code_id, receipt_id from voucher_redemptions
		where receipt_id = any($1::text[]) and given_back_at is null order by code_id`,
		[listOf(receiptIds)],
		{ prepare: true }
	);
	return rows.map((row) => ({
		id: row.id,
		memberId: row.member_id,
		codeId: row.code_id,
		receiptId: row.receipt_id
	}));
}

/**
 * Gives uses back, each exactly once: the code may be used again, the use no longer counts for its member. Of a code that
 * was replaced meanwhile the use goes to the one in its place.
 * @param goodUntil codes of a single holder that would end before are good until then; null: their dates stay. A shared
 * code's dates are everybody's and stay in any case.
 */
export function giveBackUses(writes: Writes, uses: readonly Use[], now: Date, goodUntil: Date | null = null): void {
	if (uses.length === 0) return;
	writes.add(
		`update voucher_redemptions r set given_back_at = $3, place = null
		from unnest($1::text[], $2::text[]) as x(member_id, id)
		where r.member_id = x.member_id collate "C" and r.id = x.id collate "C" and r.given_back_at is null
		returning r.code_id`,
		[...listsOf(uses, ['memberId', 'id']), now.toISOString()],
		{ name: 'given_uses' }
	);
	writes.add(
		`update voucher_codes c set uses_left = c.uses_left + g.uses,
			ends_at = case when g.longer then $1::timestamptz else c.ends_at end,
			extended_at = case when g.longer then $2::timestamptz else c.extended_at end
		from (
			with recursive heirs as (
				select code_id as first, code_id as heir from (select distinct code_id from given_uses) u
				union all
				select h.first, n.id from heirs h join voucher_codes n on n.replaces_id = h.heir
			)
			select l.heir, count(*)::int as uses, bool_or(v.code_kind = 'unique' and coalesce(
				case when h.extended_at is null then least(h.ends_at, v.ends_at) else h.ends_at end < $1::timestamptz, false
			)) as longer
			from given_uses u join heirs l on l.first = u.code_id
			join voucher_codes h on h.id = l.heir join vouchers v on v.id = h.voucher_id
			where not exists (select 1 from voucher_codes n where n.replaces_id = l.heir)
			group by l.heir
		) g where c.id = g.heir`,
		// before every date: no code ends earlier
		[goodUntil?.toISOString() ?? '-infinity', now.toISOString()]
	);
}
