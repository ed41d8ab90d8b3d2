import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

/** Pages without anybody are passed by, as many as nobody notices waiting for. */
const mostEmpty = 12;

export const load: PageLoad = async (event) => ({
	page: await ask(event, async (api) => {
		let page = await api.admin.reports.duplicates.query({ cursor: event.url.searchParams.get('after') });
		for (let passed = 0; page.items.length === 0 && page.nextCursor && passed < mostEmpty; passed++)
			page = await api.admin.reports.duplicates.query({ cursor: page.nextCursor });
		return page;
	})
});
