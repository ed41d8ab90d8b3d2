import type { Page } from '#core/page';
import { sqlOf, type Reads } from '#platform/db';
import { openBook } from './book.server.ts';
import type { HistoryEntry, MoneyBalance, PointsBalance } from './index.ts';

/** The points of members at an instant, without locking anybody; a member without any has zeros. */
export async function pointsOf(
	reads: Reads,
	ownerIds: readonly string[],
	now: Date
): Promise<Map<string, PointsBalance>> {
	const book = await openBook(reads, ownerIds, now, { lock: false });
	return new Map(ownerIds.map((id) => [id, book.points(id)]));
}

/** The money of owners (gift cards) at an instant; owners without a money account are left out. */
export async function moneyOf(
	reads: Reads,
	ownerIds: readonly string[],
	now: Date
): Promise<Map<string, MoneyBalance>> {
	const rows = await sqlOf(reads).unsafe<{ owner_id: string; unit: string; balance: number; held: number }[]>(
		`select a.owner_id, a.unit, a.credited - a.debited as balance,
			case when a.held = 0 then 0 else (select coalesce(sum(h.amount), 0)::bigint from holds h
				where h.owner_id = a.owner_id and h.name = a.name and h.captured_at is null and h.released_at is null
					and h.expires_at > $2::timestamptz) end as held
		from accounts a
		where a.owner_id = any(array(select json_array_elements_text($1::json))) and a.name = 'money'`,
		[JSON.stringify(ownerIds), now.toISOString()],
		{ prepare: true }
	);
	return new Map(
		rows.map(({ owner_id, unit, balance, held }) => [owner_id, { unit, balance, available: balance - held }])
	);
}

/**
 * An owner's history over all accounts, newest first.
 * @param cursor of the page before; null: the newest page. A cursor that is no cursor reads as none.
 */
export async function historyOf(
	reads: Reads,
	ownerId: string,
	{ cursor, limit }: { cursor: string | null; limit: number }
): Promise<Page<HistoryEntry>> {
	const before = cursor !== null && /^\d{1,9}$/.test(cursor) ? Number(cursor) : 2_147_483_647;
	const rows = await sqlOf(reads).unsafe<
		(Omit<HistoryEntry, 'at' | 'account' | 'transferId'> & { name: string; transfer_id: string; posted_at: string })[]
	>(
		`select e.seq, e.transfer_id, e.name, a.unit, e.amount, e.credited_after - e.debited_after as balance, e.reason, e.ref,
			e.posted_at
		from entries e join accounts a on a.owner_id = e.owner_id and a.name = e.name
		where e.owner_id = $1 and e.seq < $2 order by e.seq desc limit $3`,
		[ownerId, before, limit + 1],
		{ prepare: true }
	);
	const items = rows.slice(0, limit).map(({ transfer_id, name, posted_at, ...entry }) => ({
		...entry,
		transferId: transfer_id,
		account: name,
		at: new Date(posted_at).toISOString()
	}));
	return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.seq) : null };
}
