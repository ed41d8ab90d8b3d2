import { ask } from '../../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:voucher');
	const { id } = event.params;
	const [voucher, choices] = await Promise.all([
		ask(event, (api) => api.admin.vouchers.get.query({ id })),
		ask(event, (api) => api.admin.vouchers.choices.query())
	]);
	return { voucher, choices };
};
