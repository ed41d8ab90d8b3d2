import { sqlOf, type Db } from '#platform/db';
import { auditHouse } from '#wiring/house-audit.server';

/** Receipts asked for in one statement. */
const chunk = 20_000;

/**
 * What was measured must also be right: every acknowledged sale is stored, once, no other is, each took its voucher, and
 * the ledger's audit is clean.
 * @returns what was proved, as a sentence
 * @throws when any of it does not hold
 */
export async function prove(db: Db, acknowledged: readonly string[]): Promise<string> {
	const faults: string[] = [];
	if (new Set(acknowledged).size !== acknowledged.length) faults.push('a receipt was acknowledged twice');
	const sql = sqlOf(db);
	let found = 0;
	for (let from = 0; from < acknowledged.length; from += chunk) {
		const ids = JSON.stringify(acknowledged.slice(from, from + chunk));
		const [row] = await sql<{ n: number }[]>`
			select count(*)::int as n from json_array_elements_text(${ids}::json) x join receipts r on r.id = x.value collate "C"`;
		found += row?.n ?? 0;
	}
	if (found !== acknowledged.length) faults.push(`${acknowledged.length - found} acknowledged sales are not stored`);
	for (const table of ['receipts', 'voucher_redemptions', 'outbox', 'lots'] as const) {
		const [row] = await sql<{ n: number }[]>`select count(*)::int as n from ${sql(table)}`;
		if (row?.n !== acknowledged.length) faults.push(`${table}: ${row?.n} rows for ${acknowledged.length} sales`);
	}
	const { findings } = await auditHouse(db);
	if (findings.length > 0) faults.push(`the ledger's audit: ${JSON.stringify(findings.slice(0, 5))}`);
	if (faults.length > 0) throw new Error(`what was measured is not right:\n${faults.join('\n')}`);
	return `${acknowledged.length} sales acknowledged, as many stored; the ledger's audit is clean`;
}
