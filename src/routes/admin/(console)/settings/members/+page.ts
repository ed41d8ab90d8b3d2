import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:members-asked');
	return ask(event, (api) => api.admin.customers.asking.settings.query());
};
