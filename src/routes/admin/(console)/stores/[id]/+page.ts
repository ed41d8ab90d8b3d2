import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:store');
	const { id } = event.params;
	return { store: await ask(event, (api) => api.admin.stores.store.query({ id })), now: new Date() };
};
