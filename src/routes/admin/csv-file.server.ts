import { csvLine, csvMark } from '#core/csv';
import type { Page } from '#core/page';

type Cell = string | number | null;

/** A file named after people's words, with a plain name for those who read no others (RFC 6266). */
function attachment(title: string): string {
	// what no file system takes, and signs that only some can show
	// eslint-disable-next-line no-control-regex -- they are what is taken away
	const name = title.replace(/[\\/:*?"<>|\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
	const plain = name.replace(/[^\x20-\x7e]+/g, '').trim();
	const encoded = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
	return `attachment; filename="${plain}.csv"; filename*=UTF-8''${encoded}.csv`;
}

/**
 * A list as a file, written while it is read: a million rows are never in memory. The reader goes on when the browser has
 * taken what there is.
 * @param first read before the answer begins, so that a refusal is still an answer of its own
 */
export function csvFile<Row>(file: {
	title: string;
	head: readonly string[];
	first: Page<Row>;
	page: (cursor: string) => Promise<Page<Row>>;
	cells: (row: Row) => readonly Cell[];
}): Response {
	let next: Page<Row> | null = file.first;
	let ahead = csvMark + csvLine(file.head);
	const encoder = new TextEncoder();
	const body = new ReadableStream<Uint8Array>({
		async pull(controller) {
			if (!next) return controller.close();
			controller.enqueue(encoder.encode(ahead + next.items.map((row) => csvLine(file.cells(row))).join('')));
			ahead = '';
			next = next.nextCursor === null ? null : await file.page(next.nextCursor);
		}
	});
	return new Response(body, {
		headers: {
			'content-type': 'text/csv; charset=utf-8',
			'content-disposition': attachment(file.title),
			'cache-control': 'no-store'
		}
	});
}
