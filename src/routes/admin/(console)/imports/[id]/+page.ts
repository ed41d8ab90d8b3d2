import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:import');
	const { id } = event.params;
	// First how far it is: lines read beside it may be those of a moment before, and nobody would ask for them again.
	const file = await ask(event, (api) => api.admin.imports.get.query({ id }));
	const [refused, { timeZone }] = await Promise.all([
		ask(event, (api) => api.admin.imports.refused.query({ id, after: 0, limit: 20 })),
		ask(event, (api) => api.admin.stores.clock.query())
	]);
	return { file, refused, timeZone };
};
