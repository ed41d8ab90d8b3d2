import { listOf, listsOf } from '#platform/bulk';
import type { Raw } from '#platform/db';
import type { Conditions, Effect, Right } from '#pricing';

interface CodeRow {
	code_id: string;
	voucher_id: string;
	title: string;
	currency: string;
	effect: Effect;
	conditions: Conditions;
	holding: 'open' | 'assigned';
	starts_at: string | null;
	ends_at: string | null;
	uses_per_member: number | null;
	uses_per_code: number | null;
	uses_left: number | null;
	member_id: string | null;
	paused: boolean;
	voided: boolean;
}

/** A voucher code's facts, before it is known who brings it. */
export interface CodeFact {
	row: CodeRow;
	/** places that the member's counted uses of this voucher take, by member */
	usedPlaces: Map<string, number[]>;
}

const columns = `c.id as code_id, c.voucher_id, v.title, v.currency, v.effect, v.conditions, v.holding,
	v.starts_at, v.ends_at, v.uses_per_member, v.uses_per_code, c.uses_left, c.member_id,
	v.paused_at is not null as paused, c.voided_at is not null or v.archived_at is not null as voided`;

/**
 * The facts of voucher codes by id and of all unvoided codes that these members hold.
 * @param lock locks the asked codes in id order until the transaction ends; the members must be locked before, so that a
 * member's uses cannot change meanwhile
 * @param uses whose uses of which codes to count: for a limit per member
 */
export async function loadCodes(
	sql: Raw,
	{
		codeIds,
		heldBy = [],
		uses,
		lock
	}: { codeIds: string[]; heldBy?: string[]; uses: { codeId: string; memberId: string }[]; lock: boolean }
): Promise<Map<string, CodeFact>> {
	const asked = sql.unsafe<CodeRow[]>(
		`select ${columns} from voucher_codes c join vouchers v on v.id = c.voucher_id
		where c.id = any($1::text[])
		order by c.id ${lock ? 'for no key update of c' : ''}`,
		[listOf(codeIds)],
		{ prepare: true }
	);
	// Started together with the first, answered after it: the count sees what the lock made others finish.
	const counted = sql.unsafe<{ code_id: string; member_id: string; places: number[] }[]>(
		`select x.code_id, x.member_id, array_agg(r.place) as places
		from unnest($1::text[], $2::text[]) as x(code_id, member_id)
		join voucher_codes c on c.id = x.code_id
		join voucher_redemptions r on r.voucher_id = c.voucher_id and r.member_id = x.member_id and r.place is not null
		group by 1, 2`,
		listsOf(uses, ['codeId', 'memberId']),
		{ prepare: true }
	);
	const held =
		heldBy.length === 0
			? []
			: sql.unsafe<(CodeRow & { places: number[] | null })[]>(
					`select ${columns}, (select array_agg(r.place) from voucher_redemptions r
						where r.voucher_id = c.voucher_id and r.member_id = c.member_id and r.place is not null) as places
					from voucher_codes c join vouchers v on v.id = c.voucher_id
					where c.member_id = any($1::text[])
						and c.voided_at is null and v.archived_at is null
					order by v.ends_at nulls last, c.id limit 200`,
					[listOf(heldBy)],
					{ prepare: true }
				);
	const [askedRows, countedRows, heldRows] = await Promise.all([asked, counted, held]);
	const facts = new Map<string, CodeFact>();
	for (const row of askedRows) facts.set(row.code_id, { row, usedPlaces: new Map() });
	for (const row of heldRows) {
		if (facts.has(row.code_id)) continue;
		facts.set(row.code_id, { row, usedPlaces: new Map([[row.member_id as string, row.places ?? []]]) });
	}
	for (const { code_id, member_id, places } of countedRows) facts.get(code_id)?.usedPlaces.set(member_id, places);
	return facts;
}

const iso = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString());

/** The right that a code gives whoever brings it; `memberId` null: a guest. */
export function rightOf({ row, usedPlaces }: CodeFact, memberId: string | null): Right {
	const used = memberId ? (usedPlaces.get(memberId) ?? []).length : 0;
	return {
		id: row.code_id,
		kind: 'voucher',
		sourceId: row.voucher_id,
		title: row.title,
		currency: row.currency,
		effect: row.effect,
		conditions: row.conditions,
		startsAt: iso(row.starts_at),
		endsAt: iso(row.ends_at),
		paused: row.paused,
		voided: row.voided,
		usesInAll: row.uses_per_code,
		usesLeft: row.uses_left,
		usesLeftForMember: row.uses_per_member === null ? null : Math.max(0, row.uses_per_member - used),
		limitedPerMember: row.uses_per_member !== null,
		// An assigned voucher whose code lies with nobody yet is nobody's.
		onlyForMemberId: row.member_id ?? (row.holding === 'assigned' ? '' : null)
	};
}
