import { listOf, type Writes } from '#platform/bulk';
import type { Raw } from '#platform/db';

/** Whose a card that was sold is by now. */
export interface SoldCardHolder {
	/** null: with whoever holds it */
	memberId: string | null;
	/** it was given to somebody who has not taken it yet */
	given: boolean;
}

/** In whose hands cards are that come back; asked after their rows are locked. */
export async function holdersOf(sql: Raw, ids: readonly string[]): Promise<Map<string, SoldCardHolder>> {
	if (ids.length === 0) return new Map();
	const rows = await sql.unsafe<{ id: string; member_id: string | null; given: boolean }[]>(
		`select g.id, g.member_id, exists (
				select from gifts o where o.card_id = g.id and o.claimed_at is null and o.cancelled_at is null
			) as given
		from gift_cards g where g.id = any($1::text[])`,
		[listOf(ids)],
		{ prepare: true }
	);
	return new Map(rows.map(({ id, member_id, given }) => [id, { memberId: member_id, given }]));
}

/** Closes cards whose money was given back: like a replaced one, they never pay again, and no other stands in their place. */
export function closeCards(writes: Writes, ids: readonly string[], now: Date): void {
	if (ids.length === 0) return;
	writes.add(`update gift_cards set replaced_at = $2::timestamptz, replaced_by = null where id = any($1::text[])`, [
		listOf(ids),
		now.toISOString()
	]);
}
