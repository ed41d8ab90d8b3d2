import { ask } from '../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	const { url } = event;
	const storeId = url.searchParams.get('store');
	const days = url.searchParams.get('days') === '30' ? 30 : 14;
	event.depends('admin:today');
	const [today, steps] = await Promise.all([
		ask(event, (api) => api.admin.reports.today.query({ storeId, days })),
		ask(event, (api) => api.admin.reports.nextSteps.query())
	]);
	return { storeId, days, today, steps };
};
