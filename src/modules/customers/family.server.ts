import { or, eq } from 'drizzle-orm';
import type { Reads } from '#platform/db';
import { members } from './tables.server.ts';

/** Somebody who was asked for had been merged meanwhile: the transaction must be undone and begun again with `into`. */
export class MembersMerged extends Error {
	override name = 'MembersMerged';
	/** who they are now, by the id that was asked for */
	readonly into: ReadonlyMap<string, string>;

	constructor(into: ReadonlyMap<string, string>) {
		super('a member was merged meanwhile');
		this.into = into;
	}
}

/** A member's id and those of all who were merged into them: facts are kept under any of these. */
export async function familyOf(reads: Reads, memberId: string): Promise<string[]> {
	const rows = await reads
		.select({ id: members.id })
		.from(members)
		.where(or(eq(members.id, memberId), eq(members.mergedInto, memberId)))
		.orderBy(members.id);
	return rows.map(({ id }) => id);
}
