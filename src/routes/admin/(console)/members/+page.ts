import { memberOrders } from '#reports';
import { oneOf } from '../../address.ts';
import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	const { searchParams } = event.url;
	const text = searchParams.get('q') ?? '';
	const order = oneOf(event.url, 'sort', memberOrders, 'newest');
	const descending = searchParams.get('dir') !== 'up';
	const cursor = searchParams.get('after');
	return {
		text,
		order,
		descending,
		members: await ask(event, (api) => api.admin.reports.members.query({ text, order, descending, cursor }))
	};
};
