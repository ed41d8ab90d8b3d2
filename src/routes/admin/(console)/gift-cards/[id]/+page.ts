import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:card');
	const { id } = event.params;
	return { card: await ask(event, (api) => api.admin.giftcards.get.query({ id, cursor: null })) };
};
