import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:members-asked');
	return ask(event, async (api) => {
		const [settings, dataPolicy] = await Promise.all([
			api.admin.customers.asking.settings.query(),
			api.admin.memberData.policy.query()
		]);
		return { ...settings, dataPolicy };
	});
};
