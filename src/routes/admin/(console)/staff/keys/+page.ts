import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:keys');
	return await ask(event, async (api) => {
		const [keys, stores, programme] = await Promise.all([
			api.admin.identity.clients.list.query(),
			api.admin.stores.list.query(),
			api.admin.stores.programme.query()
		]);
		return { ...keys, now: new Date(), stores, timeZone: programme.timeZone };
	});
};
