import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	const { searchParams } = event.url;
	const intoId = searchParams.get('into') ?? '';
	const fromId = searchParams.get('from') ?? '';
	if (intoId === '' || fromId === '') return { intoId, preview: null };
	return { intoId, preview: await ask(event, (api) => api.admin.reports.mergePreview.query({ fromId, intoId })) };
};
