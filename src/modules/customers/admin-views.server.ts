import { readCode } from '#core/codes';
import { sqlOf, type Reads } from '#platform/db';
import { numberIn } from './index.ts';

/**
 * The members that texts name exactly: an e-mail address, a member number or a member code. One answer for each text, in
 * their order; null: nobody, or somebody who was erased. Of those who were merged the one who was kept.
 */
export async function membersNamed(
	reads: Reads,
	texts: readonly string[]
): Promise<({ id: string; name: string | null; email: string | null } | null)[]> {
	const asked = texts.map((text, place) => {
		const trimmed = text.trim();
		if (trimmed.includes('@')) return { place, email: trimmed.normalize('NFKC').toLowerCase(), number: null };
		const code = readCode(trimmed);
		if (code.kind === 'member' || code.kind === 'rotatingMember')
			return { place, email: null, number: numberIn(code.code) };
		return { place, email: null, number: code.kind === 'other' && code.code.length === 10 ? code.code : null };
	});
	const rows = await sqlOf(reads)<{ place: number; id: string; name: string | null; email: string | null }[]>`
		select x.place, k.id, k.name, k.email
		from json_to_recordset(${JSON.stringify(asked)}::json) as x(place int, email text, number text)
		join members m on lower(m.email) = x.email or m.number = x.number collate "C"
		join members k on k.id = coalesce(m.merged_into, m.id)
		where k.erased_at is null`;
	const byPlace = new Map(rows.map(({ place, ...member }) => [place, member]));
	return texts.map((_, place) => byPlace.get(place) ?? null);
}
