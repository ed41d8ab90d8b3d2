import { localDay } from '#core/time';
import { m } from '#messages';
import { csvFile } from '../../../csv-file.server.ts';
import { filterIn } from '../filter.ts';
import type { RequestHandler } from './$types';

/** The members of a filtered list as a file that can be changed in a spreadsheet and brought in again. */
export const GET: RequestHandler = async ({ locals, url }) => {
	const { exportMembers } = locals.api.admin.reports;
	const filter = filterIn(url);
	const first = await exportMembers({ filter, after: null });
	return csvFile({
		title: `${m.admin_nav_members()} ${localDay(locals.now, first.timeZone)}`,
		head: first.head,
		first,
		page: (after) => exportMembers({ filter, after }),
		cells: (row) => row
	});
};
