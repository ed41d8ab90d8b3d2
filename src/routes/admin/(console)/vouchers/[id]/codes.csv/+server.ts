import { csvLine, csvMark } from '#core/csv';
import { localDay } from '#core/time';
import { m } from '#messages';
import { codeStateNames } from '../../../../code-words.ts';
import type { RequestHandler } from './$types';

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
 * All codes of a voucher as a file, written while it is read: a pool of a million codes is never in memory. The reader
 * goes on when the browser has taken what there is.
 */
export const GET: RequestHandler = async ({ locals, params, setHeaders }) => {
	const { codes, get } = locals.api.admin.vouchers;
	const page = (cursor: string | null) => codes({ voucherId: params.id, state: null, text: '', cursor, limit: 2000 });
	// The first page before the answer begins, so that a refusal is still an answer of its own.
	const [voucher, first] = await Promise.all([get({ id: params.id }), page(null)]);
	let next = first;
	const head = csvLine([
		m.admin_code(),
		m.admin_state(),
		m.admin_code_uses_left(),
		m.admin_member(),
		m.admin_member_email()
	]);
	const states = Object.fromEntries(Object.entries(codeStateNames).map(([state, name]) => [state, name()]));
	const encoder = new TextEncoder();
	let begun = false;
	let done = false;
	const body = new ReadableStream<Uint8Array>({
		async pull(controller) {
			if (done) return controller.close();
			const lines = next.items.map((row) =>
				csvLine([
					row.code,
					states[row.state] ?? row.state,
					row.usesLeft,
					row.member?.name ?? null,
					row.member?.email ?? null
				])
			);
			controller.enqueue(encoder.encode((begun ? '' : csvMark + head) + lines.join('')));
			begun = true;
			if (next.nextCursor === null) done = true;
			else next = await page(next.nextCursor);
		}
	});
	setHeaders({
		'content-type': 'text/csv; charset=utf-8',
		'content-disposition': attachment(`${voucher.definition.title} ${localDay(new Date(), voucher.timeZone)}`),
		'cache-control': 'no-store'
	});
	return new Response(body);
};
