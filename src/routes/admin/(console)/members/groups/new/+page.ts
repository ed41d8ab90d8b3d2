import { groupKinds } from '#groups';
import { oneOf } from '../../../../address.ts';
import { ask } from '../../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	const headId = event.url.searchParams.get('head')?.slice(0, 40) ?? null;
	const kind = oneOf(event.url, 'kind', groupKinds, 'household');
	const head = headId === null ? null : await ask(event, (api) => api.admin.reports.member.query({ id: headId }));
	return { kind, head };
};
