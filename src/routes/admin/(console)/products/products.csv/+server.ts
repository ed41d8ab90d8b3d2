import { localDay } from '#core/time';
import { m } from '#messages';
import { csvFile } from '../../../csv-file.server.ts';
import type { RequestHandler } from './$types';

/** All products as a file that can be changed in a spreadsheet and brought in again. */
export const GET: RequestHandler = async ({ locals }) => {
	const { exportProducts, productChoices } = locals.api.admin.stores;
	const [{ timeZone }, first] = await Promise.all([productChoices(), exportProducts({ after: null })]);
	return csvFile({
		title: `${m.admin_nav_products()} ${localDay(locals.now, timeZone)}`,
		head: first.head,
		first,
		page: (after) => exportProducts({ after }),
		cells: (row) => row
	});
};
