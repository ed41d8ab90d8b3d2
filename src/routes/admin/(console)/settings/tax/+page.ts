import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:tax');
	return { programme: await ask(event, (api) => api.admin.stores.programme.query()) };
};
