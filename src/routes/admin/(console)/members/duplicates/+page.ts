import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => ({
	groups: await ask(event, (api) => api.admin.reports.duplicates.query())
});
