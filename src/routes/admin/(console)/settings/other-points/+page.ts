import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:other-points');
	return await ask(event, async (api) => {
		const [saved, programme] = await Promise.all([api.admin.points.types.query(), api.admin.stores.programme.query()]);
		return { saved, programme };
	});
};
