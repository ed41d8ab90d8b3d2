import type { Points } from '#core/amounts';
import { pageSize, type Page } from '#core/page';
import { instant, sqlOf, type Reads } from '#platform/db';
import type { ActKind } from './index.ts';

/** A manual move as the console tells it. */
export interface PointAct {
	id: string;
	kind: ActKind;
	at: Date;
	/** of the member asked for: negative for what left them */
	points: Points;
	/** null: those that pay */
	typeId: string | null;
	reason: string | null;
	note: string | null;
}

/** A member's manual moves, newest first; what they received from another member too. */
export async function actsOf(
	reads: Reads,
	{ memberId, cursor, size = pageSize }: { memberId: string; cursor: string | null; size?: number }
): Promise<Page<PointAct>> {
	const rows = await sqlOf(reads)<
		{
			id: string;
			kind: ActKind;
			at: string;
			points: number;
			type_id: string | null;
			reason: string | null;
			note: string | null;
		}[]
	>`select id, kind, at, case when member_id = ${memberId} then points else -points end as points, type_id, reason, note
		from point_acts
		where (member_id = ${memberId} or other_member_id = ${memberId})
			and (${cursor}::text is null or id < ${cursor} collate "C")
		order by id desc limit ${size + 1}`;
	const items = rows.slice(0, size).map(({ type_id, at, ...row }) => ({ ...row, typeId: type_id, at: instant(at) }));
	return { items, nextCursor: rows.length > size ? (items.at(-1)?.id ?? null) : null };
}
