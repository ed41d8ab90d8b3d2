import { sqlOf, type Db } from '#platform/db';
import { auditHouse } from '#wiring/house-audit.server';
import type { Scene } from './scene.ts';

/** Ids asked for in one statement. */
const chunk = 20_000;

/** How many of these ids a table has. */
async function countOf(db: Db, table: 'receipts' | 'transfers', ids: readonly string[]): Promise<number> {
	const sql = sqlOf(db);
	let found = 0;
	for (let from = 0; from < ids.length; from += chunk) {
		const some = JSON.stringify(ids.slice(from, from + chunk));
		const [row] = await sql<{ n: number }[]>`
			select count(*)::int as n from json_array_elements_text(${some}::json) x join ${sql(table)} t on t.id = x.value collate "C"`;
		found += row?.n ?? 0;
	}
	return found;
}

/** Rows that belong to no sale: those of points that fall due have no members. */
const perSale = {
	receipts: `select count(*)::int as n from receipts`,
	voucher_redemptions: `select count(*)::int as n from voucher_redemptions`,
	lots: `select count(*)::int as n from lots l join transfers t on t.id = l.transfer_id where t.ref is not null`
};

/** Events that wait for their delivery: a running server has delivered the others, and they are gone. */
const wrongEvents = `select count(*)::int as n from (
	select count(*) as told, bool_or(r.id is null) as strange
	from outbox o left join receipts r on r.id = o.payload->>'receiptId' collate "C"
	where o.topic = 'receipt.committed' group by o.payload->>'receiptId'
) x where told > 1 or strange`;

/**
 * What was measured must also be right: every acknowledged sale and posting is stored, once, no other sale is, each took
 * its voucher, and the ledger's audit is clean.
 * @returns what was proved, as a sentence
 * @throws when any of it does not hold
 */
export async function prove({ db, acknowledged, posted }: Scene): Promise<string> {
	const faults: string[] = [];
	if (new Set(acknowledged).size !== acknowledged.length) faults.push('a receipt was acknowledged twice');
	for (const [table, ids] of [
		['receipts', acknowledged],
		['transfers', posted]
	] as const) {
		const found = await countOf(db, table, ids);
		if (found !== ids.length) faults.push(`${table}: ${ids.length - found} that were acknowledged are not stored`);
	}
	for (const [table, statement] of Object.entries(perSale)) {
		const [row] = await sqlOf(db).unsafe<{ n: number }[]>(statement);
		if (row?.n !== acknowledged.length) faults.push(`${table}: ${row?.n} rows for ${acknowledged.length} sales`);
	}
	const [events] = await sqlOf(db).unsafe<{ n: number }[]>(wrongEvents);
	if (events?.n !== 0) faults.push(`outbox: ${events?.n} sales are told of twice, or were none`);
	const { findings } = await auditHouse(db);
	if (findings.length > 0) faults.push(`the ledger's audit: ${JSON.stringify(findings.slice(0, 5))}`);
	if (faults.length > 0) throw new Error(`what was measured is not right:\n${faults.join('\n')}`);
	return `${acknowledged.length} sales and ${posted.length} postings acknowledged, as many stored; the ledger's audit is clean`;
}
