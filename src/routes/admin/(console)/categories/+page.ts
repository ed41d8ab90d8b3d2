import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:categories');
	const [categories, { timeZone }] = await Promise.all([
		ask(event, (api) => api.admin.stores.categories.query()),
		ask(event, (api) => api.admin.stores.productChoices.query())
	]);
	return { categories, timeZone };
};
