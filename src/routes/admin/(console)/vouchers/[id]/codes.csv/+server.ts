import { localDay } from '#core/time';
import { m } from '#messages';
import { codeStateNames } from '../../../../code-words.ts';
import { csvFile } from '../../../../csv-file.server.ts';
import type { RequestHandler } from './$types';

/** All codes of a voucher as a file. */
export const GET: RequestHandler = async ({ locals, params }) => {
	const { codes, get } = locals.api.admin.vouchers;
	const page = (cursor: string | null) => codes({ voucherId: params.id, state: null, cursor, limit: 2000 });
	const [voucher, first] = await Promise.all([get({ id: params.id }), page(null)]);
	const states = Object.fromEntries(Object.entries(codeStateNames).map(([state, name]) => [state, name()]));
	return csvFile({
		title: `${voucher.definition.title} ${localDay(new Date(), voucher.timeZone)}`,
		head: [m.admin_code(), m.admin_state(), m.admin_code_uses_left(), m.admin_member(), m.admin_member_email()],
		first,
		page,
		cells: (row) => [
			row.code,
			states[row.state] ?? row.state,
			row.usesLeft,
			row.member?.name ?? null,
			row.member?.email ?? null
		]
	});
};
