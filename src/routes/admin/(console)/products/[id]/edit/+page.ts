import { ask } from '../../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:product');
	const { id } = event.params;
	const [product, choices] = await Promise.all([
		ask(event, (api) => api.admin.stores.product.query({ id })),
		ask(event, (api) => api.admin.stores.productChoices.query())
	]);
	return { product, choices };
};
