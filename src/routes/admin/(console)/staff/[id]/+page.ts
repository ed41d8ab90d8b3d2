import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:colleague');
	const staffId = event.params.id;
	const [colleague, stores, roles, { timeZone }, { me }] = await Promise.all([
		ask(event, (api) => api.admin.identity.staff.get.query({ staffId })),
		ask(event, (api) => api.admin.stores.list.query()),
		ask(event, (api) => api.admin.identity.roles.list.query()),
		ask(event, (api) => api.admin.stores.clock.query()),
		event.parent()
	]);
	// One's own sign-ins are on one's own page, and those of people above stay theirs.
	const shown = colleague.changeable && colleague.id !== me.staffId && me.permissions.includes('staff.write');
	const signIn = shown ? await ask(event, (api) => api.admin.identity.signIns.get.query({ staffId })) : null;
	return { colleague, stores, roles, timeZone, signIn, now: new Date() };
};
