import { oneOf } from '../../address.ts';
import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:imports');
	const kind = oneOf(event.url, 'kind', ['products', 'stores', 'members', 'voucher_codes', 'points'] as const, null);
	const cursor = event.url.searchParams.get('after');
	const [imports, { timeZone }] = await Promise.all([
		ask(event, (api) => api.admin.imports.list.query({ kind, cursor })),
		ask(event, (api) => api.admin.stores.clock.query())
	]);
	return { kind, imports, timeZone };
};
