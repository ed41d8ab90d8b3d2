import { localDay } from '#core/time';
import { m } from '#messages';
import { csvFile } from '../../../csv-file.server.ts';
import type { RequestHandler } from './$types';

/** All stores as a file that can be changed in a spreadsheet and brought in again. */
export const GET: RequestHandler = async ({ locals }) => {
	const { exportStores, places } = locals.api.admin.stores;
	const [{ timeZone }, first] = await Promise.all([places(), exportStores()]);
	return csvFile({
		title: `${m.admin_nav_stores()} ${localDay(locals.now, timeZone)}`,
		head: first.head,
		first,
		page: () => exportStores(),
		cells: (row) => row
	});
};
