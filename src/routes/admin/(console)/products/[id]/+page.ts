import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:product');
	const { id } = event.params;
	return { product: await ask(event, (api) => api.admin.stores.product.query({ id })) };
};
