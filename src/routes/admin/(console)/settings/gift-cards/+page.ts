import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:card-rules');
	return await ask(event, async (api) => {
		const [saved, programme, { stores }] = await Promise.all([
			api.admin.giftcards.rules.query(),
			api.admin.giftcards.programme.query(),
			api.admin.stores.places.query()
		]);
		return { saved, programme, stores };
	});
};
