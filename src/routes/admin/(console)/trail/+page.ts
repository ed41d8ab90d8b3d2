import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';
import { trailFilter } from './filter.ts';

export const load: PageLoad = async (event) => {
	event.depends('admin:trail');
	const { searchParams } = event.url;
	const filter = trailFilter(searchParams);
	const cursor = searchParams.get('after');
	return { filter, trail: await ask(event, (api) => api.admin.reports.trail.query({ filter, cursor, size: 50 })) };
};
