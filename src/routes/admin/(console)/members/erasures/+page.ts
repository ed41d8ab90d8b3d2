import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:erasures');
	return { waiting: await ask(event, (api) => api.admin.memberData.waiting.query({ cursor: null })) };
};
