import { day, later } from '#core/time';
import { instant, sqlOf, type Reads } from '#platform/db';
import type { CodesTried } from './index.ts';

/** How long an alarm stands on the first page. */
const shownFor = day;

/** Whether somebody tried codes of gift cards in numbers within the last day; null: nobody did. */
export async function lastCodesTried(reads: Reads, now: Date): Promise<CodesTried | null> {
	const [row] = await sqlOf(reads)<{ at: string | null; times: number }[]>`
		select max(at) as at, count(*)::int as times from trail_entries
		where at > ${later(now, -shownFor).toISOString()} and at <= ${now.toISOString()}
			and action = 'gift_card.codes_tried'`;
	return row?.at ? { at: instant(row.at), times: row.times } : null;
}
