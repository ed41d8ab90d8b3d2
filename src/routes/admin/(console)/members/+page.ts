import { memberOrders } from '#reports';
import { oneOf } from '../../address.ts';
import { ask } from '../../ask.ts';
import { filterIn } from './filter.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:members');
	const { searchParams } = event.url;
	const filter = filterIn(event.url);
	const order = oneOf(event.url, 'sort', memberOrders, 'newest');
	const descending = searchParams.get('dir') !== 'up';
	const cursor = searchParams.get('after');
	return ask(event, async (api) => {
		const [members, asked] = await Promise.all([
			api.admin.reports.members.query({ filter, order, descending, cursor }),
			api.admin.customers.asked.query()
		]);
		return { filter, order, descending, members, asked };
	});
};
