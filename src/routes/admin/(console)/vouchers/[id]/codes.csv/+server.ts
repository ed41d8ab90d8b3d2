import { csvLine, csvMark } from '#core/csv';
import { m } from '#messages';
import { codeStateNames } from '../../../../code-words.ts';
import type { RequestHandler } from './$types';

/**
 * All codes of a voucher as a file, written while it is read: a pool of a million codes is never in memory. The reader
 * goes on when the browser has taken what there is.
 */
export const GET: RequestHandler = async ({ locals, params, setHeaders }) => {
	const { codes } = locals.api.admin.vouchers;
	const page = (cursor: string | null) => codes({ voucherId: params.id, state: null, text: '', cursor, limit: 2000 });
	// The first page before the answer begins, so that a refusal is still an answer of its own.
	let next = await page(null);
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
		'content-disposition': `attachment; filename="${params.id}.csv"`,
		'cache-control': 'no-store'
	});
	return new Response(body);
};
