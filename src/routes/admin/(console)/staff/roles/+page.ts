import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:roles');
	return { roles: await ask(event, (api) => api.admin.identity.roles.list.query()) };
};
