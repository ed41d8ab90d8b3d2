import { ask } from '../../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:group');
	return { group: await ask(event, (api) => api.admin.reports.group.query({ id: event.params.id })) };
};
