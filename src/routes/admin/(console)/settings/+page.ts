import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:settings');
	const [programme, signInRules] = await Promise.all([
		ask(event, (api) => api.admin.stores.programme.query()),
		ask(event, (api) => api.admin.identity.signInRules.get.query())
	]);
	return { programme, signInRules };
};
