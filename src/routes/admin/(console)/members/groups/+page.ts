import { groupKinds } from '#groups';
import { oneOf } from '../../../address.ts';
import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	const { searchParams } = event.url;
	const side = oneOf(event.url, 'state', [...groupKinds, 'ended'] as const, null);
	const asked = {
		text: (searchParams.get('q') ?? '').slice(0, 200),
		kind: side === 'ended' ? null : side,
		ended: side === 'ended',
		cursor: searchParams.get('after')
	};
	return {
		side: side ?? 'all',
		text: asked.text,
		groups: await ask(event, (api) => api.admin.reports.groups.query(asked))
	};
};
