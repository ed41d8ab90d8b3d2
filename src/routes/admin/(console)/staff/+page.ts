import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:staff');
	const [staff, devices, stores, programme, invitations, roles] = await Promise.all([
		ask(event, (api) => api.admin.identity.staff.list.query()),
		ask(event, (api) => api.admin.identity.devices.list.query()),
		ask(event, (api) => api.admin.stores.list.query()),
		ask(event, (api) => api.admin.stores.programme.query()),
		ask(event, (api) => api.admin.identity.invitations.list.query()),
		ask(event, (api) => api.admin.identity.roles.list.query())
	]);
	return { staff, roles, invitations, devices, stores, timeZone: programme.timeZone, now: new Date() };
};
