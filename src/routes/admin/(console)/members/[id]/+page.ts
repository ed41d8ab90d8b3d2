import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:member');
	const { id } = event.params;
	return { now: new Date(), member: await ask(event, (api) => api.admin.reports.member.query({ id })) };
};
