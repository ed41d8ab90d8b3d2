import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:stores');
	return { places: await ask(event, (api) => api.admin.stores.places.query()), now: new Date() };
};
