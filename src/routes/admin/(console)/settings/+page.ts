import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:settings');
	return { programme: await ask(event, (api) => api.admin.stores.programme.query()) };
};
