import type { HistoryEntry } from '#ledger';
import type { Page } from '#core/page';
import { sqlOf, type Reads } from '#platform/db';

/** A ledger's page with its returns told by their receipts, since those have pages. */
export async function withReceipts(reads: Reads, page: Page<HistoryEntry>): Promise<Page<HistoryEntry>> {
	const returns = [...new Set(page.items.flatMap(({ ref }) => (ref?.startsWith('ret_') ? [ref] : [])))];
	if (returns.length === 0) return page;
	const rows = await sqlOf(reads)<{ id: string; receipt_id: string }[]>`
		select id, receipt_id from returns where id in (select json_array_elements_text(${JSON.stringify(returns)}::json))`;
	const receiptOf = new Map(rows.map((row) => [row.id, row.receipt_id]));
	return {
		...page,
		items: page.items.map((entry) => ({ ...entry, ref: receiptOf.get(entry.ref ?? '') ?? entry.ref }))
	};
}
