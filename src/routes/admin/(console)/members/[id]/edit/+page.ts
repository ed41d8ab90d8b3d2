import { ask } from '../../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:member');
	const { id } = event.params;
	return ask(event, async (api) => {
		const [form, asked] = await Promise.all([
			api.admin.customers.form.query({ id }),
			api.admin.customers.asked.query()
		]);
		return { id, form, asked };
	});
};
