import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:card-batches');
	const cursor = event.url.searchParams.get('after');
	return { batches: await ask(event, (api) => api.admin.giftcards.batches.query({ cursor })) };
};
