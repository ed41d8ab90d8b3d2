import { ask } from '../../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:code');
	const { id } = event.params;
	return { code: await ask(event, (api) => api.admin.vouchers.code.query({ id })) };
};
