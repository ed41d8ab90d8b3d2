import { customersRefusals } from '#customers';
import { pointsOf } from '#ledger/server';
import type { PointsBalance } from '#ledger';
import { instant, sqlOf, type Reads } from '#platform/db';
import type { DuplicateGroup, MergePreview, MergeSide } from './index.ts';
import { memberPage } from './members.server.ts';

const nothing: PointsBalance = { spendable: 0, pending: 0, debt: 0, lots: [], maturing: [] };
const mostGroups = 50;

/**
 * Two members side by side, and what the one who stays will have. Nothing is changed.
 * @throws member.unknown, member.merge_self, member.merged
 */
export async function mergePreview(
	reads: Reads,
	{ fromId, intoId }: { fromId: string; intoId: string },
	now: Date
): Promise<MergePreview> {
	if (fromId === intoId) throw customersRefusals.refuse('member.merge_self');
	const [from, into] = [await sideOf(reads, fromId, now), await sideOf(reads, intoId, now)];
	const worth = from.points.spendable + into.points.spendable - from.points.debt - into.points.debt;
	return {
		from,
		into,
		after: {
			spendable: Math.max(0, worth),
			pending: from.points.pending + into.points.pending,
			debt: Math.max(0, -worth),
			vouchers: from.vouchers + into.vouchers,
			visits: from.visits + into.visits,
			spentCents: from.spentCents + into.spentCents,
			blocked: from.member.blocked || into.member.blocked
		}
	};
}

async function sideOf(reads: Reads, id: string, now: Date): Promise<MergeSide> {
	const page = await memberPage(reads, id);
	if (page.member.id !== id) throw customersRefusals.refuse('member.merged');
	const [points, consents, [more]] = await Promise.all([
		pointsOf(reads, [id], now),
		sqlOf(reads)<{ purpose: string; given_at: string }[]>`
			select purpose, given_at from consents where member_id = ${id} and withdrawn_at is null order by given_at`,
		sqlOf(reads)<{ birthday: string | null; receipts: number; codes: number }[]>`
			select birthday, (select count(*)::int from receipts r where r.member_id = any(array(
					select id from members where id = ${id} or merged_into = ${id}))) as receipts,
				(select count(*)::int from member_codes c where c.member_id = ${id} and c.ended_at is null) as codes
			from members where id = ${id}`
	]);
	return {
		member: page.member,
		currency: page.currency,
		timeZone: page.timeZone,
		points: points.get(id) ?? nothing,
		vouchers: page.vouchers.filter(({ usesLeft, voidedAt }) => usesLeft !== 0 && voidedAt === null).length,
		giftCards: page.giftCards.map(({ id, lastSymbols, currency, balanceCents }) => ({
			id,
			lastSymbols,
			currency,
			balanceCents
		})),
		birthday: more?.birthday ?? null,
		receipts: more?.receipts ?? 0,
		codes: more?.codes ?? 0,
		visits: page.figures?.visits ?? 0,
		spentCents: (page.figures?.spentCents ?? 0) - (page.figures?.returnedCents ?? 0),
		consents: consents.map(({ purpose, given_at }) => ({ purpose, givenAt: instant(given_at) }))
	};
}

/** A name without case, accents and double spaces. */
const folded = `regexp_replace(regexp_replace(normalize(lower(name), NFKD), '[\\u0300-\\u036f]', '', 'g'), '\\s+', ' ', 'g')`;
const local = `split_part(split_part(lower(email), '@', 1), '+', 1)`;
const domain = `split_part(lower(email), '@', 2)`;

/**
 * Members who are likely one person: the same name and birthday, or writings of an address that reach the same person
 * (`anna+shop@…`, dots with Gmail). The newest first, at most fifty groups; those who stay are asked for first.
 */
export async function listDuplicates(reads: Reads): Promise<DuplicateGroup[]> {
	const rows = await sqlOf(reads).unsafe<{ why: DuplicateGroup['why']; members: string }[]>(
		`with living as (
			select id, name, email, birthday from members
			where joined_at is not null and erased_at is null and merged_into is null
		), keys as (
			select 'email' as why, id, case when ${domain} in ('gmail.com', 'googlemail.com')
				then replace(${local}, '.', '') || '@gmail.com' else ${local} || '@' || ${domain} end as key
			from living where email is not null
			union all
			select 'name', id, ${folded} || ' ' || birthday from living where name is not null and birthday is not null
		), alike as (
			select why, key, array_agg(id order by id) as ids from keys group by why, key having count(*) > 1
			order by max(id) desc limit ${mostGroups}
		)
		select a.why, (select json_agg(json_build_object('id', m.id, 'name', m.name, 'email', m.email, 'number', m.number)
				order by m.id) from members m where m.id = any(a.ids[1:10]))::text as members
		from alike a order by a.ids desc`
	);
	return rows.map(({ why, members }) => ({ why, members: JSON.parse(members) as DuplicateGroup['members'] }));
}
