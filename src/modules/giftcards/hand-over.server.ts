import { sqlOf, type Tx } from '#platform/db';

/** Cards that were sold to nobody known went over the counter: they are whoever's holds them, and lie in no wallet. */
export async function handOver(tx: Tx, memberId: string): Promise<void> {
	const sql = sqlOf(tx);
	await sql`select 1 from gift_cards where member_id = ${memberId} order by id for no key update`;
	await sql`update gift_cards set member_id = null where member_id = ${memberId}`;
}
