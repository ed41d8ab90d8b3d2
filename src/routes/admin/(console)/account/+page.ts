import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:account');
	const [account, sessions, programme] = await Promise.all([
		ask(event, (api) => api.admin.account.get.query()),
		ask(event, (api) => api.admin.account.sessions.list.query()),
		ask(event, (api) => api.admin.stores.programme.query())
	]);
	return { account, sessions, timeZone: programme.timeZone, now: new Date() };
};
