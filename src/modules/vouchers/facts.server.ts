import { listOf, listsOf } from '#platform/bulk';
import type { Raw } from '#platform/db';
import type { Conditions, Effect, Right, Stacking } from '#pricing';
import { holdsOf, type Holder, type Hold } from './holds.server.ts';

interface CodeRow {
	code_id: string;
	voucher_id: string;
	title: string;
	currency: string;
	effect: Effect;
	conditions: Conditions;
	stacking: Stacking;
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
	/** what is held of it for open baskets; one use each */
	holds: Hold[];
}

const columns = `c.id as code_id, c.voucher_id, v.title, v.currency, v.effect, v.conditions, v.stacking, v.holding,
	greatest(v.starts_at, c.starts_at) as starts_at,
	case when c.extended_at is null then least(v.ends_at, c.ends_at) else c.ends_at end as ends_at, v.uses_per_member, v.uses_per_code, c.uses_left, c.member_id,
	v.paused_at is not null as paused, c.voided_at is not null or v.archived_at is not null as voided`;

/** Counted only where a voucher limits them: for the others nobody asks. */
const placesOf = (member: string): string => `case when v.uses_per_member is not null then (
	select array_agg(r.place) from voucher_redemptions r
	where r.voucher_id = c.voucher_id and r.member_id = ${member} collate "C" and r.place is not null) end`;

/** Most codes of one member that are read, the first to end first. */
const mostHeld = 200;

/**
 * The facts of voucher codes by id and of all unvoided codes that these members hold.
 * @param asked the codes, each with the member whose uses of its voucher are counted for a limit per member (null: a guest)
 * @param lock locks the asked codes in id order until the transaction ends; the members must be locked by an earlier
 * statement, so that a member's uses cannot change meanwhile
 */
export async function loadCodes(
	sql: Raw,
	{
		asked,
		heldBy = [],
		lock
	}: { asked: { codeId: string; memberId: string | null }[]; heldBy?: string[]; lock: boolean },
	now: Date
): Promise<Map<string, CodeFact>> {
	const wanted =
		asked.length === 0
			? []
			: sql
					.unsafe<(CodeRow & { asked_by: string | null; places: number[] | null })[]>(
						`select ${columns}, x.member_id as asked_by, ${placesOf('x.member_id')} as places
					from unnest($1::text[], $2::text[]) as x(code_id, member_id)
					join voucher_codes c on c.id = x.code_id collate "C" join vouchers v on v.id = c.voucher_id
					order by c.id ${lock ? 'for no key update of c' : ''}`,
						listsOf(asked, ['codeId', 'memberId']),
						{ prepare: true }
					)
					// Sent now, before the holds are asked for: a query waits until somebody waits for it.
					.execute();
	const held =
		heldBy.length === 0
			? []
			: sql.unsafe<(CodeRow & { places: number[] | null })[]>(
					`select h.* from unnest($1::text[]) as x(id) cross join lateral (
						select ${columns}, ${placesOf('c.member_id')} as places
						from voucher_codes c join vouchers v on v.id = c.voucher_id
						where c.member_id = x.id collate "C" and c.voided_at is null and v.archived_at is null
						order by ends_at nulls last, c.id limit ${mostHeld}
					) h order by h.ends_at nulls last, h.code_id`,
					[listOf(heldBy)],
					{ prepare: true }
				);
	// A statement of its own after the locks: a hold that was made meanwhile is seen.
	const [askedRows, heldRows, holds] = await Promise.all([
		wanted,
		held,
		holdsOf(sql, { codeIds: asked.map(({ codeId }) => codeId), memberIds: heldBy }, now)
	]);
	const facts = new Map<string, CodeFact>();
	for (const row of askedRows) {
		let fact = facts.get(row.code_id);
		if (!fact) facts.set(row.code_id, (fact = { row, usedPlaces: new Map(), holds: holds.get(row.code_id) ?? [] }));
		if (row.asked_by !== null) fact.usedPlaces.set(row.asked_by, row.places ?? []);
	}
	for (const row of heldRows) {
		if (facts.has(row.code_id)) continue;
		const usedPlaces = new Map([[row.member_id as string, row.places ?? []]]);
		facts.set(row.code_id, { row, usedPlaces, holds: holds.get(row.code_id) ?? [] });
	}
	return facts;
}

const iso = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString());

/** Holds of a code for other baskets than this one. */
const othersHolds = ({ holds }: CodeFact, holder: Holder | null): Hold[] =>
	holds.filter(({ caller, basket }) => caller !== holder?.caller || basket !== holder.basket);

/** Until when the last uses of a code are held for other baskets; null: one is left for this one, or none at all. */
export function heldUntil(fact: CodeFact, usesLeft: number | null, holder: Holder | null): string | null {
	if (usesLeft === null || usesLeft <= 0 || fact.holds.length === 0) return null;
	const others = othersHolds(fact, holder);
	if (others.length < usesLeft) return null;
	return others.map(({ untilAt }) => untilAt.toISOString()).sort()[0] ?? null;
}

/** The right that a code gives whoever brings it; `memberId` null: a guest. */
export function rightOf(fact: CodeFact, memberId: string | null, holder: Holder | null = null): Right {
	const { row, usedPlaces } = fact;
	const used = memberId ? (usedPlaces.get(memberId) ?? []).length : 0;
	return {
		id: row.code_id,
		kind: 'voucher',
		sourceId: row.voucher_id,
		title: row.title,
		currency: row.currency,
		effect: row.effect,
		conditions: row.conditions,
		stacking: row.stacking,
		startsAt: iso(row.starts_at),
		endsAt: iso(row.ends_at),
		paused: row.paused,
		voided: row.voided,
		usesInAll: row.uses_per_code,
		usesLeft: row.uses_left,
		usesLeftForMember: row.uses_per_member === null ? null : Math.max(0, row.uses_per_member - used),
		limitedPerMember: row.uses_per_member !== null,
		// An assigned voucher whose code lies with nobody yet is nobody's.
		onlyForMemberId: row.member_id ?? (row.holding === 'assigned' ? '' : null),
		heldUntil: heldUntil(fact, row.uses_left, holder)
	};
}
