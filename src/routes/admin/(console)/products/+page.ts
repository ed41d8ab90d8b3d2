import { productSorts, productStates } from '#stores';
import { oneOf } from '../../address.ts';
import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:products');
	const { searchParams } = event.url;
	const query = {
		text: (searchParams.get('q') ?? '').slice(0, 200),
		categoryId: searchParams.get('category'),
		state: oneOf(event.url, 'state', productStates, 'onSale'),
		sort: oneOf(event.url, 'sort', productSorts, 'name'),
		descending: searchParams.has('down'),
		cursor: searchParams.get('after')
	};
	return { query, list: await ask(event, (api) => api.admin.stores.products.query(query)) };
};
