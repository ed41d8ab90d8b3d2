import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:vouchers-policy');
	return await ask(event, async (api) => {
		const [saved, clock] = await Promise.all([api.admin.vouchers.policy.query(), api.admin.stores.clock.query()]);
		return { saved, clock };
	});
};
