import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:receipt');
	const { id } = event.params;
	return await ask(event, (api) => api.admin.reports.receipt.query({ id }));
};
