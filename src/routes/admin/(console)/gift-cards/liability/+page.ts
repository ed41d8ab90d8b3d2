import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	const day = event.url.searchParams.get('day');
	const wanted = day !== null && /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : null;
	return { liability: await ask(event, (api) => api.admin.reports.liability.query({ day: wanted })) };
};
